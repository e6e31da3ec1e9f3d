//! `sillok status`: the chain at a glance.

use super::{CliError, Result, Session};

pub(super) fn run(session: &Session) -> Result<()> {
    let status = session.status();
    let validators: Vec<_> = status
        .validators
        .iter()
        .map(|validator| format!("{} (power {})", validator.address, validator.power))
        .collect();
    let kind = if status.dev { "a development chain: its keys are public" } else { "a consortium's chain" };
    let human = [
        ("chain", format!("{}, {kind}", status.name)),
        ("id", status.chain_id.clone()),
        ("height", status.height.to_string()),
        ("time", status.time.clone()),
        ("validators", validators.join("\n            ")),
        ("peers", status.peers.to_string()),
        ("mempool", format!("{} transactions, {} bytes", status.mempool.transactions, status.mempool.bytes)),
        ("node", format!("{} at {}", status.version, session.client().url())),
    ]
    .map(|(label, value)| format!("{label:<12}{value}"))
    .join("\n");
    let value = serde_json::to_value(status).map_err(|error| CliError::failed("json", error))?;
    session.result(human, value);
    Ok(())
}
