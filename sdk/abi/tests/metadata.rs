//! The compile-time descriptions and their owned twins are one format.

use sillok_abi::{
    ABI_VERSION, Account, BookId, ContractId, Date, Depth, Describe, ErrorSpec, EventSpec, Field, FieldSpec,
    Item, ItemSpec, Metadata, MetadataError, MethodKind, MethodSpec, OrderId, Price, Quantity, SectionBytes,
    Side, Time, TimeInForce, Type, TypeSpec, Variant, VariantSpec,
};

use codec::{DecodeAll, Encode};

/// The bytes that the metadata section would hold for `item`.
macro_rules! section {
    ($item:expr) => {{
        const ITEM: &ItemSpec = &$item;
        const BYTES: SectionBytes = SectionBytes::of(ITEM);
        const ARRAY: [u8; BYTES.len()] = BYTES.to_array();
        ARRAY.to_vec()
    }};
}

/// The owned twin of a type's description.
macro_rules! described {
    ($ty:ty) => {{
        let section = section!(ItemSpec::Method {
            name: "m",
            docs: "",
            kind: MethodKind::Query,
            reentrant: false,
            params: &[],
            returns: &<$ty as Describe>::TYPE,
        });
        match Item::decode_all(&mut section.as_slice()).expect("SCALE of an item") {
            Item::Method(method) => method.returns,
            other => panic!("not a method: {other:?}"),
        }
    }};
}

fn field(name: &str, ty: TypeSpec) -> FieldSpec {
    FieldSpec { name: name.to_owned(), ty }
}

#[test]
fn every_simple_type_has_its_twin() {
    let cases = [
        (described!(()), TypeSpec::Unit),
        (described!(bool), TypeSpec::Bool),
        (described!(u8), TypeSpec::U8),
        (described!(u16), TypeSpec::U16),
        (described!(u32), TypeSpec::U32),
        (described!(u64), TypeSpec::U64),
        (described!(u128), TypeSpec::U128),
        (described!(i32), TypeSpec::I32),
        (described!(i64), TypeSpec::I64),
        (described!(String), TypeSpec::String),
        (described!(Vec<u8>), TypeSpec::Bytes),
        (described!([u8; 32]), TypeSpec::FixedBytes(32)),
        (described!(Account), TypeSpec::Account),
        (described!(ContractId), TypeSpec::Contract),
        (described!(Date), TypeSpec::Date),
        (described!(Time), TypeSpec::Time),
        (described!(BookId), TypeSpec::U64),
        (described!(OrderId), TypeSpec::U64),
        (described!(Price), TypeSpec::U64),
        (described!(Quantity), TypeSpec::U64),
    ];
    for (described, expected) in cases {
        assert_eq!(described, expected);
    }
}

#[test]
fn compound_types_nest() {
    let list = TypeSpec::List(Box::new(TypeSpec::U64));
    assert_eq!(described!(Option<Vec<u64>>), TypeSpec::Option(Box::new(list.clone())));
    assert_eq!(described!(Vec<Vec<u64>>), TypeSpec::List(Box::new(list)));
    assert_eq!(described!((u8, Vec<u8>)), TypeSpec::Tuple(vec![TypeSpec::U8, TypeSpec::Bytes]));
    let triple = TypeSpec::Tuple(vec![TypeSpec::U8, TypeSpec::Bool, TypeSpec::Unit]);
    assert_eq!(described!((u8, bool, ())), triple);
}

