//! Finds extensions in a module's text: a second opinion that owes nothing to the validator.

/// Words that only an extension has, by their beginning.
const EXTENSIONS: [&str; 30] = [
    "v128",
    "i8x16",
    "i16x8",
    "i32x4",
    "i64x2",
    "externref",
    "anyref",
    "eqref",
    "i31ref",
    "exnref",
    "ref.",
    "table.get",
    "table.set",
    "table.grow",
    "table.size",
    "table.fill",
    "table.copy",
    "table.init",
    "elem.drop",
    "memory.init",
    "data.drop",
    "return_call",
    "call_ref",
    "throw",
    "try_table",
    "struct.",
    "array.",
    "br_on_",
    "memory.atomic",
    "shared",
];

/// The first word of a text that is about floats or an extension.
pub(super) fn extension(text: &str) -> Option<String> {
    let uses = |word: &String| {
        let float = word.contains("f32") || word.contains("f64");
        float || EXTENSIONS.iter().any(|extension| word.starts_with(extension))
    };
    of(text).find(uses)
}

/// The keywords of a text: neither its identifiers nor what its strings and comments say.
pub(super) fn of(text: &str) -> impl Iterator<Item = String> {
    let bare = without_strings_and_comments(text);
    let end = |character: char| character.is_whitespace() || "()=".contains(character);
    let words: Vec<String> =
        bare.split(end).filter(|word| !word.starts_with('$')).map(str::to_owned).collect();
    words.into_iter()
}

fn without_strings_and_comments(text: &str) -> String {
    let mut bare = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let skipped = if rest.starts_with(";;") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("(;") {
            rest.find(";)").map_or(rest.len(), |end| end + 2)
        } else if character == '"' {
            string_length(rest)
        } else {
            bare.push(character);
            character.len_utf8()
        };
        rest = &rest[skipped..];
    }
    bare
}

/// The length of a string with its quotes.
fn string_length(text: &str) -> usize {
    let mut escaped = true; // the quote that opens
    for (index, character) in text.char_indices() {
        match character {
            '"' if !escaped => return index + 1,
            '\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
    text.len()
}
