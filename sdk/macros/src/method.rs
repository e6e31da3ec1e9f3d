//! Functions of contracts and interfaces: what may be one, and its parts.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{
    Error, FnArg, GenericArgument, Ident, Pat, PathArguments, Receiver, Result, ReturnType, Signature, Type,
};

use crate::attributes::{Errors, no_generics};
use crate::fields::{describe, plain_name};

/// Names that the Wasm of every contract uses itself.
const RESERVED_NAMES: [&str; 8] =
    ["memory", "memcpy", "memmove", "memset", "memcmp", "bcmp", "strlen", "main"];

/// A function whose parameters come from the wire.
pub(crate) struct Method<'item> {
    pub(crate) ident: &'item Ident,
    pub(crate) name: String,
    /// `&mut self`, as opposed to `&self`.
    pub(crate) changes: bool,
    /// Whether it may be entered while a call of the same contract is open.
    pub(crate) reentrant: bool,
    pub(crate) params: Vec<Param<'item>>,
    pub(crate) returns: Returns<'item>,
}

/// A parameter.
pub(crate) struct Param<'item> {
    pub(crate) ident: &'item Ident,
    pub(crate) ty: &'item Type,
}

/// How a method may be called; the twin of `sillok_abi::MethodKind`.
pub(crate) enum Kind<'item> {
    Constructor,
    Query,
    Change,
    /// From the layout of this storage.
    Migration(&'item Type),
}

/// What a method returns.
pub(crate) enum Returns<'item> {
    Unit,
    Value(&'item Type),
    /// `Result` of this value.
    Result(&'item Type),
}

impl<'item> Method<'item> {
    /// Checks everything about a signature.
    pub(crate) fn parse(signature: &'item Signature) -> Result<Self> {
        let mut errors = Errors::default();
        errors.take(check_kind(signature));
        let mut inputs = signature.inputs.iter();
        let changes = match inputs.next() {
            Some(FnArg::Receiver(receiver)) => errors.take(check_receiver(receiver)),
            _ => errors.take(Err(Error::new_spanned(
                &signature.ident,
                "a method takes `&self` (a query) or `&mut self`; a helper is not `pub`",
            ))),
        };
        let params = inputs.filter_map(|input| errors.take(param(input))).collect();
        let returns = errors.take(returns(&signature.output));
        errors.finish()?;
        let (Some(changes), Some(returns)) = (changes, returns) else {
            return Err(Error::new_spanned(signature, "not a method"));
        };
        let (ident, name) = (&signature.ident, plain_name(&signature.ident));
        Ok(Method { ident, name, changes, reentrant: false, params, returns })
    }

    /// How it may be called, unless it is the constructor or a migration.
    pub(crate) fn kind(&self) -> Kind<'item> {
        if self.changes { Kind::Change } else { Kind::Query }
    }

    /// The `ItemSpec` that describes it in the metadata.
    pub(crate) fn item(&self, kind: &Kind<'_>, docs: &str) -> TokenStream {
        let (name, reentrant) = (&self.name, self.reentrant);
        let kind = match kind {
            Kind::Constructor => quote!(Constructor),
            Kind::Query => quote!(Query),
            Kind::Change => quote!(Change),
            Kind::Migration(old) => {
                quote!(Migration { from: <#old as ::sillok_sdk::__private::Storage>::LAYOUT })
            }
        };
        let params = self.params.iter().map(|param| describe(&plain_name(param.ident), param.ty));
        let returns = self.success();
        quote! {
            ::sillok_sdk::__private::ItemSpec::Method {
                name: #name,
                docs: #docs,
                kind: ::sillok_sdk::__private::MethodKind::#kind,
                reentrant: #reentrant,
                params: &[#(#params),*],
                returns: &<#returns as ::sillok_sdk::__private::Describe>::TYPE,
            }
        }
    }

    /// The type that a success returns.
    pub(crate) fn success(&self) -> TokenStream {
        match self.returns {
            Returns::Unit => quote!(()),
            Returns::Value(ty) | Returns::Result(ty) => quote!(#ty),
        }
    }
}

fn check_kind(signature: &Signature) -> Result<()> {
    let refuse = |place: &dyn quote::ToTokens, message: &str| Err(Error::new_spanned(place, message));
    if let Some(keyword) = &signature.asyncness {
        return refuse(keyword, "a method can't be async: a call runs to its end");
    }
    if let Some(keyword) = &signature.unsafety {
        return refuse(keyword, "a method can't be unsafe: anybody may call it");
    }
    if let Some(abi) = &signature.abi {
        return refuse(abi, "the macro exports the method itself: drop the `extern`");
    }
    let name = plain_name(&signature.ident);
    if RESERVED_NAMES.contains(&name.as_str()) || name.starts_with('_') {
        return refuse(&signature.ident, "the contract's Wasm uses this name itself: choose another");
    }
    no_generics("a method", &signature.generics)
}

/// Whether the receiver is `&mut self`.
fn check_receiver(receiver: &Receiver) -> Result<bool> {
    if receiver.reference.is_none() || receiver.colon_token.is_some() {
        let message = "a method takes `&self` (a query) or `&mut self`: the contract outlives the call";
        return Err(Error::new_spanned(receiver, message));
    }
    Ok(receiver.mutability.is_some())
}

fn param(input: &FnArg) -> Result<Param<'_>> {
    let FnArg::Typed(typed) = input else {
        return Err(Error::new_spanned(input, "`self` comes first"));
    };
    let Pat::Ident(pattern) = typed.pat.as_ref() else {
        return Err(Error::new_spanned(&typed.pat, "a parameter has a plain name: callers see it"));
    };
    check_wire_type(&typed.ty)?;
    Ok(Param { ident: &pattern.ident, ty: &typed.ty })
}

/// A type that is plainly not one on the wire; for the others the compiler asks for `Describe`.
fn check_wire_type(ty: &Type) -> Result<()> {
    let message = match ty {
        Type::Reference(_) => {
            "values cross the wire, references can't: use `String`, `Vec<u8>` or the type itself"
        }
        Type::ImplTrait(_) => "a method names its types: `impl` has no one shape on the wire",
        _ => return Ok(()),
    };
    Err(Error::new_spanned(ty, message))
}

fn returns(output: &ReturnType) -> Result<Returns<'_>> {
    let ReturnType::Type(_, ty) = output else { return Ok(Returns::Unit) };
    check_wire_type(ty)?;
    let Some(arguments) = result_arguments(ty) else { return Ok(Returns::Value(ty)) };
    match arguments.as_slice() {
        [GenericArgument::Type(value), GenericArgument::Type(_)] => {
            check_wire_type(value)?;
            Ok(Returns::Result(value))
        }
        _ => Err(Error::new(ty.span(), "write both types of the result: `Result<T, Error>`")),
    }
}

/// The generic arguments of a type called `Result`.
fn result_arguments(ty: &Type) -> Option<Vec<&GenericArgument>> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Result")?;
    match &last.arguments {
        PathArguments::AngleBracketed(generics) => Some(generics.args.iter().collect()),
        _ => Some(Vec::new()),
    }
}
