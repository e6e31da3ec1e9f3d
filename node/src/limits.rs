//! Every limit of the node, by name. What binds all nodes of a chain alike is in
//! [`sillok_runtime::limits`] and in the chain's parameters.

use std::time::Duration;

/// The most transactions that wait for a block.
pub(crate) const MEMPOOL_TRANSACTIONS: usize = 65_536;
/// The most bytes of transactions that wait for a block.
pub(crate) const MEMPOOL_BYTES: usize = 64 * 1024 * 1024;
/// The most transactions of one submitter that wait for a block.
pub(crate) const SUBMITTER_TRANSACTIONS: usize = 16_384;
/// The most bytes of one submitter's transactions that wait for a block.
pub(crate) const SUBMITTER_BYTES: usize = 16 * 1024 * 1024;
/// How many dropped transactions are remembered with the reason.
pub(crate) const REMEMBERED_DROPS: usize = 16_384;
/// The most transactions that are tried for one block.
pub(crate) const BLOCK_CANDIDATES: usize = 16_384;

/// How long a block that this node proposes may take to execute, in milliseconds, by what executed lately: a
/// sixth of a round, as others execute it too, on machines that may be slower.
pub(crate) const EXECUTION_BUDGET_MS: u64 = 100;
/// What a proposed block may hold at least, as a part of what parameters allow.
pub(crate) const SMALLEST_BLOCK: u64 = 64;
/// What counts as lately, in milliseconds of execution…
pub(crate) const SIZING_WINDOW_MS: u64 = 2_000;
/// …and in gas.
pub(crate) const SIZING_WINDOW_GAS: u64 = 1 << 40;

/// How much of the flat state is read at a time when a node starts and makes the state tree.
pub(crate) const TREE_PAGE_ENTRIES: usize = 65_536;
/// The same, in bytes.
pub(crate) const TREE_PAGE_BYTES: usize = 16 * 1024 * 1024;
/// How many pages of keys may wait to be taken in as known.
pub(crate) const TREE_PAGES_AHEAD: usize = 4;

/// The longest chunk of a snapshot, in bytes: an answer of the network, which has to arrive in
/// [`REQUEST_TIMEOUT`]. The longest entry of state, and the longest transaction, fit.
pub(crate) const SNAPSHOT_CHUNK_BYTES: usize = 2 * 1024 * 1024;
/// The most chunks of a snapshot: its manifest is an answer too.
pub(crate) const SNAPSHOT_CHUNKS: usize = 100_000;
/// How many snapshots a node tells of.
pub(crate) const SNAPSHOT_OFFERS: usize = 16;
/// How long the disk is left to others between two chunks of a snapshot that is made.
pub(crate) const SNAPSHOT_PAUSE: Duration = Duration::from_millis(5);
/// How long a node that joins by a snapshot hears what its peers have, from the first of them on.
pub(crate) const JOIN_SURVEY: Duration = Duration::from_secs(2);
/// How long it waits for peers, or for one that has what is missing.
pub(crate) const JOIN_PATIENCE: Duration = Duration::from_secs(30);
/// How often a peer may fail to answer it before it is asked no more.
pub(crate) const JOIN_FAILURES: u32 = 5;
/// How long it waits before a peer that has failed is asked again.
pub(crate) const JOIN_PAUSE: Duration = Duration::from_millis(500);
/// The most bytes of a block's transactions in a snapshot: no chain's blocks may be as large.
pub(crate) const SNAPSHOT_BLOCK_BYTES: usize = 32 * 1024 * 1024;
/// A snapshot of an earlier height sets back what at most so many blocks have changed since; else it is read
/// from the versions.
pub(crate) const SNAPSHOT_SET_BACK_BLOCKS: u64 = 4_096;
/// The same, in keys.
pub(crate) const SNAPSHOT_SET_BACK_KEYS: usize = 500_000;

/// The most that a proof's keys and values take, in bytes: a response has twice as many digits.
pub(crate) const PROOF_BYTES: usize = 12 * 1024 * 1024;
/// The most claims in one proof.
pub(crate) const PROOF_CLAIMS: usize = 4_096;

