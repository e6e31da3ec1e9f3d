//! What the macros refuse, and with which words; what they accept is tested by compiling contracts.

use proc_macro2::{Span, TokenStream};

type Expand = fn(TokenStream, TokenStream) -> syn::Result<TokenStream>;

fn tokens(source: &str) -> TokenStream {
    source.parse().expect("Rust tokens")
}

/// The messages of the errors that `expand` makes of `item`, in order.
fn errors(expand: Expand, item: &str) -> Vec<String> {
    match expand(TokenStream::new(), tokens(item)) {
        Ok(_) => Vec::new(),
        Err(error) => error.into_iter().map(|error| error.to_string()).collect(),
    }
}

/// The only error of `item` begins like this.
#[track_caller]
fn refused(expand: Expand, item: &str, expected: &str) {
    let errors = errors(expand, item);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with(expected), "{:?}", errors[0]);
}

#[track_caller]
fn accepted(expand: Expand, item: &str) -> String {
    expand(TokenStream::new(), tokens(item)).expect("accepted").to_string()
}

/// One method within a contract.
#[track_caller]
fn method_refused(method: &str, expected: &str) {
    refused(crate::contract::expand, &format!("impl Bank {{ {method} }}"), expected);
}

#[test]
fn methods_have_one_shape_on_the_wire() {
    method_refused("pub fn pay<T>(&mut self, amount: T) {}", "a method can't be generic");
    method_refused("pub fn pay(&mut self, to: &str) {}", "values cross the wire, references can't");
    method_refused("pub fn pay(&mut self, to: impl Encode) {}", "a method names its types");
    method_refused("pub fn pay(&mut self, (a, b): (u64, u64)) {}", "a parameter has a plain name");
    method_refused("pub fn name(&self) -> &str { n }", "values cross the wire, references can't");
    method_refused("pub fn pay(&mut self) -> Result<u64> {}", "write both types of the result");
    method_refused("pub async fn pay(&mut self) {}", "a method can't be async");
    method_refused("pub unsafe fn pay(&mut self) {}", "a method can't be unsafe");
    method_refused("pub extern \"C\" fn pay(&mut self) {}", "the macro exports the method itself");
}

#[test]
fn methods_borrow_the_contract() {
    method_refused("pub fn close(self) {}", "a method takes `&self` (a query) or `&mut self`: the contract");
    method_refused("pub fn close(self: Box<Self>) {}", "a method takes `&self`");
    method_refused("pub fn fee() -> u64 { 1 }", "a method takes `&self` (a query) or `&mut self`; a helper");
}

#[test]
fn names_of_the_wasm_itself_are_taken() {
    for name in ["memory", "memcpy", "_start"] {
        let method = format!("pub fn {name}(&self) {{}}");
        method_refused(&method, "the contract's Wasm uses this name itself");
    }
}

#[test]
fn there_is_one_constructor_and_it_changes_state() {
    let two = "#[constructor] pub fn new(&mut self) {} #[constructor] pub fn again(&mut self) {}";
    method_refused(two, "`new` is the constructor already");
    method_refused("#[constructor] pub fn new(&self) {}", "the constructor takes `&mut self`");
    method_refused("#[constructor] fn new(&mut self) {}", "the constructor is `pub`");
}

#[test]
fn a_part_adds_methods_and_nothing_that_there_is_one_of() {
    let expand = |arguments: &str, methods: &str| {
        crate::contract::expand(tokens(arguments), tokens(&format!("impl Bank {{ {methods} }}")))
    };
    let whole = expand("", "pub fn pay(&mut self) {}").expect("accepted").to_string();
    let part = expand("part", "pub fn pay(&mut self) {}").expect("accepted").to_string();
    assert!(whole.contains("LAYOUT") && !part.contains("LAYOUT"));
    assert!(part.contains("export_name"));
    let refused = |arguments: &str, methods: &str| match expand(arguments, methods) {
        Ok(_) => panic!("{arguments}: {methods} is accepted"),
        Err(error) => error.to_string(),
    };
    assert!(refused("parts", "").starts_with("`#[contract]` takes no arguments but `part`"));
    let constructor = refused("part", "#[constructor] pub fn new(&mut self) {}");
    assert!(constructor.starts_with("the constructor and migrations belong in"), "{constructor}");
}

