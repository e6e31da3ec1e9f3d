//! Every limit of the runtime, by name. Those that a chain may choose are in [`crate::Parameters`].

/// The native stack of every thread that runs contracts: the deepest nesting of calls, each with the
/// engine's stack and room for the host's own frames, twice over.
pub const NATIVE_STACK_BYTES: usize = 2 * MAX_CALL_DEPTH * (WASM_STACK_BYTES + 128 * 1024);
/// The native stack that the engine lets one instance use.
///
/// Eight times what metering allows: it's never the engine that stops a contract.
pub const WASM_STACK_BYTES: usize = 2 * 1024 * 1024;
/// The most stack of one call, as metering counts it, in bytes.
pub const MAX_STACK_BYTES: u32 = 256 * 1024;
/// For how many keys of each transaction of a block there is room before it is executed.
pub(crate) const RESERVED_KEYS: usize = 8;
/// The deepest nesting of calls, the root call included.
pub const MAX_CALL_DEPTH: usize = 16;

/// The most gas that anything may have: metered code counts it in a signed 64-bit number, which no charge may
/// carry past its least value.
pub const MAX_GAS: u64 = 1 << 62;

/// The largest code, in bytes.
pub const MAX_CODE_BYTES: u32 = 512 * 1024;
/// The most function types of a module.
pub const MAX_TYPES: u32 = 1_024;
/// The most imports of a module: each takes room in every instance.
pub const MAX_IMPORTS: u32 = 64;
/// The most functions of a module, imports aside.
pub const MAX_FUNCTIONS: u32 = 4_096;
/// The most tables of a module.
pub const MAX_TABLES: u32 = 1;
/// The most elements of a table.
pub const MAX_TABLE_ELEMENTS: u64 = 4_096;
/// The most memory that an instance starts with, in pages of 64 KiB.
pub const MAX_MEMORY_INITIAL_PAGES: u32 = 16;
/// The most memory of an instance, in pages of 64 KiB.
pub const MAX_MEMORY_PAGES: u64 = 64;
/// The most globals of a module.
pub const MAX_GLOBALS: u32 = 64;
/// The most exports of a module.
pub const MAX_EXPORTS: u32 = 512;
/// The most data segments of a module.
pub const MAX_DATA_SEGMENTS: u32 = 256;
/// The most element segments of a module.
pub const MAX_ELEMENT_SEGMENTS: u32 = 64;
/// The most parameters of a function.
pub const MAX_PARAMS: u32 = 128;
/// The most results of a function: WebAssembly 1.0 has no more.
pub const MAX_RESULTS: u32 = 1;
/// The most locals of a function, parameters aside.
pub const MAX_LOCALS: u32 = 512;
/// The largest body of a function, in bytes.
pub const MAX_FUNCTION_BYTES: u32 = 64 * 1024;
/// The most instructions of a function.
pub const MAX_OPERATORS: u32 = 32 * 1024;
/// The most values on a function's operand stack.
pub const MAX_OPERANDS: u32 = 256;
/// The deepest nesting of blocks in a function, its own included.
pub const MAX_NESTING: u32 = 256;
/// The deepest nesting of loops in a function: each carries all the values of those around it, and beyond a
/// hundred, six kilobytes of code can take a minute to compile.
pub const MAX_LOOP_NESTING: u32 = 8;
/// The most targets of a jump table.
pub const MAX_BRANCH_TARGETS: u32 = 1_024;
/// The most branches of a function, calls among them: compiling jump tables and indirect calls takes time in
/// their square.
pub const MAX_BRANCHES: u32 = 3_072;
/// The most complexity of a function: (parameters + locals + highest operand stack) × (1 + branches).
pub const MAX_COMPLEXITY: u32 = 75_000;
/// The most complexity of all functions of a module together.
pub const MAX_MODULE_COMPLEXITY: u32 = 300_000;
/// The longest name of an export or method, in bytes.
pub const MAX_NAME_BYTES: usize = 64;
/// The largest metadata of a module, in bytes.
pub const MAX_METADATA_BYTES: u32 = 128 * 1024;

