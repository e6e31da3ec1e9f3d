use std::path::Path;

use codec::{Decode, Encode};
use sillok_abi::governance::NewNode;
use sillok_abi::native::GOVERNANCE;
use sillok_abi::{Account, Time};
use sillok_client::keys::Keypair;
use sillok_runtime::Genesis;

use super::*;
use crate::network::NetworkKey;

/// The key of an organisation, by its number.
fn admin(number: u8) -> Keypair {
    Keypair::from_seed([100 + number; 32])
}

fn organisation(number: u8) -> Organisation {
    Organisation {
        name: format!("Bank {number} (SAMPLE)"),
        admin: admin(number).account().to_string(),
        gas_share: 333,
        state_quota: 1 << 30,
        admitted: Vec::new(),
    }
}

/// A draft's text, with three organisations.
fn text() -> String {
    let organisations = [1, 2, 3].map(organisation);
    template("trial", Time(1_700_000_000_000), false, &organisations, &["did", "cash", "escrow", "market"])
}

fn plan_of(text: &str) -> Result<Plan, CeremonyError> {
    Draft::of_text(text, Path::new("genesis.toml"))?.plan()
}

fn new_entry(number: u8) -> NewEntry {
    NewEntry {
        organisation: organisation(number).name,
        label: None,
        contact: format!("ops@bank{number}.example"),
        operator: admin(number).account(),
        addresses: vec![format!("/ip4/10.0.0.{number}/tcp/30333")],
        power: 1,
    }
}

/// An entry of an organisation, whose node has these seeds of keys.
fn sign(
    plan: &Plan,
    new: NewEntry,
    signer: u8,
    (network, validator): (u8, u8),
) -> Result<Entry, CeremonyError> {
    let network = NetworkKey::from_seed([network; 32]).unwrap();
    let keys =
        EntryKeys { organisation: &admin(signer), network: &network, validator: Some([validator; 32]) };
    Entry::sign(plan, new, &keys)
}

fn entry(plan: &Plan, number: u8) -> Entry {
    sign(plan, new_entry(number), number, (number, 50 + number)).unwrap()
}

