//! `#[indexes]`: what values of an `Indexed` field are found by.
//!
//! A trait whose functions make index keys of a value becomes a type of its name, for the field's type,
//! and a hidden one whose methods the field has.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{
    Attribute, Error, FnArg, GenericArgument, Ident, ItemTrait, PatType, PathArguments, Result, ReturnType,
    TraitItem, TraitItemFn, Type, Visibility, parse2,
};

use crate::attributes::{Errors, no_arguments, no_generics};
use crate::fields::plain_name;
use crate::prefix::{prefix, refuse_collisions};

/// The marker of a unique index.
const UNIQUE: &str = "unique";

/// Methods of an `Indexed` field, by which an index of the same name would be hidden.
const FIELD_METHODS: [&str; 16] = [
    "after",
    "at",
    "contains",
    "deref",
    "first",
    "get",
    "insert",
    "into_iter",
    "is_empty",
    "iter",
    "keys",
    "last",
    "prefix",
    "range",
    "remove",
    "update",
];

/// One index.
struct Index<'item> {
    function: &'item TraitItemFn,
    docs: Vec<&'item Attribute>,
    name: String,
    unique: bool,
    /// The type of the values.
    value: &'item Type,
    /// The type of the index keys.
    key: &'item Type,
    /// Whether values can be left out: the function returns an `Option` of the index key.
    partial: bool,
}

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    no_arguments("indexes", &arguments)?;
    let item: ItemTrait = parse2(item)?;
    no_generics("indexes", &item.generics)?;
    let mut errors = Errors::default();
    let indexes: Vec<Index<'_>> = item.items.iter().filter_map(|item| errors.take(index(item))).collect();
    errors.finish()?;
    let Some(first) = indexes.first() else {
        return Err(Error::new_spanned(&item.ident, "there is no index in it: use an `OrderedMap`"));
    };
    let mut errors = Errors::default();
    for other in indexes.iter().filter(|other| other.value != first.value) {
        errors.push(Error::new_spanned(other.value, "all indexes are of the same type of values"));
    }
    errors.take(refuse_collisions(indexes.iter().map(|index| (&index.function.sig.ident, &*index.name))));
    errors.finish()?;
    Ok(generated(&item, first.value, &indexes))
}

fn index(item: &TraitItem) -> Result<Index<'_>> {
    let TraitItem::Fn(function) = item else {
        return Err(Error::new_spanned(item, "indexes are functions: `fn by_holder(lot: &Lot) -> Account`"));
    };
    let name = plain_name(&function.sig.ident);
    if FIELD_METHODS.contains(&&*name) {
        return Err(Error::new_spanned(&function.sig.ident, "the field has this method itself"));
    }
    no_generics("an index", &function.sig.generics)?;
    if function.default.is_none() {
        return Err(Error::new_spanned(
            &function.sig,
            "an index needs a body, which makes its key of a value",
        ));
    }
    let value = value_type(function)?;
    let ReturnType::Type(_, returned) = &function.sig.output else {
        return Err(Error::new_spanned(&function.sig, "an index returns its key"));
    };
    let inside = option_argument(returned);
    let (key, partial) = (inside.unwrap_or(returned), inside.is_some());
    let (markers, docs): (Vec<&Attribute>, Vec<&Attribute>) =
        function.attrs.iter().partition(|attribute| attribute.path().is_ident(UNIQUE));
    Ok(Index { function, docs, name, unique: !markers.is_empty(), value, key, partial })
}

