//! Evidence of equivocation: real, forged, repeated, too old.

use schnorrkel::{ExpansionMode, MiniSecretKey};
use sillok_abi::governance::{Action, NodeInfo, Offence, Reaction, Role};
use sillok_abi::native::GOVERNANCE;
use sillok_abi::{
    Account, Authorisation, Authoriser, CallTree, Credential, Equivocation, Hash, Proposal, SignedProposal,
    SignedVote, Transaction, TransactionBody, Vote, VoteKind,
};
use sillok_runtime::Refusal;
use sillok_testing::governance::value;
use sillok_testing::{World, account, key};

use super::support::{code, council, enact, events, genesis_of, powers};

fn sign(name: &str, digest: &Hash) -> [u8; 64] {
    let mini = MiniSecretKey::from_bytes(&key(name).seed()).unwrap();
    let pair = mini.expand_to_keypair(ExpansionMode::Ed25519);
    pair.sign_simple(b"sillok/consensus", digest).to_bytes()
}

fn vote(world: &World, name: &str, height: u64, block: Option<Hash>) -> SignedVote {
    let validator = key(name).public();
    let vote = Vote { kind: VoteKind::Precommit, height, round: 2, block, validator };
    let signature = sign(name, &vote.digest(&world.chain()));
    SignedVote { vote, signature }
}

/// Two votes of one validator that exclude each other.
fn evidence(world: &World, name: &str, height: u64) -> Equivocation {
    Equivocation::Votes(vote(world, name, height, Some([1; 32])), vote(world, name, height, None))
}

fn report(world: &mut World, evidence: Equivocation) -> sillok_abi::Receipt {
    world.govern(account("Alice"), "report", (evidence,))
}

fn pass_blocks(world: &mut World, blocks: u64) {
    for _ in 0..blocks {
        world.block(Vec::new());
    }
}

#[test]
fn an_equivocator_is_recorded_suspended_and_can_be_reinstated() {
    let mut world = council(&[1, 1, 1, 1]);
    pass_blocks(&mut world, 5);
    let proof = evidence(&world, "V2", 3);
    let receipt = report(&mut world, proof.clone());
    assert_eq!(value::<u64>(&receipt), 0);
    assert_eq!(events(&receipt), ["NodeChanged", "Equivocated", "ValidatorsChanged"]);
    let offence = Offence {
        number: 0,
        node: 2,
        key: key("V2").public(),
        height: 3,
        round: 2,
        reported: world.height,
        suspended: true,
    };
    assert_eq!(world.ask::<Vec<Offence>>("offences", (None::<u64>, 9u32)), [offence]);
    assert_eq!(powers(&world), [1, 1, 1]);
    assert_eq!(code(&report(&mut world, proof)), 105, "once is enough");
    let node: Option<NodeInfo> = world.ask("node", (2u32,));
    assert_eq!(node.unwrap().role, Role::Suspended { key: key("V2").public(), power: 1 });

    let proposal = world.proposal(vec![Action::SetPower { node: 2, power: 1 }]);
    assert_eq!(code(&world.propose(2, proposal)), 1, "it has no vote");
    enact(&mut world, Action::SetPower { node: 2, power: 1 });
    assert_eq!(powers(&world), [1, 1, 1, 1]);
}

/// A report that nobody but its evidence stands for.
fn by_itself(world: &World, evidence: &Equivocation) -> Transaction {
    let mut body = world.body("Alice", GOVERNANCE, "report", (evidence,));
    (body.submitter, body.nonce) = (Account::Contract(GOVERNANCE), evidence.nonce());
    Transaction { body, credential: Credential::Contract(Vec::new()) }
}

#[test]
fn evidence_reports_itself_once_and_nothing_else_does() {
    let mut world = council(&[1, 1, 1, 1]);
    pass_blocks(&mut world, 5);
    let proof = evidence(&world, "V2", 3);
    let good = by_itself(&world, &proof);
    // Anything else that is submitted in the module's name is not admitted.
    let mut others = vec![Refusal::BadEvidence; 3];
    let changed: Vec<Transaction> = [
        by_itself(&world, &evidence(&world, "V2", 99)),
        by_itself(&world, &Equivocation::Votes(vote(&world, "V1", 3, None), vote(&world, "V1", 3, None))),
        Transaction { body: TransactionBody { nonce: 1, ..good.body.clone() }, ..good.clone() },
        Transaction { credential: Credential::Contract(vec![1]), ..good.clone() },
        Transaction { credential: Credential::Sr25519([0; 64]), ..good.clone() },
    ]
    .into();
    others.extend([Refusal::AuthenticationFailed; 2]);
    for (transaction, refusal) in changed.into_iter().zip(others) {
        assert_eq!(world.send(transaction).unwrap_err(), refusal);
    }
    let mut vote = good.clone();
    vote.body.call.method = "vote".into();
    assert_eq!(world.send(vote).unwrap_err(), Refusal::NotAdmitted);
    let mut signed = good.clone();
    let tree = CallTree::leaf(signed.body.call.clone());
    signed.body.authorisations.push(Authorisation { by: Authoriser::Submitter, tree });
    assert_eq!(world.send(signed).unwrap_err(), Refusal::NotAdmitted);

    let receipt = world.send(good.clone()).unwrap();
    assert_eq!(value::<u64>(&receipt), 0);
    assert_eq!(powers(&world), [1, 1, 1]);
    let mut again = good;
    again.body.expiry = again.body.expiry.plus(1);
    assert_eq!(world.send(again).unwrap_err(), Refusal::BadEvidence, "once is enough");
}

