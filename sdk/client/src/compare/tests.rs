//! Which differences there are between two versions, and which of them break callers.

use sillok_abi::{FieldSpec, TypeSpec, VariantSpec};

use super::*;

fn field(name: &str, ty: TypeSpec) -> FieldSpec {
    FieldSpec { name: name.into(), ty }
}

fn method(kind: MethodKind, params: Vec<FieldSpec>, returns: TypeSpec) -> MethodSpec {
    MethodSpec { name: "act".into(), docs: "Acts.".into(), kind, reentrant: false, params, returns }
}

fn metadata() -> Metadata {
    let (methods, events, errors) = (Vec::new(), Vec::new(), Vec::new());
    Metadata {
        name: "shop".into(),
        version: "1".into(),
        layout: [1; 32],
        storage: Vec::new(),
        methods,
        events,
        errors,
    }
}

fn of_method(method: MethodSpec) -> Metadata {
    Metadata { methods: vec![method], ..metadata() }
}

/// The differences as `part name` with `!` behind those that break.
fn differences(old: &Metadata, new: &Metadata) -> Vec<String> {
    let line = |change: &Change| {
        let breaking = if change.breaking { "!" } else { "" };
        format!("{} {}{breaking}", change.part.name(), change.name)
    };
    compare(old, new).iter().map(line).collect()
}

fn amount() -> Vec<FieldSpec> {
    vec![field("amount", TypeSpec::U64)]
}

#[test]
fn documentation_and_version_are_no_difference() {
    let old = of_method(method(MethodKind::Change, amount(), TypeSpec::Unit));
    let mut new = old.clone();
    new.version = "2".into();
    new.methods[0].docs = "Does it.".into();
    assert_eq!(differences(&old, &new), [""; 0]);
}

#[test]
fn a_method_breaks_its_callers_unless_it_serves_every_call_of_theirs() {
    let (query, change) = (MethodKind::Query, MethodKind::Change);
    let old = of_method(method(change, amount(), TypeSpec::U64));
    let cases = [
        (method(query, amount(), TypeSpec::U64), "method act"),
        (method(change, vec![field("sum", TypeSpec::U64)], TypeSpec::U64), "method act!"),
        (method(change, vec![field("amount", TypeSpec::U32)], TypeSpec::U64), "method act!"),
        (method(change, [amount(), amount()].concat(), TypeSpec::U64), "method act!"),
        (method(change, amount(), TypeSpec::Unit), "method act!"),
        (method(MethodKind::Constructor, amount(), TypeSpec::U64), "method act!"),
    ];
    for (new, expected) in cases {
        assert_eq!(differences(&old, &of_method(new)), [expected]);
    }
    let asked = of_method(method(query, amount(), TypeSpec::U64));
    assert_eq!(differences(&asked, &old), ["method act!"], "a query that changes something is no query");
    assert_eq!(differences(&old, &metadata()), ["method act!"]);
    assert_eq!(differences(&metadata(), &old), ["method act"]);
}

#[test]
fn to_be_no_longer_re_entrant_breaks_who_calls_back() {
    let shut = of_method(method(MethodKind::Query, amount(), TypeSpec::U64));
    let mut open = shut.clone();
    open.methods[0].reentrant = true;
    assert_eq!(differences(&shut, &open), ["method act"]);
    assert_eq!(differences(&open, &shut), ["method act!"]);
    let text = compare(&open, &shut)[0].to_string();
    assert!(text.starts_with("- query act(amount: u64) -> u64   (re-entrant)\n"), "{text}");
}

#[test]
fn constructors_and_migrations_have_no_callers() {
    let constructor = of_method(method(MethodKind::Constructor, amount(), TypeSpec::Unit));
    assert_eq!(differences(&constructor, &metadata()), ["method act"]);
    let migration = of_method(method(MethodKind::Migration { from: [1; 32] }, amount(), TypeSpec::Unit));
    let other = of_method(method(MethodKind::Migration { from: [2; 32] }, amount(), TypeSpec::Unit));
    assert_eq!(differences(&migration, &other), ["method act"]);
}

fn order(name: &str, kinds: &[&str]) -> TypeSpec {
    let variant = |(index, name): (usize, &&str)| VariantSpec {
        name: (*name).into(),
        index: index as u8,
        fields: Vec::new(),
    };
    let kinds = TypeSpec::Enum("Kind".into(), kinds.iter().enumerate().map(variant).collect());
    TypeSpec::Struct(name.into(), vec![field("kind", TypeSpec::Option(Box::new(kinds)))])
}

#[test]
fn types_are_compared_as_deep_as_they_go_but_for_their_own_names() {
    let version = |ty| of_method(method(MethodKind::Change, vec![field("order", ty)], TypeSpec::Unit));
    let old = version(order("Order", &["Bread"]));
    assert_eq!(differences(&old, &version(order("Sale", &["Bread"]))), ["method act"]);
    let new = version(order("Order", &["Bread", "Cake"]));
    assert_eq!(differences(&old, &new), ["method act!", "type Kind!", "type Order!"]);
    let text = compare(&old, &new)[0].to_string();
    assert_eq!(text, "~ change act(order: Order), whose types change   (breaks callers)");
    let text = compare(&old, &new)[1].to_string();
    assert_eq!(text, "- type Kind = Bread\n+ type Kind = Bread | Cake   (breaks callers)");
}

#[test]
fn events_are_read_by_their_fields_and_errors_by_their_codes() {
    let event = |fields| EventSpec { name: "Paid".into(), docs: String::new(), fields };
    let error = |name: &str, code| ErrorSpec { name: name.into(), code, docs: String::new() };
    let old = Metadata { events: vec![event(amount())], errors: vec![error("Closed", 1)], ..metadata() };
    let with = |fields, errors| Metadata { events: vec![event(fields)], errors, ..metadata() };
    let more = [amount(), vec![field("to", TypeSpec::Account)]].concat();
    assert_eq!(differences(&old, &with(more, old.errors.clone())), ["event Paid!"]);
    let errors = vec![error("Closed", 1), error("Empty", 2)];
    assert_eq!(differences(&old, &with(amount(), errors)), ["error 2"]);
    assert_eq!(differences(&old, &with(amount(), vec![error("Empty", 1)])), ["error 1!"]);
    assert_eq!(differences(&old, &with(amount(), Vec::new())), ["error 1"]);
    assert_eq!(differences(&old, &Metadata { errors: old.errors.clone(), ..metadata() }), ["event Paid!"]);
}

#[test]
fn another_layout_is_told_and_breaks_nobody() {
    let new = Metadata { layout: [2; 32], ..metadata() };
    assert_eq!(differences(&metadata(), &new), ["storage layout"]);
    let text = compare(&metadata(), &new)[0].to_string();
    assert!(text.starts_with("- layout 0x0101") && text.contains("\n+ layout 0x0202"), "{text}");
}