/// The same entry with a piece of its file changed.
fn altered(entry: &Entry, from: &str, to: &str) -> Entry {
    let text = entry.to_text().unwrap();
    assert!(text.contains(from), "{from} is in {text}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("altered.toml");
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    Entry::read(&path).unwrap()
}

#[test]
fn a_sealed_genesis_is_the_same_in_whatever_order_entries_come() {
    let plan = plan_of(&text()).unwrap();
    let entries = [1, 2, 3].map(|number| entry(&plan, number));
    let sealed = seal(&plan, &entries).unwrap();
    try_out(&sealed).unwrap();
    for order in [[2, 0, 1], [1, 2, 0], [2, 1, 0], [0, 2, 1], [1, 0, 2]] {
        let other = seal(&plan, &order.map(|index| entries[index].clone())).unwrap();
        assert_eq!(other.encode(), sealed.encode());
    }
    // Signing again, with other randomness in the signatures, changes nothing of it.
    let again = [3, 1, 2].map(|number| entry(&plan, number));
    assert_eq!(seal(&plan, &again).unwrap().hash(), sealed.hash());
    assert_eq!(sealed.validators().len(), 3);
    assert_eq!(sealed.admitted.len(), 3, "each organisation's admin operates its node");
    assert_eq!(sealed.contracts[0].admin, Some(Account::Contract(GOVERNANCE)));
}

#[test]
fn comments_and_layout_are_not_part_of_a_draft_and_all_else_is() {
    let plan = plan_of(&text()).unwrap();
    let laid_out = text().replace("# Thousandths", "\n\n#   thousandths").replace('\n', "\r\n");
    assert_eq!(plan_of(&laid_out).unwrap().id(), plan.id());
    let changes = [
        ("\"trial\"", "\"tribal\""),
        ("2023-11-14", "2023-11-15"),
        ("# max_block_bytes = 4194304", "max_block_bytes = 2097152"),
        ("# max_block_bytes = 4194304", "evidence.max_age = 7"),
        ("gas_share = 333", "gas_share = 334"),
        ("state_quota = 1073741824", "state_quota = 1073741825"),
        ("admin = \"governance\"", "admin = \"Bank 1 (SAMPLE)\""),
        ("admitted = []", "admitted = [\"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694tz\"]"),
        ("decimals = 0", "decimals = 2"),
        ("Bank 2", "Bank II"),
    ];
    for (from, to) in changes {
        let changed = text().replacen(from, to, 1);
        assert_ne!(changed, text(), "{from}");
        match plan_of(&changed) {
            Ok(other) => assert_ne!(other.id(), plan.id(), "{from}"),
            // An address with another letter is none.
            Err(error) => assert!(from.starts_with("admitted"), "{from}: {error}"),
        }
    }
}

#[test]
fn an_entry_is_good_for_its_draft_and_as_it_was_signed_alone() {
    let plan = plan_of(&text()).unwrap();
    let one = entry(&plan, 1);
    assert!(one.check(&plan).is_ok());
    let other = plan_of(&text().replacen("gas_share = 333", "gas_share = 300", 1)).unwrap();
    assert!(matches!(one.check(&other), Err(CeremonyError::OtherDraft { .. })));

    let two = entry(&plan, 2);
    let value = |entry: &Entry, name: &str| {
        let text = entry.to_text().unwrap();
        text.lines().find(|line| line.starts_with(&format!("{name} = "))).unwrap().to_owned()
    };
    for (name, to) in [
        ("power", "power = 100".to_owned()),
        ("contact", "contact = \"mallory@example.org\"".into()),
        ("addresses", "addresses = [\"/ip4/6.6.6.6/tcp/1\"]".into()),
        ("operator", value(&two, "operator")),
        ("node", value(&two, "node")),
        ("validator", value(&two, "validator")),
        ("organisation", value(&two, "organisation")),
        ("network", value(&two, "network")),
    ] {
        let changed = altered(&one, &value(&one, name), &to);
        assert!(matches!(changed.check(&plan), Err(CeremonyError::Signature { .. })), "{name}");
    }
    let labelled = altered(&one, "contact =", "label = \"2\"\ncontact =");
    assert!(matches!(labelled.check(&plan), Err(CeremonyError::Signature { .. })));
    // Each of the three signatures counts.
    let text = one.to_text().unwrap();
    for line in text.split("[signatures]").nth(1).unwrap().lines().filter(|line| line.contains("0x")) {
        let (name, signature) = line.split_once(" = ").unwrap();
        let flipped = if &signature[3..4] == "0" { "1" } else { "0" };
        let to = format!("{name} = {}{flipped}{}", &signature[..3], &signature[4..]);
        let error = altered(&one, line, &to).check(&plan).unwrap_err();
        assert!(matches!(error, CeremonyError::Signature { .. }), "{name}: {error}");
    }
}

#[test]
fn nobody_enters_for_another_organisation_or_with_a_key_that_is_not_theirs() {
    let plan = plan_of(&text()).unwrap();
    assert!(matches!(
        sign(&plan, new_entry(1), 2, (9, 59)),
        Err(CeremonyError::Signature { key: "organisation", .. })
    ));
    let operated_by_itself =
        NewEntry { operator: Account::Key(Keypair::from_seed([51; 32]).public()), ..new_entry(1) };
    assert!(matches!(sign(&plan, operated_by_itself, 1, (1, 51)), Err(CeremonyError::Entry { .. })));
    let unknown = NewEntry { organisation: "Nobody".into(), ..new_entry(1) };
    assert!(matches!(sign(&plan, unknown, 1, (1, 51)), Err(CeremonyError::Entry { .. })));
}

#[test]
fn what_two_entries_have_in_common_is_refused() {
    let plan = plan_of(&text()).unwrap();
    let one = entry(&plan, 1);
    let cases = [
        (new_entry(2), 2, (1, 52), "network key"),
        (new_entry(2), 2, (2, 51), "validator key"),
        (new_entry(1), 1, (8, 58), "name"),
    ];
    for (new, signer, seeds, shared) in cases {
        let other = sign(&plan, new, signer, seeds).unwrap();
        let error = seal(&plan, &[one.clone(), other]).unwrap_err();
        assert!(matches!(error, CeremonyError::Twice { what, .. } if what == shared), "{error}");
    }
    let second = NewEntry { label: Some("second".into()), ..new_entry(1) };
    let second = sign(&plan, second, 1, (8, 58)).unwrap();
    let sealed = seal(&plan, &[second, one]).unwrap();
    let names: Vec<_> = sealed.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["Bank 1 (SAMPLE)", "Bank 1 (SAMPLE) / second"]);
    assert!(matches!(seal(&plan, &[]), Err(CeremonyError::NoValidator)));
}

