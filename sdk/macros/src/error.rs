//! `#[error]`: what a contract refuses, by code.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Expr, ExprLit, Fields, ItemEnum, Lit, Result, Variant, parse2};

use crate::attributes::{Errors, docs, no_arguments, no_generics};
use crate::fields::plain_name;

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    no_arguments("error", &arguments)?;
    let item: ItemEnum = parse2(item)?;
    no_generics("an error", &item.generics)?;
    let codes = codes(&item)?;
    let ident = &item.ident;
    let arms = item.variants.iter().zip(&codes).map(|(variant, code)| {
        let variant = &variant.ident;
        quote!(Self::#variant => #code)
    });
    let metadata = item.variants.iter().zip(&codes).map(|(variant, code)| metadata(variant, *code));
    Ok(quote! {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        #item

        impl ::sillok_sdk::ContractError for #ident {
            fn code(&self) -> u32 {
                match *self { #(#arms),* }
            }
        }

        #(#metadata)*
    })
}

/// The codes of all variants, in their order.
fn codes(item: &ItemEnum) -> Result<Vec<u32>> {
    if item.variants.is_empty() {
        return Err(Error::new_spanned(&item.ident, "an error enum needs a variant"));
    }
    let mut errors = Errors::default();
    let mut codes = Vec::new();
    let mut taken = BTreeMap::new();
    for variant in &item.variants {
        let Some(code) = errors.take(code(variant)) else { continue };
        if let Some(other) = taken.insert(code, &variant.ident) {
            let message = format!("`{other}` has code {code} already");
            errors.push(Error::new_spanned(variant, message));
        }
        codes.push(code);
    }
    errors.finish()?;
    Ok(codes)
}

fn code(variant: &Variant) -> Result<u32> {
    let ident = &variant.ident;
    if !matches!(variant.fields, Fields::Unit) {
        let message = format!("`{ident}` can't have fields: an error is its code, and an event can say more");
        return Err(Error::new_spanned(&variant.fields, message));
    }
    if docs(&variant.attrs).is_empty() {
        let message = format!("`{ident}` needs a doc comment: it is what users are told");
        return Err(Error::new_spanned(variant, message));
    }
    let Some((_, code)) = &variant.discriminant else {
        let message = format!("`{ident}` needs a code, which must never change: `{ident} = 1`");
        return Err(Error::new_spanned(variant, message));
    };
    let wrong = || Error::new_spanned(code, "a code is a number from 1 to 4294967295");
    let Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) = code else { return Err(wrong()) };
    number.base10_parse().ok().filter(|code| *code > 0).ok_or_else(wrong)
}

fn metadata(variant: &Variant, code: u32) -> TokenStream {
    let (name, docs) = (plain_name(&variant.ident), docs(&variant.attrs));
    quote! {
        ::sillok_sdk::__metadata!(::sillok_sdk::__private::ItemSpec::Error {
            name: #name,
            code: #code,
            docs: #docs,
        });
    }
}
