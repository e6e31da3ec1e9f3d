//! Blocks and events reach subscribers when they are final.

use std::time::Duration;

use serde_json::{Value, json};
use sillok_client::rpc::{BlockEvent, EventFilter, Subscriber};

use crate::dev::{Dev, text};

/// Longer than any block takes.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn subscribers_hear_of_blocks_and_of_the_events_that_they_asked_for() {
    let dev = Dev::start();
    let subscriber = Subscriber::connect(dev.url()).await.unwrap();
    let mut blocks = subscriber.blocks().await.unwrap();
    let cash = dev.json(&["contract", "inspect", "cash"]);
    let filter = EventFilter { contract: Some(text(&cash, "id").into()), name: Some("Transferred".into()) };
    let mut events = subscriber.events(&filter).await.unwrap();

    dev.json(&["contract", "call", "cash", "mint", "to=//Bob", "amount=1", "--from", "//Ferdie"]);
    let sent = dev.json(&["tx", "send", "cash.transfer", "from=//Alice", "to=//Bob", "amount=5"]);

    let event: BlockEvent = tokio::time::timeout(PATIENCE, events.next()).await.unwrap().unwrap().unwrap();
    assert_eq!((event.name.as_str(), json!(event.tx)), ("Transferred", sent["id"].clone()));
    assert_eq!(json!(event.height), sent["height"]);
    let is_sent = |block: &Value| block["transactions"][0]["id"] == sent["id"];
    let heard = async { while !is_sent(&blocks.next().await.unwrap().unwrap()) {} };
    tokio::time::timeout(PATIENCE, heard).await.unwrap();
}
