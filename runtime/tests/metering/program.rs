//! Random programs that always end or run out of gas: as a tree, and as text.

use proptest::prelude::*;

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Constant(i32),
    Local(u8),
    Binary(u8, Box<Value>, Box<Value>),
    Load(Box<Value>),
    /// An `if` with a result.
    Choose(Box<Value>, Box<Value>, Box<Value>),
    /// A block with a result that is left early with the first value if the second is not zero.
    Early(Box<Value>, Box<Value>, Box<Value>),
    Call(Box<Value>),
    Indirect(Box<Value>, u8),
    Mix(Box<Value>),
    Size,
}

/// A statement.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Set(u8, Value),
    Store(u8, Value, Value),
    Fill(Value, Value),
    Copy(Value, Value),
    Grow(Value),
    Note(Value),
    If(Value, Vec<Node>, Option<Vec<Node>>),
    Block(Vec<Node>),
    Loop(u8, Vec<Node>),
    Br(u8),
    BrIf(u8, Value),
    BrTable(Vec<u8>, u8, Value),
    Return(Value),
    Unreachable,
}

/// Local variables of a program: the parameter and three more.
const LOCALS: u8 = 4;
const BINARY: [&str; 11] = ["add", "sub", "mul", "and", "or", "xor", "eq", "lt_u", "gt_u", "div_u", "rem_u"];
const STORES: [(&str, bool); 6] = [
    ("i32.store offset=3", false),
    ("i32.store8 offset=1023", false),
    ("i32.store16 offset=2000", false),
    ("i64.store offset=1024", true),
    ("i64.store offset=1", true),
    ("i64.store32 offset=30000", true),
];

pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (-3i32..10).prop_map(Value::Constant),
        any::<i32>().prop_map(Value::Constant),
        (0..LOCALS).prop_map(Value::Local),
        (0..LOCALS).prop_map(Value::Local),
        Just(Value::Size),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            4 => (0..BINARY.len() as u8, boxed(), boxed()).prop_map(|(op, a, b)| Value::Binary(op, a, b)),
            1 => boxed().prop_map(Value::Load),
            1 => (boxed(), boxed(), boxed()).prop_map(|(c, a, b)| Value::Choose(c, a, b)),
            1 => (boxed(), boxed(), boxed()).prop_map(|(a, c, b)| Value::Early(a, c, b)),
            1 => boxed().prop_map(Value::Call),
            1 => (boxed(), prop_oneof![9 => 0u8..2, 1 => 2u8..6]).prop_map(|(a, index)| Value::Indirect(a, index)),
            1 => boxed().prop_map(Value::Mix),
        ]
    })
}

pub(crate) fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let leaf = prop_oneof![
        6 => (0..LOCALS, value()).prop_map(|(local, value)| Node::Set(local, value)),
        3 => (0..STORES.len() as u8, value(), value()).prop_map(|(kind, a, v)| Node::Store(kind, a, v)),
        3 => value().prop_map(Node::Note),
        1 => (value(), value()).prop_map(|(a, n)| Node::Fill(a, n)),
        1 => (value(), value()).prop_map(|(a, b)| Node::Copy(a, b)),
        1 => value().prop_map(Node::Grow),
        1 => (0u8..5).prop_map(Node::Br),
        4 => (0u8..5, value()).prop_map(|(label, value)| Node::BrIf(label, value)),
        2 => (prop::collection::vec(0u8..5, 0..4), 0u8..5, value())
            .prop_map(|(labels, default, value)| Node::BrTable(labels, default, value)),
        1 => value().prop_map(Node::Return),
        1 => Just(Node::Unreachable),
    ];
    let node = leaf.prop_recursive(4, 40, 5, |inner| {
        let list = || prop::collection::vec(inner.clone(), 0..5);
        prop_oneof![
            3 => (value(), list(), prop::option::of(list())).prop_map(|(c, a, b)| Node::If(c, a, b)),
            2 => list().prop_map(Node::Block),
            2 => (1u8..4, list()).prop_map(|(turns, body)| Node::Loop(turns, body)),
        ]
    });
    prop::collection::vec(node, 0..10)
}

/// How a function may be called from another, and where its text stands.
#[derive(Clone, Copy)]
struct Place {
    /// Blocks that are open, the function included.
    depth: u8,
    /// The function that `Value::Call` calls, if any.
    callee: Option<u8>,
    /// Whether it may call by the table.
    indirect: bool,
}

impl Value {
    fn text(&self, place: Place) -> String {
        let text = |value: &Value| value.text(place);
        match self {
            Value::Constant(value) => format!("(i32.const {value})"),
            Value::Local(local) => format!("(local.get {local})"),
            Value::Binary(op, a, b) => format!("(i32.{} {} {})", BINARY[*op as usize], text(a), text(b)),
            Value::Load(a) => format!("(i32.load offset=5 (i32.and (i32.const 0xffff) {}))", text(a)),
            Value::Choose(c, a, b) => {
                format!("(if (result i32) {} (then {}) (else {}))", text(c), text(a), text(b))
            }
            Value::Early(a, c, b) => {
                format!("(block (result i32) (br_if 0 {} {}) (drop) {})", text(a), text(c), text(b))
            }
            Value::Call(a) => match place.callee {
                Some(callee) => format!("(call $f{callee} {})", text(a)),
                None => format!("(i32.eqz {})", text(a)),
            },
            Value::Indirect(a, index) if place.indirect => {
                format!("(call_indirect (type $one) {} (i32.const {index}))", text(a))
            }
            Value::Indirect(a, _) => text(a),
            Value::Mix(a) => format!("(i32.wrap_i64 (call $mix {} (i64.const 77)))", text(a)),
            Value::Size => "(memory.size)".into(),
        }
    }
}

