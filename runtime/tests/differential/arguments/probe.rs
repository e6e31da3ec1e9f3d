//! A module that calls one host function with arguments that it is given, and says what that changed.

use codec::Encode;
use sillok_abi::{
    BookAction, BookParams, BookQuery, CallFailure, ContractId, Failure, HostFunction, NewOrder, Outcome,
    Price, Quantity, Receipt, Side, TrapCode,
};
use sillok_testing::{Raw, START, World, account, with_methods};

use super::super::lab::{deploy, empty_world, peer_code, send};
use super::super::program::PEER_METHOD;
use super::super::smith::import;

/// The module's memory.
pub(super) const MEMORY_BYTES: u64 = 2 * 65_536;
pub(super) const GAS: u64 = 200_000_000;

/// Parameters that point to memory, if they are of 32 bits.
const POINTERS: &[&str] = &[
    "pointer",
    "key",
    "value",
    "from",
    "to",
    "message",
    "place",
    "contract",
    "method",
    "args",
    "account",
    "name",
    "data",
    "output",
    "signature",
    "params",
    "order",
    "action",
    "query",
];
/// Other parameters of 32 bits that are no lengths, with an argument that hurts nobody.
const NUMBERS: &[(&str, u64)] =
    &[("algorithm", 0), ("scheme", 0), ("catch", 1), ("levels", 3), ("limit", 5), ("flags", 0)];
/// Parameters of 64 bits, with an argument that hurts nobody.
const WIDE: &[(&str, u64)] = &[("time", START + 100_000), ("gas", 50_000), ("book", 1), ("order", 1)];

/// Where the values of [`texts`] are, one after the other.
const TEXTS_AT: u64 = 0x100;

/// A key under which the module has stored something, and values that functions decode, by parameter.
fn texts(peer: &ContractId) -> Vec<(&'static str, Vec<u8>)> {
    let params = BookParams::simple(1, 1, 1, 1_000);
    let order = NewOrder::limit(account("Alice"), Side::Buy, Price(7), Quantity(5));
    vec![
        ("", b"aaaa".to_vec()),
        ("account", account("Alice").encode()),
        ("contract", peer.0.to_vec()),
        ("method", PEER_METHOD.into()),
        ("params", params.encode()),
        ("order", order.encode()),
        ("action", BookAction::Expire.encode()),
        ("query", BookQuery::Session.encode()),
    ]
}

/// Where a text is in memory, and its length.
type Place = (u64, u64);

/// The values of [`texts`] in the module's memory.
struct Texts {
    bytes: Vec<u8>,
    places: Vec<(&'static str, Place)>,
}

impl Texts {
    fn new(peer: &ContractId) -> Self {
        let mut texts_in_memory = Texts { bytes: Vec::new(), places: Vec::new() };
        for (name, text) in texts(peer) {
            let start = TEXTS_AT + texts_in_memory.bytes.len() as u64;
            texts_in_memory.places.push((name, (start, text.len() as u64)));
            texts_in_memory.bytes.extend(text);
        }
        let whole_words = texts_in_memory.bytes.len().next_multiple_of(8);
        texts_in_memory.bytes.resize(whole_words, 0);
        texts_in_memory
    }

    /// What a pointer of this name points to, by default the key.
    fn place(&self, name: &str) -> Place {
        let named = self.places.iter().find(|(text, _)| *text == name);
        named.unwrap_or(&self.places[0]).1
    }

    fn end(&self) -> u64 {
        TEXTS_AT + self.bytes.len() as u64
    }
}

/// What a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Pointer,
    Length,
    /// Neither; with an argument that hurts nobody.
    Number(u64),
}

pub(super) fn kind((name, ty): (&str, &str)) -> Kind {
    let known = |numbers: &[(&str, u64)]| {
        numbers.iter().find(|(number, _)| *number == name).map(|(_, value)| Kind::Number(*value))
    };
    let kind = match ty {
        "u64" => known(WIDE),
        _ if name.ends_with("length") || name == "capacity" => Some(Kind::Length),
        _ if POINTERS.contains(&name) => Some(Kind::Pointer),
        _ => known(NUMBERS),
    };
    kind.unwrap_or_else(|| panic!("say above what a host function's parameter `{name}: {ty}` is"))
}

/// A chain with a module that calls one host function.
pub(super) struct Probe {
    pub(super) world: World,
    contract: ContractId,
    function: &'static HostFunction,
    texts: Texts,
}

/// What the module says after the call.
pub(super) struct Seen {
    /// The first and last address of eight bytes of which some changed; none if no byte did.
    pub(super) changed: Option<(u64, u64)>,
}

impl Probe {
    pub(super) fn new(function: &'static HostFunction) -> Self {
        let mut world = empty_world();
        let peer = deploy(&mut world, &peer_code(), [2; 32], &[]).unwrap();
        let texts = Texts::new(&peer);
        let contract = deploy(&mut world, &code(function, &texts), [3; 32], &[]).unwrap();
        Probe { world, contract, function, texts }
    }

