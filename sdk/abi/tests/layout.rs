//! A layout's digest is of what the fields hold, and the same that SCALE and BLAKE3 give.

use sillok_abi::{
    Account, Describe, Field, Hash, IndexLayout, LayoutField, Type, TypeSpec, digest, layout_digest,
};

const COUNTS: LayoutField = LayoutField {
    name: "counts",
    kind: "Map",
    types: &[&Account::TYPE, &<Vec<Order> as Describe>::TYPE],
    indexes: None,
};
const OWNER: LayoutField =
    LayoutField { name: "owner", kind: "Value", types: &[&Account::TYPE], indexes: None };

/// Orders by number and by how many loaves they are of.
const fn sales(functions: Hash, keys: &'static [&'static Type]) -> LayoutField {
    let indexes = Some(IndexLayout { functions, keys });
    LayoutField { name: "sales", kind: "Indexed", types: &[&Type::U64, &Order::TYPE], indexes }
}

struct Order;

impl Describe for Order {
    const TYPE: Type = Type::Struct("Order", &[Field { name: "loaves", ty: &u64::TYPE }]);
}

/// The digest of a storage with the one field `order`, a `Value` of this type.
fn of(ty: &'static Type) -> Hash {
    let types: &'static [&'static Type] = Box::leak(Box::new([ty]));
    layout_digest(&[LayoutField { name: "order", kind: "Value", types, indexes: None }])
}

#[test]
fn it_is_the_digest_of_the_fields_without_type_names() {
    let loaves = sillok_abi::FieldSpec { name: "loaves".into(), ty: TypeSpec::U64 };
    let order = TypeSpec::Struct(String::new(), vec![loaves]);
    let none = None::<(Hash, Vec<TypeSpec>)>;
    let list = TypeSpec::List(Box::new(order.clone()));
    let counts = ("counts", "Map", vec![TypeSpec::Account, list], none.clone());
    let owner = ("owner", "Value", vec![TypeSpec::Account], none);
    let indexes = Some(([7; 32], vec![TypeSpec::U64, TypeSpec::Bool]));
    let fields = vec![counts, owner, ("sales", "Indexed", vec![TypeSpec::U64, order], indexes)];
    let sales = sales([7; 32], &[&Type::U64, &Type::Bool]);
    assert_eq!(layout_digest(&[COUNTS, OWNER, sales]), digest("sillok/layout", &fields));
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
    let indexed = layout_digest(&[sales([7; 32], &[&Type::U64])]);
    assert_ne!(indexed, layout_digest(&[sales([8; 32], &[&Type::U64])]));
    assert_ne!(indexed, layout_digest(&[sales([7; 32], &[&Type::U32])]));
    assert_ne!(indexed, layout_digest(&[LayoutField { indexes: None, ..sales([7; 32], &[]) }]));
}
