//! `sillok gov`: what validators decide by vote.
//!
//! Proposals are made and voted on by the operators of validators, as whom the command signs.

mod actions;
mod show;

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};
use sillok_abi::Time;
use sillok_client::rpc::from_hex;
use sillok_client::value::decode_fields;

use super::moment::parse_moment;
use super::{CliError, ContractHandle, Result, Session, typed};
use actions::ActionCommand;
pub(super) use show::Parameter;

/// The governance module's name.
const MODULE: &str = "governance";
/// How many rows the module's queries answer at most.
const PAGE: u32 = 32;

/// Propose and vote: nodes, parameters, members, halts.
#[derive(Subcommand, Debug)]
pub(crate) enum GovCommand {
    /// Make a proposal, and vote for it.
    Propose {
        #[command(flatten)]
        about: About,
        /// What it does.
        #[command(subcommand)]
        action: ActionCommand,
    },
    /// Vote on a proposal, or change the vote.
    Vote {
        /// The proposal's number.
        proposal: u64,
        /// Which way.
        #[arg(value_enum)]
        ballot: Ballot,
    },
    /// Take a proposal back that is not decided.
    Withdraw {
        /// The proposal's number.
        proposal: u64,
    },
    /// Report that a validator signed two things that exclude each other.
    Report {
        /// The evidence, as a node's log has it: 0x and hexadecimal digits.
        evidence: String,
    },
    /// List the latest proposals.
    List,
    /// Show a proposal, with its votes.
    Show {
        /// The proposal's number.
        proposal: u64,
    },
    /// List the chain's nodes: validators and observers.
    Nodes,
    /// List the chain's parameters, and within which bounds they can be set.
    Parameters,
    /// Show how the chain stands: halted or not, its version, open proposals.
    Status,
}

/// What a proposal is about.
#[derive(Args, Debug)]
pub(crate) struct About {
    /// What it is about, in a line; what it does unless given.
    #[arg(long)]
    title: Option<String>,
    /// Its reasons.
    #[arg(long, default_value = "")]
    text: String,
    /// Until when it can be voted on: a time, or how long (7d, 12h).
    #[arg(long, value_name = "WHEN", value_parser = parse_moment, default_value = "7d")]
    until: Time,
    /// Carry it out at this height at the earliest, instead of at once.
    #[arg(long, value_name = "HEIGHT")]
    height: Option<u64>,
}

/// A vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Ballot {
    /// For it.
    Yes,
    /// Against it.
    No,
}

/// What is needed of a node here.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Node {
    number: u32,
    name: String,
    operator: String,
    peer: String,
    role: Value,
}

/// Runs a command.
pub(crate) async fn run(command: GovCommand, session: &Session) -> Result<()> {
    let module = session.contract(MODULE).await?;
    match command {
        GovCommand::Propose { about, action } => propose(session, &module, &about, &action).await,
        GovCommand::Vote { proposal, ballot } => vote(session, &module, proposal, ballot).await,
        GovCommand::Withdraw { proposal } => {
            let result = session.call(&module, "withdraw", json!({ "proposal": proposal })).await?;
            session.result(format!("Took proposal {proposal} back."), typed::sent(&result, json!({})));
            Ok(())
        }
        GovCommand::Report { evidence } => report(session, &module, &evidence).await,
        GovCommand::List => show::list(session, &module).await,
        GovCommand::Show { proposal } => show::proposal(session, &module, proposal).await,
        GovCommand::Nodes => show::nodes(session, &module).await,
        GovCommand::Parameters => show::parameters(session, &module).await,
        GovCommand::Status => show::status(session, &module).await,
    }
}

/// All nodes, by number.
pub(super) async fn nodes(session: &Session, module: &ContractHandle) -> Result<Vec<Node>> {
    let mut all: Vec<Node> = Vec::new();
    loop {
        let from = all.last().map_or(0, |node| node.number + 1);
        let args = json!({ "from": from, "limit": PAGE });
        let page: Vec<Node> = typed::query(session, module, "nodes", args, None).await?;
        let is_last = page.len() < PAGE as usize;
        all.extend(page);
        if is_last {
            return Ok(all);
        }
    }
}

/// The number of the validator that the signer operates.
async fn own_validator(session: &Session, module: &ContractHandle) -> Result<u32> {
    let operator = session.signer_account()?.to_string();
    let own = nodes(session, module).await?.into_iter().find(|node| node.operator == operator);
    let none = || {
        CliError::usage(format!("{operator} operates no node of this chain"))
            .hint("sign as a validator's operator with --from; `sillok gov nodes` lists them")
    };
    own.map(|node| node.number).ok_or_else(none)
}

async fn propose(
    session: &Session,
    module: &ContractHandle,
    about: &About,
    action: &ActionCommand,
) -> Result<()> {
    let validator = own_validator(session, module).await?;
    let (actions, does) = action.actions(session)?;
    let title = about.title.clone().unwrap_or_else(|| does.chars().take(100).collect());
    let proposal = json!({
        "title": title, "text": about.text, "actions": actions, "height": about.height,
        "expires": about.until.to_string(),
    });
    let args = json!({ "validator": validator, "proposal": proposal });
    let result = session.call(module, "propose", args).await?;
    let number: u64 = typed::read(module, "propose", result.value.clone())?;
    let status = show::fetch(session, module, number).await?;
    let human = format!("Proposal {number}: {does}\n{}", show::standing(&status));
    session.result(human, typed::sent(&result, json!({ "proposal": number, "status": status["status"] })));
    Ok(())
}

async fn report(session: &Session, module: &ContractHandle, evidence: &str) -> Result<()> {
    let bad = |why: String| CliError::usage(format!("this is no evidence: {why}"));
    let bytes = from_hex(evidence).map_err(|error| bad(error.to_string()))?;
    let args =
        decode_fields(&module.method("report")?.params, &bytes).map_err(|error| bad(error.to_string()))?;
    let result = session.call(module, "report", args).await?;
    let number: u64 = typed::read(module, "report", result.value.clone())?;
    let human =
        format!("Recorded as offence {number}; `sillok gov nodes` shows what became of the validator.");
    session.result(human, typed::sent(&result, json!({ "offence": number })));
    Ok(())
}

async fn vote(session: &Session, module: &ContractHandle, proposal: u64, ballot: Ballot) -> Result<()> {
    let validator = own_validator(session, module).await?;
    let args = json!({ "validator": validator, "proposal": proposal, "yes": ballot == Ballot::Yes });
    let result = session.call(module, "vote", args).await?;
    let status = show::fetch(session, module, proposal).await?;
    let human = format!("Voted on proposal {proposal}.\n{}", show::standing(&status));
    session.result(human, typed::sent(&result, json!({ "proposal": proposal, "status": status["status"] })));
    Ok(())
}