#[test]
fn a_migration_changes_the_storage_that_it_is_given() {
    method_refused("#[migration] pub fn go(&self, old: Old) {}", "a migration takes `&mut self`");
    method_refused("#[migration] fn go(&mut self, old: Old) {}", "a migration is `pub`");
    method_refused(
        "#[migration] pub fn go(&mut self) {}",
        "a migration's first parameter is the old storage",
    );
    method_refused("#[migration] pub fn go(&mut self, old: Old) -> u8 { 1 }", "a migration returns nothing");
    let result = "#[migration] pub fn go(&mut self, old: Old) -> Result<u8, Error> { Ok(1) }";
    method_refused(result, "a migration returns nothing or `Result<(), Error>`");
    method_refused(
        "#[constructor] #[migration] pub fn go(&mut self, old: Old) {}",
        "a method is marked once",
    );
}

#[test]
fn a_re_entrant_method_is_one_that_others_call() {
    let expanded = |marker: &str| -> String {
        let item = format!("impl Bank {{ {marker} pub fn rate(&self) -> u64 {{ 1 }} }}");
        accepted(crate::contract::expand, &item).split_whitespace().collect()
    };
    assert!(expanded("").contains("reentrant:false"));
    let marked = expanded("#[reentrant]");
    assert!(marked.contains("reentrant:true") && !marked.contains("#[reentrant]"), "{marked}");
    method_refused("#[reentrant] fn rate(&self) -> u64 { 1 }", "a re-entrant method is `pub`");
    method_refused(
        "#[reentrant] #[reentrant] pub fn rate(&self) {}",
        "a method is marked as re-entrant once",
    );
    method_refused("#[reentrant(all)] pub fn rate(&self) {}", "unexpected token");
    method_refused(
        "#[constructor] #[reentrant] pub fn new(&mut self) {}",
        "the constructor can't be `#[reentrant]`",
    );
    method_refused(
        "#[reentrant] #[migration] pub fn go(&mut self, old: Old) {}",
        "a migration can't be `#[reentrant]`",
    );
}

#[test]
fn a_migration_has_the_old_storage_and_then_its_parameters() {
    let item = "impl Bank {
        #[migration] pub fn from_first(&mut self, mut old: v1::Bank, fee: u64) -> Result<(), Error> { Ok(()) }
        #[migration] pub fn from_second(&mut self, old: v2::Bank) {}
    }";
    let expanded: String = accepted(crate::contract::expand, item).split_whitespace().collect();
    assert!(!expanded.contains("#[migration]"), "the marker goes: {expanded}");
    for part in [
        "kind:::sillok_sdk::__private::MethodKind::Migration{from:<v1::Bankas::sillok_sdk::__private::Storage>::LAYOUT}",
        "<Bank>::from_first(&mutcontract,<v1::Bankas::sillok_sdk::__private::Storage>::open(),argument_0)",
        "<Bank>::from_second(&mutcontract,<v2::Bankas::sillok_sdk::__private::Storage>::open())",
        "params:&[::sillok_sdk::__private::Field{name:\"fee\"",
    ] {
        assert!(expanded.contains(part), "{part}: {expanded}");
    }
}

#[test]
fn contracts_are_plain_impls() {
    let expand = crate::contract::expand;
    refused(expand, "impl Cash for Bank {}", "`#[contract]` goes on a plain `impl`");
    refused(expand, "impl<T> Bank<T> {}", "a contract can't be generic");
    let error = expand(tokens("name = \"bank\""), tokens("impl Bank {}")).expect_err("refused");
    assert_eq!(error.to_string(), "`#[contract]` takes no arguments but `part`");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let item = "impl Bank { pub fn a(self) {} pub fn b(&self, to: &str, from: &str) {} }";
    assert_eq!(errors(crate::contract::expand, item).len(), 3);
}

#[test]
fn helpers_are_neither_checked_nor_exported() {
    let item = "impl Bank { pub fn pay(&mut self) {} fn a<T>(x: &T) {} pub(crate) fn b(self) {} }";
    let expanded = accepted(crate::contract::expand, item);
    assert_eq!(expanded.matches("export_name").count(), 1);
    assert!(expanded.contains("export_name = \"pay\""));
}

#[test]
fn storage_fields_are_of_known_types() {
    let expand = crate::storage::expand;
    let wrong =
        ["u64", "Map<u64>", "Value<u8, u8>", "Vec<u8>", "&'a Value<u8>", "Set<u8, u8>", "Indexed<u8, u8>"];
    for ty in wrong {
        let item = format!("struct Bank {{ total: {ty} }}");
        refused(expand, &item, "a storage field is a `Value<T>`, `Map<K, V>`, `OrderedMap<K, V>`, `Set<K>`");
    }
    refused(expand, "struct Bank(Value<u64>);", "storage fields need names");
    refused(expand, "struct Bank<T> { total: Value<T> }", "a contract's storage can't be generic");
    accepted(expand, "struct Bank { total: Value<u64>, of: sdk::Map<Account, u64> }");
    accepted(expand, "struct Bank { a: OrderedMap<u8, u8>, b: Set<u8>, c: List<u8>, d: Indexed<u8, A, B> }");
    accepted(expand, "struct Stateless;");
}

