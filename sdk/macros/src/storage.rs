//! `#[storage]`: the struct of storage fields.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Error, Field, Fields, GenericArgument, ItemStruct, PathArguments, Result, Type, parse2};

use crate::attributes::{Errors, no_arguments, no_generics};
use crate::fields::plain_name;
use crate::prefix::{layout, prefix, refuse_collisions};

/// The types of storage fields: name, number of generic types.
const FIELD_TYPES: [(&str, usize); 6] =
    [("Value", 1), ("Map", 2), ("OrderedMap", 2), ("Set", 1), ("List", 1), (INDEXED, 3)];

/// The type of field that has indexes: the last of its generic types.
const INDEXED: &str = "Indexed";

/// A storage field.
struct StorageField<'item> {
    field: &'item Field,
    name: String,
    /// The type that says which indexes it has, if any.
    indexes: Option<&'item Type>,
}

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    no_arguments("storage", &arguments)?;
    let item: ItemStruct = parse2(item)?;
    no_generics("a contract's storage", &item.generics)?;
    let fields = storage_fields(&item)?;
    refuse_collisions(fields.iter().filter_map(|field| Some((field.field.ident.as_ref()?, &*field.name))))?;
    let layout = layout(fields.iter().map(|field| (&*field.name, field.field.ty.to_token_stream())));
    let indexes: BTreeMap<_, _> =
        fields.iter().filter_map(|field| Some((&field.name, field.indexes?))).collect();
    let indexes = indexes.values();
    let openings = fields.iter().map(opening);
    let name = &item.ident;
    Ok(quote! {
        #item

        impl ::sillok_sdk::__private::Storage for #name {
            const LAYOUT: [u8; 32] = ::sillok_sdk::__private::with_indexes(
                [#(#layout),*],
                &[#(<#indexes as ::sillok_sdk::__private::Indexes>::LAYOUT),*],
            );

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
        let indexes = errors.take(check_type(&field.ty)).flatten();
        let name = field.ident.as_ref().map(plain_name).unwrap_or_default();
        checked.push(StorageField { field, name, indexes });
    }
    errors.finish()?;
    Ok(checked)
}

/// The field's type is one of a storage field; the type of its indexes, if it has any.
fn check_type(ty: &Type) -> Result<Option<&Type>> {
    let wrong = || {
        let types = "`Value<T>`, `Map<K, V>`, `OrderedMap<K, V>`, `Set<K>`, `List<T>` or `Indexed<K, V, I>`";
        Error::new_spanned(ty, format!("a storage field is a {types}"))
    };
    let Type::Path(path) = ty else { return Err(wrong()) };
    let last = path.path.segments.last().ok_or_else(wrong)?;
    let PathArguments::AngleBracketed(generics) = &last.arguments else { return Err(wrong()) };
    let types: Vec<&Type> = generics
        .args
        .iter()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
        .collect();
    let name = last.ident.to_string();
    if !FIELD_TYPES.contains(&(&*name, types.len())) || types.len() != generics.args.len() {
        return Err(wrong());
    }
    Ok(types.last().copied().filter(|_| name == INDEXED))
}

fn opening(field: &StorageField<'_>) -> TokenStream {
    let StorageField { field, name, .. } = field;
    let prefix = prefix(name);
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
