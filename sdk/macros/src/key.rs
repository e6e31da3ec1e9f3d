//! `#[derive(OrderedKey)]`: structs and enums as ordered keys.
//!
//! A struct is its fields, one after the other; an enum its variant's number and the variant's fields. So
//! the order is that of a derived `Ord`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DataEnum, DeriveInput, Error, Fields, Index, Result, parse2};

use crate::attributes::no_generics;
use crate::data::index;

pub(crate) fn expand(item: TokenStream) -> Result<TokenStream> {
    let item: DeriveInput = parse2(item)?;
    no_generics("an ordered key", &item.generics)?;
    let (write, read) = match &item.data {
        Data::Struct(data) => of_struct(&data.fields),
        Data::Enum(data) => of_enum(data)?,
        Data::Union(data) => {
            return Err(Error::new_spanned(data.union_token, "an ordered key is a struct or an enum"));
        }
    };
    let name = &item.ident;
    Ok(quote! {
        impl ::sillok_sdk::OrderedKey for #name {
            fn write_key<O: ::sillok_sdk::codec::Output + ?::core::marker::Sized>(&self, output: &mut O) {
                #write
            }

            fn read_key(input: &mut &[u8]) -> ::core::option::Option<Self> {
                #read
            }
        }
    })
}

fn of_struct(fields: &Fields) -> (TokenStream, TokenStream) {
    let write = names(fields).into_iter().map(|name| write(&quote!(&self.#name)));
    let value = read(fields, &quote!(Self));
    (quote!(#(#write)*), quote!(::core::option::Option::Some(#value)))
}

fn of_enum(data: &DataEnum) -> Result<(TokenStream, TokenStream)> {
    let mut writes = Vec::new();
    let mut reads = Vec::new();
    for (position, variant) in data.variants.iter().enumerate() {
        let (number, ident, fields) = (index(variant, position)?, &variant.ident, names(&variant.fields));
        let bound: Vec<_> = (0..fields.len()).map(|field| format_ident!("field_{field}")).collect();
        let parts = bound.iter().map(|field| write(&quote!(#field)));
        let number_written = write(&quote!(&#number));
        writes.push(quote!(Self::#ident { #(#fields: #bound),* } => { #number_written #(#parts)* }));
        let value = read(&variant.fields, &quote!(Self::#ident));
        reads.push(quote!(#number => ::core::option::Option::Some(#value)));
    }
    let write = quote!(match self { #(#writes)* });
    let read = quote! {
        match <u8 as ::sillok_sdk::OrderedKey>::read_key(input)? {
            #(#reads,)*
            _ => ::core::option::Option::None,
        }
    };
    Ok((write, read))
}

/// The names of fields, which are numbers if they have none.
fn names(fields: &Fields) -> Vec<TokenStream> {
    let name = |(position, field): (usize, &syn::Field)| match &field.ident {
        Some(ident) => quote!(#ident),
        None => {
            let position = Index::from(position);
            quote!(#position)
        }
    };
    fields.iter().enumerate().map(name).collect()
}

fn write(value: &TokenStream) -> TokenStream {
    quote!(::sillok_sdk::OrderedKey::write_key(#value, output);)
}

/// A value of these fields, taken off the input one after the other.
fn read(fields: &Fields, of: &TokenStream) -> TokenStream {
    let names = names(fields);
    quote!(#of { #(#names: ::sillok_sdk::OrderedKey::read_key(input)?),* })
}
