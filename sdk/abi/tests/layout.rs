//! A layout's digest is of what the fields hold, and the same that SCALE and BLAKE3 give.

use sillok_abi::{Account, Describe, Field, Hash, LayoutField, Type, TypeSpec, digest, layout_digest};

const COUNTS: LayoutField =
    LayoutField { name: "counts", kind: "Map", types: &[&Account::TYPE, &<Vec<Order> as Describe>::TYPE] };
const OWNER: LayoutField = LayoutField { name: "owner", kind: "Value", types: &[&Account::TYPE] };

struct Order;

impl Describe for Order {
    const TYPE: Type = Type::Struct("Order", &[Field { name: "loaves", ty: &u64::TYPE }]);
}

/// The digest of a storage with the one field `order`, a `Value` of this type.
fn of(ty: &'static Type) -> Hash {
    let types: &'static [&'static Type] = Box::leak(Box::new([ty]));
    layout_digest(&[LayoutField { name: "order", kind: "Value", types }])
}

#[test]
fn it_is_the_digest_of_the_fields_without_type_names() {
    let loaves = sillok_abi::FieldSpec { name: "loaves".into(), ty: TypeSpec::U64 };
    let order = TypeSpec::Struct(String::new(), vec![loaves]);
    let counts = ("counts", "Map", vec![TypeSpec::Account, TypeSpec::List(Box::new(order))]);
    let fields = vec![counts, ("owner", "Value", vec![TypeSpec::Account])];
    assert_eq!(layout_digest(&[COUNTS, OWNER]), digest("sillok/layout", &fields));
}

#[test]
fn whatever_changes_how_bytes_are_read_changes_it() {
    const ORDER: Type = Order::TYPE;
    const RENAMED: Type = Type::Struct("Sale", &[Field { name: "loaves", ty: &Type::U64 }]);
    const OTHER_FIELD: Type = Type::Struct("Order", &[Field { name: "cakes", ty: &Type::U64 }]);
    const OTHER_TYPE: Type = Type::Struct("Order", &[Field { name: "loaves", ty: &Type::U32 }]);
    assert_eq!(of(&ORDER), of(&RENAMED), "a type's name is in no key and no value");
    assert_ne!(of(&ORDER), of(&OTHER_FIELD));
    assert_ne!(of(&ORDER), of(&OTHER_TYPE));
    let other_kind = LayoutField { kind: "Map", ..OWNER };
    assert_ne!(layout_digest(&[OWNER]), layout_digest(&[other_kind]));
    let other_name = LayoutField { name: "keeper", ..OWNER };
    assert_ne!(layout_digest(&[OWNER]), layout_digest(&[other_name]));
    assert_ne!(layout_digest(&[OWNER]), layout_digest(&[COUNTS, OWNER]));
}
