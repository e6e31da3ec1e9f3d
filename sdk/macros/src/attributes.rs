//! Attributes: documentation text, and checks that several macros share.

use proc_macro2::TokenStream;
use syn::{Attribute, Error, Expr, ExprLit, Generics, Lit, Meta, Result};

/// The text of doc comments: one space after `///` is dropped, lines are joined, ends are trimmed.
pub(crate) fn docs(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes.iter().filter_map(doc_line).collect();
    lines.join("\n").trim().to_owned()
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else { return None };
    let text = text.value();
    pair.path.is_ident("doc").then(|| text.strip_prefix(' ').unwrap_or(&text).trim_end().to_owned())
}

/// None of the macros takes arguments.
pub(crate) fn no_arguments(name: &str, arguments: &TokenStream) -> Result<()> {
    if arguments.is_empty() {
        return Ok(());
    }
    Err(Error::new_spanned(arguments, format!("`#[{name}]` takes no arguments")))
}

/// What goes over the wire has one shape.
pub(crate) fn no_generics(what: &str, generics: &Generics) -> Result<()> {
    match (generics.params.first(), &generics.where_clause) {
        (Some(parameter), _) => Err(Error::new_spanned(
            parameter,
            format!("{what} can't be generic: its bytes must have one shape"),
        )),
        (None, Some(clause)) => Err(Error::new_spanned(clause, format!("{what} can't have a where clause"))),
        (None, None) => Ok(()),
    }
}

/// Fails at `span` if an attribute of this name is there.
pub(crate) fn refuse_attribute(attributes: &[Attribute], name: &str, why: &str) -> Result<()> {
    match attributes.iter().find(|attribute| attribute.path().is_ident(name)) {
        Some(attribute) => Err(Error::new_spanned(attribute, why)),
        None => Ok(()),
    }
}

/// Errors gathered over a whole item, so that the author sees all of them at once.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    /// Keeps the error of `result`, if it is one.
    pub(crate) fn take<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(error);
                None
            }
        }
    }

    /// Keeps `error`.
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// Fails if there was any.
    pub(crate) fn finish(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}
