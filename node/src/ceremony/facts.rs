//! A genesis in sentences, one for each thing that it says; and what two of them differ in.

use std::collections::{BTreeMap, BTreeSet};

use sillok_abi::Account;
use sillok_abi::native::code_hash;
use sillok_client::module;
use sillok_client::rpc::to_hex;
use sillok_client::value::decode_fields;
use sillok_runtime::Genesis;

use crate::network::NodeId;

/// What is said if one of two has nothing of the kind.
const ABSENT: &str = "nothing";

/// Something that two geneses differ in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// What it is.
    pub(crate) what: String,
    /// What the one says.
    pub(crate) one: String,
    /// What the other says.
    pub(crate) other: String,
}

/// What two geneses differ in; nothing if they are the same chain.
pub(crate) fn differences(one: &Genesis, other: &Genesis) -> Vec<Difference> {
    let (left, right) = (facts(one), facts(other));
    let labels: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let text =
        |facts: &BTreeMap<String, String>, label| facts.get(label).map_or(ABSENT, String::as_str).to_owned();
    let mut found: Vec<Difference> = labels
        .into_iter()
        .map(|label| Difference { what: label.clone(), one: text(&left, label), other: text(&right, label) })
        .filter(|difference| difference.one != difference.other)
        .collect();
    if found.is_empty() && one.hash() != other.hash() {
        let (one, other) = (to_hex(one.hash()), to_hex(other.hash()));
        found.push(Difference { what: "something else".into(), one, other });
    }
    found
}

/// All that a genesis says, by what it is about.
fn facts(genesis: &Genesis) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    let mut say = |what: String, text: String| {
        facts.insert(what, text);
    };
    say("name".into(), genesis.name.clone());
    say("time".into(), genesis.time.to_string());
    say("development".into(), genesis.dev.to_string());
    for parameter in genesis.parameters.list() {
        say(format!("parameter {}", parameter.name), parameter.value.to_string());
    }
    organisations(genesis, &mut say);
    nodes(genesis, &mut say);
    contracts(genesis, &mut say);
    let codes = genesis.codes.iter().map(|code| to_hex(code_hash(code)));
    say("codes".into(), codes.collect::<Vec<_>>().join(", "));
    facts
}

fn organisations(genesis: &Genesis, say: &mut impl FnMut(String, String)) {
    say("organisations, in order".into(), listed(genesis.members.iter().map(|member| member.name.as_str())));
    for member in &genesis.members {
        let about = |what: &str| format!("organisation {}: {what}", member.name);
        say(about("admin"), member.admin.to_string());
        say(about("share of gas"), format!("{} thousandths", member.gas_share));
        say(about("quota of state"), format!("{} bytes", member.state_quota));
        say(about("state in use"), format!("{} bytes", member.state_used));
    }
    for (account, member) in &genesis.admitted {
        let name =
            genesis.members.get(*member as usize).map_or_else(|| member.to_string(), |it| it.name.clone());
        say(format!("account {account}"), format!("admitted by {name}"));
    }
    let order = genesis.admitted.iter().map(|(account, _)| account.to_string()).collect::<Vec<_>>();
    say("accounts, in order".into(), listed(order.iter().map(String::as_str)));
}

fn nodes(genesis: &Genesis, say: &mut impl FnMut(String, String)) {
    say("nodes, in order".into(), listed(genesis.nodes.iter().map(|node| node.name.as_str())));
    for node in &genesis.nodes {
        let about = |what: &str| format!("node {}: {what}", node.name);
        say(about("id"), NodeId(node.peer).to_string());
        say(about("operator"), node.operator.to_string());
        say(about("contact"), node.contact.clone());
        if let Some(validator) = &node.validator {
            say(about("validator key"), Account::Key(validator.key).to_string());
            say(about("power"), validator.power.to_string());
        }
    }
}

fn contracts(genesis: &Genesis, say: &mut impl FnMut(String, String)) {
    say(
        "contracts, in order".into(),
        listed(genesis.contracts.iter().map(|contract| contract.name.as_str())),
    );
    for contract in &genesis.contracts {
        let about = |what: &str| format!("contract {}: {what}", contract.name);
        say(about("code"), to_hex(contract.code));
        say(about("deployer"), contract.deployer.to_string());
        say(about("salt"), to_hex(contract.salt));
        say(about("admin"), contract.admin.map_or("nobody".into(), |admin| admin.to_string()));
        say(about("arguments"), arguments(genesis, &contract.code, &contract.args));
    }
    for (number, call) in genesis.calls.iter().enumerate() {
        let text = format!("{}.{} {}", call.contract, call.method, to_hex(&call.args));
        say(format!("call {number}"), text);
    }
}

/// A constructor's arguments as JSON, if the code says how to read them.
fn arguments(genesis: &Genesis, code: &[u8; 32], args: &[u8]) -> String {
    let found = genesis.codes.iter().find(|known| code_hash(known) == *code);
    let metadata = found.and_then(|code| module::metadata(code).ok());
    let read = metadata.and_then(|metadata| decode_fields(&metadata.constructor()?.params, args).ok());
    read.filter(|_| !args.is_empty()).map_or_else(|| to_hex(args), |value| value.to_string())
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