#[test]
fn structs_and_enums_name_their_parts() {
    let level = TypeSpec::Struct(
        "Level".to_owned(),
        vec![field("price", TypeSpec::U64), field("quantity", TypeSpec::U64), field("orders", TypeSpec::U32)],
    );
    let levels = TypeSpec::List(Box::new(level));
    let depth = vec![field("bids", levels.clone()), field("asks", levels)];
    assert_eq!(described!(Depth), TypeSpec::Struct("Depth".to_owned(), depth));

    let variant = |name: &str, index| VariantSpec { name: name.to_owned(), index, fields: Vec::new() };
    let side = vec![variant("Buy", Side::Buy.encode()[0]), variant("Sell", Side::Sell.encode()[0])];
    assert_eq!(described!(Side), TypeSpec::Enum("Side".to_owned(), side));
    let until =
        |name: &str, index, ty| VariantSpec { name: name.to_owned(), index, fields: vec![field("0", ty)] };
    let force = vec![
        variant("Gtc", TimeInForce::Gtc.encode()[0]),
        variant("Ioc", TimeInForce::Ioc.encode()[0]),
        variant("Fok", TimeInForce::Fok.encode()[0]),
        variant("Day", TimeInForce::Day.encode()[0]),
        until("Until", TimeInForce::Until(sillok_abi::Time(0)).encode()[0], TypeSpec::Time),
        until("UntilHeight", TimeInForce::UntilHeight(0).encode()[0], TypeSpec::U64),
    ];
    assert_eq!(described!(TimeInForce), TypeSpec::Enum("TimeInForce".to_owned(), force));
}

/// An enum whose variants have fields, as `#[data]` describes it.
struct Shape;

impl Describe for Shape {
    const TYPE: Type = Type::Enum(
        "Shape",
        &[
            Variant { name: "Dot", index: 0, fields: &[] },
            Variant { name: "Line", index: 7, fields: &[Field { name: "0", ty: &u64::TYPE }] },
        ],
    );
}

fn shape() -> TypeSpec {
    let line = VariantSpec { name: "Line".to_owned(), index: 7, fields: vec![field("0", TypeSpec::U64)] };
    let dot = VariantSpec { name: "Dot".to_owned(), index: 0, fields: Vec::new() };
    TypeSpec::Enum("Shape".to_owned(), vec![dot, line])
}

fn contract_section() -> Vec<u8> {
    section!(ItemSpec::Contract { name: "shop", version: "1.2.3", layout: [7; 32] })
}

fn draw_section() -> Vec<u8> {
    section!(ItemSpec::Method {
        name: "draw",
        docs: "Draws.",
        kind: MethodKind::Change,
        reentrant: true,
        params: &[Field { name: "shape", ty: &Shape::TYPE }, Field { name: "by", ty: &Account::TYPE }],
        returns: &u32::TYPE,
    })
}

fn constructor_section() -> Vec<u8> {
    section!(ItemSpec::Method {
        name: "new",
        docs: "",
        kind: MethodKind::Constructor,
        reentrant: false,
        params: &[],
        returns: &Type::Unit,
    })
}

fn migration_section(name: &'static str, from: [u8; 32]) -> Vec<u8> {
    let kind = MethodKind::Migration { from };
    let item = ItemSpec::Method { name, docs: "", kind, reentrant: false, params: &[], returns: &Type::Unit };
    SectionBytes::of(&item).as_slice().to_vec()
}

fn error_section() -> Vec<u8> {
    section!(ItemSpec::Error { name: "Closed", code: 0x0102_0304, docs: "The shop is closed." })
}

fn event_section() -> Vec<u8> {
    section!(ItemSpec::Event {
        name: "Drawn",
        docs: "Somebody drew.",
        fields: &[Field { name: "at", ty: &Time::TYPE }],
    })
}

#[test]
fn a_whole_section_decodes() {
    let section =
        [draw_section(), event_section(), contract_section(), constructor_section(), error_section()]
            .concat();
    let metadata = Metadata::from_section(&section).expect("a valid section");
    assert_eq!(
        (metadata.name.as_str(), metadata.version.as_str(), metadata.layout),
        ("shop", "1.2.3", [7; 32])
    );
    let draw = MethodSpec {
        name: "draw".to_owned(),
        docs: "Draws.".to_owned(),
        kind: MethodKind::Change,
        reentrant: true,
        params: vec![field("shape", shape()), field("by", TypeSpec::Account)],
        returns: TypeSpec::U32,
    };
    assert_eq!(metadata.method("draw"), Some(&draw));
    assert_eq!(metadata.constructor().map(|method| method.name.as_str()), Some("new"));
    let drawn = EventSpec {
        name: "Drawn".to_owned(),
        docs: "Somebody drew.".to_owned(),
        fields: vec![field("at", TypeSpec::Time)],
    };
    assert_eq!(metadata.event("Drawn"), Some(&drawn));
    let closed =
        ErrorSpec { name: "Closed".to_owned(), code: 0x0102_0304, docs: "The shop is closed.".to_owned() };
    assert_eq!(metadata.error(0x0102_0304), Some(&closed));
}