#[test]
fn keys_that_everybody_knows_are_found_wherever_they_are() {
    let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    let hide = |from: &str, to: &str| text().replacen(from, to, 1);
    let own = organisation(1).admin;
    let cases = [
        hide(&own, alice),
        hide(&own, "//Alice"),
        hide("admitted = []", &format!("admitted = [\"{alice}\"]")),
        hide("admin = \"governance\"", "admin = \"//Bob\""),
        hide("deployer = \"Bank 1 (SAMPLE)\"", "deployer = \"//Operator//7\""),
        hide("bank = \"Bank 1 (SAMPLE)\"", "bank = \"//Ferdie\""),
    ];
    for case in cases {
        assert_ne!(case, text());
        let error = plan_of(&case).unwrap_err();
        assert!(matches!(error, CeremonyError::KnownKey { .. }), "{error}");
        plan_of(&case.replacen("time =", "dev = true\ntime =", 1)).unwrap();
    }
    // A node's keys come with its entry.
    let plan = plan_of(&text()).unwrap();
    let alices = NewEntry { operator: "//Alice".parse::<Keypair>().unwrap().account(), ..new_entry(1) };
    let alices = sign(&plan, alices, 1, (1, 51)).unwrap();
    assert!(matches!(seal(&plan, &[alices]), Err(CeremonyError::KnownKey { .. })));
}

#[test]
fn a_draft_that_can_t_be_meant_so_is_refused_with_the_reason() {
    let check = |from: &str, to: &str, reason: &str| {
        let changed = text().replacen(from, to, 1);
        assert_ne!(changed, text(), "{from}");
        let error = plan_of(&changed).unwrap_err().to_string();
        assert!(error.contains(reason), "{from} -> {to}: {error}");
    };
    check("Bank 2 (SAMPLE)", "Bank 1 (SAMPLE)", "more than one");
    check("Bank 2 (SAMPLE)", "Bank 1 / two", "can't be a name");
    check("2023-11-14", "yesterday", "is no time");
    check("# max_block_bytes", "max_bloc_bytes", "there is no parameter `max_bloc_bytes`");
    check("# max_block_bytes = 4194304", "max_block_bytes = 5", "it is from 1048576");
    check("# max_block_bytes = 4194304", "max_block_bytes = \"5\"", "no whole number");
    check("gas_share = 333", "gas_share = 1001", "above 1000");
    check("gas_share = 333", "gas_shares = 333", "gas_shares");
    check("code = \"cash\"", "code = \"cache\"", "there is no code `cache`");
    check("hash = \"0x", "hash = \"0x0", "the draft says 0x0");
    check("decimals = 0", "digits = 0", "digits");
    check("escrow = \"escrow\"", "escrow = \"escroww\"", "escroww");
    check("deployer = \"Bank 1 (SAMPLE)\"", "deployer = \"cash\"", "can't deploy");
    check(&organisation(3).admin, "cash", "its admin");
    check(
        "# [[calls]]\n# contract = \"cash\"\n# method = \"mint\"",
        "[[calls]]\ncontract = \"cash\"\nmethod = \"print\"",
        "no such method",
    );
}

