//! What the macros make of a contract, on the native target: types, codes, names and descriptions.

use sillok_sdk::abi::{Describe, Item, ItemSpec, MethodKind, SectionBytes, TypeSpec};
use sillok_sdk::codec::DecodeAll;
use sillok_sdk::prelude::*;

/// A bakery.
#[storage]
pub struct Bakery {
    baker: Value<Account>,
    orders: Map<(Account, u32), Order>,
    r#type: Value<Kind>,
}

/// What is baked.
#[data]
#[derive(Copy, PartialOrd, Ord)]
pub enum Kind {
    /// Bread.
    Bread,
    /// A cake of this many layers.
    Cake(u8),
    /// Something else.
    Special {
        /// Its number.
        number: u32,
    } = 9,
}

/// A number of loaves.
#[data]
#[derive(Copy, Default)]
pub struct Loaves(pub u64);

/// Somebody's order.
#[data]
pub struct Order {
    /// What.
    pub kind: Kind,
    /// How many.
    pub loaves: Loaves,
    /// What to write on it.
    pub note: Option<String>,
    /// When to fetch it.
    pub r#when: Vec<Time>,
}

/// It is ready.
#[event]
pub struct Ready {
    /// Whose.
    pub of: Account,
}

/// The bakery closed.
#[event]
pub struct Closed;

/// What the bakery refuses.
#[error]
pub enum Error {
    /// There is no more bread.
    SoldOut = 1,
    /// The bakery is closed.
    Closed = 0x10,
}

#[contract]
impl Bakery {
    const LIMIT: u64 = 10;

    /// Opens.
    #[constructor]
    pub fn new(&mut self, baker: Account, r#type: Kind) {
        self.baker.set(&baker);
        self.r#type.set(&r#type);
    }

    /// Takes over from the first version, in which there was one kind of bread.
    #[migration]
    pub fn from_first(&mut self, mut old: v1::Bakery, r#type: Kind) -> Result<(), Error> {
        self.r#type.set(&r#type);
        ensure!(old.loaves.take(&0).is_none(), Error::SoldOut);
        old.price.remove();
        Ok(())
    }

    /// Takes over from a version without storage.
    #[migration]
    pub fn from_nothing(&mut self, _old: v0::Bakery) {}

    /// Takes an order.
    pub fn order(&mut self, by: Account, number: u32, mut order: Order) -> Result<Loaves, Error> {
        require_auth(&by);
        order.note.take();
        ensure!(self.limited(&order), Error::SoldOut);
        self.orders.insert(&(by, number), &order);
        emit(&Ready { of: by });
        Ok(order.loaves)
    }

    /// Closes.
    pub fn close(&mut self) -> Result<(), Error> {
        require_auth(&self.baker.load());
        emit(&Closed);
        schedule(block_time().plus(1_000), 1_000_000, "open", &(1_u8, 2_u8));
        Err(Error::Closed)
    }

    /// Who bakes.
    pub fn baker(&self) -> Option<Account> {
        self.baker.get()
    }

    /// More parameters than Clippy likes.
    pub fn many(&self, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8) -> Vec<u8> {
        vec![a, b, c, d, e, f, g]
    }

    fn limited(&self, order: &Order) -> bool {
        order.loaves.0 <= Self::LIMIT
    }
}

/// What the first version kept.
pub mod v1 {
    use super::*;

    /// Its storage.
    #[storage]
    pub struct Bakery {
        pub(crate) loaves: Map<u32, u64>,
        pub(crate) price: Value<u64>,
    }
}

/// What there was before that.
pub mod v0 {
    use super::*;

    /// Its storage.
    #[storage]
    pub struct Bakery;
}

/// What another contract calls of a bakery.
#[interface]
pub trait Bakers {
    /// Takes an order.
    fn order(&mut self, by: Account, number: u32, order: Order) -> Loaves;
    /// Who bakes.
    fn baker(&self) -> Option<Account>;
    /// A parameter may be called what the generated code calls its own.
    fn write(&mut self, bytes: Vec<u8>);
}

macro_rules! described {
    ($ty:ty) => {{
        const ITEM: &ItemSpec = &ItemSpec::Method {
            name: "",
            docs: "",
            kind: MethodKind::Query,
            reentrant: false,
            params: &[],
            returns: &<$ty as Describe>::TYPE,
        };
        const BYTES: SectionBytes = SectionBytes::of(ITEM);
        let section: [u8; BYTES.len()] = BYTES.to_array();
        match Item::decode_all(&mut section.as_slice()).expect("SCALE of an item") {
            Item::Method(method) => method.returns,
            other => panic!("not a method: {other:?}"),
        }
    }};
}