/// How many blocks' replaced versions are removed at a time.
pub(crate) const PRUNED_BLOCKS: u64 = 64;
/// How long the disk is left to others between two such steps.
pub(crate) const PRUNE_PAUSE: Duration = Duration::from_millis(20);
/// How often a node looks for what it need not keep.
pub(crate) const PRUNE_INTERVAL: Duration = Duration::from_millis(500);

/// How long after a block that is not empty an empty one certifies its state root, if no transaction
/// has come by then.
pub(crate) const CERTIFY_AFTER_MS: u64 = 200;
/// How long the producer sleeps at most before it looks at the clock again.
pub(crate) const LONGEST_SLEEP: Duration = Duration::from_secs(1);
/// The shortest interval between blocks that can be asked for.
pub(crate) const SHORTEST_BLOCK_TIME_MS: u64 = 10;

/// How many of the last blocks are kept decoded.
pub(crate) const RECENT_BLOCKS: usize = 16;
/// How many blocks a subscriber may fall behind before it is cut off.
pub(crate) const SUBSCRIBER_BLOCKS: usize = 256;
/// The most requests that wait for a transaction at once.
pub(crate) const WAITERS: usize = 65_536;
/// The longest wait for a transaction.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How long a proof waits for a block that commits to the state it is of.
pub(crate) const LONGEST_PROOF_WAIT: Duration = Duration::from_secs(30);

/// The largest request, in bytes. The largest transaction fits in hexadecimal.
pub(crate) const REQUEST_BYTES: u32 = 2 * 1024 * 1024;
/// The largest response, in bytes. The largest block fits, decoded and in hexadecimal.
pub(crate) const RESPONSE_BYTES: u32 = 32 * 1024 * 1024;
/// How deep a request's SCALE may nest; nothing valid nests half as deep.
pub(crate) const DECODE_DEPTH: u32 = 64;
/// The most contracts that one `contract_list` names beside those of genesis.
pub(crate) const LISTED_CONTRACTS: usize = 1_000;
/// The most requests over HTTP and open WebSockets at once.
pub(crate) const CONNECTIONS: u32 = 512;
/// The most changes of validators in an answer: each has a certificate and a set, of 128 validators at most.
pub(crate) const VALIDATOR_CHANGES: usize = 64;
/// The most connections for requests at once, those that say nothing among them.
pub(crate) const SOCKETS: usize = 1_024;
/// The longest log filter that can be asked for.
pub(crate) const LOG_FILTER_BYTES: usize = 1_024;
/// The most access tokens of a node.
pub(crate) const ACCESS_TOKENS: usize = 64;
/// How long a client may take to begin TLS.
pub(crate) const TLS_HANDSHAKE: Duration = Duration::from_secs(5);
/// The most requests in a JSON-RPC batch.
pub(crate) const BATCH_REQUESTS: u32 = 256;
/// The most transactions in one `tx_submitBatch`.
pub(crate) const SUBMIT_BATCH: usize = 2_048;
/// The most subscriptions of a connection.
pub(crate) const SUBSCRIPTIONS_PER_CONNECTION: u32 = 32;
/// The most messages that wait for a slow WebSocket.
pub(crate) const MESSAGE_BUFFER: u32 = 256;
/// The most threads that answer requests.
pub(crate) const WORKERS: usize = 4;
/// The most requests that wait for such a thread.
pub(crate) const WORKER_QUEUE: usize = 1_024;
/// The most equivocations whose evidence is held until they are on chain.
pub(crate) const HELD_EVIDENCE: usize = 64;
/// How long the server is given to finish what it answers when the node stops.
pub(crate) const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);

