//! The file of transactions that were signed before the bench: batches, each with its length in front.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::thread;

use codec::Encode;
use sillok_abi::{Time, Transaction};
use sillok_client::transaction::now;

use super::options::BenchOptions;
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
    /// Signs the workload's transactions, each to expire a minute after its planned time: a node remembers
    /// nonces until they expire.
    pub(super) fn write(stage: &Stage, options: &BenchOptions, gas: u64) -> Result<Self, BenchError> {
        let path = stage.transactions();
        let failed = || BenchError::system(format!("can't write {}", path.display()));
        let signing = options.transactions() * SIGNING_MICROSECONDS / 1_000;
        let start = now().plus(signing + 1_000);
        let mut output = BufWriter::new(File::create(&path).map_err(failed())?);
        let size = options.per_request();
        let batches = options.transactions().div_ceil(size);
        let sign = |batch: u64| -> Vec<u8> {
            let numbers = (batch * size)..((batch + 1) * size).min(options.transactions());
            let one = |number: u64| transaction(stage, start, options.rate, number, gas);
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
        output.flush().map_err(failed())?;
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

fn transaction(stage: &Stage, start: Time, rate: u32, number: u64, gas: u64) -> Transaction {
    let planned = start.plus(number * 1_000 / u64::from(rate));
    let (from, tree) = workload::calls(stage, number);
    let key = &stage.keys[from as usize];
    let body = workload::body(stage, key.account(), number, planned.plus(PATIENCE_MS), gas, tree);
    workload::signed(key, body)
}