#[test]
fn data_is_described_by_name_and_index() {
    let TypeSpec::Enum(name, variants) = described!(Kind) else { panic!("not an enum") };
    assert_eq!(name, "Kind");
    let shape: Vec<_> =
        variants.iter().map(|variant| (variant.name.as_str(), variant.index, variant.fields.len())).collect();
    assert_eq!(shape, [("Bread", 0, 0), ("Cake", 1, 1), ("Special", 9, 1)]);
    assert_eq!(variants[1].fields[0].name, "0");
    assert_eq!(described!(Loaves), TypeSpec::U64);
    let TypeSpec::Struct(name, fields) = described!(Order) else { panic!("not a struct") };
    let names: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!((name.as_str(), names.as_slice()), ("Order", ["kind", "loaves", "note", "when"].as_slice()));
    assert_eq!(fields[2].ty, TypeSpec::Option(Box::new(TypeSpec::String)));
    assert_eq!(fields[3].ty, TypeSpec::List(Box::new(TypeSpec::Time)));
}

#[test]
fn indices_are_those_of_the_encoding() {
    assert_eq!(Kind::Bread.encode(), [0]);
    assert_eq!(Kind::Cake(3).encode(), [1, 3]);
    assert_eq!(Kind::Special { number: 1 }.encode(), [9, 1, 0, 0, 0]);
    assert_eq!(Kind::decode(&mut &[1_u8, 3][..]), Ok(Kind::Cake(3)));
}

/// A shelf of the bakery.
#[data]
#[derive(PartialOrd, Ord, OrderedKey)]
pub struct Shelf {
    /// Which side.
    pub left: bool,
    /// How high.
    pub level: Level,
}

/// A height.
#[data]
#[derive(PartialOrd, Ord, OrderedKey)]
pub enum Level {
    /// On the floor.
    Floor,
    /// So many above or below it, and a label.
    Number(i32, String),
    /// Nobody knows.
    Unknown = 9,
}

#[test]
fn derived_keys_are_in_the_order_of_their_values() {
    let levels = [
        Level::Floor,
        Level::Number(-1, "b".into()),
        Level::Number(0, String::new()),
        Level::Number(0, "a".into()),
        Level::Unknown,
    ];
    let shelves = [false, true].map(|left| levels.clone().map(|level| Shelf { left, level })).concat();
    let bytes = |shelf: &Shelf| {
        let mut bytes = Vec::new();
        shelf.write_key(&mut bytes);
        bytes
    };
    assert!(shelves.is_sorted() && shelves.iter().map(bytes).is_sorted());
    for shelf in &shelves {
        assert_eq!(Shelf::read_key(&mut bytes(shelf).as_slice()).as_ref(), Some(shelf));
    }
    assert_eq!(bytes(&shelves[8]), [1, 1, 0x80, 0, 0, 0, b'a', 0, 0]);
    assert_eq!(bytes(&shelves[9]), [1, 9]);
    assert_eq!(Shelf::read_key(&mut &[1, 2][..]), None);
}

#[test]
fn errors_have_their_codes_and_events_their_names() {
    assert_eq!((Error::SoldOut.code(), Error::Closed.code()), (1, 16));
    assert_eq!((<Ready as Event>::NAME, <Closed as Event>::NAME), ("Ready", "Closed"));
}

#[test]
fn references_know_their_contract() {
    let id = ContractId([7; 32]);
    assert_eq!(BakersRef::at(id).id(), id);
    assert_eq!(BakersRef::at(id), BakersRef::at(id));
}

/// What a native call of the host panics with.
fn panic_of(call: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(call).expect_err("a panic");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => panic.downcast::<&str>().map(|message| message.to_string()).unwrap_or_default(),
    }
}

#[test]
fn natively_the_host_says_where_it_is() {
    let message = panic_of(|| require_auth(&Account::Key([0; 32])));
    assert!(message.contains("`require_auth` exists only inside a node"), "{message}");
    let message = panic_of(|| {
        BakersRef::at(ContractId([0; 32])).baker();
    });
    assert!(message.contains("`call`"), "{message}");
}