    pub(super) fn call(&mut self, arguments: &[u64]) -> Receipt {
        let args = arguments.iter().flat_map(|value| value.to_le_bytes()).collect();
        let mut body = self.world.body("Alice", self.contract, "run", Raw(args));
        body.gas_limit = GAS;
        send(&mut self.world, body)
    }

    /// The length of what a pointer of this name points to.
    pub(super) fn length(&self, name: &str) -> u64 {
        self.texts.place(name).1
    }

    /// Arguments that hurt nobody: pointers to what the function asks for, small numbers.
    pub(super) fn innocent(&self) -> Vec<u64> {
        let mut length = 0;
        let params = self.function.params.iter().map(|param| match kind(*param) {
            Kind::Pointer => {
                let (start, bytes) = self.texts.place(param.0);
                length = bytes;
                start
            }
            Kind::Length => length,
            Kind::Number(value) => value,
        });
        params.collect()
    }
}

/// A module whose `run` calls `function` with the arguments it is given, eight bytes each.
fn code(function: &HostFunction, texts: &Texts) -> Vec<u8> {
    let needed = ["input", "output", "storage_set", "caller", "book_create", "book_place"];
    let mut imports: String = needed.map(import).concat();
    if !needed.contains(&function.name) {
        imports.push_str(&import(function.name));
    }
    let argument = |(index, (_, ty)): (usize, &(&str, &str))| match *ty {
        "u64" => format!("(i64.load (i32.const {}))", 8 * index),
        _ => format!("(i32.load (i32.const {}))", 8 * index),
    };
    let arguments: String = function.params.iter().enumerate().map(argument).collect();
    let name = function.name;
    let ignored = if function.returns.is_empty() { "" } else { "drop" };
    let data: String = texts.bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let (end, rest) = (texts.end(), MEMORY_BYTES - texts.end());
    let place = |name| {
        let (start, length) = texts.place(name);
        format!("(i32.const {start}) (i32.const {length})")
    };
    // The arguments wait on the stack while memory is filled.
    let text = format!(
        r#"(module {imports} (memory (export "memory") 2) (data (i32.const {TEXTS_AT}) "{data}")
        (func (export "run") (param i32) (result i32) (local $at i32) (local $low i32) (local $high i32)
          (call $input (i32.const 0))
          {arguments}
          (memory.fill (i32.const 0) (i32.const 97) (i32.const {TEXTS_AT}))
          (memory.fill (i32.const {end}) (i32.const 97) (i32.const {rest}))
          (call $storage_set {key} (i32.const {end}) (i32.const 40))
          (drop (call $book_create {params}))
          (drop (call $book_place (i64.const 1) {order}))
          (drop (call $caller))
          call ${name}
          {ignored}
          (local.set $low (i32.const -1))
          (local.set $high (i32.const -1))
          (loop $next
            ;; The texts are not looked at.
            (if (i32.eq (local.get $at) (i32.const {TEXTS_AT})) (then (local.set $at (i32.const {end}))))
            (if (i64.ne (i64.load (local.get $at)) (i64.const 0x6161616161616161)) (then
              (if (i32.eq (local.get $low) (i32.const -1)) (then (local.set $low (local.get $at))))
              (local.set $high (local.get $at))))
            (local.set $at (i32.add (local.get $at) (i32.const 8)))
            (br_if $next (i32.lt_u (local.get $at) (i32.const {MEMORY_BYTES}))))
          (i32.store (i32.const 0) (local.get $low))
          (i32.store (i32.const 4) (local.get $high))
          (call $output (i32.const 0) (i32.const 8))
          (i32.const 0)))"#,
        key = place(""),
        params = place("params"),
        order = place("order"),
    );
    with_methods(wat::parse_str(text).unwrap(), &["run"])
}

/// What the module saw, if the function returned to it. Any other end must be one that host functions bring
/// about: the module itself neither loops nor divides.
pub(super) fn seen(receipt: &Receipt) -> Option<Seen> {
    match &receipt.outcome {
        Outcome::Success(view) => {
            let number = |at: usize| u32::from_le_bytes(view[at..at + 4].try_into().unwrap());
            let changed = (number(0) != u32::MAX).then(|| (number(0).into(), u64::from(number(4)) + 7));
            Some(Seen { changed })
        }
        Outcome::Failed(CallFailure { failure: Failure::Trap(code), .. }) => {
            let own = [
                TrapCode::OutOfGas,
                TrapCode::StackOverflow,
                TrapCode::BadInstruction,
                TrapCode::Unreachable,
                TrapCode::BadStatus,
            ];
            assert!(!own.contains(code), "{receipt:?}");
            None
        }
        Outcome::Failed(_) => None,
    }
}