impl Node {
    fn text(&self, place: Place) -> String {
        let inner = Place { depth: place.depth + 1, ..place };
        let label = |label: u8| label % place.depth;
        // The function's own label takes a value along.
        let branch = |code: &str, to: u8| match to + 1 == place.depth {
            true => format!("({code} {to} (local.get 0))"),
            false => format!("({code} {to})"),
        };
        match self {
            Node::Set(local, value) => format!("(local.set {local} {})", value.text(place)),
            Node::Store(kind, address, value) => store(*kind, &address.text(place), &value.text(place)),
            Node::Fill(start, length) => format!(
                "(memory.fill (i32.and (i32.const 0x7fff) {}) (i32.const 9) (i32.and (i32.const 0x3ff) {}))",
                start.text(place),
                length.text(place)
            ),
            Node::Copy(start, from) => format!(
                "(memory.copy (i32.and (i32.const 0x7fff) {}) (i32.and (i32.const 0xffff) {}) (i32.const 300))",
                start.text(place),
                from.text(place)
            ),
            Node::Grow(pages) => {
                format!("(drop (memory.grow (i32.and (i32.const 1) {})))", pages.text(place))
            }
            Node::Note(value) => format!("(call $note {})", value.text(place)),
            Node::If(condition, then, otherwise) => {
                let otherwise = otherwise.as_ref().map(|nodes| format!("(else {})", list(nodes, inner)));
                let (condition, then) = (condition.text(place), list(then, inner));
                format!("(if {condition} (then {then}) {})", otherwise.unwrap_or_default())
            }
            Node::Block(nodes) => format!("(block {})", list(nodes, inner)),
            Node::Loop(turns, nodes) => {
                // Nested loops have counters of their own.
                let counter = LOCALS + place.depth.min(15);
                format!(
                    "(local.set {counter} (i32.const {turns})) (loop {} (br_if 0 (local.tee {counter}
                       (i32.sub (local.get {counter}) (i32.const 1)))))",
                    list(nodes, inner)
                )
            }
            Node::Br(to) => branch("br", label(*to)),
            Node::BrIf(to, condition) => match label(*to) {
                to if to + 1 == place.depth => {
                    format!("(drop (br_if {to} (local.get 1) {}))", condition.text(place))
                }
                to => format!("(br_if {to} {})", condition.text(place)),
            },
            Node::BrTable(labels, default, value) => br_table(labels, *default, value, place),
            Node::Return(value) => format!("(return {})", value.text(place)),
            Node::Unreachable => "(unreachable)".into(),
        }
    }
}

fn store(kind: u8, address: &str, value: &str) -> String {
    let (name, wide) = STORES[kind as usize];
    let value = if wide { format!("(i64.extend_i32_u {value})") } else { value.into() };
    format!("({name} (i32.and (i32.const 0x7fff) {address}) {value})")
}

/// All labels of a table take the same along: either none goes to the function's own, or all do.
fn br_table(labels: &[u8], default: u8, value: &Value, place: Place) -> String {
    let value = value.text(place);
    let own = place.depth - 1;
    let labels = labels.iter().chain([&default]).copied();
    if own == 0 || default % place.depth == own {
        let labels: String = labels.map(|_| format!("{own} ")).collect();
        format!("(br_table {labels} (local.get 2) {value})")
    } else {
        let labels: String = labels.map(|label| format!("{} ", label % own)).collect();
        format!("(br_table {labels} {value})")
    }
}

fn list(nodes: &[Node], place: Place) -> String {
    nodes.iter().map(|node| node.text(place)).collect()
}

/// A module's text with `run` and two functions, each of which calls only those behind it.
pub(crate) fn text(functions: &[Vec<Node>; 3]) -> String {
    let mut text = String::from(
        r#"(import "sillok" "note" (func $note (param i32)))
           (import "sillok" "mix" (func $mix (param i32 i64) (result i64)))
           (type $one (func (param i32) (result i32)))
           (memory (export "memory") 1) (data (i32.const 2040) "0123456789abcdef")
           (table 5 funcref) (elem (i32.const 1) $f1 $f2 $other)
           (global $count (mut i32) (i32.const 0))
           (func $other (param i64))"#,
    );
    for (index, nodes) in functions.iter().enumerate() {
        let callee = Some(index as u8 + 1).filter(|callee| *callee < 3);
        let place = Place { depth: 1, callee, indirect: index == 0 };
        let export = if index == 0 { r#"(export "run")"# } else { "" };
        text += &format!(
            "(func $f{index} {export} (type $one) (local {})
               (global.set $count (i32.add (global.get $count) (i32.const 1)))
               {} (i32.xor (global.get $count) (local.get 3)))",
            "i32 ".repeat(LOCALS as usize - 1 + 16),
            list(nodes, place)
        );
    }
    text
}
