//! Governance for people: proposals, nodes, parameters.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{PAGE, nodes as all_nodes};
use crate::cli::table::{Align, Table, grouped};
use crate::cli::{CliError, ContractHandle, Result, Session, typed};
use crate::network::NodeId;

/// How many of the latest proposals are listed.
const LISTED: u32 = 32;

/// A proposal as the module answers it.
pub(super) async fn fetch(session: &Session, module: &ContractHandle, number: u64) -> Result<Value> {
    let found: Value = typed::query(session, module, "proposal", json!({ "proposal": number }), None).await?;
    if found.is_null() {
        let unknown = CliError::refused("governance.NoProposal", format!("there is no proposal {number}"));
        return Err(unknown.hint("`sillok gov list` lists the latest"));
    }
    Ok(found)
}

/// What has become of a proposal, in a sentence.
pub(super) fn standing(proposal: &Value) -> String {
    let power = |side: &str| proposal["tally"][side].as_u64().unwrap_or(0);
    let tally = format!("{} of {} for it, {} against", power("yes"), power("total"), power("no"));
    format!("{}: {tally}; more than two thirds carry it", word(&proposal["status"]))
}

/// A status in a word: it is an object whose one key is the variant.
fn word(status: &Value) -> String {
    let variant = status.as_object().and_then(|object| object.iter().next());
    match variant {
        Some((name, of)) if of["height"].is_u64() => format!("{} at {}", name.to_lowercase(), of["height"]),
        Some((name, _)) => name.to_lowercase(),
        None => status.as_str().unwrap_or("?").to_lowercase(),
    }
}

pub(super) async fn list(session: &Session, module: &ContractHandle) -> Result<()> {
    let args = json!({ "before": null, "limit": LISTED });
    let proposals: Vec<Value> = typed::query(session, module, "proposals", args, None).await?;
    let columns = [
        ("proposal", Align::Right),
        ("title", Align::Left),
        ("status", Align::Left),
        ("yes", Align::Right),
        ("no", Align::Right),
        ("of", Align::Right),
        ("until", Align::Left),
    ];
    let mut table = Table::new(&columns, "no proposals; make one with `sillok gov propose`");
    for proposal in &proposals {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let tally = &proposal["tally"];
        table.row([
            text(&proposal["number"]),
            text(&proposal["title"]),
            word(&proposal["status"]),
            text(&tally["yes"]),
            text(&tally["no"]),
            text(&tally["total"]),
            text(&proposal["expires"]),
        ]);
    }
    session.result(table, json!({ "proposals": proposals }));
    Ok(())
}

pub(super) async fn proposal(session: &Session, module: &ContractHandle, number: u64) -> Result<()> {
    let proposal = fetch(session, module, number).await?;
    let nodes = all_nodes(session, module).await?;
    let name = |number: &Value| {
        let known = nodes.iter().find(|node| Some(u64::from(node.number)) == number.as_u64());
        known.map_or_else(|| format!("node {number}"), |node| node.name.clone())
    };
    let mut human = format!("Proposal {number}: {}\n", proposal["title"].as_str().unwrap_or_default());
    human.push_str(&format!(
        "by {}, until {}\n",
        name(&proposal["proposer"]),
        proposal["expires"].as_str().unwrap_or_default()
    ));
    human.push_str(&standing(&proposal));
    if let Some(text) = proposal["text"].as_str().filter(|text| !text.is_empty()) {
        human.push_str(&format!("\n\n{text}\n"));
    }
    for action in proposal["actions"].as_array().into_iter().flatten() {
        human.push_str(&format!("\n  does   {action}"));
    }
    for ballot in proposal["ballots"].as_array().into_iter().flatten() {
        let way = if ballot["yes"] == true { "yes" } else { "no" };
        human.push_str(&format!("\n  {way:<5}  {}", name(&ballot["node"])));
    }
    session.result(human, proposal);
    Ok(())
}

pub(super) async fn nodes(session: &Session, module: &ContractHandle) -> Result<()> {
    let nodes = all_nodes(session, module).await?;
    let columns = [
        ("node", Align::Right),
        ("name", Align::Left),
        ("role", Align::Left),
        ("power", Align::Right),
        ("operator", Align::Left),
        ("id", Align::Left),
    ];
    let mut table = Table::new(&columns, "no nodes");
    let mut values = Vec::new();
    for node in &nodes {
        let role = node.role.as_object().and_then(|role| role.iter().next());
        let (role, of) = role.map_or(("?", Value::Null), |(name, of)| (name.as_str(), of.clone()));
        let power = of["power"].as_u64().map_or("-".into(), |power| power.to_string());
        let peer =
            hex::decode(node.peer.trim_start_matches("0x")).ok().and_then(|bytes| bytes.try_into().ok());
        let id = peer.map_or_else(|| node.peer.clone(), |peer| NodeId(peer).to_string());
        values.push(json!({
            "number": node.number, "name": node.name, "role": role.to_lowercase(), "of": of,
            "operator": node.operator, "node": id,
        }));
        let number = node.number.to_string();
        table.row([number, node.name.clone(), role.to_lowercase(), power, node.operator.clone(), id]);
    }
    session.result(table, json!({ "nodes": values }));
    Ok(())
}

/// A parameter, as the module answers it.
#[derive(Debug, Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) value: u64,
    least: u64,
    most: u64,
}

pub(super) async fn parameters(session: &Session, module: &ContractHandle) -> Result<()> {
    let mut all: Vec<Parameter> = Vec::new();
    loop {
        let args = json!({ "from": all.len(), "limit": PAGE });
        let page: Vec<Parameter> = typed::query(session, module, "parameters", args, None).await?;
        let is_last = page.len() < PAGE as usize;
        all.extend(page);
        if is_last {
            break;
        }
    }
    let columns = [
        ("parameter", Align::Left),
        ("value", Align::Right),
        ("least", Align::Right),
        ("most", Align::Right),
    ];
    let mut table = Table::new(&columns, "no parameters");
    let mut values = Vec::new();
    for Parameter { name, value, least, most } in all {
        values.push(json!({ "name": name, "value": value, "least": least, "most": most }));
        table.row([name, grouped(value), grouped(least), grouped(most)]);
    }
    session.result(table, json!({ "parameters": values }));
    Ok(())
}

pub(super) async fn status(session: &Session, module: &ContractHandle) -> Result<()> {
    let status: Value = typed::query(session, module, "status", json!({}), None).await?;
    let halted = match &status["halted"] {
        Value::Null => "no".to_owned(),
        halt => format!("since block {}: {}", halt["height"], halt["reason"].as_str().unwrap_or_default()),
    };
    let lines = [
        ("halted", halted),
        ("version", status["version"].to_string()),
        ("validators", format!("{} of power {}", status["validators"], status["power"])),
        ("observers", status["observers"].to_string()),
        ("open", format!("{} proposals", status["open"])),
        ("members", status["members"].to_string()),
        ("offences", status["offences"].to_string()),
    ]
    .map(|(label, value)| format!("{label:<12}{value}"));
    session.result(lines.join("\n"), status);
    Ok(())
}
