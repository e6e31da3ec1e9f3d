//! The thread that reads blocks: from where it ended, or the first one that is here, and then each as soon as it is
//! final.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::thread;
use std::time::{Duration, Instant};

use sillok_abi::Account;
use sillok_abi::native::contract_id;
use sillok_runtime::{Fault, Genesis};
use tokio::sync::broadcast::error::RecvError;

use super::event::Sources;
use super::keep::Keep;
use super::model::Model;
use super::settings::Settings;
use super::watch::Moment;
use crate::chain::Chain;
use crate::lock::lock;
use crate::threads::give_way;

/// The genesis contracts that are listened to.
const MARKET: &str = "market";
const DID: &str = "did";

/// So often, while there is something to read, what is known is written down.
const KEPT_EVERY: Duration = Duration::from_secs(300);

/// What surveillance has found so far.
#[derive(Debug)]
pub(crate) struct Surveillance {
    model: Mutex<Model>,
    keep: Keep,
}

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
        lock(&self.model)
    }

    /// Writes down what is known, for the next start. Without it, that reads more blocks.
    pub(crate) fn save(&self) {
        let file = self.keep.file.display();
        if let Err(error) = self.keep.save(&self.model()) {
            tracing::warn!(%file, %error, "what surveillance knows can't be written down");
        }
    }
}

/// Starts to follow a chain, from where what is kept in `file` ends; none if that is switched off or the chain has
/// no market. It ends with the chain.
///
/// # Errors
/// If the settings name no account where they should, or there is no thread.
pub(crate) fn start(
    chain: &Arc<Chain>,
    file: PathBuf,
    settings: &Settings,
) -> Result<Option<Arc<Surveillance>>, SurveillanceError> {
    let Some(sources) = sources(chain.genesis()).filter(|_| settings.enabled) else { return Ok(None) };
    let together = accounts(&settings.groups)?;
    let keep = Keep { chain: chain.id(), file };
    let model = begin(&keep, Model::new(settings.clone(), sources, &together), chain.tip().height);
    let next = model.height() + 1;
    let surveillance = Arc::new(Surveillance { model: Mutex::new(model), keep });
    let mut blocks = chain.subscribe();
    let mut follower =
        Follower { chain: Arc::downgrade(chain), known: surveillance.clone(), next, kept: Instant::now() };
    let follow = move || {
        give_way();
        while follower.catch_up() {
            // Whatever comes is a reason to look how far the chain is.
            if matches!(blocks.blocking_recv(), Err(RecvError::Closed)) {
                return;
            }
        }
    };
    thread::Builder::new().name("surveillance".into()).spawn(follow)?;
    Ok(Some(surveillance))
}

/// What is kept, or else the fresh model.
fn begin(keep: &Keep, fresh: Model, tip: u64) -> Model {
    match keep.load(&fresh, tip) {
        Ok(kept) => kept.unwrap_or(fresh),
        Err(unfit) => {
            let file = keep.file.display();
            tracing::info!(%file, %unfit, "surveillance reads all blocks again");
            fresh
        }
    }
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

/// The thread's own: how far it has read, and when what is known was written down.
struct Follower {
    chain: Weak<Chain>,
    known: Arc<Surveillance>,
    next: u64,
    kept: Instant,
}

impl Follower {
    /// Reads blocks as far as there are some, unless the node itself has to catch up; answers whether the chain goes on.
    fn catch_up(&mut self) -> bool {
        loop {
            // Held for one block at a time, so that a chain that stops is let go of.
            let Some(chain) = self.chain.upgrade().filter(|chain| !chain.is_stopping()) else { return false };
            self.next = self.next.max(chain.lowest_block());
            if self.next > chain.tip().height || chain.is_behind() {
                return true;
            }
            if let Err(fault) = self.read(&chain) {
                tracing::error!(%fault, height = self.next, "surveillance has stopped: it can't read a block");
                return false;
            }
            self.next += 1;
            if self.kept.elapsed() >= KEPT_EVERY {
                self.known.save();
                self.kept = Instant::now();
            }
        }
    }

    fn read(&self, chain: &Chain) -> Result<(), Fault> {
        if let Some(block) = chain.committed(self.next)? {
            let at = Moment { height: self.next, time: block.header().time };
            self.known.model().read(at, &block.receipts.receipts);
        }
        Ok(())
    }
}
