//! A transaction's life: admission, nonces, expiry, order, failures, members' shares and quotas.

use codec::Encode;
use sillok_abi::native::{MEMBERSHIP, SYSTEM};
use sillok_abi::{Account, Block, Call, Credential, Failure, Header, Outcome, Time, TrapCode};
use sillok_runtime::{BlockError, Identified, Refusal, in_protocol_order};
use sillok_testing::{GAS, World, account, failure, genesis, member};

fn transfer(world: &World, from: &str, to: &str, amount: u64) -> sillok_abi::TransactionBody {
    world.body(from, world.id("cash"), "transfer", (account(from), account(to), amount))
}

#[test]
fn a_transfer_moves_cash_and_a_failed_one_changes_nothing_but_its_nonce() {
    let mut world = World::default();
    world.mint("Alice", 1_000);
    let () = world.ok("Alice", "cash", "transfer", (account("Alice"), account("Bob"), 400u64));
    assert_eq!((world.cash(account("Alice")), world.cash(account("Bob"))), ((600, 0), (400, 0)));

    let before = (*world.state).clone();
    let body = transfer(&world, "Alice", "Bob", 601);
    let transaction = world.seal({
        let mut body = body;
        body.authorisations.push(sillok_abi::Authorisation {
            by: sillok_abi::Authoriser::Submitter,
            tree: sillok_abi::CallTree::leaf(body.call.clone()),
        });
        body
    });
    let receipt = world.send(transaction.clone()).unwrap();
    assert_eq!(failure(&receipt), Failure::Error { code: 1 });
    assert!(receipt.events.is_empty() && receipt.gas_used > 0 && receipt.gas_used < GAS);
    assert_eq!(*world.state, before, "a failed transaction changes no state");
    assert_eq!(world.send(transaction).unwrap_err(), Refusal::Replayed);
}

#[test]
fn admission_refuses_with_its_own_codes() {
    let mut world = World::default();
    let fresh = |world: &World| transfer(world, "Alice", "Bob", 1);
    type Spoil = fn(&mut sillok_abi::TransactionBody);
    let cases: [(Spoil, Refusal); 7] = [
        (|body| body.chain = [7; 32], Refusal::WrongChain),
        (|body| body.expiry = Time(sillok_testing::START), Refusal::Expired),
        (|body| body.expiry = Time(u64::MAX), Refusal::ExpiryTooFar),
        (|body| body.gas_limit = u64::MAX, Refusal::GasLimit),
        (|body| body.gas_limit = 70_000, Refusal::GasLimit),
        (|body| body.call.args = vec![0; 800_000], Refusal::TooLarge),
        (
            |body| {
                let tree = sillok_abi::CallTree::leaf(body.call.clone());
                let by = sillok_abi::Authoriser::Submitter;
                body.authorisations = vec![sillok_abi::Authorisation { by, tree }; 17];
            },
            Refusal::TooManyAuthorisations,
        ),
    ];
    for (spoil, refusal) in cases {
        let mut body = fresh(&world);
        spoil(&mut body);
        let transaction = world.seal(body);
        assert_eq!(world.send(transaction).unwrap_err(), refusal);
    }
    let mut tampered = world.signed(fresh(&world));
    tampered.body.gas_limit -= 1;
    assert_eq!(world.send(tampered).unwrap_err(), Refusal::BadSignature);

    let mut foreign = world.seal(fresh(&world));
    foreign.credential = Credential::Contract(vec![1]);
    assert_eq!(world.send(foreign).unwrap_err(), Refusal::BadSignature);

    let () = {
        let body = world.body("Alice", MEMBERSHIP, "dismiss", (0u32, account("Bob")));
        let transaction = world.signed(body);
        assert!(matches!(world.send(transaction).unwrap().outcome, Outcome::Success(_)));
    };
    let body = transfer(&world, "Bob", "Alice", 1);
    let transaction = world.seal(body);
    assert_eq!(world.send(transaction).unwrap_err(), Refusal::NotAdmitted);
}

#[test]
fn wallets_may_wrap_what_they_sign() {
    let mut world = World::default();
    world.mint("Alice", 10);
    let mut transaction = world.signed(transfer(&world, "Alice", "Bob", 1));
    let wrapped = [b"<Bytes>".as_slice(), &transaction.body.id(), b"</Bytes>"].concat();
    let secret = schnorrkel::MiniSecretKey::from_bytes(&sillok_testing::key("Alice").seed()).unwrap();
    let pair = secret.expand_to_keypair(schnorrkel::ExpansionMode::Ed25519);
    transaction.credential = Credential::Sr25519(pair.sign_simple(b"substrate", &wrapped).to_bytes());
    assert!(matches!(world.send(transaction).unwrap().outcome, Outcome::Success(_)));
}