/// The type behind the reference that is an index's only parameter.
fn value_type(function: &TraitItemFn) -> Result<&Type> {
    let wrong = || Error::new_spanned(&function.sig, "an index takes one value: `fn by_holder(lot: &Lot)`");
    let mut inputs = function.sig.inputs.iter();
    match (inputs.next(), inputs.next()) {
        (Some(FnArg::Typed(PatType { ty, .. })), None) => match ty.as_ref() {
            Type::Reference(reference) if reference.mutability.is_none() => Ok(reference.elem.as_ref()),
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

/// The generic argument of a type called `Option`.
fn option_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    let PathArguments::AngleBracketed(generics) = &last.arguments else { return None };
    match generics.args.first() {
        Some(GenericArgument::Type(ty)) => Some(ty),
        _ => None,
    }
}

fn generated(item: &ItemTrait, value: &Type, indexes: &[Index<'_>]) -> TokenStream {
    let (attributes, visibility, name) = (&item.attrs, &item.vis, &item.ident);
    let on = format_ident!("{name}On");
    let layout = layout(indexes);
    let functions = indexes.iter().map(|index| key_function(index, visibility));
    let fields = indexes.iter().map(field);
    let keys = indexes.iter().map(|index| index_key(index, name));
    let methods = indexes.iter().enumerate().map(|(position, index)| method(index, position, name));
    quote! {
        #(#attributes)*
        #visibility struct #name;

        impl #name {
            #(#functions)*
        }

        impl ::sillok_sdk::__private::Indexes for #name {
            type Value = #value;
            type On<K: ::sillok_sdk::OrderedKey> = #on<K>;
            const LAYOUT: ::sillok_sdk::__private::IndexLayout = #layout;
            const FIELDS: &'static [::sillok_sdk::__private::IndexField] = &[#(#fields),*];

            fn keys(value: &#value) -> ::sillok_sdk::__private::Vec<::sillok_sdk::__private::IndexKey> {
                ::sillok_sdk::__private::Vec::from([#(#keys),*])
            }

            fn on<K: ::sillok_sdk::OrderedKey>(root: ::sillok_sdk::__private::IndexRoot) -> #on<K> {
                #on(root, ::core::marker::PhantomData)
            }
        }

        #[doc(hidden)]
        #visibility struct #on<K>(::sillok_sdk::__private::IndexRoot, ::core::marker::PhantomData<fn() -> K>);

        impl<K: ::sillok_sdk::OrderedKey> #on<K> {
            #(#methods)*
        }
    }
}

/// What the digest of a storage's layout has of the indexes, in the order of their names.
fn layout(indexes: &[Index<'_>]) -> TokenStream {
    let ordered: BTreeMap<_, _> = indexes.iter().map(|index| (&index.name, index)).collect();
    let mut hasher = blake3::Hasher::new();
    for (name, index) in &ordered {
        hasher.update(format!("{name}: {}\n", index.function.to_token_stream()).as_bytes());
    }
    let functions = hasher.finalize();
    let functions = functions.as_bytes();
    let keys = ordered.values().map(|index| index.key);
    quote! {
        ::sillok_sdk::__private::IndexLayout {
            functions: [#(#functions),*],
            keys: &[#(&<#keys as ::sillok_sdk::__private::Describe>::TYPE),*],
        }
    }
}

/// The author's function, under the name of the indexes.
fn key_function(index: &Index<'_>, visibility: &Visibility) -> TokenStream {
    let (docs, signature, body) = (&index.docs, &index.function.sig, &index.function.default);
    quote!(#(#docs)* #visibility #signature #body)
}

fn field(index: &Index<'_>) -> TokenStream {
    let (name, prefix, unique) = (&index.name, prefix(&index.name), index.unique);
    quote! {
        ::sillok_sdk::__private::IndexField { name: #name, prefix: [#(#prefix),*], unique: #unique }
    }
}

fn index_key(index: &Index<'_>, name: &Ident) -> TokenStream {
    let function = &index.function.sig.ident;
    let key = quote!(#name::#function(value));
    let key = if index.partial { key } else { quote!(::core::option::Option::Some(#key)) };
    quote!(::sillok_sdk::__private::IndexKey::of(#key))
}

/// How a field's values are reached by one index.
fn method(index: &Index<'_>, position: usize, name: &Ident) -> TokenStream {
    let Index { docs, value, key, .. } = index;
    let function = &index.function.sig.ident;
    let (kind, open) = if index.unique {
        (quote!(::sillok_sdk::Unique), quote!(unique))
    } else {
        (quote!(::sillok_sdk::Index), quote!(index))
    };
    quote! {
        #(#docs)*
        pub fn #function(&self) -> #kind<'_, #key, K, #value> {
            let fields = <#name as ::sillok_sdk::__private::Indexes>::FIELDS;
            self.0.#open(&fields[#position])
        }
    }
}
