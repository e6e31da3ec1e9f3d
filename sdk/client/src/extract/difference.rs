//! Where a statement differs from what is proven.

use serde_json::Value;

use super::Difference;

/// The first place at which the two are not the same.
pub(super) fn first(path: &str, says: &Value, is: &Value) -> Option<Difference> {
    match (says, is) {
        (Value::Object(said), Value::Object(proven)) => {
            let known = proven.iter().map(|(name, is)| (name, said.get(name), Some(is)));
            let others = said.iter().filter(|(name, _)| !proven.contains_key(*name));
            known
                .chain(others.map(|(name, says)| (name, Some(says), None)))
                .find_map(|(name, says, is)| part(&format!("{path}.{name}"), says, is))
        }
        (Value::Array(said), Value::Array(proven)) => (0..said.len().max(proven.len()))
            .find_map(|index| part(&format!("{path}[{index}]"), said.get(index), proven.get(index))),
        (says, is) if says == is => None,
        (says, is) => Some(differs(path, Some(says), Some(is))),
    }
}

fn part(path: &str, says: Option<&Value>, is: Option<&Value>) -> Option<Difference> {
    match (says, is) {
        (Some(says), Some(is)) => first(path, says, is),
        (says, is) => Some(differs(path, says, is)),
    }
}

fn differs(path: &str, says: Option<&Value>, is: Option<&Value>) -> Difference {
    let owned = |value: Option<&Value>| value.cloned().unwrap_or_default();
    Difference { path: path.into(), says: owned(says), is: owned(is) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_difference_is_named_by_its_path() {
        let proven = json!({ "a": [1, { "b": 2 }], "c": null });
        let path = |said: Value| match first("s", &said, &proven) {
            Some(Difference { path, .. }) => path,
            other => format!("{other:?}"),
        };
        assert_eq!(path(proven.clone()), "None");
        assert_eq!(path(json!({ "a": [1, { "b": 3 }], "c": null })), "s.a[1].b");
        assert_eq!(path(json!({ "a": [1], "c": null })), "s.a[1]");
        assert_eq!(path(json!({ "a": [1, { "b": 2 }, 3], "c": null })), "s.a[2]");
        assert_eq!(path(json!({ "a": [1, { "b": 2 }] })), "s.c");
        assert_eq!(path(json!({ "a": [1, { "b": 2 }], "c": null, "d": 1 })), "s.d");
        assert_eq!(path(json!([])), "s");
    }
}
