//! `#[storage]`: the struct of storage fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Field, Fields, GenericArgument, ItemStruct, PathArguments, Result, Type, parse2};

use crate::attributes::{Errors, no_arguments, no_generics};
use crate::fields::plain_name;
use crate::prefix::{prefix, refuse_collisions};

/// The types of storage fields: name, number of generic types.
const FIELD_TYPES: [(&str, usize); 6] =
    [("Value", 1), ("Map", 2), ("OrderedMap", 2), ("Set", 1), ("List", 1), ("Indexed", 3)];

/// A storage field.
struct StorageField<'item> {
    field: &'item Field,
    name: String,
}

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    no_arguments("storage", &arguments)?;
    let item: ItemStruct = parse2(item)?;
    no_generics("a contract's storage", &item.generics)?;
    let fields = storage_fields(&item)?;
    refuse_collisions(fields.iter().filter_map(|field| Some((field.field.ident.as_ref()?, &*field.name))))?;
    let layout = layout(&fields);
    let openings = fields.iter().map(opening);
    let name = &item.ident;
    Ok(quote! {
        #item

        impl ::sillok_sdk::__private::Storage for #name {
            const FIELDS: &'static [::sillok_sdk::__private::LayoutField] = &[#(#layout),*];

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
        checked.push(StorageField { field, name });
    }
    errors.finish()?;
    Ok(checked)
}

/// The field's type is one of a storage field.
fn check_type(ty: &Type) -> Result<()> {
    let wrong = || {
        let types = "`Value<T>`, `Map<K, V>`, `OrderedMap<K, V>`, `Set<K>`, `List<T>` or `Indexed<K, V, I>`";
        Error::new_spanned(ty, format!("a storage field is a {types}"))
    };
    let Type::Path(path) = ty else { return Err(wrong()) };
    let last = path.path.segments.last().ok_or_else(wrong)?;
    let PathArguments::AngleBracketed(generics) = &last.arguments else { return Err(wrong()) };
    let types = generics.args.iter().filter(|argument| matches!(argument, GenericArgument::Type(_))).count();
    let name = last.ident.to_string();
    if FIELD_TYPES.contains(&(&*name, types)) && types == generics.args.len() { Ok(()) } else { Err(wrong()) }
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
                indexes: <#ty as ::sillok_sdk::__private::Stored>::INDEXES,
            }
        }
    };
    ordered.into_iter().map(described).collect()
}

fn opening(field: &StorageField<'_>) -> TokenStream {
    let StorageField { field, name } = field;
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
