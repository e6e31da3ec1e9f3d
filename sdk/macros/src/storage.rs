//! `#[storage]`: the struct of storage fields.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Field, Fields, GenericArgument, ItemStruct, PathArguments, Result, Type, parse2};

use crate::attributes::{Errors, no_arguments, no_generics};
use crate::fields::plain_name;

/// Bytes of a field's key prefix.
const PREFIX_BYTES: usize = 4;

/// A storage field: `Value<T>` or `Map<K, V>`.
struct StorageField<'item> {
    field: &'item Field,
    name: String,
    prefix: [u8; PREFIX_BYTES],
}

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    no_arguments("storage", &arguments)?;
    let item: ItemStruct = parse2(item)?;
    no_generics("a contract's storage", &item.generics)?;
    let fields = storage_fields(&item)?;
    refuse_collisions(&fields)?;
    let layout = layout(&fields);
    let openings = fields.iter().map(opening);
    let name = &item.ident;
    Ok(quote! {
        #item

        impl ::sillok_sdk::__private::Storage for #name {
            const LAYOUT: [u8; 32] = ::sillok_sdk::__private::layout_digest(&[#(#layout),*]);

            fn open() -> Self {
                Self { #(#openings),* }
            }
        }
    })
}

fn storage_fields(item: &ItemStruct) -> Result<Vec<StorageField<'_>>> {
    let fields = match &item.fields {
        Fields::Named(fields) => fields.named.iter().collect(),
        Fields::Unit => Vec::new(),
        Fields::Unnamed(fields) => {
            return Err(Error::new_spanned(
                fields,
                "storage fields need names: their keys are made from them",
            ));
        }
    };
    let mut errors = Errors::default();
    let mut checked = Vec::new();
    for field in fields {
        errors.take(check_type(&field.ty));
        let name = field.ident.as_ref().map(plain_name).unwrap_or_default();
        checked.push(StorageField { field, prefix: prefix(&name), name });
    }
    errors.finish()?;
    Ok(checked)
}

/// The field's type is `Value` of one type or `Map` of two.
fn check_type(ty: &Type) -> Result<()> {
    let wrong = || Error::new_spanned(ty, "a storage field is a `Value<T>` or a `Map<K, V>`");
    let Type::Path(path) = ty else { return Err(wrong()) };
    let last = path.path.segments.last().ok_or_else(wrong)?;
    let PathArguments::AngleBracketed(generics) = &last.arguments else { return Err(wrong()) };
    let types = generics.args.iter().filter(|argument| matches!(argument, GenericArgument::Type(_))).count();
    let expected = match last.ident.to_string().as_str() {
        "Value" => 1,
        "Map" => 2,
        _ => return Err(wrong()),
    };
    if types == expected && generics.args.len() == expected { Ok(()) } else { Err(wrong()) }
}

fn prefix(name: &str) -> [u8; PREFIX_BYTES] {
    let mut prefix = [0; PREFIX_BYTES];
    prefix.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..PREFIX_BYTES]);
    prefix
}

fn refuse_collisions(fields: &[StorageField<'_>]) -> Result<()> {
    let mut taken = BTreeMap::new();
    let mut errors = Errors::default();
    for field in fields {
        if let Some(other) = taken.insert(field.prefix, &field.name) {
            let message =
                format!("the keys of `{}` begin like those of `{other}`: choose another name", field.name);
            errors.push(Error::new_spanned(&field.field.ident, message));
        }
    }
    errors.finish()
}

/// What the layout's digest is made of, in the order of the fields' names. The types describe themselves.
fn layout(fields: &[StorageField<'_>]) -> Vec<TokenStream> {
    let mut ordered: Vec<_> = fields.iter().map(|field| (&field.name, &field.field.ty)).collect();
    ordered.sort_by_key(|(name, _)| *name);
    let described = |(name, ty): (&String, &Type)| {
        quote! {
            ::sillok_sdk::__private::LayoutField {
                name: #name,
                kind: <#ty as ::sillok_sdk::__private::Stored>::KIND,
                types: <#ty as ::sillok_sdk::__private::Stored>::TYPES,
            }
        }
    };
    ordered.into_iter().map(described).collect()
}

fn opening(field: &StorageField<'_>) -> TokenStream {
    let StorageField { field, name, prefix } = field;
    let ident = &field.ident;
    let ty = &field.ty;
    quote! {
        #ident: <#ty>::at({
            static FIELD: ::sillok_sdk::__private::StorageField =
                ::sillok_sdk::__private::StorageField { name: #name, prefix: [#(#prefix),*] };
            &FIELD
        })
    }
}