#[test]
fn proposals_that_exclude_each_other_are_evidence_too() {
    let mut world = council(&[1, 1, 1, 1]);
    pass_blocks(&mut world, 2);
    let proposal = |block| {
        let proposer = key("V1").public();
        let proposal = Proposal { height: 1, round: 0, block, pol_round: None, proposer };
        let signature = sign("V1", &proposal.digest(&world.chain()));
        SignedProposal { proposal, signature }
    };
    let proof = Equivocation::Proposals(proposal([1; 32]), proposal([2; 32]));
    assert_eq!(value::<u64>(&report(&mut world, proof)), 0);
}

#[test]
fn what_proves_nothing_is_refused_with_its_code() {
    let mut world = council(&[1, 1, 1, 1]);
    pass_blocks(&mut world, 5);
    let (one, nil) = (vote(&world, "V1", 3, Some([1; 32])), vote(&world, "V1", 3, None));
    let mut forged = nil.clone();
    forged.signature[40] ^= 1;
    let mut later = nil.clone();
    later.vote.round = 3;
    let elsewhere = council(&[1, 1, 1]);
    let foreign = evidence(&elsewhere, "V1", 3);
    let height = world.height;
    let cases = [
        (Equivocation::Votes(one.clone(), one.clone()), 100),
        (Equivocation::Votes(one.clone(), later), 100),
        (Equivocation::Votes(one.clone(), vote(&world, "V2", 3, None)), 100),
        (Equivocation::Votes(one, forged), 101),
        (foreign, 101),
        (evidence(&world, "Alice", 3), 104),
        (evidence(&world, "V1", 0), 104),
    ];
    for (proof, expected) in cases {
        assert_eq!(code(&report(&mut world, proof)), expected);
    }
    let ahead = evidence(&world, "V1", height + 100);
    assert_eq!(code(&report(&mut world, ahead)), 103);
    assert_eq!(world.ask::<Vec<Offence>>("offences", (None::<u64>, 9u32)), []);
    assert_eq!(powers(&world), [1, 1, 1, 1]);
}

#[test]
fn evidence_ages() {
    let mut genesis = genesis_of(&[1, 1, 1, 1]);
    genesis.parameters.evidence.max_age = 10;
    let mut world = World::of(genesis);
    pass_blocks(&mut world, 15);
    let too_old = evidence(&world, "V1", world.height + 1 - 11);
    assert_eq!(code(&report(&mut world, too_old)), 102);
    let oldest = evidence(&world, "V1", world.height + 1 - 10);
    assert_eq!(value::<u64>(&report(&mut world, oldest)), 0);
}

#[test]
fn a_key_answers_for_the_heights_at_which_it_was_in_the_set() {
    let mut world = council(&[1, 1, 1, 1, 1]);
    enact(&mut world, Action::Rekey { node: 4, key: key("Fresh").public() });
    let last = world.height;
    pass_blocks(&mut world, 4);
    let after = evidence(&world, "V4", last + 2);
    assert_eq!(code(&report(&mut world, after)), 104);
    let before = evidence(&world, "Fresh", last + 1);
    assert_eq!(code(&report(&mut world, before)), 104);
    // The node that had the key loses its vote, whichever key it has now.
    let proof = evidence(&world, "V4", last + 1);
    assert_eq!(value::<u64>(&report(&mut world, proof)), 0);
    assert_eq!(powers(&world), [1, 1, 1, 1]);
    // One that has left is recorded.
    let mut world = council(&[1, 1, 1, 1, 1]);
    enact(&mut world, Action::RemoveNode { node: 4 });
    let proof = evidence(&world, "V4", 1);
    value::<u64>(&report(&mut world, proof));
    let offences: Vec<Offence> = world.ask("offences", (None::<u64>, 9u32));
    assert!(!offences[0].suspended);
}

#[test]
fn those_who_lose_their_vote_without_one_stay_below_a_third() {
    let mut world = council(&[1, 1, 1, 1, 1, 1, 1]);
    pass_blocks(&mut world, 3);
    for (place, left) in [(6, 6), (5, 5), (4, 5), (3, 5)] {
        let proof = evidence(&world, &format!("V{place}"), 2);
        value::<u64>(&report(&mut world, proof));
        assert_eq!(powers(&world).len(), left, "V{place}");
    }
    let mut world = council(&[1, 1, 1]);
    pass_blocks(&mut world, 3);
    let proof = evidence(&world, "V1", 2);
    value::<u64>(&report(&mut world, proof));
    assert_eq!(powers(&world), [1, 1, 1]);
}

#[test]
fn the_set_changes_once_in_a_block_with_evidence_too() {
    let mut world = council(&[1; 7]);
    pass_blocks(&mut world, 3);
    let both = ["V6", "V5"].map(|name| {
        let proof = evidence(&world, name, 2);
        let body = world.governing(account("Alice"), "report", (proof,));
        world.seal(body)
    });
    let block = world.block(both.to_vec());
    assert_eq!(powers(&world).len(), 6);
    let refused = block.execution.receipts.iter().filter(|receipt| {
        matches!(&receipt.outcome, sillok_abi::Outcome::Failed(failed)
            if failed.failure == sillok_abi::Failure::Error { code: 106 })
    });
    assert_eq!(refused.count(), 1);
}

#[test]
fn a_chain_may_only_record() {
    let mut genesis = genesis_of(&[1, 1, 1, 1]);
    genesis.parameters.evidence.reaction = Reaction::Record {};
    let mut world = World::of(genesis);
    pass_blocks(&mut world, 3);
    let proof = evidence(&world, "V1", 2);
    value::<u64>(&report(&mut world, proof));
    assert_eq!(powers(&world), [1, 1, 1, 1]);
}
