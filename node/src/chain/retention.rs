//! Retention: how much of the past can be read, and the thread that forgets the rest.

use std::str::FromStr;
use std::sync::Arc;
use std::thread;

use serde::{Deserialize, Serialize};
use sillok_abi::Time;
use sillok_runtime::Fault;

use super::Chain;
use crate::duration::milliseconds;
use crate::limits;

/// How much of the past a node keeps readable. Blocks and receipts it keeps all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Retention {
    /// All of it.
    Archive,
    /// The state after each of the last so many blocks.
    Blocks(u64),
    /// The state after each block of the last so many milliseconds.
    Age(u64),
}

impl FromStr for Retention {
    type Err = String;

    /// Reads `archive`, a number of blocks, or an age such as `90d`.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "archive" {
            return Ok(Retention::Archive);
        }
        if let Ok(blocks) = text.parse() {
            return Ok(Retention::Blocks(blocks));
        }
        milliseconds(text)
            .map(Retention::Age)
            .ok_or_else(|| "expected `archive`, a number of blocks, or an age (90d, 12h)".into())
    }
}

impl TryFrom<String> for Retention {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Retention> for String {
    fn from(retention: Retention) -> Self {
        match retention {
            Retention::Archive => "archive".into(),
            Retention::Blocks(blocks) => blocks.to_string(),
            Retention::Age(age) => format!("{}s", age / 1_000),
        }
    }
}

impl Chain {
    /// The lowest height that is to be kept now.
    fn lowest_to_keep(&self, retention: Retention) -> Result<u64, Fault> {
        let tip = self.tip();
        match retention {
            Retention::Archive => Ok(0),
            Retention::Blocks(blocks) => Ok(tip.height.saturating_sub(blocks)),
            Retention::Age(age) => Ok(self.height_at(Time(tip.time.0.saturating_sub(age)))?.unwrap_or(0)),
        }
    }

    /// Forgets what is not to be kept, until the chain stops. Blocks go on meanwhile.
    pub(super) fn forget(&self, retention: Retention) -> Result<(), Fault> {
        while !self.pool.is_stopping() {
            let more = self.ledger.prune(self.lowest_to_keep(retention)?)?;
            // Between two steps the disk belongs to others.
            thread::sleep(if more { limits::PRUNE_PAUSE } else { limits::PRUNE_INTERVAL });
        }
        Ok(())
    }
}

/// Starts the thread that forgets, if there is anything that is not kept.
///
/// # Errors
/// If the system has no more threads.
pub(crate) fn keep(chain: &Arc<Chain>, retention: Retention) -> std::io::Result<()> {
    if retention == Retention::Archive {
        return Ok(());
    }
    let chain = chain.clone();
    let forget = move || {
        if let Err(fault) = chain.forget(retention) {
            // What is not forgotten costs room, and harms nobody: blocks go on.
            tracing::error!(%fault, "forgetting the past has stopped");
        }
    };
    thread::Builder::new().name("retention".into()).spawn(forget).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_read_from_text() {
        let cases = [
            ("archive", Some(Retention::Archive)),
            ("1000", Some(Retention::Blocks(1_000))),
            ("90d", Some(Retention::Age(7_776_000_000))),
            ("12h", Some(Retention::Age(43_200_000))),
            ("d", None),
            ("forever", None),
            ("99999999999999999999d", None),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse().ok(), expected, "{text}");
        }
    }
}
