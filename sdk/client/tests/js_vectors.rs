//! The vectors that the TypeScript client is tested with: what Rust makes of the same bytes.
//!
//! `sdk/js/test/vectors.json` has to be what this makes. `SILLOK_WRITE_VECTORS=1` writes it anew.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should panic")]

use std::path::Path;

use codec::{Compact, Encode};
use serde_json::{Value, json};
use sillok_abi::{
    Account, ContractId, FieldSpec, Header, NodeKind, Time, TypeSpec, Validator, VariantSpec, digest,
    precommit_digest, short_hash, tree_digest, validators_digest,
};
use sillok_client::value;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../js/test/vectors.json");
const VOTES: &[u8] = b"sillok/consensus";
const VALUES: usize = 120;

/// Numbers without pattern, the same ones each time (Marsaglia's xorshift).
struct Noise(u64);

impl Noise {
    fn byte(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as u8
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::from(u16::from_le_bytes(self.bytes())) % limit
    }
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// Some type, nested up to `depth` deep.
fn any_type(noise: &mut Noise, depth: usize) -> TypeSpec {
    let kinds = if depth == 0 { 16 } else { 24 };
    match noise.below(kinds) {
        0 => TypeSpec::Unit,
        1 => TypeSpec::Bool,
        2 => TypeSpec::U8,
        3 => TypeSpec::U16,
        4 => TypeSpec::U32,
        5 => TypeSpec::U64,
        6 => TypeSpec::U128,
        7 => TypeSpec::I32,
        8 => TypeSpec::I64,
        9 => TypeSpec::String,
        10 => TypeSpec::Bytes,
        11 => TypeSpec::FixedBytes(noise.below(40) as u32),
        12 => TypeSpec::Account,
        13 => TypeSpec::Contract,
        14 => TypeSpec::Date,
        15 => TypeSpec::Time,
        16 | 17 => TypeSpec::Option(Box::new(any_type(noise, depth - 1))),
        18 => TypeSpec::List(Box::new(any_type(noise, depth - 1))),
        19 => TypeSpec::Tuple((0..noise.below(4)).map(|_| any_type(noise, depth - 1)).collect()),
        20 | 21 => TypeSpec::Struct("Struct".into(), fields(noise, depth)),
        _ => {
            let variants = (0..1 + noise.below(3)).map(|index| VariantSpec {
                name: format!("Variant{index}"),
                index: index as u8 * 3,
                fields: fields(noise, depth),
            });
            TypeSpec::Enum("Enum".into(), variants.collect())
        }
    }
}

fn fields(noise: &mut Noise, depth: usize) -> Vec<FieldSpec> {
    let named = noise.below(2) == 0;
    let name = |index: usize| if named { format!("field{index}") } else { index.to_string() };
    (0..noise.below(4)).map(|index| FieldSpec { name: name(index), ty: any_type(noise, depth - 1) }).collect()
}

/// SCALE of some value of the type.
fn scale_of(ty: &TypeSpec, noise: &mut Noise, out: &mut Vec<u8>) {
    let mut some = |count: usize| (0..count).for_each(|_| out.push(noise.byte()));
    match ty {
        TypeSpec::Unit => {}
        TypeSpec::Bool => out.push(noise.byte() & 1),
        TypeSpec::U8 => some(1),
        TypeSpec::U16 => some(2),
        TypeSpec::U32 | TypeSpec::I32 => some(4),
        TypeSpec::U64 | TypeSpec::I64 => some(8),
        TypeSpec::U128 => some(16),
        TypeSpec::FixedBytes(count) => some(*count as usize),
        TypeSpec::Contract => some(32),
        TypeSpec::String => "주주 \"명부\"\\\u{7f}\n\u{1f600}"
            .chars()
            .take(noise.below(14))
            .collect::<String>()
            .encode_to(out),
        TypeSpec::Bytes => (0..noise.below(80)).map(|_| noise.byte()).collect::<Vec<_>>().encode_to(out),
        TypeSpec::Account => account(noise).encode_to(out),
        // Days with and without a text form.
        TypeSpec::Date => (i32::from_le_bytes(noise.bytes()) >> noise.below(20)).encode_to(out),
        TypeSpec::Time => (u64::from_le_bytes(noise.bytes()) >> noise.below(30)).encode_to(out),
        TypeSpec::Option(inner) => {
            let some = noise.byte() & 1;
            out.push(some);
            if some == 1 {
                scale_of(inner, noise, out);
            }
        }
        TypeSpec::List(inner) => {
            let count = noise.below(4);
            Compact(count as u32).encode_to(out);
            (0..count).for_each(|_| scale_of(inner, noise, out));
        }
        TypeSpec::Tuple(parts) => parts.iter().for_each(|part| scale_of(part, noise, out)),
        TypeSpec::Struct(_, fields) => fields.iter().for_each(|field| scale_of(&field.ty, noise, out)),
        TypeSpec::Enum(_, variants) => {
            let variant = &variants[noise.below(variants.len())];
            out.push(variant.index);
            variant.fields.iter().for_each(|field| scale_of(&field.ty, noise, out));
        }
    }
}

fn account(noise: &mut Noise) -> Account {
    match noise.below(3) {
        0 => Account::Key(noise.bytes()),
        1 => Account::Contract(ContractId(noise.bytes())),
        _ => Account::Managed { contract: ContractId(noise.bytes()), id: noise.bytes() },
    }
}

fn values(noise: &mut Noise) -> Value {
    let values = (0..VALUES).map(|_| {
        let ty = any_type(noise, 3);
        let mut bytes = Vec::new();
        scale_of(&ty, noise, &mut bytes);
        let json = value::decode(&ty, &bytes).unwrap().to_string();
        json!({ "type": hex(ty.encode()), "scale": hex(bytes), "json": json })
    });
    values.collect()
}

fn lengths() -> Value {
    let lengths = [0, 1, 63, 64, 65, 16_383, 16_384, 1 << 20, (1 << 30) - 1, 1 << 30, u32::MAX];
    lengths
        .iter()
        .map(|length| json!({ "length": length, "scale": hex(Compact(*length).encode()) }))
        .collect()
}

fn accounts(noise: &mut Noise) -> Value {
    let accounts = (0..12).map(|_| account(noise));
    accounts.map(|account| json!({ "text": account.to_string(), "scale": hex(account.encode()) })).collect()
}

/// The digests of fields' trees with one key to many.
fn trees(noise: &mut Noise) -> Value {
    let trees = [1, 2, 3, 10, 100].map(|count| {
        let mut entry = || ([b"fiel".as_slice(), &noise.bytes::<5>()].concat(), noise.bytes::<5>().to_vec());
        let mut entries: Vec<(Vec<u8>, Vec<u8>)> = (0..count).map(|_| entry()).collect();
        entries.sort_unstable();
        let mut leaves: Vec<_> =
            entries.iter().map(|(key, value)| (short_hash(key), short_hash(value))).collect();
        leaves.sort_unstable();
        let entries: Value = entries.iter().map(|(key, value)| json!([hex(key), hex(value)])).collect();
        json!({ "entries": entries, "digest": hex(tree_digest(NodeKind::Key, &leaves).unwrap()) })
    });
    trees.into_iter().collect()
}

fn header(noise: &mut Noise, validators: &[Validator]) -> Header {
    Header {
        chain: noise.bytes(),
        height: u64::from_le_bytes(noise.bytes()),
        round: u32::from_le_bytes(noise.bytes()),
        time: Time(u64::from_le_bytes(noise.bytes())),
        proposer: noise.bytes(),
        parent: noise.bytes(),
        transactions_root: noise.bytes(),
        state_root: noise.bytes(),
        receipts_root: noise.bytes(),
        validators: validators_digest(validators),
        next_validators: noise.bytes(),
    }
}

/// A block, its validators and their votes, whose signatures differ each time.
fn block(noise: &mut Noise) -> Value {
    let pairs: Vec<schnorrkel::Keypair> = (0..4)
        .map(|_| schnorrkel::MiniSecretKey::from_bytes(&noise.bytes::<32>()).unwrap())
        .map(|mini| mini.expand_to_keypair(schnorrkel::ExpansionMode::Ed25519))
        .collect();
    let power = |index: usize| index as u64 + 1;
    let validators: Vec<Validator> = pairs
        .iter()
        .enumerate()
        .map(|(index, pair)| Validator { key: pair.public.to_bytes(), power: power(index) })
        .collect();
    let header = header(noise, &validators);
    let vote = precommit_digest(&header.chain, header.height, 7, &header.id());
    let voters = pairs.iter().enumerate().map(|(index, pair)| {
        let signature = pair.sign_simple(VOTES, &vote).to_bytes();
        json!({ "key": hex(pair.public.to_bytes()), "power": power(index), "signature": hex(signature) })
    });
    json!({
        "header": hex(header.encode()),
        "id": hex(header.id()),
        "validators": hex(validators_digest(&validators)),
        "round": 7,
        "vote": hex(vote),
        "voters": voters.collect::<Value>(),
    })
}

fn vectors() -> Value {
    let noise = &mut Noise(0x5111_0C0D_E000_0001);
    json!({
        "lengths": lengths(),
        "accounts": accounts(noise),
        "layout": { "scale": "0x00", "digest": hex(digest("sillok/layout", &Vec::<u8>::new())) },
        "trees": trees(noise),
        "block": block(noise),
        "values": values(noise),
    })
}

/// Takes the signatures out, after having checked them.
fn take_signatures(vectors: &mut Value) {
    let bytes = |value: &Value| hex::decode(&value.as_str().unwrap()[2..]).unwrap();
    let vote = bytes(&vectors["block"]["vote"]);
    for voter in vectors["block"]["voters"].as_array_mut().unwrap() {
        let key = schnorrkel::PublicKey::from_bytes(&bytes(&voter["key"])).unwrap();
        let signature = schnorrkel::Signature::from_bytes(&bytes(&voter["signature"].take())).unwrap();
        key.verify_simple(VOTES, &vote, &signature).unwrap();
    }
}

#[test]
fn the_vectors_of_the_typescript_client_are_up_to_date() {
    let mut made = vectors();
    if std::env::var_os("SILLOK_WRITE_VECTORS").is_some() {
        std::fs::write(Path::new(FILE), serde_json::to_string_pretty(&made).unwrap() + "\n").unwrap();
        return;
    }
    let text = std::fs::read_to_string(Path::new(FILE)).unwrap();
    let mut kept: Value = serde_json::from_str(&text).unwrap();
    take_signatures(&mut kept);
    take_signatures(&mut made);
    assert_eq!(kept, made, "SILLOK_WRITE_VECTORS=1 writes {FILE} anew");
}
