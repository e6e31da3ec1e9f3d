//! `sillok genesis new`: a draft for people to work on.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sillok_abi::Time;
use sillok_client::rpc::to_hex;
use sillok_client::transaction::now;
use sillok_client::value::parse_time;

use super::{create, failed};
use crate::ceremony::{Draft, Organisation, template};
use crate::cli::names::Directory;
use crate::cli::{CliError, GlobalOptions, Result, output};

/// What a member's transactions may keep in state unless the draft says otherwise: 16 GiB.
const STATE_QUOTA: u64 = 1 << 34;
/// The organisations' shares together, in thousandths.
const SHARES: usize = 1_000;
/// Milliseconds of a minute.
const MINUTE_MS: u64 = 60_000;

/// The options of `sillok genesis new`.
#[derive(Args, Debug)]
pub(in crate::cli) struct NewOptions {
    /// The chain's name.
    name: String,
    /// A member organisation, and the address of the key that signs for it (`sillok keys new`). Give one for
    /// each.
    #[arg(long, value_name = "NAME=ADDRESS", required = true)]
    organisation: Vec<String>,
    /// The time that the first block's must exceed, such as 2026-12-01T00:00:00Z; now unless given.
    #[arg(long, value_name = "TIME", value_parser = time)]
    time: Option<Time>,
    /// The contracts that are there from the start.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "did,cash,escrow,market")]
    contracts: Vec<String>,
    /// Let keys in whose secrets everybody knows, such as //Alice: for trials, as the chain protects nothing.
    #[arg(long)]
    with_known_keys: bool,
    /// The file to write.
    #[arg(long, value_name = "FILE", default_value = "genesis.toml")]
    out: PathBuf,
}

fn time(text: &str) -> std::result::Result<Time, String> {
    parse_time(text).ok_or_else(|| "expected a time such as 2026-12-01T00:00:00Z".into())
}

/// Writes a draft.
pub(super) fn run(new: &NewOptions, options: &GlobalOptions) -> Result<()> {
    let share = u32::try_from(SHARES / new.organisation.len()).unwrap_or(0);
    let organisations = new.organisation.iter().map(|text| organisation(text, share));
    let organisations = organisations.collect::<Result<Vec<_>>>()?;
    let contracts: Vec<&str> =
        new.contracts.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    let this_minute = || now().0 / MINUTE_MS * MINUTE_MS;
    let time = new.time.unwrap_or_else(|| Time(this_minute()));
    let text = template(&new.name, time, new.with_known_keys, &organisations, &contracts);
    let draft = Draft::of_text(&text, &new.out).map_err(|error| failed(&error))?;
    let plan = draft.plan().map_err(|error| failed(&error))?;
    create(&new.out, text.as_bytes())?;
    let human = format!(
        "wrote {}\n  draft  {}\n\nnext: agree on the draft with all members and send it to each; then each makes its entry: \
         `sillok genesis add {} ./node --from KEY`",
        new.out.display(),
        to_hex(plan.id()),
        new.out.display(),
    );
    let value =
        json!({ "draft": new.out, "id": to_hex(plan.id()), "name": new.name, "time": time.to_string() });
    output::result(options.json, human, value);
    Ok(())
}

fn organisation(text: &str, gas_share: u32) -> Result<Organisation> {
    let (name, admin) = text.rsplit_once('=').ok_or_else(|| {
        CliError::usage(format!("`{text}` is no organisation")).hint("give --organisation \"First Bank=5F…\"")
    })?;
    let admin = Directory::offline().find_account(admin)?.to_string();
    Ok(Organisation { name: name.into(), admin, gas_share, state_quota: STATE_QUOTA, admitted: Vec::new() })
}
