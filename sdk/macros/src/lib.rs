//! The macros of sillok-sdk: contract, storage, indexes, event, error, data, interface, and the derive of
//! ordered keys.
//!
//! One file per macro, each a function from tokens to tokens that is tested without a compiler. A
//! mistake of the author becomes an error at the place of the mistake that says what to write instead.
//! Expansions name only `::sillok_sdk`, and hold no `unsafe` but the export names and link sections
//! that Wasm needs.

mod attributes;
mod contract;
mod data;
mod error;
mod event;
mod fields;
mod indexes;
mod interface;
mod key;
mod method;
mod prefix;
mod role;
mod storage;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

type Expand = fn(proc_macro2::TokenStream, proc_macro2::TokenStream) -> syn::Result<proc_macro2::TokenStream>;

fn run(expand: Expand, arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(arguments.into(), item.into()).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// On a plain `impl` of a storage struct: its public functions become the contract's methods.
///
/// `&self` methods are queries, `&mut self` methods change state, and at most one is the
/// `#[constructor]`. Arguments arrive by value and are SCALE; a result is SCALE too, and
/// `Result<T, E>` with an `#[error]` type `E` refuses by code. Doc comments go to the metadata.
///
/// A `#[migration]` runs when a contract is upgraded to this code, and in no other way. Its first
/// parameter is the storage that it starts from: a `#[storage]` struct with the fields as they were.
/// There can be several, each from another layout; the node runs the one that fits, if there is one.
///
/// While a method waits for a call that it makes, the contract can't be called again, queries included,
/// but for methods that are marked `#[reentrant]`.
///
/// A contract of many methods can have them in several files: `#[contract(part)]` on a further `impl` adds its
/// methods to those of the `#[contract]`, where the constructor and migrations stay.
#[proc_macro_attribute]
pub fn contract(arguments: TokenStream, item: TokenStream) -> TokenStream {
    run(contract::expand, arguments, item)
}

/// On a struct of `Value`, `Map`, `OrderedMap`, `Set`, `List` and `Indexed` fields: the contract's storage.
///
/// A field's keys begin with the first 4 bytes of BLAKE3 of its name, so fields can be reordered, and
/// one that is renamed loses what it held. Names whose 4 bytes are equal are refused. The names of the
/// fields and what they hold make the layout, whose digest is in the metadata: code with another layout
/// needs a migration.
#[proc_macro_attribute]
pub fn storage(arguments: TokenStream, item: TokenStream) -> TokenStream {
    run(storage::expand, arguments, item)
}

/// On a trait of functions: the indexes of an `Indexed` field, whose type then names the trait.
///
/// Each function makes the index's key of a value; one that returns an `Option` leaves out the values for
/// which there is none. `#[unique]` says that no two values have the same. The field has a method of each
/// function's name.
#[proc_macro_attribute]
pub fn indexes(arguments: TokenStream, item: TokenStream) -> TokenStream {
    run(indexes::expand, arguments, item)
}

/// Makes a struct or enum a key of ordered fields and indexes, in the order of a derived `Ord`.
#[proc_macro_derive(OrderedKey)]
pub fn ordered_key(item: TokenStream) -> TokenStream {
    key::expand(item.into()).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// On a struct with named fields: an event, emitted with `emit(&Event { .. })`.
#[proc_macro_attribute]
pub fn event(arguments: TokenStream, item: TokenStream) -> TokenStream {
    run(event::expand, arguments, item)
}

/// On an enum of unit variants with codes: the errors that methods return. A variant's doc comment is
/// the text that users see.
#[proc_macro_attribute]
pub fn error(arguments: TokenStream, item: TokenStream) -> TokenStream {
    run(error::expand, arguments, item)
}

/// On a struct or enum: a type for arguments, results, events and storage. Derives `Clone`, `Debug`,
/// `PartialEq`, `Eq`, `Encode` and `Decode`, and describes the type in the metadata.
#[proc_macro_attribute]
pub fn data(arguments: TokenStream, item: TokenStream) -> TokenStream {
    run(data::expand, arguments, item)
}

/// On a trait `X` of another contract's methods: generates `XRef`, through which they are called.
///
/// `XRef::at(id).method(..)` ends the caller too if it is refused; `try_method` returns the refusal.
#[proc_macro_attribute]
pub fn interface(arguments: TokenStream, item: TokenStream) -> TokenStream {
    run(interface::expand, arguments, item)
}
