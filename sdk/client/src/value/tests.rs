//! Round trips over generated types and values, and the exact texts of errors.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sillok_abi::{FieldSpec, TypeSpec, VariantSpec};

use super::*;

fn leaf() -> impl Strategy<Value = TypeSpec> {
    prop_oneof![
        Just(TypeSpec::Unit),
        Just(TypeSpec::Bool),
        Just(TypeSpec::U8),
        Just(TypeSpec::U16),
        Just(TypeSpec::U32),
        Just(TypeSpec::U64),
        Just(TypeSpec::U128),
        Just(TypeSpec::I32),
        Just(TypeSpec::I64),
        Just(TypeSpec::String),
        Just(TypeSpec::Bytes),
        (0u32..40).prop_map(TypeSpec::FixedBytes),
        Just(TypeSpec::Account),
        Just(TypeSpec::Contract),
        Just(TypeSpec::Date),
        Just(TypeSpec::Time),
    ]
}

fn fields(ty: impl Strategy<Value = TypeSpec>) -> impl Strategy<Value = Vec<FieldSpec>> {
    (vec(ty, 0..4), any::<bool>()).prop_map(|(types, named)| {
        let name = |index: usize| if named { format!("field{index}") } else { index.to_string() };
        types.into_iter().enumerate().map(|(index, ty)| FieldSpec { name: name(index), ty }).collect()
    })
}

/// Any type, nested up to four deep.
fn any_type() -> impl Strategy<Value = TypeSpec> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        let variants = vec(fields(inner.clone()), 1..4).prop_map(|variants| {
            let named = variants.into_iter().enumerate().map(|(index, fields)| VariantSpec {
                name: format!("Variant{index}"),
                index: index as u8 * 3,
                fields,
            });
            TypeSpec::Enum("Enum".into(), named.collect())
        });
        prop_oneof![
            inner.clone().prop_map(|ty| TypeSpec::Option(Box::new(ty))),
            inner.clone().prop_map(|ty| TypeSpec::List(Box::new(ty))),
            vec(inner.clone(), 0..4).prop_map(TypeSpec::Tuple),
            fields(inner).prop_map(|fields| TypeSpec::Struct("Struct".into(), fields)),
            variants,
        ]
    })
}

/// SCALE of some value of the type, drawn from `noise`.
fn scale_of(ty: &TypeSpec, noise: &mut dyn FnMut() -> u8, out: &mut Vec<u8>) {
    let mut take = |count: usize, out: &mut Vec<u8>| (0..count).for_each(|_| out.push(noise()));
    match ty {
        TypeSpec::Unit => {}
        TypeSpec::Bool => out.push(noise() & 1),
        TypeSpec::U8 => take(1, out),
        TypeSpec::U16 => take(2, out),
        TypeSpec::U32 | TypeSpec::I32 | TypeSpec::Date => take(4, out),
        TypeSpec::U64 | TypeSpec::I64 | TypeSpec::Time => take(8, out),
        TypeSpec::U128 => take(16, out),
        TypeSpec::String => {
            let count = noise() % 20;
            out.push(count << 2);
            (0..count).for_each(|_| out.push(noise() & 0x7f));
        }
        TypeSpec::Bytes => {
            let count = noise() % 20;
            out.push(count << 2);
            (0..count).for_each(|_| out.push(noise()));
        }
        TypeSpec::FixedBytes(count) => take(*count as usize, out),
        TypeSpec::Contract => take(32, out),
        TypeSpec::Account => {
            let kind = noise() % 3;
            out.push(kind);
            (0..if kind == 2 { 64 } else { 32 }).for_each(|_| out.push(noise()));
        }
        TypeSpec::Option(inner) => {
            let some = noise() & 1;
            out.push(some);
            if some == 1 {
                scale_of(inner, noise, out);
            }
        }
        TypeSpec::List(inner) => {
            let count = noise() % 4;
            out.push(count << 2);
            (0..count).for_each(|_| scale_of(inner, noise, out));
        }
        TypeSpec::Tuple(parts) => parts.iter().for_each(|part| scale_of(part, noise, out)),
        TypeSpec::Struct(_, fields) => fields.iter().for_each(|field| scale_of(&field.ty, noise, out)),
        TypeSpec::Enum(_, variants) => {
            let variant = &variants[noise() as usize % variants.len()];
            out.push(variant.index);
            variant.fields.iter().for_each(|field| scale_of(&field.ty, noise, out));
        }
    }
}

proptest! {
    #[test]
    fn bytes_survive_the_way_through_json(ty in any_type(), seed in any::<u64>()) {
        let mut state = seed | 1;
        let mut noise = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        };
        let mut bytes = Vec::new();
        scale_of(&ty, &mut noise, &mut bytes);
        let value = decode(&ty, &bytes).unwrap();
        prop_assert_eq!(encode(&ty, &value, &TextForms).unwrap(), bytes, "{}", value);
    }

    #[test]
    fn an_example_is_of_its_type(ty in any_type()) {
        let bytes = encode(&ty, &example(&ty), &TextForms).unwrap();
        decode(&ty, &bytes).unwrap();
    }

    #[test]
    fn any_bytes_decode_or_are_refused(ty in any_type(), bytes in vec(any::<u8>(), 0..64)) {
        if let Ok(value) = decode(&ty, &bytes) {
            // Compact lengths have longer forms, which come back as the shortest.
            let shortest = encode(&ty, &value, &TextForms).unwrap();
            prop_assert_eq!(decode(&ty, &shortest).unwrap(), value);
        }
    }
}