#[test]
fn fields_and_indexes_whose_keys_collide_are_refused() {
    let (one, other) = colliding_names();
    let item = format!("struct Bank {{ {one}: Value<u64>, {other}: Map<u8, u8> }}");
    let message = format!("the keys of `{other}` begin like those of `{one}`");
    refused(crate::storage::expand, &item, &message);
    let item = format!("trait By {{ fn {one}(a: &A) -> u8 {{ 1 }} fn {other}(a: &A) -> u8 {{ 2 }} }}");
    refused(crate::indexes::expand, &item, &message);
}

/// Two names whose BLAKE3 begins with the same 4 bytes: among some 80,000 names there is such a pair.
fn colliding_names() -> (String, String) {
    let mut seen = std::collections::BTreeMap::new();
    for number in 0_u32.. {
        let name = format!("f{number}");
        let prefix = blake3::hash(name.as_bytes()).as_bytes()[..4].to_vec();
        if let Some(other) = seen.insert(prefix, name.clone()) {
            return (other, name);
        }
    }
    unreachable!("2^32 + 1 names share 2^32 prefixes")
}

#[test]
fn the_layout_has_the_fields_in_the_order_of_their_names() {
    let layout = |item: &str| {
        let expanded = accepted(crate::storage::expand, item);
        let (_, from_layout) = expanded.split_once("FIELDS").expect("a layout");
        from_layout.split_once("fn open").expect("a function after it").0.to_owned()
    };
    let first = layout("struct Bank { a: Value<u64>, b: Map<u8, u8> }");
    assert_eq!(first, layout("struct Other { b: Map<u8, u8>, a: Value<u64> }"));
    assert_ne!(first, layout("struct Bank { a: Value<u32>, b: Map<u8, u8> }"));
    assert_ne!(first, layout("struct Bank { c: Value<u64>, b: Map<u8, u8> }"));
}

#[test]
fn the_layout_is_of_indexes_too() {
    let layout = |functions: &str| {
        let expanded = accepted(crate::indexes::expand, &format!("trait By {{ {functions} }}"));
        let (_, from_layout) = expanded.split_once("LAYOUT").expect("a layout");
        from_layout.split_once("FIELDS").expect("a constant after it").0.to_owned()
    };
    let first = layout("fn a(l: &L) -> u8 { l.a } fn b(l: &L) -> u8 { l.b }");
    assert_eq!(first, layout("fn b(l: &L) -> u8 { l.b } fn a(l: &L) -> u8 { l.a }"));
    assert_ne!(first, layout("fn a(l: &L) -> u8 { l.a } fn b(l: &L) -> u8 { l.a }"), "a function counts");
    assert_ne!(first, layout("fn a(l: &L) -> u8 { l.a } #[unique] fn b(l: &L) -> u8 { l.b }"));
    assert_ne!(first, layout("fn a(l: &L) -> u8 { l.a } fn c(l: &L) -> u8 { l.b }"));
    let keys = layout("fn b(l: &L) -> Part { l.b } fn a(l: &L) -> Option<Whole> { l.a }");
    let (first, second) = (keys.find("Whole as").expect("a key"), keys.find("Part as").expect("a key"));
    assert!(first < second, "keys describe themselves, in the order of the indexes' names: {keys}");
}

#[test]
fn indexes_make_keys_of_one_value() {
    let expand = crate::indexes::expand;
    let index_refused =
        |index: &str, expected: &str| refused(expand, &format!("trait By {{ {index} }}"), expected);
    index_refused("", "there is no index in it");
    index_refused("const A: u8;", "indexes are functions");
    index_refused("fn a(l: &L) -> u8;", "an index needs a body");
    index_refused("fn a(l: &L) {}", "an index returns its key");
    index_refused("fn a(l: L) -> u8 { 1 }", "an index takes one value: `fn by_holder(lot: &Lot)`");
    index_refused("fn a(l: &mut L) -> u8 { 1 }", "an index takes one value");
    index_refused("fn a(&self) -> u8 { 1 }", "an index takes one value");
    index_refused("fn a(l: &L, m: &L) -> u8 { 1 }", "an index takes one value");
    index_refused("fn a<T>(l: &L) -> u8 { 1 }", "an index can't be generic");
    index_refused("fn insert(l: &L) -> u8 { 1 }", "the field has this method itself");
    index_refused(
        "fn a(l: &L) -> u8 { 1 } fn b(m: &M) -> u8 { 1 }",
        "all indexes are of the same type of values",
    );
    let expanded = accepted(
        expand,
        "trait By { fn a(l: &L) -> u8 { 1 } #[unique] fn b(l: &L) -> Option<u64> { None } }",
    );
    for part in [
        "Index < '_ , u8 , K , L >",
        "Unique < '_ , u64 , K , L >",
        "Some (By :: a (value))",
        "of (By :: b (value))",
    ] {
        assert!(expanded.contains(part), "{part}: {expanded}");
    }
}