/// Something that is done to a genesis.
type Change<'a> = &'a dyn Fn(&mut Genesis);

#[test]
fn whatever_differs_between_two_geneses_is_said() {
    let plan = plan_of(&text()).unwrap();
    let entries = [1, 2].map(|number| entry(&plan, number));
    let genesis = seal(&plan, &entries).unwrap();
    assert_eq!(differences(&genesis, &genesis), []);
    let changes: [(&str, Change); 14] = [
        ("name", &|it| it.name += "!"),
        ("development", &|it| it.dev = true),
        ("time", &|it| it.time = it.time.plus(1)),
        ("power", &|it| it.nodes[1].validator.as_mut().unwrap().power = 2),
        ("node Bank 2 (SAMPLE): contact", &|it| it.nodes[1].contact.clear()),
        ("nodes, in order", &|it| it.nodes.swap(0, 1)),
        ("validator key", &|it| it.nodes[0].validator = None),
        ("share of gas", &|it| it.members[2].gas_share = 1),
        ("accounts, in order", &|it| it.admitted.swap(0, 1)),
        ("parameter block_gas", &|it| it.parameters.block_gas += 1),
        ("parameter gas.transaction", &|it| it.parameters.gas.transaction += 1),
        ("codes", &|it| it.codes.swap(0, 1)),
        ("contract cash: arguments", &|it| it.contracts[1].args.push(0)),
        ("call 0", &|it| {
            it.calls.push(sillok_abi::Call { contract: GOVERNANCE, method: "x".into(), args: vec![] });
        }),
    ];
    for (what, change) in changes {
        let mut changed = genesis.clone();
        change(&mut changed);
        let found = differences(&genesis, &changed);
        assert!(found.iter().any(|difference| difference.what.contains(what)), "{what}: {found:?}");
    }
}

/// Whatever bit of a genesis flips, if it is still one, something is said to differ.
#[test]
fn no_flipped_bit_goes_without_a_word() {
    let plan = plan_of(&text()).unwrap();
    let mut genesis = seal(&plan, &[entry(&plan, 1)]).unwrap();
    genesis.codes.clear();
    let bytes = genesis.encode();
    let mut decoded = 0;
    for place in (0..bytes.len() * 8).step_by(3) {
        let mut flipped = bytes.clone();
        flipped[place / 8] ^= 1 << (place % 8);
        let Ok(other) = Genesis::decode(&mut flipped.as_slice()) else { continue };
        decoded += 1;
        let found = differences(&genesis, &other);
        assert!(!found.is_empty() && found[0].what != "something else", "bit {place}: {found:?}");
    }
    assert!(decoded > 300, "{decoded}");
}

#[test]
fn a_node_of_no_organisation_is_named() {
    let plan = plan_of(&text()).unwrap();
    let stranger = NewNode {
        name: "Stranger".into(),
        operator: admin(9).account(),
        contact: String::new(),
        peer: [7; 32],
        validator: None,
    };
    assert!(plan.with_nodes(vec![stranger]).unwrap_err().to_string().contains("`Stranger`"));
}

#[test]
fn a_draft_is_written_so_that_any_name_is_read_back() {
    for name in ["한빛은행 (SAMPLE)", "A \"bank\"", "Bank\t7", "'s bank \\ one"] {
        let own = Organisation { name: name.into(), ..organisation(1) };
        let text = template(name, Time(0), false, &[own], &["did", "cash", "market", "escrow"]);
        let plan = plan_of(&text).unwrap();
        assert_eq!(plan.members()[0].name, name);
    }
}
