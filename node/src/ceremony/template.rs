//! The draft that a ceremony begins with: text for people, with what each line is for.

use std::fmt::Write;

use sillok_abi::Time;
use sillok_abi::native::code_hash;

use super::Organisation;

/// What the organisations' shares of a block's gas come to together, in thousandths.
pub(crate) const SHARES: u32 = 1_000;

/// A text as TOML has it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The text of a draft.
pub(crate) fn template(
    name: &str,
    time: Time,
    dev: bool,
    organisations: &[Organisation],
    contracts: &[&str],
) -> String {
    let mut text = format!(
        "# The draft of a chain's genesis. All members have to agree on it before they make their entries
# (`sillok genesis add`): an entry is good for this very draft. Comments and layout may change.
name = {}
# The first block is later than this.
time = {:?}
",
        quoted(name),
        time.to_string()
    );
    if dev {
        text += "# A chain for development: keys that everybody knows may be in it, so it protects nothing.\ndev = true\n";
    }
    text += "
# What is not as usual, by the names in docs/protocol.md (Governance). Validators can change it by vote.
[parameters]
# max_block_bytes = 4194304
";
    organisations.iter().for_each(|organisation| add_organisation(&mut text, organisation));
    if let Some(first) = organisations.first() {
        contracts.iter().for_each(|contract| add_contract(&mut text, contract, &first.name));
    }
    text += "
# Calls to be made at the start, with everybody's authority.
# [[calls]]
# contract = \"cash\"
# method = \"mint\"
# arguments = { to = \"5F…\", amount = 1000000 }
";
    text
}

fn add_organisation(text: &mut String, organisation: &Organisation) {
    let Organisation { name, admin, gas_share, state_quota, .. } = organisation;
    let name = quoted(name);
    // Writing to a string does not fail.
    let _ = write!(
        text,
        "
[[organisations]]
name = {name}
# Signs this organisation's entries, and admits accounts for it.
admin = {admin:?}
# Thousandths of a block's gas, and bytes of state.
gas_share = {gas_share}
state_quota = {state_quota}
# Who may submit transactions from the start, beside the admin and the nodes' operators.
admitted = []
"
    );
}

fn add_contract(text: &mut String, contract: &str, first: &str) {
    let code = sillok_contracts::ALL.iter().find(|(name, _)| *name == contract);
    let first = quoted(first);
    let hash = code.map(|(_, code)| hex::encode(code_hash(code))).unwrap_or_default();
    let _ = write!(
        text,
        "
[[contracts]]
name = {contract:?}
code = {contract:?}
hash = \"0x{hash}\"
# Whose share pays for its scheduled calls.
deployer = {first}
# Who may change its code: by vote.
admin = \"governance\"
"
    );
    match contract {
        "cash" => {
            let _ = writeln!(text, "arguments = {{ bank = {first}, currency = \"KRW\", decimals = 0 }}");
        }
        "market" => {
            let _ = writeln!(
                text,
                "arguments.roles = {{ operator = {first}, authority = {first}, fees_to = {first}, tax_to = {first}, escrow = \"escrow\" }}"
            );
        }
        _ => {}
    }
}
