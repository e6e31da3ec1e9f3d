//! Arguments of a contract's method as typed on a command line, driven by the method's metadata.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use sillok_abi::{FieldSpec, MethodSpec, TypeSpec};
use sillok_client::value::{example, example_text, parse_text, signature, type_name};

use super::{CliError, Result};

/// What precedes a file's name where bytes are asked for.
const FILE_MARK: char = '@';

/// Reads words of the form `param=value` into an object by parameter name. Text, numbers, accounts and
/// dates are typed plainly, composite values as JSON, bytes as `0x…` or `@file`.
pub(super) fn parse(method: &MethodSpec, words: &[String]) -> Result<Value> {
    let mut values = Map::new();
    for word in words {
        let (name, text) = word.split_once('=').ok_or_else(|| {
            wrong(method, format!("`{word}` is not of the form param=value or --param value"))
        })?;
        let param = find(method, name)?;
        let value =
            parse_value(&param.ty, text).map_err(|error| wrong(method, format!("{name}: {error}")))?;
        if values.insert(param.name.clone(), value).is_some() {
            return Err(wrong(method, format!("`{name}` is given twice")));
        }
    }
    check_complete(method, &values)?;
    Ok(Value::Object(values))
}

fn find<'a>(method: &'a MethodSpec, name: &str) -> Result<&'a FieldSpec> {
    let name = name.replace('-', "_");
    let param = method.params.iter().find(|param| param.name == name);
    param.ok_or_else(|| wrong(method, format!("`{}` has no parameter `{name}`", method.name)))
}

fn parse_value(ty: &TypeSpec, text: &str) -> std::result::Result<Value, String> {
    match (ty, text.strip_prefix(FILE_MARK)) {
        (TypeSpec::Bytes, Some(path)) => {
            let bytes = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
            Ok(json!(format!("0x{}", hex::encode(bytes))))
        }
        _ => parse_text(ty, text).map_err(|error| error.to_string()),
    }
}

fn check_complete(method: &MethodSpec, values: &Map<String, Value>) -> Result<()> {
    let optional = |param: &&FieldSpec| matches!(param.ty, TypeSpec::Option(_));
    let missing = method.params.iter().filter(|param| !optional(param) && !values.contains_key(&param.name));
    let missing: Vec<_> = missing.map(|param| param.name.as_str()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(wrong(method, format!("`{}` needs {}", method.name, missing.join(", "))))
}

fn wrong(method: &MethodSpec, message: String) -> CliError {
    CliError::usage(message).hint(describe(method))
}

/// Signature and documentation.
pub(super) fn summary(method: &MethodSpec) -> String {
    let mut text = signature(method);
    for line in method.docs.lines() {
        let _ = write!(text, "\n    {}", line.trim());
    }
    text
}

/// The summary, and what each parameter takes.
fn describe(method: &MethodSpec) -> String {
    let mut text = summary(method);
    for param in &method.params {
        let example = typed(&example(&param.ty)).unwrap_or_else(|| example_text(&param.ty));
        let _ = write!(text, "\n    {}={example}  ({})", param.name, type_name(&param.ty));
    }
    text
}

/// An example as it is typed: text without its quotes.
fn typed(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sillok_abi::MethodKind;

    fn method() -> MethodSpec {
        let field = |name: &str, ty| FieldSpec { name: name.into(), ty };
        MethodSpec {
            name: "issue".into(),
            docs: "Issues shares.".into(),
            kind: MethodKind::Change,
            reentrant: false,
            params: vec![
                field("holder", TypeSpec::Account),
                field("balance_reference", TypeSpec::String),
                field("quantity", TypeSpec::U64),
                field("price", TypeSpec::Option(Box::new(TypeSpec::U64))),
                field("dates", TypeSpec::List(Box::new(TypeSpec::Date))),
            ],
            returns: TypeSpec::U64,
        }
    }

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn each_form_is_read() {
        let given = "holder=//Alice balance-reference=CS=1 quantity=5 dates=[\"2026-11-23\"]";
        let expected = json!({
            "holder": "//Alice", "balance_reference": "CS=1", "quantity": "5", "dates": ["2026-11-23"],
        });
        assert_eq!(parse(&method(), &words(given)).unwrap(), expected);
    }

    #[test]
    fn mistakes_are_named_with_the_methods_description() {
        let cases = [
            ("holder=//Alice", "`issue` needs balance_reference, quantity, dates"),
            ("colour=red", "`issue` has no parameter `colour`"),
            ("holder", "`holder` is not of the form param=value or --param value"),
            ("quantity=1 quantity=2", "`quantity` is given twice"),
        ];
        for (given, message) in cases {
            let error = parse(&method(), &words(given)).unwrap_err();
            assert_eq!(error.message, message);
            let hint = error.hint.unwrap();
            assert!(hint.starts_with("issue(holder: Account, ") && hint.contains("Issues shares."), "{hint}");
        }
    }
}
