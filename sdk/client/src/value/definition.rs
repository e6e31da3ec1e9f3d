//! Named types in words: which there are, what each is made of, and when two are the same on the wire.

use std::collections::BTreeMap;

use sillok_abi::{FieldSpec, Metadata, TypeSpec, VariantSpec};

use super::type_name;

/// The structs and enums that a contract's methods and events speak of, by name.
pub fn named_types(metadata: &Metadata) -> BTreeMap<&str, &TypeSpec> {
    let mut found = BTreeMap::new();
    for method in &metadata.methods {
        method.params.iter().for_each(|param| collect(&param.ty, &mut found));
        collect(&method.returns, &mut found);
    }
    let fields = metadata.events.iter().flat_map(|event| &event.fields);
    fields.for_each(|field| collect(&field.ty, &mut found));
    found
}

fn collect<'a>(ty: &'a TypeSpec, found: &mut BTreeMap<&'a str, &'a TypeSpec>) {
    match ty {
        TypeSpec::Option(inner) | TypeSpec::List(inner) => collect(inner, found),
        TypeSpec::Tuple(parts) => parts.iter().for_each(|part| collect(part, found)),
        TypeSpec::Struct(name, fields) => {
            found.insert(name, ty);
            fields.iter().for_each(|field| collect(&field.ty, found));
        }
        TypeSpec::Enum(name, variants) => {
            found.insert(name, ty);
            variants.iter().flat_map(|variant| &variant.fields).for_each(|field| collect(&field.ty, found));
        }
        _ => {}
    }
}

/// What a struct or enum is made of: `Order { loaves: u64 }`, `Side = Buy | Sell`; other types by name.
pub fn definition(ty: &TypeSpec) -> String {
    match ty {
        TypeSpec::Struct(name, fields) => format!("{name} {{ {} }}", fields_text(fields)),
        TypeSpec::Enum(name, variants) => {
            let variants = variants.iter().map(|variant| match variant.fields.as_slice() {
                [] => variant.name.clone(),
                fields => format!("{} {{ {} }}", variant.name, fields_text(fields)),
            });
            format!("{name} = {}", variants.collect::<Vec<_>>().join(" | "))
        }
        other => type_name(other),
    }
}

/// Fields or parameters as they are written: `to: Account, amount: u64`.
pub fn fields_text(fields: &[FieldSpec]) -> String {
    let fields = fields.iter().map(|field| format!("{}: {}", field.name, type_name(&field.ty)));
    fields.collect::<Vec<_>>().join(", ")
}

/// Whether values of both are the same bytes with the same names of fields and variants. What a struct or
/// enum is itself called is in no bytes and no JSON.
pub fn same_shape(one: &TypeSpec, other: &TypeSpec) -> bool {
    match (one, other) {
        (TypeSpec::Option(one), TypeSpec::Option(other)) | (TypeSpec::List(one), TypeSpec::List(other)) => {
            same_shape(one, other)
        }
        (TypeSpec::Tuple(one), TypeSpec::Tuple(other)) => each(one, other, same_shape),
        (TypeSpec::Struct(_, one), TypeSpec::Struct(_, other)) => same_fields(one, other),
        (TypeSpec::Enum(_, one), TypeSpec::Enum(_, other)) => each(one, other, same_variant),
        _ => one == other,
    }
}

/// As [`same_shape`], for fields or parameters.
pub fn same_fields(one: &[FieldSpec], other: &[FieldSpec]) -> bool {
    each(one, other, |one, other| one.name == other.name && same_shape(&one.ty, &other.ty))
}

fn same_variant(one: &VariantSpec, other: &VariantSpec) -> bool {
    one.name == other.name && one.index == other.index && same_fields(&one.fields, &other.fields)
}

fn each<T>(one: &[T], other: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
}
