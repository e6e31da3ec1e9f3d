//! Nodes that run elsewhere: what is known of them is what they answer.

use std::time::{Duration, Instant};

use sillok_abi::Time;
use sillok_client::rpc::{BlockRef, Client, ClientOptions};

use super::BenchError;
use super::audit::Audit;
use super::options::BenchOptions;
use super::stage::Stage;

/// How long the nodes have to come to the height that the first one has at the end.
const LEVEL: Duration = Duration::from_secs(30);

/// Clients of the nodes that are named, all of which have the chain that was prepared; and the first one's height.
pub(super) async fn clients(
    options: &BenchOptions,
    reach: &ClientOptions,
    stage: &Stage,
) -> Result<(Vec<Client>, u64), BenchError> {
    let (mut clients, mut first) = (Vec::new(), None);
    for url in &options.url {
        let client = Client::with(url, reach)?;
        let status = client.chain_status().await?;
        if status.chain_id.trim_start_matches("0x") != hex::encode(stage.chain) {
            return Err(BenchError::OtherChain { url: url.clone(), chain: status.chain_id });
        }
        first.get_or_insert(status.height);
        clients.push(client);
    }
    Ok((clients, first.unwrap_or(0)))
}

/// What the chain holds above a height, on which so many numbers were to be; all nodes have the same.
pub(super) async fn audit(
    clients: &[Client],
    stage: &Stage,
    above: u64,
    transactions: usize,
) -> Result<Audit, BenchError> {
    let first = &clients[0];
    let tip = first.chain_status().await?.height;
    let mut audit = Audit::of(transactions);
    for height in above + 1..=tip {
        let info = first.chain_block(BlockRef::Height(height)).await?;
        let block = info.block().ok_or_else(|| BenchError::Node(format!("has lost block {height}")))?;
        let failed = info.transactions.iter().filter(|transaction| !transaction.ok).count();
        audit.see_block(stage.workload, &block.transactions, Time(info.time_ms), failed as u64);
    }
    agree(clients, tip).await?;
    Ok(audit)
}

/// Waits until all nodes have this height, and fails if they don't have the same block there.
async fn agree(clients: &[Client], height: u64) -> Result<(), BenchError> {
    let begun = Instant::now();
    let ours = clients[0].chain_block(BlockRef::Height(height)).await?.hash;
    for client in &clients[1..] {
        while client.chain_status().await?.height < height {
            if begun.elapsed() > LEVEL {
                return Err(BenchError::Node(format!("{} does not come to height {height}", client.url())));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let theirs = client.chain_block(BlockRef::Height(height)).await?.hash;
        if theirs != ours {
            return Err(BenchError::Node(format!("{} has another block at height {height}", client.url())));
        }
    }
    Ok(())
}