#[test]
fn ordered_keys_are_structs_and_enums() {
    let derive = |_, item| crate::key::expand(item);
    refused(derive, "union Bits { a: u8 }", "an ordered key is a struct or an enum");
    refused(derive, "struct Pair<T> { a: T }", "an ordered key can't be generic");
    refused(derive, "enum Kind { A = 256 }", "a variant's number is from 0 to 255");
    let expanded = accepted(derive, "enum Kind { A = 5, B(u8) }");
    assert!(
        expanded.contains("5u8 =>") && expanded.contains("6u8 =>") || expanded.contains("1u8 =>"),
        "{expanded}"
    );
}

#[test]
fn errors_have_codes_and_words() {
    let expand = crate::error::expand;
    refused(expand, "enum Error { /** Shut. */ Closed }", "`Closed` needs a code");
    refused(expand, "enum Error { Closed = 1 }", "`Closed` needs a doc comment");
    refused(expand, "enum Error { /** Shut. */ Closed = 0 }", "a code is a number from 1");
    refused(expand, "enum Error { /** Shut. */ Closed = 4294967296 }", "a code is a number from 1");
    refused(expand, "enum Error { /** Shut. */ Closed = CODE }", "a code is a number from 1");
    refused(expand, "enum Error { /** Few. */ Few(u64) = 1 }", "`Few` can't have fields");
    refused(expand, "enum Error { /** A. */ A = 7, /** B. */ B = 7 }", "`A` has code 7 already");
    refused(expand, "enum Error {}", "an error enum needs a variant");
}

#[test]
fn events_have_named_fields() {
    let expand = crate::event::expand;
    refused(expand, "struct Paid(u64);", "an event's fields need names");
    refused(expand, "struct Paid<T> { amount: T }", "an event can't be generic");
    refused(expand, "struct Paid { #[codec(compact)] amount: u64 }", "the metadata describes plain SCALE");
    assert!(accepted(expand, "struct Closed;").contains("\"Closed\""));
}

#[test]
fn data_is_described_as_it_is_encoded() {
    let expand = crate::data::expand;
    refused(expand, "union Bits { a: u8 }", "a data type is a struct or an enum");
    refused(expand, "struct Page<T> { items: Vec<T> }", "a data type can't be generic");
    refused(expand, "enum Never {}", "an enum of data has 1 to 256 variants");
    refused(expand, "enum Big { A = 256 }", "a variant's number is from 0 to 255");
    refused(expand, "enum Kind { #[codec(index = 3)] A }", "number a variant as `Name = 3`");
    let numbered = accepted(expand, "enum Kind { A = 5, B }");
    assert!(numbered.contains("index : 5u8") && numbered.contains("index : 1u8"), "{numbered}");
}

#[test]
fn interfaces_only_declare() {
    let expand = crate::interface::expand;
    refused(expand, "trait Cash { fn pay(&mut self) {} }", "an interface only declares");
    refused(expand, "trait Cash { const FEE: u64; }", "an interface has methods only");
    refused(expand, "trait Cash: Bank {}", "an interface stands alone");
    refused(expand, "trait Cash { fn id(&self) -> u64; }", "the generated reference has this method");
    let result = "trait Cash { fn pay(&mut self) -> Result<u64, Error>; }";
    refused(expand, result, "name only what a success returns");
    let expanded = accepted(expand, "pub trait Cash { fn pay(&mut self, to: Account) -> u64; }");
    for part in ["struct CashRef", "fn pay", "fn try_pay", "CallError", "METHODS"] {
        assert!(expanded.contains(part), "{part}: {expanded}");
    }
}

#[test]
fn docs_lose_their_margin() {
    let attributes: Vec<syn::Attribute> = syn::parse_quote! {
        /// Pays.
        ///
        ///   Indented.
        #[inline]
    };
    assert_eq!(crate::attributes::docs(&attributes), "Pays.\n\n  Indented.");
}

#[test]
fn raw_names_are_plain_on_the_wire() {
    let raw = syn::Ident::new_raw("type", Span::call_site());
    assert_eq!(crate::fields::plain_name(&raw), "type");
}