fn terms() -> Vec<FieldSpec> {
    let field = |name: &str, ty| FieldSpec { name: name.into(), ty };
    let kind = |name: &str, index, fields| VariantSpec { name: name.into(), index, fields };
    let kinds = vec![kind("Common", 0, vec![]), kind("Preferred", 1, vec![field("rank", TypeSpec::U32)])];
    vec![
        field("price", TypeSpec::U64),
        field("kind", TypeSpec::Enum("Kind".into(), kinds)),
        field("rows", TypeSpec::List(Box::new(TypeSpec::Tuple(vec![TypeSpec::Account, TypeSpec::U8])))),
        field("note", TypeSpec::Option(Box::new(TypeSpec::String))),
        field("salt", TypeSpec::FixedBytes(2)),
    ]
}

fn error_of(change: impl FnOnce(&mut Map<String, Value>)) -> String {
    let mut values = json!({ "price": 5, "kind": "Common", "rows": [], "salt": "0x0102" });
    change(values.as_object_mut().unwrap());
    encode_fields(&terms(), values.as_object().unwrap(), &TextForms).unwrap_err().to_string()
}

fn set(values: &mut Map<String, Value>, name: &str, value: Value) {
    values.insert(name.into(), value);
}

#[test]
fn arguments_encode_in_order_and_an_option_may_be_missing() {
    let values =
        json!({ "salt": "0x0102", "kind": { "preferred": { "rank": "7" } }, "price": "5", "rows": [] });
    let bytes = encode_fields(&terms(), values.as_object().unwrap(), &TextForms).unwrap();
    assert_eq!(bytes, [5, 0, 0, 0, 0, 0, 0, 0, 1, 7, 0, 0, 0, 0, 0, 1, 2]);
}

#[test]
fn errors_name_place_expectation_and_example() {
    assert_eq!(
        error_of(|values| set(values, "price", json!(-1))),
        "`price`: expected a whole number from 0 to 18446744073709551615 (u64), found -1; for example 1000"
    );
    assert_eq!(
        error_of(|values| set(values, "price", json!(1.5))),
        "`price`: expected a whole number from 0 to 18446744073709551615 (u64), found 1.5; for example 1000"
    );
    assert_eq!(
        error_of(|values| {
            values.remove("price");
        }),
        "`price` is missing: expected a whole number from 0 to 18446744073709551615 (u64); for example 1000"
    );
    assert_eq!(
        error_of(|values| set(values, "kind", json!("Golden"))),
        "`kind`: expected a Kind: one of Common, Preferred, found \"Golden\"; for example \"Common\""
    );
    assert_eq!(
        error_of(|values| set(values, "kind", json!({ "Preferred": {} }))),
        "`kind.Preferred.rank` is missing: expected a whole number from 0 to 4294967295 (u32); for example 1"
    );
    assert_eq!(
        error_of(|values| set(
            values,
            "rows",
            json!([["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", 256]])
        )),
        "`rows[0][1]`: expected a whole number from 0 to 255 (u8), found 256; for example 1"
    );
    assert_eq!(
        error_of(|values| set(values, "salt", json!("0x01"))),
        "`salt`: expected 2 bytes as 0x and 4 hexadecimal digits, found 1 bytes; for example \"0x0000\""
    );
    assert_eq!(
        error_of(|values| set(values, "prise", json!(1))),
        "`prise` is not known here; known: price, kind, rows, note, salt"
    );
}

#[test]
fn an_address_with_a_typo_is_refused() {
    let error = error_of(|values| {
        set(values, "rows", json!([["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ", 1]]));
    });
    assert!(error.starts_with("`rows[0][0]`: expected an account") && error.contains("checksum"), "{error}");
}

#[test]
fn values_read_as_typed_on_a_command_line() {
    let option = |ty| TypeSpec::Option(Box::new(ty));
    let cases = [
        (TypeSpec::String, "true", json!("true")),
        (TypeSpec::Bool, "true", json!(true)),
        (TypeSpec::U64, "12", json!("12")),
        (option(TypeSpec::U64), "none", Value::Null),
        (option(TypeSpec::U64), "12", json!("12")),
        (TypeSpec::List(Box::new(TypeSpec::U8)), "[1, 2]", json!([1, 2])),
        (TypeSpec::Enum("E".into(), vec![]), "Buy", json!("Buy")),
        (TypeSpec::Enum("E".into(), vec![]), r#"{"A": 1}"#, json!({ "A": 1 })),
    ];
    for (ty, text, expected) in cases {
        assert_eq!(parse_text(&ty, text), Ok(expected), "{text}");
    }
    let error = parse_text(&TypeSpec::Bool, "yes").unwrap_err().within("flag").to_string();
    assert_eq!(error, "`flag`: expected true or false, found \"yes\"; for example true");
}

#[test]
fn a_long_list_of_nothing_is_refused() {
    let ty = TypeSpec::List(Box::new(TypeSpec::Unit));
    assert!(decode(&ty, &[0xfe, 0xff, 0xff, 0xff]).is_err());
    assert_eq!(decode(&ty, &[8]).unwrap(), json!([null, null]));
    assert_eq!(decode(&ty, &[8, 1]), Err(DecodeError::Trailing { count: 1 }));
}
