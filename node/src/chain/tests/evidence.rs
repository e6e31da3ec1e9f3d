//! Evidence that no block has taken yet.

use sillok_abi::{Equivocation, SignedVote, Vote, VoteKind};

use super::*;

/// Two precommits of the one validator at a height, for different blocks.
fn evidence(chain: &Chain, height: u64) -> Equivocation {
    let validator = validator();
    let vote = |block: Hash| {
        let kind = VoteKind::Precommit;
        let vote = Vote { kind, height, round: 0, block: Some(block), validator: validator.public() };
        SignedVote { vote, signature: validator.precommit(&chain.id(), height, 0, &block).signature }
    };
    Equivocation::Votes(vote([1; 32]), vote([2; 32]))
}

fn offences(bench: &Bench) -> usize {
    let state = bench.chain.latest();
    let args = codec::Encode::encode(&(None::<u64>, 9_u32));
    let call = Call { contract: native::GOVERNANCE, method: "offences".into(), args };
    match bench.chain.query(state, call).unwrap().outcome {
        Outcome::Success(value) => {
            let all: Vec<sillok_abi::governance::Offence> =
                codec::DecodeAll::decode_all(&mut &value[..]).unwrap();
            all.len()
        }
        failed => panic!("{failed:?}"),
    }
}

#[test]
fn evidence_outlives_a_kill_until_it_is_on_chain() {
    let mut bench = Bench::new(Pace::OnDemand);
    bench.settle();
    bench.chain.report(evidence(&bench.chain, 1));
    assert_eq!(bench.chain.pool_size().transactions, 1);
    // As after kill -9: what waited is gone.
    let mut bench = bench.reopen();
    assert_eq!(bench.chain.pool_size().transactions, 0);
    bench.chain.report_again();
    assert_eq!((bench.chain.pool_size().transactions, offences(&bench)), (1, 0));
    bench.settle();
    assert_eq!(offences(&bench), 1);
    // Then nobody need hold it.
    bench.clock.advance(120_000);
    bench.chain.report_again();
    let bench = bench.reopen();
    bench.chain.report_again();
    assert_eq!(
        (bench.chain.pool_size().transactions, bench.chain.ledger().evidence().unwrap().len()),
        (0, 0)
    );
}