#[test]
fn a_migration_is_found_by_the_layout_that_it_starts_from() {
    let (first, second) =
        (migration_section("from_first", [1; 32]), migration_section("from_second", [2; 32]));
    let section = [contract_section(), second, first.clone()].concat();
    let metadata = Metadata::from_section(&section).expect("a valid section");
    let name = |from| metadata.migration(&from).map(|method| method.name.as_str());
    assert_eq!(
        (name([1; 32]), name([2; 32]), name([3; 32])),
        (Some("from_first"), Some("from_second"), None)
    );
    let method = metadata.method("from_first").expect("it is a method");
    assert_eq!(Item::Method(method.clone()).encode(), first, "the owned twin writes the same bytes");
}

/// Text lengths around the borders of SCALE's compact integers.
#[test]
fn long_texts_decode() {
    const DOCS: &str = {
        const BYTES: [u8; 16_100] = [b'x'; 16_100];
        match core::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => panic!("ASCII is UTF-8"),
        }
    };
    macro_rules! check {
        ($($length:literal)*) => {$({
            const TEXT: &str = DOCS.split_at($length).0;
            let section = section!(ItemSpec::Error { name: "E", code: 1, docs: TEXT });
            let item = Item::decode_all(&mut section.as_slice());
            let spec = ErrorSpec { name: "E".to_owned(), code: 1, docs: TEXT.to_owned() };
            assert_eq!(item, Ok(Item::Error(spec)), "{}", $length);
        })*};
    }
    check!(0 1 63 64 65 16_000);
}

#[test]
fn the_owned_twin_writes_the_same_bytes() {
    let item = Item::Contract {
        abi: ABI_VERSION,
        name: "shop".to_owned(),
        version: "1.2.3".to_owned(),
        layout: [7; 32],
    };
    assert_eq!(item.encode(), contract_section());
}

#[test]
fn unusable_sections_are_refused() {
    let check = |parts: &[Vec<u8>], expected| {
        assert_eq!(Metadata::from_section(&parts.concat()), Err(expected));
    };
    check(&[], MetadataError::NotOneContract);
    check(&[draw_section()], MetadataError::NotOneContract);
    check(&[contract_section(), contract_section()], MetadataError::NotOneContract);
    check(&[contract_section(), draw_section(), draw_section()], MetadataError::Duplicate);
    check(&[contract_section(), error_section(), error_section()], MetadataError::Duplicate);
    check(&[contract_section(), event_section(), event_section()], MetadataError::Duplicate);
    let migrations = [migration_section("a", [1; 32]), migration_section("b", [1; 32])].concat();
    check(&[contract_section(), migrations], MetadataError::Duplicate);
    for kind in [MethodKind::Constructor, MethodKind::Migration { from: [1; 32] }] {
        let item = ItemSpec::Method {
            name: "new",
            docs: "",
            kind,
            reentrant: true,
            params: &[],
            returns: &Type::Unit,
        };
        let section = SectionBytes::of(&item).as_slice().to_vec();
        check(&[contract_section(), section], MetadataError::Reentrant);
    }
    check(&[contract_section(), vec![9]], MetadataError::Malformed);
    check(&[contract_section(), draw_section()[..9].to_vec()], MetadataError::Malformed);
    let mut of_tomorrow = contract_section();
    of_tomorrow[1] += 1;
    check(&[of_tomorrow], MetadataError::AbiVersion { found: ABI_VERSION + 1 });
}

#[test]
fn types_nested_without_end_are_refused() {
    let mut section = contract_section();
    section.extend([1, 4, b'm', 0, 1, 0]);
    section.extend([16; 10_000]);
    section.push(0);
    assert_eq!(Metadata::from_section(&section), Err(MetadataError::Malformed));
}
