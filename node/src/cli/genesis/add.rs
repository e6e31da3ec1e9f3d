//! `sillok genesis add`: a member's entry for a draft.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sillok_client::keys::Keypair;
use sillok_client::rpc::to_hex;

use super::{failed, folder_failed};
use crate::ceremony::{Draft, Entry, EntryKeys, NewEntry, Plan};
use crate::cli::names::{Directory, read_key};
use crate::cli::{CliError, GlobalOptions, Result, output, verify};
use crate::home::{HomeError, KeyKind, NodeConfig, NodeHome, Password, Passwords};
use crate::network::NetworkKey;

/// The options of `sillok genesis add`.
#[derive(Args, Debug)]
pub(in crate::cli) struct AddOptions {
    /// The draft that all have agreed on.
    draft: PathBuf,
    /// The node's folder, as `sillok init` made it.
    #[arg(value_name = "DIR", default_value = "./data/node")]
    home: PathBuf,
    /// The organisation; the one for which the key of --from signs unless given.
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// What sets this node apart from others of the same organisation: `seoul`, `2`.
    #[arg(long)]
    label: Option<String>,
    /// How others reach whoever runs it.
    #[arg(long, default_value = "")]
    contact: String,
    /// Who proposes and votes for it: an address or a key's name; the key of --from unless given.
    #[arg(long, value_name = "ACCOUNT")]
    operator: Option<String>,
    /// Where other nodes reach it, such as /dns4/node.bank.example/tcp/30333; what node.toml announces unless
    /// given.
    #[arg(long, value_name = "ADDRESS")]
    address: Vec<String>,
    /// Its voting power.
    #[arg(long, default_value_t = 1)]
    power: u64,
    /// The file to write; one named after the node unless given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Makes and writes an entry.
pub(super) fn run(add: &AddOptions, options: &GlobalOptions) -> Result<()> {
    let plan = Draft::read(&add.draft).and_then(|draft| draft.plan()).map_err(|error| failed(&error))?;
    let key = organisation_key(options)?;
    let organisation = organisation(add, &plan, &key)?;
    let operator = add.operator.as_deref().map(|text| Directory::offline().find_account(text)).transpose()?;
    let home = NodeHome::open(&add.home).map_err(|error| folder_failed(&error))?;
    let config = home.config().map_err(|error| folder_failed(&error))?;
    let new = NewEntry {
        organisation,
        label: add.label.clone(),
        contact: add.contact.clone(),
        operator: operator.unwrap_or_else(|| key.account()),
        addresses: addresses(add, &config),
        power: add.power,
    };
    let entry = sign(&home, &config, &plan, new, &key)?;
    let node = entry.check(&plan).map_err(|error| failed(&error))?;
    let out = add.out.clone().unwrap_or_else(|| format!("{}.entry.toml", slug(&node.name)).into());
    let text = entry.to_text().map_err(|error| CliError::failed("entry", error))?;
    verify::write(&out, &text)?;
    if entry.addresses.is_empty() {
        output::note(options.quiet, "it says nowhere where other nodes reach this one: see --address");
    }
    let power = node.validator.as_ref().map(|validator| validator.power);
    let human = format!(
        "wrote {}\n  node   {} ({})\n  power  {}\n  draft  {}\n\nnext: send this file to whoever seals, or to all members",
        out.display(),
        node.name,
        entry.node,
        power.map_or("none: it follows without a vote".into(), |power| power.to_string()),
        to_hex(plan.id()),
    );
    let value = json!({
        "entry": out, "name": node.name, "node": entry.node, "power": power, "draft": to_hex(plan.id()),
    });
    output::result(options.json, human, value);
    Ok(())
}

/// The key that signs for the organisation: that of --from or --key.
fn organisation_key(options: &GlobalOptions) -> Result<Keypair> {
    match (&options.from, &options.key) {
        (Some(from), _) => Directory::offline().secret(from),
        (None, Some(path)) => read_key(path),
        (None, None) => Err(CliError::usage("an entry is signed by the organisation too")
            .hint("name its key with --from: the draft has its address as the organisation's admin")),
    }
}

/// The organisation that the entry is of: the one that is named, or the one whose key signs.
fn organisation(add: &AddOptions, plan: &Plan, key: &Keypair) -> Result<String> {
    if let Some(name) = &add.organisation {
        return Ok(name.clone());
    }
    let own: Vec<_> = plan.members().iter().filter(|member| member.admin == key.account()).collect();
    match own.as_slice() {
        [one] => Ok(one.name.clone()),
        [] => {
            let known: Vec<_> =
                plan.members().iter().map(|one| format!("{} ({})", one.name, one.admin)).collect();
            let message = format!("{} is the key of no organisation in the draft", key.account());
            Err(CliError::usage(message).hint(format!("the draft has {}", known.join(", "))))
        }
        _ => Err(CliError::usage("this key signs for several organisations")
            .hint("choose one with --organisation")),
    }
}

/// Where others reach the node.
fn addresses(add: &AddOptions, config: &NodeConfig) -> Vec<String> {
    let reachable = |address: &&String| {
        !address.contains("/0.0.0.0/") && !address.contains("/::/") && !address.ends_with("/tcp/0")
    };
    let settings = if config.announce.is_empty() { &config.listen } else { &config.announce };
    match add.address.is_empty() {
        true => settings.iter().filter(reachable).cloned().collect(),
        false => add.address.clone(),
    }
}

fn sign(home: &NodeHome, config: &NodeConfig, plan: &Plan, new: NewEntry, key: &Keypair) -> Result<Entry> {
    let password = Passwords::of(home.path(), config.password_file.as_deref()).get();
    let password = password.map_err(|error| folder_failed(&HomeError::from(error)))?;
    let password = Password::new(&password);
    let seed = |kind| home.seed(kind, &password).map_err(|error| folder_failed(&error));
    let network = seed(KeyKind::Network)?.and_then(|seed| NetworkKey::from_seed(seed).ok());
    let network = network.ok_or_else(|| {
        CliError::failed("node-folder", "the node has no network key").hint("is its folder `keys` complete?")
    })?;
    let keys = EntryKeys { organisation: key, network: &network, validator: seed(KeyKind::Validator)? };
    Entry::sign(plan, new, &keys).map_err(|error| failed(&error))
}

/// A file's name for a node's.
fn slug(name: &str) -> String {
    let plain = |letter: char| if letter.is_alphanumeric() { letter } else { '-' };
    let text: String = name.to_lowercase().chars().map(plain).collect();
    text.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn files_are_named_after_nodes() {
        assert_eq!(slug("First Bank / seoul"), "first-bank-seoul");
        assert_eq!(slug("한빛 은행"), "한빛-은행");
    }
}