/// The most instances at once on one node. Those that may not idle are for threads that run contracts at
/// their deepest.
pub const MAX_INSTANCES: u32 = 2_048;
/// How many instances may be there for those that idle not to be let go of before another is made.
pub const MAX_IDLE_INSTANCES: usize = MAX_INSTANCES as usize / 2;
/// The same in bytes of the memory that instances begin with.
pub const MAX_IDLE_INSTANCE_BYTES: usize = 512 * 1024 * 1024;
/// The most executions whose code and instances are kept for the next ones on the same thread.
pub const MAX_SPARES: usize = 2;

/// The most compiled codes that a node keeps in memory; one more pushes out the one not used for longest.
pub const MAX_CACHED_CODES: usize = 4_096;
/// The most bytes of compiled code, and of the memory that it begins with, that a node keeps in memory.
pub const MAX_CACHED_BYTES: usize = 1 << 30;

/// The shortest storage key, in bytes: a field's prefix.
pub const MIN_KEY_BYTES: usize = 4;
/// The longest storage key, in bytes.
pub const MAX_KEY_BYTES: usize = 256;
/// The largest stored value, in bytes.
pub const MAX_VALUE_BYTES: usize = 64 * 1024;
/// The most entries of one page of a range of storage.
pub const MAX_RANGE_ENTRIES: usize = 256;
/// The bytes after which a page of a range of storage takes no further entry.
pub const MAX_RANGE_BYTES: usize = 32 * 1024;
/// The largest arguments or result of a call, in bytes.
pub const MAX_CALL_BYTES: usize = 1024 * 1024;
/// The largest event, in bytes.
pub const MAX_EVENT_BYTES: usize = 16 * 1024;
/// The most events of a transaction.
pub const MAX_EVENTS: usize = 1_024;
/// The most bytes of all events of a transaction.
pub const MAX_EVENTS_BYTES: usize = 256 * 1024;
/// The longest text of a panic's message or place, in bytes; the rest is cut.
pub const MAX_PANIC_BYTES: usize = 1_024;
/// The largest data that `hash` or `verify` take, in bytes.
pub const MAX_CRYPTO_BYTES: usize = 256 * 1024;

/// The most authorisations of a transaction.
pub const MAX_AUTHORISATIONS: usize = 16;
/// The most calls in all authorisation trees of a transaction.
pub const MAX_TREE_CALLS: usize = 256;
/// The most bytes of the calls that a simulation records: more than a transaction can carry.
pub const MAX_RECORDED_BYTES: usize = 4 * 1024 * 1024;
/// The deepest nesting of a decoded transaction or block: trees as deep as calls may nest, with room for
/// the structures around them.
pub const MAX_DECODE_DEPTH: u32 = 4 * MAX_CALL_DEPTH as u32;
/// The largest credential for a contract to judge, in bytes.
pub const MAX_CREDENTIAL_BYTES: usize = 4_096;
/// The most gas that judging one credential may use: thirty-two signatures of the dearest scheme, with room.
pub const AUTHENTICATION_GAS: u64 = 140_000_000;

/// The nearest that a call can be scheduled, in milliseconds: one that schedules itself again must not have
/// blocks made without pause.
pub const MIN_SCHEDULE_AHEAD_MS: u64 = 1_000;
/// The furthest ahead that a call can be scheduled, in milliseconds: five years.
pub const MAX_SCHEDULE_AHEAD_MS: u64 = 5 * 366 * 86_400_000;
/// The most gas of one scheduled call.
pub const MAX_SCHEDULED_GAS: u64 = 500_000_000;
/// The largest arguments of a scheduled call, in bytes.
pub const MAX_SCHEDULED_BYTES: usize = 4_096;
/// The most scheduled calls that one block makes; the rest is carried over.
pub const MAX_DUE_PER_BLOCK: usize = 256;
/// The most scheduled calls that one block looks at: those of a member whose share is used up wait
/// without holding up the others.
pub const MAX_DUE_READ: usize = 8 * MAX_DUE_PER_BLOCK;
/// The largest value that a transaction's root call may return, in bytes: it stays in the receipt.
pub const MAX_RECEIPT_VALUE_BYTES: usize = 16 * 1024;
/// The most expired authorisation nonces that one block sweeps.
pub const MAX_SWEPT_PER_BLOCK: usize = 1_024;

