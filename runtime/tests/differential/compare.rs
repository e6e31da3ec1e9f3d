//! What has to be the same, and the laws that the gas limit obeys (docs/protocol.md, "Metering").
//!
//! With `G` the gas that the oracle counts, instruction by instruction:
//!
//! 1. A run that ends without a trap uses `G` on our engine and needs it: with the limit `G` it ends the same,
//!    with any limit below it runs out of gas.
//! 2. A run that traps at `G` runs out of gas with every limit below `G`. With a limit that also pays for the
//!    rest of the function it was in, it traps the same. Either way all of the limit is used.
//! 3. A run that fails changes no state and leaves no event.
//! 4. The module without any charges ends the same.
//! 5. All of this is the same however the engine optimises.
//! 6. Nothing of an earlier call is visible in a later one.
//! 7. Code that is accepted at upload can be instantiated.

use sillok_abi::{CallFailure, Failure, Outcome, Receipt, TrapCode};
use sillok_runtime::{Changes, CodeError, CodeLimits, check_code};

use super::calls::Ended;
use super::choices::Choices;
use super::lab::{LEVELS, Lab, Subject};
use super::observe::ARGS_BYTES;
use super::oracle;

/// The gas that a module gets.
pub(crate) const GAS: i64 = 2_000_000;

/// What became of a module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// It was refused at upload, for this reason.
    Refused(&'static str),
    /// Its first call returned.
    Returned,
    /// Its first call failed without a trap.
    Failed,
    /// Its first call trapped.
    Trapped(String),
}

/// Compares a module's runs; what differs, if something does.
pub(crate) fn check(lab: &Lab, code: &[u8], choices: &mut Choices<'_>) -> Result<Verdict, String> {
    let levels: &[usize] = choices.pick(&[&[0][..], &[0], &[1], &[2], &[0, 1, 2]]);
    let mut subject = match (lab.subject(code, levels[0]), check_code(code, &CodeLimits::default())) {
        (Ok(subject), Ok(_)) => subject,
        (Err(Failure::Error { code }), Err(error)) if code == error.code() => return Ok(refused(error)),
        (chain, checked) => return Err(format!("upload: {:?}, check_code: {checked:?}", chain.err())),
    };
    if !lab.instantiates(code) {
        return Err("it was accepted and can't be instantiated".into());
    }
    let slack = oracle::largest_cost(code, &lab.prices().operators) as i64;
    let case = Case { slack, levels };
    let early = subject.as_it_is();
    let args = [0, 1, 2, 3, 4, 5, 6, 7];
    let first = case.run(&mut subject, &args, choices)?;
    // What runs out of gas takes longest, and shows least.
    let rounds = if is_out_of_gas(&first) { 1..2 } else { 1..3 };
    for round in rounds {
        let args: [u8; ARGS_BYTES] = [round; ARGS_BYTES];
        case.run(&mut subject, &args, choices)?;
    }
    same("the first call again, after others", &early.call(case.levels[0], &args, GAS as u64).0, &first)?;
    Ok(verdict(&first.outcome))
}

fn refused(error: CodeError) -> Verdict {
    Verdict::Refused(error.docs())
}

fn verdict(outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::Success(_) => Verdict::Returned,
        Outcome::Failed(CallFailure { failure: Failure::Trap(code), .. }) => {
            Verdict::Trapped(format!("{code:?}"))
        }
        Outcome::Failed(_) => Verdict::Failed,
    }
}

/// What is known of a module beside its subject.
struct Case {
    /// The most gas that our engine can have taken for what it has not executed.
    slack: i64,
    /// The ways to optimise it: most modules are compiled once, as compiling takes longest.
    levels: &'static [usize],
}

impl Case {
    /// One call on both chains, with several limits; the receipt of the one with ample gas, which is
    /// committed.
    fn run(
        &self,
        subject: &mut Subject<'_>,
        args: &[u8],
        choices: &mut Choices<'_>,
    ) -> Result<Receipt, String> {
        let ended = subject.interpret(args, Some(GAS));
        let used = GAS - ended.gas.unwrap();
        let trap = trap(&ended.outcome);
        if !matches!(trap, Some(TrapCode::OutOfGas | TrapCode::StackOverflow)) {
            let free = subject.interpret(args, None);
            same("the interpreter without charges", &free, &Ended { gas: None, ..ended.clone() })?;
        }
        if trap != Some(TrapCode::OutOfGas) {
            self.probe(subject, args, used, choices, (trap.is_none()).then_some(&ended))?;
        }
        let (receipt, changes) = subject.call(self.levels[0], args, GAS as u64);
        let charged_ahead = trap.is_some() && used + self.slack > GAS;
        if !(charged_ahead && is_out_of_gas(&receipt)) {
            agree(&receipt, &ended, GAS)?;
        }
        same("storage", &subject.storage(&changes), &ended.storage)?;
        for level in &self.levels[1..] {
            let (other, other_changes) = subject.call(*level, args, GAS as u64);
            same(&format!("the receipt, optimised for {:?}", LEVELS[*level]), &other, &receipt)?;
            same(&format!("changes, optimised for {:?}", LEVELS[*level]), &other_changes, &changes)?;
        }
        subject.commit(&changes);
        Ok(receipt)
    }

    /// Limits below what the call needs, and that which it needs if it ends without a trap.
    fn probe(
        &self,
        subject: &Subject<'_>,
        args: &[u8],
        used: i64,
        choices: &mut Choices<'_>,
        ended: Option<&Ended>,
    ) -> Result<(), String> {
        let below = [used - 1, (choices.word() % used.max(1) as u64) as i64];
        let level = self.levels[self.levels.len() - 1];
        for limit in below {
            if !(0..used).contains(&limit) {
                continue;
            }
            let (receipt, changes) = subject.call(level, args, limit as u64);
            let context = format!("with {limit} of {used} gas");
            same(&context, &is_out_of_gas(&receipt), &true).map_err(|_| format!("{context}: {receipt:?}"))?;
            same("the gas used when it ran out", &receipt.gas_used, &(limit as u64))?;
            same("events when it ran out", &receipt.events, &Vec::new())?;
            same("changes when it ran out", &changes, &Changes::new())?;
        }
        let Some(ended) = ended else { return Ok(()) };
        let (receipt, changes) = subject.call(level, args, used as u64);
        agree(&receipt, ended, used).map_err(|difference| format!("with exactly its gas: {difference}"))?;
        same("storage with exactly its gas", &subject.storage(&changes), &ended.storage)
    }
}

/// Whether a receipt says what the interpreter says, which had `limit`.
fn agree(receipt: &Receipt, ended: &Ended, limit: i64) -> Result<(), String> {
    same("outcome", &receipt.outcome, &ended.outcome)?;
    let executed = match trap(&ended.outcome) {
        Some(_) => limit,
        None => GAS - ended.gas.unwrap(),
    };
    same("gas", &receipt.gas_used, &(executed as u64))?;
    let returned = matches!(ended.outcome, Outcome::Success(_));
    let events = if returned { ended.events.clone() } else { Vec::new() };
    same("events", &receipt.events, &events)
}

fn trap(outcome: &Outcome) -> Option<TrapCode> {
    match outcome {
        Outcome::Failed(CallFailure { failure: Failure::Trap(code), .. }) => Some(*code),
        _ => None,
    }
}

fn is_out_of_gas(receipt: &Receipt) -> bool {
    trap(&receipt.outcome) == Some(TrapCode::OutOfGas)
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, ours: &T, theirs: &T) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("{what}:\n  ours   {ours:?}\n  theirs {theirs:?}")) }
}