#[test]
fn submitters_take_turns_and_an_order_of_ones_own_is_refused() {
    let mut world = World::default();
    for name in ["Alice", "Bob"] {
        world.mint(name, 100);
    }
    let bodies: Vec<_> = (0..3)
        .flat_map(|_| [transfer(&world, "Alice", "Charlie", 1), transfer(&world, "Bob", "Charlie", 1)])
        .map(|body| world.signed(body))
        .collect();
    let ordered = in_protocol_order(&world.root, bodies.clone());
    let submitters: Vec<_> = ordered.iter().map(|transaction| transaction.body.submitter).collect();
    assert!(submitters.chunks(2).all(|turn| turn[0] != turn[1]), "each turn has both submitters");
    let proposal = world.block(bodies);
    assert_eq!(proposal.transactions, ordered);

    let mut twisted = ordered;
    twisted.swap(0, 1);
    let block = Block {
        header: Header {
            chain: world.chain(),
            height: world.height + 1,
            round: 0,
            time: Time(world.time + 1),
            proposer: [0; 32],
            parent: world.root,
            transactions_root: Block::transactions_root(&twisted),
            state_root: world.root,
            receipts_root: [0; 32],
            validators: [0; 32],
            next_validators: [0; 32],
        },
        transactions: twisted,
    };
    let state = world.state.clone();
    let error =
        world.executor.execute(state, &world.root, &Identified::of(&block).unwrap(), true).unwrap_err();
    assert!(matches!(&error, BlockError::Invalid(reason) if reason.contains("order")), "{error}");

    // A block of transactions that are used up is invalid too, and the executor goes on after it.
    let transactions = proposal.transactions;
    let ordered = in_protocol_order(&world.root, transactions);
    let header = Header { transactions_root: Block::transactions_root(&ordered), ..block.header };
    let again = Block { header, transactions: ordered };
    let state = world.state.clone();
    let error =
        world.executor.execute(state, &world.root, &Identified::of(&again).unwrap(), true).unwrap_err();
    assert!(matches!(&error, BlockError::Invalid(reason) if reason.contains("nonce")), "{error}");
    let () = world.ok("Alice", "cash", "transfer", (account("Alice"), account("Bob"), 1u64));
}

#[test]
fn validating_a_proposed_block_gives_the_proposer_s_execution() {
    let mut world = World::default();
    world.mint("Alice", 100);
    let transactions: Vec<_> =
        (1..=5).map(|amount| world.signed(transfer(&world, "Alice", "Bob", amount))).collect();
    let (env, state, parent) = (world.env(), world.state.clone(), world.root);
    let proposal = world.executor.propose(state.clone(), env, parent, transactions).unwrap();
    world.executor.discard();
    let block = Block {
        header: Header {
            chain: world.chain(),
            height: env.height,
            round: 0,
            time: env.time,
            proposer: [0; 32],
            parent,
            transactions_root: Block::transactions_root(&proposal.transactions),
            state_root: world.root,
            receipts_root: [0; 32],
            validators: [0; 32],
            next_validators: [0; 32],
        },
        transactions: proposal.transactions,
    };
    let validated =
        world.executor.execute(state, &world.root, &Identified::of(&block).unwrap(), true).unwrap();
    assert_eq!(validated, proposal.execution);
}

#[test]
fn a_member_s_share_of_gas_defers_and_its_quota_of_state_stops() {
    let mut genesis = genesis();
    genesis.members[0].gas_share = 500;
    genesis.parameters.block_gas = 4 * GAS;
    genesis.members.push(member("Second Sample Member (SAMPLE)", account("Bob")));
    genesis.members[1].state_quota = 10;
    genesis.admitted.retain(|(account, _)| *account != sillok_testing::account("Bob"));
    genesis.admitted.push((account("Bob"), 1));
    let mut world = World::of(genesis);
    world.mint("Alice", 100);
    world.mint("Bob", 100);
    let bodies = (0..4).map(|_| world.signed(transfer(&world, "Alice", "Charlie", 1))).collect();
    let proposal = world.block(bodies);
    assert_eq!((proposal.transactions.len(), proposal.deferred.len()), (2, 2));

    let mut greedy = transfer(&world, "Alice", "Charlie", 1);
    greedy.gas_limit = 3 * GAS;
    let greedy = world.signed(greedy);
    assert_eq!(world.send(greedy).unwrap_err(), Refusal::GasLimit, "more than its member's share");

    let receipt = world.call("Bob", "cash", "transfer", (account("Bob"), account("Eve"), 1u64));
    assert_eq!(failure(&receipt), Failure::Trap(TrapCode::StateQuota));
    assert_eq!(world.cash(account("Eve")), (0, 0));
    let () = world.ok("Bob", "cash", "transfer", (account("Bob"), account("Charlie"), 1u64));
}

