//! `sillok contract upgrade`: what other code would change, and with `--yes` the change itself.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use sillok_abi::native::code_hash;
use sillok_abi::{Metadata, MethodSpec};
use sillok_client::compare::{Change, compare};
use sillok_client::rpc::{ContractDescription, to_hex};
use sillok_client::value::{encode_fields, signature};

use super::SYSTEM;
use super::deploy::{read, upload};
use crate::cli::arguments::parse;
use crate::cli::session::from_rpc;
use crate::cli::{CliError, ContractHandle, Result, Session};

/// What to upgrade.
#[derive(Args, Debug)]
pub(in crate::cli) struct UpgradeOptions {
    /// A contract's name, or 0x and its id.
    contract: String,
    /// The new code: a contract's Wasm, as `sillok contract build` makes it.
    #[arg(long, value_name = "FILE")]
    code: PathBuf,
    /// The migration's arguments: param=value or --param value.
    args: Vec<String>,
    /// Upgrade; without this the command shows what would change, and changes nothing.
    #[arg(long)]
    yes: bool,
}

/// An upgrade that has been thought through, but not made.
struct Plan {
    contract: ContractHandle,
    wasm: Vec<u8>,
    new: Metadata,
    from: String,
    to: String,
    /// The signature of the migration that would run.
    migration: Option<String>,
    args: Vec<u8>,
    changes: Vec<Change>,
}

pub(super) async fn run(options: UpgradeOptions, session: &Session) -> Result<()> {
    let plan = plan(&options, session).await?;
    if options.yes {
        return make(plan, session).await;
    }
    let human = format!("{}\n\nnothing is changed yet: upgrade with --yes", plan.to_text());
    session.result(human, plan.to_json(false));
    Ok(())
}

async fn plan(options: &UpgradeOptions, session: &Session) -> Result<Plan> {
    let contract = session.contract(&options.contract).await?;
    let info = session.client().contract_info(&contract.id).await.map_err(from_rpc)?;
    let (wasm, new) = read(&options.code)?;
    let to = to_hex(code_hash(&wasm));
    let from = upgradable(&contract, info, &to)?;
    let migration = migration(&contract, &new)?;
    let args = match migration {
        Some(migration) => migration_args(migration, &options.args, session)?,
        None if options.args.is_empty() => Vec::new(),
        None => return Err(CliError::usage("no migration runs, so there is nothing to pass arguments to")),
    };
    let migration = migration.map(signature);
    let changes = compare(&contract.metadata, &new);
    Ok(Plan { contract, wasm, new, from, to, migration, args, changes })
}

/// The hash of the code that the contract has, if it can have other code.
fn upgradable(contract: &ContractHandle, info: ContractDescription, to: &str) -> Result<String> {
    let name = &contract.name;
    let Some(from) = info.code else {
        return Err(CliError::usage(format!("`{name}` is part of the node and has no code of its own")));
    };
    if info.admin.is_none() {
        return Err(CliError::refused(
            "system.Frozen",
            format!("`{name}` has no admin: its code can never change"),
        )
        .hint("deploy another contract with `sillok contract deploy`"));
    }
    if from == to {
        return Err(CliError::refused("system.SameCode", format!("`{name}` runs this very code already")));
    }
    Ok(from)
}

/// The migration that would run, none if the storage stays as it is.
fn migration<'a>(contract: &ContractHandle, new: &'a Metadata) -> Result<Option<&'a MethodSpec>> {
    let old = &contract.metadata.layout;
    match new.migration(old) {
        None if new.layout != *old => Err(CliError::refused(
            "system.LayoutChanged",
            format!(
                "the new code keeps other storage, and has no migration from that of `{}`",
                contract.name
            ),
        )
        .hint("give it a `#[migration]` from the old storage: docs/contracts.md, \"Upgrading\"")),
        migration => Ok(migration),
    }
}

fn migration_args(migration: &MethodSpec, words: &[String], session: &Session) -> Result<Vec<u8>> {
    let values = parse(migration, words)?;
    let values = values.as_object().cloned().unwrap_or_default();
    encode_fields(&migration.params, &values, session.names()).map_err(CliError::usage)
}

async fn make(plan: Plan, session: &Session) -> Result<()> {
    session.note(plan.to_text());
    let system = session.contract(SYSTEM).await?;
    upload(session, &system, &plan.new.name, &plan.wasm).await?;
    let args = json!({
        "contract": plan.contract.id.to_string(), "code": plan.to, "args": to_hex(&plan.args),
    });
    // What the migration emits or refuses is in the new code's words.
    session.expect(ContractHandle { metadata: plan.new.clone().into(), ..plan.contract.clone() });
    let result = session.call(&system, "upgrade", args).await?;
    let human = format!("{} runs {}\n{result}", plan.contract.name, plan.to);
    let mut value = plan.to_json(true);
    if let (Value::Object(value), Value::Object(result)) = (&mut value, result.to_json()) {
        value.extend(result);
    }
    session.result(human, value);
    Ok(())
}

impl Plan {
    fn to_text(&self) -> String {
        let (old, new) = (&self.contract.metadata, &self.new);
        let mut text = format!(
            "{} {} -> {} {}\nfrom      {}\nto        {}\nmigration {}",
            old.name,
            old.version,
            new.name,
            new.version,
            self.from,
            self.to,
            self.migration.as_deref().unwrap_or("none: the storage stays as it is"),
        );
        for change in &self.changes {
            text.push_str(&format!("\n  {}", change.to_string().replace('\n', "\n  ")));
        }
        text
    }

    fn to_json(&self, upgraded: bool) -> Value {
        let change = |change: &Change| {
            json!({
                "part": change.part.name(), "name": change.name, "old": change.old, "new": change.new,
                "breaking": change.breaking,
            })
        };
        json!({
            "contract": self.contract.id.to_string(), "from": self.from, "to": self.to,
            "migration": self.migration, "changes": self.changes.iter().map(change).collect::<Vec<_>>(),
            "upgraded": upgraded,
        })
    }
}