/// While a block is written, the next one is made if at least so many transactions wait for it: with fewer, one that
/// comes just then is better served by a block that is made when the other is on disk.
pub(crate) const BUILT_AHEAD: usize = 256;
/// How old a block that was made ahead may be when it is proposed, in milliseconds.
pub(crate) const BUILT_AHEAD_MS: u64 = 1_000;
/// Values of the flat state that are kept in memory unless settings say otherwise, in MiB: about 14 million.
pub(crate) const STATE_CACHE_MIB: u32 = 2_048;
/// Keys of submitters whose points are kept in memory, of some 250 bytes each.
pub(crate) const KEPT_KEYS: usize = 128 * 1024;
/// RocksDB's cache of blocks, in bytes.
pub(crate) const STORAGE_CACHE_BYTES: usize = 256 * 1024 * 1024;
/// A write buffer of one table, in bytes.
pub(crate) const STORAGE_TABLE_BUFFER_BYTES: usize = 8 * 1024 * 1024;
/// The index's cache of blocks, in bytes.
pub(crate) const INDEX_CACHE_BYTES: usize = 32 * 1024 * 1024;
/// The most entries of an answer from the index.
pub(crate) const INDEX_PAGE: usize = 100;
/// So many changes of the index are written together while it catches up.
pub(crate) const INDEX_BATCH_CHANGES: usize = 10_000;
/// RocksDB's write buffers together, in bytes.
pub(crate) const STORAGE_WRITE_BUFFER_BYTES: usize = 256 * 1024 * 1024;
/// RocksDB's write-ahead logs together, in bytes: what a start after a crash reads. With half as many a node that catches
/// up would write buffers to files all the time, and merge those.
pub(crate) const STORAGE_LOG_BYTES: u64 = 128 * 1024 * 1024;
/// Of how many engines compiled code is kept: of versions of the node, and of chains that share the folder.
pub(crate) const KEPT_ENGINES: usize = 8;
/// How many files RocksDB holds open.
pub(crate) const STORAGE_OPEN_FILES: i32 = 512;

/// How far ahead of this node's clock a block may be that is proposed for the first time.
pub(crate) const BLOCK_AHEAD_MS: u64 = 1_000;
/// The most validators of a set. The largest certificate has as many signatures.
pub(crate) const VALIDATORS: usize = 128;
/// The most voting power of all validators together: three times it has to fit into 64 bits.
pub(crate) const VOTING_POWER: u64 = u64::MAX / 4;
/// The longest consensus message, in bytes: a round certificate of all validators fits.
pub(crate) const MESSAGE_BYTES: usize = 32 * 1024;
/// Of how many heights ahead messages are kept until their turn comes.
pub(crate) const FUTURE_HEIGHTS: u64 = 4;
/// How many messages of one such height are kept. What is dropped is repeated by its sender, or synced.
pub(crate) const FUTURE_MESSAGES: usize = 1_024;
/// Of how many rounds ahead messages are taken: the core's own limit.
pub(crate) const FUTURE_ROUNDS: u32 = 10;
/// Of how many blocks proposals are taken in a round, should its proposer make several: the core's own limit.
pub(crate) const ROUND_PROPOSALS: usize = 2;
/// The most blocks that are judged at once, and as many that came before their proposal: one of each peer.
pub(crate) const JUDGED_BLOCKS: usize = 8;
/// How many blocks a validator may have been behind, when it said so last, that is waited for to propose.
pub(crate) const BEHIND_BLOCKS: u64 = 8;
/// The most peers whose heights and early blocks are remembered.
pub(crate) const CONSENSUS_PEERS: usize = 256;
/// The most certified blocks that are asked for at a time; more are asked for once half of them are left.
pub(crate) const SYNC_BLOCKS: usize = 16;
/// How far above the height that is being decided certified blocks may be that wait for their turn.
pub(crate) const SYNC_AHEAD: u64 = 2 * SYNC_BLOCKS as u64;
/// The most batches of peers' transactions that wait to be checked.
pub(crate) const INTAKE_BATCHES: usize = 64;
/// How many waiting transactions are passed on to a peer that has come.
pub(crate) const PASSED_ON: usize = 1_024;
/// The most inputs of the network that wait for the reactor.
pub(crate) const INBOX_INPUTS: usize = 8_192;
/// The most bytes of blocks that wait for the reactor.
pub(crate) const INBOX_BYTES: usize = 64 * 1024 * 1024;
/// The most entries that wait for the log. More are written though nothing leaves.
pub(crate) const LOG_PENDING: usize = 256;
/// The most bytes of a frame of the log.
pub(crate) const LOG_FRAME_BYTES: usize = 16 * 1024 * 1024;
/// From this length on the log is begun anew with the next height, in bytes.
pub(crate) const LOG_ROTATE_BYTES: usize = 4 * 1024 * 1024;
/// How many valid signatures of a height are remembered, so that none is checked twice.
pub(crate) const VALID_SIGNATURES: usize = 4_096;

