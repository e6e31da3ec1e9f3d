//! What is wrong with a value: where, what was expected, what would do.

use serde_json::Value;
use sillok_abi::TypeSpec;

use super::shape::{example_text, expectation};

/// Longest excerpt of a wrong value in an error's text, in characters.
const EXCERPT: usize = 60;

/// Why a JSON value is not of its type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// The value does not fit the type.
    #[error("`{path}`: expected {expected}, found {found}; for example {example}")]
    Mismatch {
        /// Where, such as `terms.price` or `rows[2].holder`.
        path: String,
        /// What the type takes.
        expected: String,
        /// What was given.
        found: String,
        /// A value that fits.
        example: String,
    },
    /// A field or parameter is not given.
    #[error("`{path}` is missing: expected {expected}; for example {example}")]
    Missing {
        /// Its place.
        path: String,
        /// What the type takes.
        expected: String,
        /// A value that fits.
        example: String,
    },
    /// A field, parameter or variant is not known.
    #[error("`{path}` is not known here; known: {known}")]
    Unknown {
        /// Its place.
        path: String,
        /// The names that are known.
        known: String,
    },
}

impl ValueError {
    pub(super) fn mismatch(ty: &TypeSpec, found: &Value) -> Self {
        Self::because(ty, excerpt(found))
    }

    /// A mismatch with a reason in the place of the value found.
    pub(super) fn because(ty: &TypeSpec, found: String) -> Self {
        let (expected, example) = (expectation(ty), example_text(ty));
        ValueError::Mismatch { path: String::new(), expected, found, example }
    }

    pub(super) fn missing(name: &str, ty: &TypeSpec) -> Self {
        let (expected, example) = (expectation(ty), example_text(ty));
        ValueError::Missing { path: name.to_owned(), expected, example }
    }

    pub(super) fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let known: Vec<_> = known.collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        ValueError::Unknown { path: name.to_owned(), known }
    }

    /// The same error, one step further out: `step` is a field's name or `[index]`.
    pub(super) fn within(mut self, step: &str) -> Self {
        let path = match &mut self {
            ValueError::Mismatch { path, .. }
            | ValueError::Missing { path, .. }
            | ValueError::Unknown { path, .. } => path,
        };
        let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
        *path = format!("{step}{dot}{path}");
        self
    }
}

fn excerpt(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Why bytes are not SCALE of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// They end too early, or hold something that the type has not.
    #[error("the bytes are not SCALE of {ty}")]
    Malformed {
        /// The innermost type that did not fit.
        ty: String,
    },
    /// They go on after the value.
    #[error("{count} bytes are left after the value")]
    Trailing {
        /// How many.
        count: usize,
    },
}
