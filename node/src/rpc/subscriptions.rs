//! Subscriptions: blocks and events, each after its block is final.
//!
//! A subscriber that reads too slowly falls behind the bounded feed; it is told so and cut off, and
//! can read what it missed by height.

use std::sync::Arc;

use jsonrpsee::core::{RegisterMethodError, SubscriptionError};
use jsonrpsee::types::Params;
use jsonrpsee::{PendingSubscriptionSink, RpcModule, SubscriptionSink};
use serde_json::Value;
use sillok_abi::ContractId;
use tokio::sync::broadcast::error::RecvError;

use super::contract::resolve;
use super::{Arguments, RpcFailure, Service, json};
use crate::chain::CommittedBlock;

/// Adds the subscriptions to `module`.
pub(super) fn register(module: &mut RpcModule<Service>) -> Result<(), RegisterMethodError> {
    module.register_subscription(
        "chain_subscribeBlocks",
        "chain_block",
        "chain_unsubscribeBlocks",
        |params, pending, service, _| async move {
            let filter = Arguments::parse(&params, &[]);
            follow(&service, pending, filter, |_, block| vec![json::block(block)]).await
        },
    )?;
    module.register_subscription(
        "events_subscribe",
        "events_event",
        "events_unsubscribe",
        |params, pending, service, _| async move {
            let filter = EventFilter::parse(&service, &params);
            follow(&service, pending, filter, EventFilter::events).await
        },
    )?;
    Ok(())
}

/// Which events a subscriber asks for.
struct EventFilter {
    contract: Option<ContractId>,
    name: Option<String>,
}

impl EventFilter {
    fn parse(service: &Service, params: &Params<'_>) -> Result<Self, RpcFailure> {
        let arguments = Arguments::parse(params, &["contract", "name"])?;
        let contract = arguments.optional_text("contract")?;
        Ok(EventFilter {
            contract: contract.map(|contract| resolve(&service.chain, contract)).transpose()?,
            name: arguments.optional_text("name")?.map(str::to_owned),
        })
    }

    fn events(&self, block: &CommittedBlock) -> Vec<Value> {
        let receipts = block.receipts.receipts.iter();
        let events = receipts.flat_map(|receipt| receipt.events.iter().map(move |event| (receipt, event)));
        let wanted = events.enumerate().filter(|(_, (_, event))| {
            self.contract.is_none_or(|contract| contract == event.contract)
                && self.name.as_ref().is_none_or(|name| *name == event.name)
        });
        let height = block.header().height;
        wanted.map(|(index, (receipt, event))| json::event(height, index, receipt, event)).collect()
    }
}

/// Sends what `messages` makes of each block until either side ends it.
async fn follow<F>(
    service: &Arc<Service>,
    pending: PendingSubscriptionSink,
    filter: Result<F, RpcFailure>,
    messages: fn(&F, &CommittedBlock) -> Vec<Value>,
) -> Result<(), SubscriptionError> {
    let filter = match filter {
        Ok(filter) => filter,
        Err(failure) => {
            pending.reject(failure).await;
            return Ok(());
        }
    };
    // Subscribed before the answer, so that no block after it is missed.
    let mut blocks = service.chain.subscribe();
    let sink = pending.accept().await?;
    loop {
        let received = tokio::select! {
            () = sink.closed() => return Ok(()),
            received = blocks.recv() => received,
        };
        match received {
            Ok(block) => send(&sink, messages(&filter, &block)).await?,
            Err(RecvError::Closed) => return Ok(()),
            Err(RecvError::Lagged(blocks)) => {
                return Err(format!("too slow: {blocks} blocks were missed; subscribe again").into());
            }
        }
    }
}

async fn send(sink: &SubscriptionSink, messages: Vec<Value>) -> Result<(), SubscriptionError> {
    for message in messages {
        sink.send(serde_json::value::to_raw_value(&message)?).await?;
    }
    Ok(())
}