/// The most nodes of a chain's member list, validators and observers together.
pub(crate) const MEMBERS: usize = 256;
/// The most incoming connections whose handshake is under way.
pub(crate) const PENDING_CONNECTIONS: usize = 256;
/// The same from one IP address, so that one machine can't take the places of all others.
pub(crate) const PENDING_CONNECTIONS_PER_ADDRESS: usize = 32;
/// How long the handshake of a connection (TCP, Noise, Yamux) may take.
pub(crate) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long two nodes may take from there until each has accepted the other.
pub(crate) const HELLO_TIMEOUT: Duration = Duration::from_secs(5);
/// The most streams of a connection: five lanes, and those that a faulty peer tries.
pub(crate) const STREAMS: usize = 16;
/// The most bytes of a hello.
pub(crate) const HELLO_BYTES: usize = 4 * 1024;
/// The most bytes of a frame of the control lane after that.
pub(crate) const CONTROL_BYTES: usize = 64 * 1024;
/// The most bytes of what a node calls its software.
pub(crate) const AGENT_BYTES: usize = 64;
/// The most addresses of a node that it announces, or that are known of it beside the configured ones.
pub(crate) const NODE_ADDRESSES: usize = 8;
/// The most bytes of an address.
pub(crate) const ADDRESS_BYTES: usize = 128;
/// How many nodes' addresses are told at a time.
pub(crate) const RECORDS_TOLD: usize = 32;
/// How often a peer is pinged.
pub(crate) const PING_INTERVAL: Duration = Duration::from_secs(1);
/// How long a peer may say nothing at all on the control lane; then it is taken for dead.
pub(crate) const PING_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a frame that has begun may take to arrive whole.
pub(crate) const FRAME_TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes of begun frames and of what was decoded from them, from all peers together.
pub(crate) const INCOMING_BYTES: usize = 256 * 1024 * 1024;
/// From this length on a frame is decoded on a thread that may block, in bytes.
pub(crate) const LARGE_FRAME_BYTES: usize = 64 * 1024;
/// What a block has beside its transactions, in bytes, at most: header, length, tag.
pub(crate) const BLOCK_OVERHEAD_BYTES: usize = 1024;
/// What a certificate takes at most, in bytes.
pub(crate) const CERTIFICATE_BYTES: usize = 100 * VALIDATORS + 1024;
/// The most bytes of an answer to a snapshot request, and of the request.
pub(crate) const SNAPSHOT_BYTES: usize = 4 * 1024 * 1024;
/// The same, of the request.
pub(crate) const SNAPSHOT_REQUEST_BYTES: usize = 4 * 1024;
/// The most bytes of a batch of transactions, if none is larger.
pub(crate) const BATCH_BYTES: usize = 1024 * 1024;
/// The most memory that decoding takes, in times of the frame's length.
pub(crate) const DECODE_EXPANSION: usize = 8;
/// How often a peer is told what is new of addresses, at most.
pub(crate) const TELL_INTERVAL: Duration = Duration::from_secs(1);
/// The most frames of the control lane that wait for one peer: all addresses, and pings.
pub(crate) const OUTBOX_CONTROL: usize = 64;
/// The same, in bytes.
pub(crate) const OUTBOX_CONTROL_BYTES: usize = 1024 * 1024;
/// The most messages that wait for one peer; then the oldest go.
pub(crate) const OUTBOX_MESSAGES: usize = 1_024;
/// The same, in bytes.
pub(crate) const OUTBOX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;
/// The most block bodies that wait for one peer, and answers to its requests; then the oldest go.
pub(crate) const OUTBOX_BLOCKS: usize = 16;
/// The same, in times of the largest.
pub(crate) const OUTBOX_LARGEST: usize = 4;
/// The most batches of transactions that wait for one peer.
pub(crate) const OUTBOX_BATCHES: usize = 256;
/// The same, in bytes.
pub(crate) const OUTBOX_BATCH_BYTES: usize = 16 * 1024 * 1024;
/// The most requests to one peer that are under way, and of one peer that wait.
pub(crate) const REQUESTS: usize = 8;
/// The most blocks that are being fetched; then the oldest is given up.
pub(crate) const FETCHES: usize = 64;
/// How long a peer may take to answer whether it has a block before the next is asked.
pub(crate) const FETCH_TIMEOUT: Duration = Duration::from_secs(2);
/// How long it takes until peers are asked again when none had the block.
pub(crate) const FETCH_PAUSE: Duration = Duration::from_millis(250);
/// How long a peer may take to answer a request.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// The most blocks that one peer was asked for and has not answered.
pub(crate) const ASKED_BLOCKS: usize = 256;
/// The most threads that read from disk for peers.
pub(crate) const SERVING: usize = 2;
/// The most requests that wait for them.
pub(crate) const SERVING_QUEUE: usize = 64;
/// The most frames that are decoded at once on threads that may block.
pub(crate) const DECODING: usize = 2;
/// The first pause before a node is dialled again.
pub(crate) const REDIAL_FIRST: Duration = Duration::from_millis(100);
/// The longest. Each pause is twice the one before, and up to half of it is left to chance.
pub(crate) const REDIAL_LONGEST: Duration = Duration::from_secs(5);
/// A node's score at first, and the highest. At 0 the node is refused.
pub(crate) const SCORE: u32 = 100;
/// What a score recovers in a second.
pub(crate) const SCORE_PER_SECOND: u32 = 1;
/// The score of a node that was refused and may come again.
pub(crate) const SCORE_AFTER_REFUSAL: u32 = 50;
/// How long a node is refused.
pub(crate) const REFUSED_FOR: Duration = Duration::from_secs(60);
/// The shortest pause for which a peer that sends too much is not read.
pub(crate) const FLOOD_PAUSE: Duration = Duration::from_millis(100);
/// The rates at which a peer is read, each with what may come at once: consensus messages.
pub(crate) const MESSAGE_RATE: Rate = Rate { per_second: 2_000, burst: 4_000 };
/// Bytes of consensus messages.
pub(crate) const MESSAGE_BYTE_RATE: Rate = Rate { per_second: 8 * 1024 * 1024, burst: 16 * 1024 * 1024 };
/// Frames of the control lane.
pub(crate) const CONTROL_RATE: Rate = Rate { per_second: 20, burst: 100 };
/// Frames of the blocks lane.
pub(crate) const BLOCK_RATE: Rate = Rate { per_second: 200, burst: 400 };
/// Bytes of blocks that nobody asked for, in blocks of the largest size.
pub(crate) const BLOCK_BYTE_RATE: Rate = Rate { per_second: 10, burst: 20 };
/// Questions of the requests lane. Who catches up by small blocks asks for the next as soon as it has executed what it
/// got, some sixty times a second.
pub(crate) const REQUEST_RATE: Rate = Rate { per_second: 500, burst: 1_000 };
/// Bytes of answers. More is only sent later.
pub(crate) const ANSWER_BYTE_RATE: Rate = Rate { per_second: 128 * 1024 * 1024, burst: 256 * 1024 * 1024 };
/// Bytes of transactions. More is only read later: load is no offence.
pub(crate) const TRANSACTION_BYTE_RATE: Rate = Rate { per_second: 16 * 1024 * 1024, burst: 32 * 1024 * 1024 };

/// A rate with room for bursts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    /// So many a second.
    pub(crate) per_second: u64,
    /// So many at once.
    pub(crate) burst: u64,
}