#[test]
fn malformed_calls_are_traps_with_their_own_codes() {
    let mut world = World::default();
    let trap = |world: &mut World, call: Call| {
        let mut body = world.body("Alice", call.contract, "", ());
        body.call = call;
        let transaction = world.seal(body);
        failure(&world.send(transaction).unwrap())
    };
    let cash = world.id("cash");
    let call = |contract, method: &str, args: Vec<u8>| Call { contract, method: method.into(), args };
    let cases = [
        (call(sillok_abi::ContractId([9; 32]), "transfer", vec![]), TrapCode::NoContract),
        (call(cash, "steal", vec![]), TrapCode::NoMethod),
        (call(cash, "new", (account("Eve"), "KRW", 0u8).encode()), TrapCode::NoMethod),
        (call(cash, "transfer", vec![1, 2, 3]), TrapCode::BadArguments),
        (call(SYSTEM, "upload", vec![255; 9]), TrapCode::BadArguments),
        (call(SYSTEM, "destroy", vec![]), TrapCode::NoMethod),
    ];
    for (call, code) in cases {
        assert_eq!(trap(&mut world, call.clone()), Failure::Trap(code), "{call:?}");
    }
    let trailing = [(account("Alice"), account("Bob"), 1u64).encode(), vec![0]].concat();
    assert_eq!(trap(&mut world, call(cash, "transfer", trailing)), Failure::Trap(TrapCode::BadArguments));
}

#[test]
fn queries_can_t_change_anything() {
    let mut world = World::default();
    world.mint("Alice", 10);
    let args = (account("Alice"), account("Bob"), 1u64).encode();
    let call = Call { contract: world.id("cash"), method: "transfer".into(), args };
    let receipt = world.runtime.query(world.state.clone(), world.env(), call).unwrap();
    assert_eq!(failure(&receipt), Failure::Trap(TrapCode::ReadOnly));
}

#[test]
fn a_reopened_executor_remembers_what_could_be_replayed_and_no_more() {
    let mut world = World::default();
    world.mint("Alice", 100);
    let mut body = transfer(&world, "Alice", "Bob", 1);
    body.expiry = Time(world.time + 10);
    let used = world.signed(body.clone());
    world.send(used.clone()).unwrap();
    let reopen = |world: &World| {
        let (runtime, state) = (world.runtime.clone(), world.state.clone());
        sillok_runtime::Executor::open(runtime, state, Time(world.time), std::iter::once(used.clone()))
    };
    world.executor = reopen(&world).unwrap();
    assert_eq!(world.send(used.clone()).unwrap_err(), Refusal::Replayed);

    world.time += 20;
    world.executor = reopen(&world).unwrap();
    body.expiry = Time(world.time + 60_000);
    let again = world.signed(body);
    assert!(world.send(again).is_ok(), "the nonce is free once its transaction has expired");
}

#[test]
fn a_scheduled_call_that_nobody_answers_for_ends_as_failed() {
    let mut world = World::default();
    let lot = world.issue("Alice", 100);
    let (register, cash) = (world.id("register"), world.id("cash"));
    let expiry = Time(world.time + 5_000);
    let (none, undocumented) = (Vec::<(Account, u64)>::new(), None::<[u8; 32]>);
    let terms = (account("Alice"), account("Bob"), register, lot, 40u64, cash, 4_000u64);
    let terms = (terms, none, expiry, undocumented, [5u8; 32]);
    let _: [u8; 32] = world.ok("Alice", "escrow", "open", (terms, account("Alice")));
    // Alice deployed the escrow; no member answers for her any more.
    let body = world.body("Alice", MEMBERSHIP, "dismiss", (0u32, account("Alice")));
    let transaction = world.signed(body);
    assert!(matches!(world.send(transaction).unwrap().outcome, Outcome::Success(_)));
    world.time = expiry.0;
    let execution = world.block(Vec::new()).execution;
    assert_eq!(execution.scheduled, 1);
    assert_eq!(failure(&execution.receipts[0]), Failure::Trap(TrapCode::Schedule));
    assert_eq!(world.executor.next_due(&*world.state).unwrap(), None, "it is not tried again");
}
