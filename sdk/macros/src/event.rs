//! `#[event]`: what a contract says happened.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Fields, ItemStruct, Result, parse2};

use crate::attributes::{docs, no_arguments, no_generics};
use crate::fields::{describe_all, plain_name, wire_derives};

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    no_arguments("event", &arguments)?;
    let item: ItemStruct = parse2(item)?;
    no_generics("an event", &item.generics)?;
    if let Fields::Unnamed(fields) = &item.fields {
        return Err(Error::new_spanned(fields, "an event's fields need names: readers see them"));
    }
    let derives = wire_derives();
    let ident = &item.ident;
    let (name, docs, fields) = (plain_name(ident), docs(&item.attrs), describe_all(&item.fields)?);
    Ok(quote! {
        #derives
        #item

        impl ::sillok_sdk::Event for #ident {
            const NAME: &'static str = #name;
        }

        ::sillok_sdk::__metadata!(::sillok_sdk::__private::ItemSpec::Event {
            name: #name,
            docs: #docs,
            fields: #fields,
        });
    })
}
