//! The thread that reads blocks: from the first one that is here, and then each as soon as it is final.

use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::thread;

use sillok_abi::Account;
use sillok_abi::native::contract_id;
use sillok_runtime::Genesis;
use tokio::sync::broadcast::error::RecvError;

use super::event::Sources;
use super::model::Model;
use super::settings::Settings;
use super::watch::Moment;
use crate::chain::Chain;
use crate::lock::lock;
use crate::threads::give_way;

/// The genesis contracts that are listened to.
const MARKET: &str = "market";
const DID: &str = "did";

/// What surveillance has found so far.
#[derive(Debug)]
pub(crate) struct Surveillance(Mutex<Model>);

/// Why surveillance can't begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SurveillanceError {
    /// The settings name what is no account.
    #[error("`{0}` in surveillance.groups of node.toml is not an account's address")]
    Account(String),
    /// The system has no more threads.
    #[error("the system refuses a thread: {0}")]
    Thread(#[from] std::io::Error),
}

impl Surveillance {
    /// The model, as far as it has read.
    pub(crate) fn model(&self) -> MutexGuard<'_, Model> {
        lock(&self.0)
    }
}

/// Starts to follow a chain; none if that is switched off or the chain has no market. It ends with the chain.
///
/// # Errors
/// If the settings name no account where they should, or there is no thread.
pub(crate) fn start(
    chain: &Arc<Chain>,
    settings: &Settings,
) -> Result<Option<Arc<Surveillance>>, SurveillanceError> {
    let Some(sources) = sources(chain.genesis()).filter(|_| settings.enabled) else { return Ok(None) };
    let together = accounts(&settings.groups)?;
    let model = Model::new(settings.clone(), sources, &together);
    let surveillance = Arc::new(Surveillance(Mutex::new(model)));
    let mut blocks = chain.subscribe();
    let (chain, followed) = (Arc::downgrade(chain), surveillance.clone());
    let follow = move || {
        give_way();
        let mut next = 0;
        loop {
            match catch_up(&chain, &followed, next) {
                Some(height) => next = height,
                None => return,
            }
            // Whatever comes is a reason to look how far the chain is.
            if matches!(blocks.blocking_recv(), Err(RecvError::Closed)) {
                return;
            }
        }
    };
    thread::Builder::new().name("surveillance".into()).spawn(follow)?;
    Ok(Some(surveillance))
}

/// The contracts that are listened to, if there is a market.
pub(super) fn sources(genesis: &Genesis) -> Option<Sources> {
    let find = |name| genesis.contracts.iter().find(|contract| contract.name == name);
    let find = |name| find(name).map(|contract| contract_id(&contract.deployer, &contract.salt));
    Some(Sources { market: find(MARKET)?, did: find(DID) })
}

/// The groups that the settings name.
fn accounts(groups: &[Vec<String>]) -> Result<Vec<Vec<Account>>, SurveillanceError> {
    let account = |text: &String| text.parse().map_err(|_| SurveillanceError::Account(text.clone()));
    groups.iter().map(|group| group.iter().map(account).collect()).collect()
}

/// Reads the blocks from this height on, as far as there are some; answers the next. None if the chain stops.
fn catch_up(chain: &Weak<Chain>, surveillance: &Surveillance, next: u64) -> Option<u64> {
    let mut next = next.max(chain.upgrade()?.lowest_block());
    loop {
        // Held for one block at a time, so that a chain that stops is let go of.
        let chain = chain.upgrade().filter(|chain| !chain.is_stopping())?;
        if next > chain.tip().height {
            return Some(next);
        }
        match chain.committed(next) {
            Ok(Some(block)) => {
                let at = Moment { height: next, time: block.header().time };
                surveillance.model().read(at, &block.receipts.receipts);
            }
            Ok(None) => {}
            Err(fault) => {
                tracing::error!(%fault, height = next, "surveillance has stopped: it can't read a block");
                return None;
            }
        }
        next += 1;
    }
}
