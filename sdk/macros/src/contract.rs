//! `#[contract]`: public functions of an `impl` become exports and metadata.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Error, ImplItem, ImplItemFn, ItemImpl, Result, Type, Visibility, parse_quote, parse2};

use crate::attributes::{Errors, docs, no_generics};
use crate::method::{Kind, Method, Returns};
use crate::role::{Marks, Role};

/// Clippy's bound of arguments, above which it asks for a struct.
const CLIPPY_ARGUMENTS: usize = 7;

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let part = is_part(&arguments)?;
    let mut item: ItemImpl = parse2(item)?;
    check_impl(&item)?;
    let this = item.self_ty.clone();
    let mut errors = Errors::default();
    let mut generated = Vec::new();
    let mut constructor = None;
    let mut migrated = Vec::new();
    for function in item.items.iter_mut().filter_map(as_function) {
        let Some(marks) = errors.take(Marks::take(function)) else { continue };
        if part {
            errors.take(check_in_part(function, marks));
        }
        if marks.role == Role::Constructor {
            errors.take(check_only(function, &mut constructor));
        }
        if matches!(function.vis, Visibility::Public(_))
            && let Some((exported, from)) = errors.take(export(&this, function, marks))
        {
            generated.push(exported);
            migrated.extend(from);
        }
    }
    errors.finish()?;
    if part {
        return Ok(quote!(#item #(#generated)*));
    }
    Ok(quote! {
        #item

        ::sillok_sdk::__metadata!(::sillok_sdk::__private::ItemSpec::Contract {
            name: ::sillok_sdk::__private::contract_name(::core::env!("CARGO_PKG_NAME")),
            version: ::core::env!("CARGO_PKG_VERSION"),
            layout: <#this as ::sillok_sdk::__private::Storage>::LAYOUT,
        });
        ::sillok_sdk::__metadata!(::sillok_sdk::__private::ItemSpec::Storage {
            fields: <#this as ::sillok_sdk::__private::Storage>::FIELDS,
        });

        const _: () = ::core::assert!(
            ::sillok_sdk::__private::each_from_its_own(
                &[#(<#migrated as ::sillok_sdk::__private::Storage>::LAYOUT),*]
            ),
            "two migrations start from the same layout"
        );

        #(#generated)*
    })
}

/// Whether this is a further part of a contract: its methods join those of the one `#[contract]` without `part`.
fn is_part(arguments: &TokenStream) -> Result<bool> {
    match arguments.to_string().as_str() {
        "" => Ok(false),
        "part" => Ok(true),
        _ => Err(Error::new_spanned(arguments, "`#[contract]` takes no arguments but `part`")),
    }
}

/// What there is one of, or is compared with others of its kind, stands in the one place.
fn check_in_part(function: &ImplItemFn, marks: Marks) -> Result<()> {
    match marks.role {
        Role::Plain => Ok(()),
        Role::Constructor | Role::Migration => Err(Error::new_spanned(
            &function.sig.ident,
            "the constructor and migrations belong in the `#[contract]` without `part`",
        )),
    }
}

fn check_impl(item: &ItemImpl) -> Result<()> {
    if let Some((_, path, _)) = &item.trait_ {
        return Err(Error::new_spanned(path, "`#[contract]` goes on a plain `impl`, not on a trait's"));
    }
    no_generics("a contract", &item.generics)
}

fn as_function(item: &mut ImplItem) -> Option<&mut ImplItemFn> {
    match item {
        ImplItem::Fn(function) => Some(function),
        _ => None,
    }
}

fn check_only(function: &ImplItemFn, constructor: &mut Option<String>) -> Result<()> {
    match constructor.replace(function.sig.ident.to_string()) {
        Some(other) => {
            Err(Error::new_spanned(&function.sig.ident, format!("`{other}` is the constructor already")))
        }
        None => Ok(()),
    }
}

/// The export and the metadata of one method, and the storage that it migrates from, if it does.
fn export(this: &Type, function: &mut ImplItemFn, marks: Marks) -> Result<(TokenStream, Option<Type>)> {
    let Marks { role, reentrant } = marks;
    let mut method = Method { reentrant, ..Method::parse(&function.sig)? };
    let many = method.params.len() >= CLIPPY_ARGUMENTS;
    let kind = role.kind(&mut method)?;
    let item = method.item(&kind, &docs(&function.attrs));
    let from = match kind {
        Kind::Migration(old) => Some(old.clone()),
        _ => None,
    };
    let wrapper = wrapper(this, &method, from.as_ref());
    function.attrs.extend(allowances(many, role == Role::Constructor));
    let exported = quote! {
        ::sillok_sdk::__metadata!(#item);
        #wrapper
    };
    Ok((exported, from))
}

/// What Clippy would hold against a function that is a good method of a contract.
fn allowances(many_parameters: bool, constructs: bool) -> Vec<Attribute> {
    let mut allowances = Vec::new();
    if many_parameters {
        allowances.push(parse_quote! {
            #[allow(clippy::too_many_arguments, reason = "the parameters are the method's wire format")]
        });
    }
    if constructs {
        allowances.push(parse_quote! {
            #[allow(clippy::new_ret_no_self, reason = "the instance exists, and this sets its storage")]
        });
    }
    allowances
}

/// The function that the node calls: arguments in, the author's function, result out.
fn wrapper(this: &Type, method: &Method<'_>, old: Option<&Type>) -> TokenStream {
    let Method { ident, name, params, .. } = method;
    let idents: Vec<_> = (0..params.len()).map(|index| quote::format_ident!("argument_{index}")).collect();
    let decoded = params.iter().zip(&idents).map(|(param, ident)| {
        let ty = param.ty;
        quote! {
            let ::core::option::Option::Some(#ident) = arguments.take::<#ty>() else {
                return ::sillok_sdk::__private::BAD_ARGUMENTS;
            };
        }
    });
    let borrow = if method.changes { quote!(&mut contract) } else { quote!(&contract) };
    let mutable = method.changes.then(|| quote!(mut));
    let old = old.map(|old| quote!(, <#old as ::sillok_sdk::__private::Storage>::open()));
    let call = quote!(<#this>::#ident(#borrow #old #(, #idents)*));
    let finish = match method.returns {
        Returns::Result(_) => quote! {
            match #call {
                ::core::result::Result::Ok(value) => ::sillok_sdk::__private::answer(&value),
                ::core::result::Result::Err(error) => ::sillok_sdk::__private::refuse(&error),
            }
        },
        Returns::Value(_) | Returns::Unit => quote!(::sillok_sdk::__private::answer(&#call)),
    };
    quote! {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            #[allow(unsafe_code, reason = "a method is an export of its name; the macro refuses names in use")]
            #[unsafe(export_name = #name)]
            extern "C" fn method(length: u32) -> u32 {
                let mut buffer = ::sillok_sdk::__private::ReadBuffer::empty();
                #[allow(unused_mut, reason = "a method may have no parameters")]
                let mut arguments = ::sillok_sdk::__private::Arguments::fetch(length, &mut buffer);
                #(#decoded)*
                if !arguments.all_read() {
                    return ::sillok_sdk::__private::BAD_ARGUMENTS;
                }
                let #mutable contract = <#this as ::sillok_sdk::__private::Storage>::open();
                #finish
            }
        };
    }
}