/// The most steps of one call of an order book: matches, removals and triggers together.
pub const MAX_BOOK_STEPS: u32 = 64;
/// The most orders of an owner that one query returns.
pub const MAX_ORDERS_LISTED: u32 = 100;
/// The most levels of each side that one depth query returns.
pub const MAX_DEPTH_LEVELS: u32 = 100;
/// The longest name of a member organisation, in bytes.
pub const MAX_MEMBER_NAME_BYTES: usize = 128;
/// The most member organisations.
pub const MAX_MEMBERS: u32 = 256;

/// The version of the protocol that this program follows, and the latest that it knows.
pub const PROTOCOL_VERSION: u32 = 1;
/// The most sets of parameters for which a node keeps what depends on them.
pub const MAX_PARAMETER_SETS: usize = 4;

/// The number that stands for no member but for the operators of validators, who need none to govern.
pub const GOVERNANCE_LANE: u32 = u32::MAX;
/// Their share of a block's gas, in thousandths.
pub const GOVERNANCE_SHARE: u32 = 250;
/// The most validators, suspended ones included.
pub const MAX_VALIDATORS: usize = 128;
/// The most voting power of all validators: consensus multiplies it by three.
pub const MAX_VOTING_POWER: u64 = u64::MAX / 4;
/// The most observers.
pub const MAX_OBSERVERS: u32 = 256;
/// The longest name of a node, in bytes.
pub const MAX_NODE_NAME_BYTES: usize = 128;
/// The longest contact of a node, in bytes.
pub const MAX_CONTACT_BYTES: usize = 256;
/// Up to how many validators the set may be for one of them to be changed whatever its power.
pub const SMALL_SET: usize = 3;
/// The most proposals of a validator that can be voted on at once.
pub const MAX_OPEN_PROPOSALS: usize = 4;
/// The most actions of a proposal.
pub const MAX_ACTIONS: usize = 16;
/// The most bytes of a proposal's actions together.
pub const MAX_ACTIONS_BYTES: usize = 16 * 1024;
/// The longest title of a proposal, in bytes.
pub const MAX_TITLE_BYTES: usize = 128;
/// The longest text of a proposal, or reason of a halt, in bytes.
pub const MAX_REASON_BYTES: usize = 2_048;
/// The shortest time for which a proposal can be voted on, in milliseconds.
pub const MIN_PROPOSAL_LIFETIME_MS: u64 = 60_000;
/// The longest, in milliseconds: ninety days.
pub const MAX_PROPOSAL_LIFETIME_MS: u64 = 90 * 86_400_000;
/// The furthest ahead that a proposal may say it's carried out, or a version of the protocol begin, in blocks.
pub const MAX_HEIGHTS_AHEAD: u64 = 100_000_000;
/// The most passed proposals that are carried out at the beginning of one block; the rest is carried over.
pub const MAX_DECIDED_PER_BLOCK: usize = 4;
/// The most passed proposals that one block looks at.
pub const MAX_DECIDED_READ: usize = 64;
/// The gas of a proposal that is carried out at the beginning of a block, beside what its calls may use.
pub const EXECUTION_GAS: u64 = 1_000_000_000;
/// The longest detail of a proposal's failure, in bytes; the rest is cut.
pub const MAX_DETAIL_BYTES: usize = 256;
/// The most appointed deployers.
pub const MAX_DEPLOYERS: u32 = 1_024;
/// The most entries of one answer of the governance module.
pub const MAX_GOVERNANCE_PAGE: u32 = 32;
