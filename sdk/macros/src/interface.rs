//! `#[interface]`: typed calls of another contract.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, Error, ItemTrait, Result, TraitItem, TraitItemFn, parse2};

use crate::attributes::{Errors, docs, no_arguments, no_generics};
use crate::method::{Method, Returns};

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    no_arguments("interface", &arguments)?;
    let item: ItemTrait = parse2(item)?;
    no_generics("an interface", &item.generics)?;
    if !item.supertraits.is_empty() {
        return Err(Error::new_spanned(
            &item.supertraits,
            "an interface stands alone: list all methods in it",
        ));
    }
    let mut errors = Errors::default();
    let (calls, items): (Vec<_>, Vec<_>) =
        item.items.iter().filter_map(|entry| errors.take(method(entry))).unzip();
    errors.finish()?;
    let (attributes, visibility) = (&item.attrs, &item.vis);
    let reference = format_ident!("{}Ref", item.ident);
    Ok(quote! {
        #(#attributes)*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #visibility struct #reference(::sillok_sdk::__private::ContractId);

        impl #reference {
            /// The contract of this id. Nothing is checked until it is called.
            pub const fn at(id: ::sillok_sdk::__private::ContractId) -> Self {
                Self(id)
            }

            /// The contract's id.
            pub const fn id(&self) -> ::sillok_sdk::__private::ContractId {
                self.0
            }

            /// What is expected of the contract, as its metadata would say it.
            pub const METHODS: &'static [::sillok_sdk::abi::ItemSpec] = &[#(#items),*];

            #(#calls)*
        }
    })
}

/// The two ways to call one method, and its description.
fn method(entry: &TraitItem) -> Result<(TokenStream, TokenStream)> {
    let TraitItem::Fn(function) = entry else {
        return Err(Error::new_spanned(entry, "an interface has methods only"));
    };
    let method = Method::parse(&function.sig)?;
    check_declaration(function, &method)?;
    let item = method.item(&method.kind(), &docs(&function.attrs));
    Ok((calls(&function.attrs, &method), item))
}

fn calls(attributes: &[Attribute], method: &Method<'_>) -> TokenStream {
    let (ident, name, value) = (method.ident, &method.name, method.success());
    let try_ident = format_ident!("try_{}", name);
    let parameters: Vec<_> = method
        .params
        .iter()
        .map(|param| {
            let (ident, ty) = (param.ident, param.ty);
            quote!(#ident: #ty)
        })
        .collect();
    let arguments = method.params.iter().map(|param| param.ident);
    // Of the macro's own scope, so that no parameter is hidden.
    let bytes = Ident::new("bytes", Span::mixed_site());
    let encoded = quote! {{
        let mut #bytes = ::sillok_sdk::__private::Vec::new();
        #(::sillok_sdk::__private::Encode::encode_to(&#arguments, &mut #bytes);)*
        #bytes
    }};
    let try_docs =
        format!("Like `{name}`, but a refusal of the contract comes back instead of ending this call.");
    let allow = quote! {
        #[allow(clippy::too_many_arguments, reason = "the parameters are the method's wire format")]
    };
    quote! {
        #(#attributes)*
        #allow
        pub fn #ident(&self, #(#parameters),*) -> #value {
            ::sillok_sdk::__private::call(&self.0, #name, &#encoded)
        }

        #[doc = #try_docs]
        #allow
        pub fn #try_ident(
            &self,
            #(#parameters),*
        ) -> ::core::result::Result<#value, ::sillok_sdk::CallError> {
            ::sillok_sdk::__private::try_call(&self.0, #name, &#encoded)
        }
    }
}

fn check_declaration(function: &TraitItemFn, method: &Method<'_>) -> Result<()> {
    if let Some(body) = &function.default {
        return Err(Error::new_spanned(body, "an interface only declares: end the method with `;`"));
    }
    if matches!(method.returns, Returns::Result(_)) {
        let message =
            "name only what a success returns: a refusal ends the caller, or comes back from `try_`";
        return Err(Error::new_spanned(&function.sig.output, message));
    }
    if ["at", "id"].contains(&method.name.as_str()) {
        return Err(Error::new_spanned(method.ident, "the generated reference has this method itself"));
    }
    Ok(())
}
