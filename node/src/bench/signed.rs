//! The file of transactions that were signed before the bench: batches, each with its length in front.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::thread;

use codec::Encode;
use sillok_abi::{Time, Transaction};
use sillok_client::transaction::now;

use super::gas::GasLimits;
use super::options::BenchOptions;
use super::ramp::Step;
use super::stage::Stage;
use super::{BenchError, workload};

/// How long after its planned time a transaction can still be included.
const PATIENCE_MS: u64 = 60_000;
/// How long signing takes for each transaction, about.
const SIGNING_MICROSECONDS: u64 = 20;

/// Signed transactions, and when the first is to be sent.
pub(super) struct SignedFile {
    /// When the first is to be sent.
    pub(super) start: Time,
    input: BufReader<File>,
}

impl SignedFile {
    /// Signs a step's transactions, each to expire a minute after its planned time: a node remembers
    /// nonces until they expire.
    pub(super) fn write(
        stage: &Stage,
        options: &BenchOptions,
        step: &Step,
        gas: &GasLimits,
    ) -> Result<Self, BenchError> {
        let path = stage.transactions();
        let failed = || BenchError::system(format!("can't write {}", path.display()));
        let signing = step.transactions() * SIGNING_MICROSECONDS / 1_000;
        let start = now().plus(signing + 1_000);
        let mut output = BufWriter::new(File::create(&path).map_err(failed())?);
        let size = options.per_request(step.rate);
        let batches = step.transactions().div_ceil(size);
        let sign = |batch: u64| -> Vec<u8> {
            let numbers = (batch * size)..((batch + 1) * size).min(step.transactions());
            let one = |number: u64| transaction(stage, (step, start), number, gas);
            numbers.map(one).collect::<Vec<Transaction>>().encode()
        };
        for first in (0..batches).step_by(2) {
            let (even, odd) = thread::scope(|scope| {
                let odd = (first + 1 < batches).then(|| scope.spawn(move || sign(first + 1)));
                (sign(first), odd.and_then(|odd| odd.join().ok()))
            });
            for batch in std::iter::once(even).chain(odd) {
                let length = u32::try_from(batch.len()).unwrap_or(u32::MAX);
                output
                    .write_all(&length.to_le_bytes())
                    .and_then(|()| output.write_all(&batch))
                    .map_err(failed())?;
            }
        }
        // On disk: nodes are not to wait behind it while they are measured.
        output.flush().and_then(|()| output.get_ref().sync_all()).map_err(failed())?;
        drop(output);
        let input = BufReader::new(File::open(&path).map_err(failed())?);
        // Whether signing took longer than was thought, or not as long: there is patience for either.
        Ok(SignedFile { start: now().plus(500), input })
    }

    /// The next batch, in SCALE; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, BenchError> {
        let mut length = [0; 4];
        if self.input.read_exact(&mut length).is_err() {
            return Ok(None);
        }
        let mut batch = vec![0; u32::from_le_bytes(length) as usize];
        let failed = BenchError::system("the file of signed transactions is cut off");
        self.input.read_exact(&mut batch).map_err(failed)?;
        Ok(Some(batch))
    }
}

/// The transaction at this place of a step that starts then.
fn transaction(stage: &Stage, (step, start): (&Step, Time), place: u64, gas: &GasLimits) -> Transaction {
    let planned = start.plus(place * 1_000 / u64::from(step.rate));
    let number = step.first + place;
    let work = workload::work(stage, number);
    let gas = gas.of(stage.workload.kind(number));
    let body = workload::body(stage, &work, number, planned.plus(PATIENCE_MS), gas);
    workload::signed(stage, &work, body)
}
