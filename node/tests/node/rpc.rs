//! JSON-RPC: blocks that prove themselves, states of the past, subscriptions, refusals with a code.

use codec::Encode;
use sillok_abi::{Block, Call, CommitSignature, ContractId, Credential, Validator, precommit_digest};
use sillok_client::rpc::{At, BlockRef, Client, EventFilter, RpcError, Subscriber, TxStatus};
use sillok_runtime::verify_certificate;

use crate::payments::{Payers, finality};
use crate::process::{Folder, Node};

/// A node with the one who pays on it.
struct Setting {
    _folder: Folder,
    node: Node,
    client: Client,
    payers: Payers,
}

impl Setting {
    async fn new() -> Self {
        let folder = Folder::new();
        let node = Node::start(&folder.data(), &[]);
        let client = node.client();
        let payers = Payers::of(&client).await;
        Setting { _folder: folder, node, client, payers }
    }
}

/// The code of a refusal.
fn code<T: std::fmt::Debug>(answer: Result<T, RpcError>) -> i32 {
    match answer {
        Err(RpcError::Refused { code, hint, .. }) => {
            assert!(hint.is_some(), "a refusal has a hint");
            code
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_block_proves_itself() {
    let Setting { client, payers, .. } = &Setting::new().await;
    let id = client.tx_submit(&payers.payment(0, 1, 5)).await.unwrap();
    let height = finality(client, &id).await;
    let info = client.chain_block(BlockRef::Height(height)).await.unwrap();
    let block = info.block().unwrap();
    assert_eq!(block.header.transactions_root, Block::transactions_root(&block.transactions));
    assert_eq!(block.transactions[0].body.id(), id);
    assert!(info.transactions[0].ok);

    let status = client.chain_status().await.unwrap();
    let key = |address: &str| match address.parse().unwrap() {
        sillok_abi::Account::Key(key) => key,
        other => panic!("{other} is no key"),
    };
    let validators: Vec<Validator> = status
        .validators
        .iter()
        .map(|validator| Validator { key: key(&validator.address), power: validator.power })
        .collect();
    let shown = info.certificate.unwrap();
    let signatures = shown.signatures.iter().map(|vote| CommitSignature {
        validator: key(&vote.validator),
        signature: hex::decode(&vote.signature[2..]).unwrap().try_into().unwrap(),
    });
    let block_id = block.header.id();
    let certificate = sillok_abi::Certificate {
        height,
        round: shown.round,
        block: block_id,
        signatures: signatures.collect(),
    };
    assert_ne!(precommit_digest(&payers.chain, height, 0, &block_id), block_id);
    assert_eq!(verify_certificate(&payers.chain, &validators, height, &block_id, &certificate), Ok(()));

    let by_id = client.chain_block(BlockRef::Id(block_id)).await.unwrap();
    assert_eq!((by_id.height, by_id.hash), (height, info.hash));
}

#[tokio::test]
async fn the_past_answers_as_it_was() {
    let Setting { client, payers, .. } = &Setting::new().await;
    let first = client.tx_submit(&payers.payment(0, 1, 5)).await.unwrap();
    let first = finality(client, &first).await;
    let second = client.tx_submit(&payers.payment(0, 2, 7)).await.unwrap();
    let second = finality(client, &second).await;
    let now = payers.balance(client, 1, None).await;
    assert_eq!(payers.balance(client, 1, Some(first)).await, now - 7);
    assert_eq!(payers.balance(client, 1, Some(second)).await, now);
    assert_eq!(payers.balance(client, 1, Some(0)).await, now - 12);
    let call = Call { contract: payers.cash, method: "balance".into(), args: payers.account(0).encode() };
    assert_eq!(code(client.state_query(&call, Some(At::Height(1_000_000))).await), 1031);
}

#[tokio::test]
async fn subscribers_hear_of_blocks_and_of_the_events_they_asked_for() {
    let Setting { node, client, payers, .. } = &Setting::new().await;
    let subscriber = Subscriber::connect(node.url()).await.unwrap();
    let mut blocks = subscriber.blocks().await.unwrap();
    let filter = |name: &str| EventFilter { contract: Some("cash".into()), name: Some(name.into()) };
    let mut transfers = subscriber.events(&filter("Transferred")).await.unwrap();
    let mut burns = subscriber.events(&filter("Burned")).await.unwrap();
    let id = client.tx_submit(&payers.payment(0, 1, 5)).await.unwrap();
    let height = finality(client, &id).await;
    let event = transfers.next().await.unwrap().unwrap();
    assert_eq!((event.height, event.contract), (height, payers.cash.to_string()));
    loop {
        let block = blocks.next().await.unwrap().unwrap();
        if block["height"] == height {
            break assert_eq!(block["transactions"].as_array().unwrap().len(), 1);
        }
    }
    let nothing = tokio::time::timeout(std::time::Duration::from_millis(300), burns.next()).await;
    assert!(nothing.is_err(), "an event that was not asked for: {nothing:?}");
    let nobody = EventFilter { contract: Some("nobody".into()), name: None };
    assert!(subscriber.events(&nobody).await.is_err());
}

#[tokio::test]
async fn transactions_that_can_not_be_are_refused_by_code() {
    let Setting { client, payers, .. } = &Setting::new().await;
    let good = payers.payment(0, 1, 5);
    let id = client.tx_submit(&good).await.unwrap();
    finality(client, &id).await;
    assert_eq!(code(client.tx_submit(&good).await), 1005, "replayed");

    let mut changed = payers.payment(0, 2, 5);
    changed.body.call.args[0] ^= 1;
    assert_eq!(code(client.tx_submit(&changed).await), 1006, "signature");
    assert_eq!(code(client.tx_submit_raw(&[1, 2, 3]).await), 1001, "malformed");

    let resigned = |change: fn(&mut sillok_abi::TransactionBody)| {
        let mut body = payers.payment(0, 3, 5).body;
        change(&mut body);
        let credential = Credential::Sr25519(payers.keys[0].sign(&body.id()));
        sillok_abi::Transaction { body, credential }
    };
    let other_chain = resigned(|body| body.chain[0] ^= 1);
    assert_eq!(code(client.tx_submit(&other_chain).await), 1002, "chain");
    let expired = resigned(|body| body.expiry = sillok_abi::Time(1));
    assert_eq!(code(client.tx_submit(&expired).await), 1003, "expired");
    let eternal = resigned(|body| body.expiry = sillok_abi::Time(u64::MAX));
    assert_eq!(code(client.tx_submit(&eternal).await), 1004, "expiry too far");
    let greedy = resigned(|body| body.gas_limit = u64::MAX);
    assert_eq!(code(client.tx_submit(&greedy).await), 1008, "gas");
    let huge = resigned(|body| body.call.args = vec![0; 800 * 1024]);
    assert_eq!(code(client.tx_submit(&huge).await), 1009, "size");

    let batch = client.tx_submit_batch(&[good, payers.payment(0, 4, 5)]).await.unwrap();
    assert_eq!(code(batch[0].clone()), 1005);
    finality(client, batch[1].as_ref().unwrap()).await;
}

#[tokio::test]
async fn a_nonce_used_before_is_dropped_with_the_reason() {
    let Setting { client, payers, .. } = &Setting::new().await;
    let id = client.tx_submit(&payers.payment(0, 1, 5)).await.unwrap();
    finality(client, &id).await;
    let second = client.tx_submit(&payers.payment(0, 1, 6)).await.unwrap();
    match client.tx_wait(&second, 30_000).await.unwrap() {
        TxStatus::Dropped { code, reason } => assert!(code == 1005 && reason.contains("nonce"), "{reason}"),
        other => panic!("{other:?}"),
    }
    let unknown = client.tx_wait(&[9; 32], 10).await.unwrap();
    assert!(matches!(unknown, TxStatus::Unknown));
}

#[tokio::test]
async fn contracts_describe_themselves_and_unknown_ones_are_refused() {
    let Setting { client, payers, .. } = &Setting::new().await;
    let list = client.contract_list().await.unwrap();
    for entry in &list {
        let id: ContractId = entry.id.parse().unwrap();
        let described = client.contract_info(&id).await.unwrap();
        assert_eq!(described.name, entry.name);
        sillok_abi::Metadata::from_section(&described.metadata).unwrap();
    }
    let names: Vec<&str> = list.iter().filter_map(|entry| entry.name.as_deref()).collect();
    assert_eq!(
        names,
        [
            "system",
            "membership",
            "governance",
            "did",
            "cash",
            "escrow",
            "market",
            "board",
            "hanbit",
            "seorak"
        ]
    );
    let genesis = client.chain_genesis().await.unwrap();
    assert!(genesis.samples.iter().all(|sample| sample.company.contains("SAMPLE")));
    assert_eq!(genesis.samples.len(), 2);

    let nobody = ContractId([9; 32]);
    assert_eq!(code(client.contract_info(&nobody).await), 1030);
    let call = Call { contract: nobody, method: "balance".into(), args: payers.account(0).encode() };
    assert_eq!(code(client.state_query(&call, None).await), 1030);
}

#[test]
fn those_who_watch_are_told_how_the_node_does() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &[]);
    let get = |path: &str| node.get(path);
    assert!(get("/livez").starts_with("HTTP/1.1 200"), "{}", get("/livez"));
    assert!(get("/readyz").ends_with("ready\n"), "{}", get("/readyz"));
    let metrics = get("/metrics");
    for name in ["sillok_height ", "sillok_peers 0", "sillok_log_sync_seconds_count ", "sillok_blocks_total "]
    {
        assert!(metrics.contains(name), "{name} is not in\n{metrics}");
    }
    assert!(get("/elsewhere").starts_with("HTTP/1.1 4"), "{}", get("/elsewhere"));
}
