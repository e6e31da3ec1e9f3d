//! Fields of events, data types and variants: their descriptions for the metadata.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Fields, Result, Type};

use crate::attributes::refuse_attribute;

/// The description of one named, typed thing: a field or a parameter.
pub(crate) fn describe(name: &str, ty: &Type) -> TokenStream {
    quote! {
        ::sillok_sdk::__private::Field {
            name: #name,
            ty: &<#ty as ::sillok_sdk::__private::Describe>::TYPE,
        }
    }
}

/// The descriptions of all fields; unnamed ones are called `0`, `1`, ...
pub(crate) fn describe_all(fields: &Fields) -> Result<TokenStream> {
    let mut described = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let why = "the metadata describes plain SCALE: `#[codec]` would change the bytes";
        refuse_attribute(&field.attrs, "codec", why)?;
        let name = field.ident.as_ref().map_or_else(|| index.to_string(), plain_name);
        described.push(describe(&name, &field.ty));
    }
    Ok(quote!(&[#(#described),*]))
}

/// A name without the `r#` of a raw identifier.
pub(crate) fn plain_name(ident: &syn::Ident) -> String {
    let name = ident.to_token_stream().to_string();
    name.strip_prefix("r#").map_or(name.clone(), ToOwned::to_owned)
}

/// The derives that every type on the wire has.
pub(crate) fn wire_derives() -> TokenStream {
    quote! {
        #[derive(Clone, Debug, PartialEq, Eq, ::sillok_sdk::codec::Encode, ::sillok_sdk::codec::Decode)]
        #[codec(crate = ::sillok_sdk::codec)]
    }
}
