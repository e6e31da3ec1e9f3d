//! What registers tell: who had how much of a class, and how many holders it had.
//!
//! Events say whose holdings a block has changed; how much they are then is asked of the register itself, in the
//! state after the block, so that shares of genesis and of before a snapshot count too.

use std::collections::BTreeSet;
use std::sync::Arc;

use codec::Encode;
use serde_json::Value;
use sillok_abi::{Account, Call, ContractId, Metadata};
use sillok_runtime::Fault;

use super::describe::{account, ask};
use super::fold::Fold;
use super::keys;
use super::read::Moment;
use super::records::ClassStanding;
use crate::chain::{Chain, StateAt};
use crate::storage::Table;

/// The name of contracts that are registers.
const REGISTER: &str = "register";

/// The registers that a block has changed, with the classes and holders.
#[derive(Default)]
pub(super) struct Changed {
    holders: BTreeSet<(ContractId, u32, Account)>,
    registers: Vec<(ContractId, Arc<Metadata>)>,
}

impl Changed {
    /// Takes in an event, if it may change holdings: it names a class, and one or two holders.
    pub(super) fn take(&mut self, contract: ContractId, metadata: &Arc<Metadata>, fields: &Value) {
        let class = fields["class"].as_u64().and_then(|class| u32::try_from(class).ok());
        let Some(class) = class.filter(|_| metadata.name == REGISTER) else { return };
        let before = self.holders.len();
        let holders = ["holder", "from", "to"].iter().filter_map(|field| account(fields, field));
        self.holders.extend(holders.map(|holder| (contract, class, holder)));
        if self.holders.len() > before && self.registers.iter().all(|(known, _)| *known != contract) {
            self.registers.push((contract, metadata.clone()));
        }
    }

    /// Asks what has become of them, in the state after the block.
    ///
    /// # Errors
    /// If state can't be read.
    pub(super) fn look_up(
        self,
        fold: &mut Fold<'_>,
        chain: &Chain,
        at: (Moment, &StateAt),
    ) -> Result<(), Fault> {
        for (contract, metadata) in &self.registers {
            let mut classes = BTreeSet::new();
            for (_, class, holder) in self.holders.iter().filter(|(register, ..)| register == contract) {
                classes.insert(*class);
                let call = call(*contract, "holding", &(*class, holder));
                let Some(holding) = ask(chain, at.1, metadata, call)? else { continue };
                let Some(shares) = holding["shares"].as_u64() else { continue };
                let key = keys::numbered(keys::holder(contract, *class, holder), at.0.height);
                fold.put(Table::Holdings, key, &(at.0.time, shares));
            }
            for class in classes {
                let Some(standing) = standing(chain, at, metadata, (*contract, class))? else { continue };
                let key = keys::numbered(keys::class(contract, class), at.0.height);
                fold.put(Table::Classes, key, &standing);
            }
        }
        Ok(())
    }
}

fn standing(
    chain: &Chain,
    (moment, at): (Moment, &StateAt),
    metadata: &Metadata,
    (contract, class): (ContractId, u32),
) -> Result<Option<ClassStanding>, Fault> {
    let answer = |method| ask(chain, at, metadata, call(contract, method, &class));
    let (standing, class) = (answer("standing")?, answer("class")?);
    let number = |value: &Option<Value>, field: &str| value.as_ref()?[field].as_u64();
    let (holders, outstanding) = (number(&standing, "holders"), number(&class, "outstanding"));
    let both = holders.zip(outstanding);
    Ok(both.map(|(holders, outstanding)| ClassStanding { time: moment.time, holders, outstanding }))
}

fn call(contract: ContractId, method: &str, args: &impl Encode) -> Call {
    Call { contract, method: method.into(), args: args.encode() }
}
