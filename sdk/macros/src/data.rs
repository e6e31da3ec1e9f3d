//! `#[data]`: types of arguments, results, events and storage.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, DataStruct, DeriveInput, Error, Expr, ExprLit, Fields, Lit, Result, Variant, parse2};

use crate::attributes::{no_arguments, no_generics, refuse_attribute};
use crate::fields::{describe_all, plain_name, wire_derives};

/// The most variants that SCALE can tell apart.
const MAX_VARIANTS: usize = 256;

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    no_arguments("data", &arguments)?;
    let item: DeriveInput = parse2(item)?;
    no_generics("a data type", &item.generics)?;
    let shape = match &item.data {
        syn::Data::Struct(data) => struct_shape(&item, data)?,
        syn::Data::Enum(data) => enum_shape(&item, data)?,
        syn::Data::Union(data) => {
            return Err(Error::new_spanned(data.union_token, "a data type is a struct or an enum"));
        }
    };
    let derives = wire_derives();
    let ident = &item.ident;
    let repr = numbered(&item.data).then(|| quote!(#[repr(u8)]));
    Ok(quote! {
        #derives
        #repr
        #item

        impl ::sillok_sdk::__private::Describe for #ident {
            const TYPE: ::sillok_sdk::__private::Type = #shape;
        }
    })
}

/// Whether a variant has a number, which the compiler allows beside fields only if it knows its size.
fn numbered(data: &syn::Data) -> bool {
    matches!(data, syn::Data::Enum(data) if data.variants.iter().any(|variant| variant.discriminant.is_some()))
}

/// A struct of one unnamed field has the shape of that field, as its bytes do.
fn struct_shape(item: &DeriveInput, data: &DataStruct) -> Result<TokenStream> {
    let fields = describe_all(&data.fields)?;
    if let (Fields::Unnamed(_), 1, Some(inner)) = (&data.fields, data.fields.len(), data.fields.iter().next())
    {
        let ty = &inner.ty;
        return Ok(quote!(<#ty as ::sillok_sdk::__private::Describe>::TYPE));
    }
    let name = plain_name(&item.ident);
    Ok(quote!(::sillok_sdk::__private::Type::Struct(#name, #fields)))
}

fn enum_shape(item: &DeriveInput, data: &DataEnum) -> Result<TokenStream> {
    if data.variants.is_empty() || data.variants.len() > MAX_VARIANTS {
        return Err(Error::new_spanned(&item.ident, "an enum of data has 1 to 256 variants"));
    }
    let variants = data.variants.iter().enumerate().map(|(position, variant)| {
        refuse_attribute(&variant.attrs, "codec", "number a variant as `Name = 3`, not by `#[codec]`")?;
        let (name, index) = (plain_name(&variant.ident), index(variant, position)?);
        let fields = describe_all(&variant.fields)?;
        Ok(quote!(::sillok_sdk::__private::Variant { name: #name, index: #index, fields: #fields }))
    });
    let variants = variants.collect::<Result<Vec<_>>>()?;
    let name = plain_name(&item.ident);
    Ok(quote!(::sillok_sdk::__private::Type::Enum(#name, &[#(#variants),*])))
}

/// The index that the `Encode` derive gives a variant: its number, or else its position.
pub(crate) fn index(variant: &Variant, position: usize) -> Result<u8> {
    let wrong =
        |place: &dyn quote::ToTokens| Error::new_spanned(place, "a variant's number is from 0 to 255");
    match &variant.discriminant {
        None => u8::try_from(position).map_err(|_| wrong(variant)),
        Some((_, Expr::Lit(ExprLit { lit: Lit::Int(number), .. }))) => {
            number.base10_parse().map_err(|_| wrong(number))
        }
        Some((_, other)) => Err(wrong(other)),
    }
}
