//! Tests of the log: what crashes leave is read, what they can't have left is refused.

use proptest::prelude::*;
use sillok_abi::{Hash, SignedVote, Vote, VoteKind};

use super::frame::{HEADER, SECTOR, frame, header, scan};
use super::{AppendFault, Entry, FileMedium, Log, LogError, LogStore, MemoryMedium, Recorded, Step};
use crate::limits;

const CHAIN: Hash = [5; 32];

fn timeout(round: u32) -> Entry {
    Entry::Timeout { step: Step::Propose, round }
}

fn vote(round: u32) -> Entry {
    let vote = Vote { kind: VoteKind::Prevote, height: 1, round, block: Some([7; 32]), validator: [1; 32] };
    Entry::Vote(SignedVote { vote, signature: [3; 64] })
}

fn open(medium: MemoryMedium) -> Result<(LogStore<MemoryMedium>, Recorded), LogError> {
    LogStore::open(CHAIN, medium)
}

/// A log of three frames, and where each ends.
fn sample() -> (Vec<u8>, Vec<usize>) {
    let mut bytes = header(&CHAIN);
    let mut ends = vec![bytes.len()];
    for (sequence, entries) in [vec![vote(0)], vec![timeout(0), vote(1)], vec![vote(2)]].iter().enumerate() {
        bytes.extend(frame(&CHAIN, sequence as u64, 1, entries).unwrap());
        ends.push(bytes.len());
    }
    (bytes, ends)
}

#[test]
fn what_was_appended_is_there_in_order_and_only_of_the_last_height() {
    let (mut log, recorded) = open(MemoryMedium::default()).unwrap();
    assert_eq!(recorded, Recorded::default());
    log.append(1, &[vote(0)]).unwrap();
    log.append(1, &[timeout(0), vote(1)]).unwrap();
    let (mut log, recorded) = open(log.into_medium()).unwrap();
    assert_eq!(recorded, Recorded { height: 1, entries: vec![vote(0), timeout(0), vote(1)], torn_bytes: 0 });
    log.append(2, &[timeout(9)]).unwrap();
    let (mut log, recorded) = open(log.into_medium()).unwrap();
    assert_eq!(recorded, Recorded { height: 2, entries: vec![timeout(9)], torn_bytes: 0 });
    assert!(matches!(log.append(1, &[vote(0)]), Err(LogError::WrongHeight { height: 1, last: 2 })));
}

#[test]
fn a_log_that_ends_anywhere_holds_its_whole_frames() {
    let (bytes, ends) = sample();
    for length in HEADER..=bytes.len() {
        let scan = scan(&CHAIN, &bytes[..length]).unwrap();
        let whole = ends.iter().rev().find(|end| **end <= length).unwrap();
        assert_eq!((scan.whole_bytes, scan.recorded.torn_bytes), (*whole, length - whole));
    }
}

#[test]
fn zeros_in_place_of_what_was_not_written_are_a_crash_too() {
    let (bytes, ends) = sample();
    for length in ends[2]..bytes.len() {
        let mut torn = bytes.clone();
        torn[length..].fill(0);
        let scan = scan(&CHAIN, &torn).unwrap();
        assert_eq!(scan.recorded.entries.len(), 3, "{length}");
    }
}

/// The sample and a frame of several sectors behind it, which begins within one.
fn long_sample() -> (Vec<u8>, usize) {
    let (mut bytes, _) = sample();
    let start = bytes.len();
    bytes.extend(frame(&CHAIN, 3, 1, &vec![vote(3); 12]).unwrap());
    assert!(start % SECTOR > 0 && bytes.len() > start + 3 * SECTOR);
    (bytes, start)
}

#[test]
fn a_sector_that_was_not_written_is_a_crash_too_in_the_last_frame_alone() {
    let (bytes, start) = long_sample();
    let next = frame(&CHAIN, 4, 1, &[vote(4)]).unwrap();
    for sector in (start / SECTOR * SECTOR..bytes.len()).step_by(SECTOR) {
        let mut torn = bytes.clone();
        let end = bytes.len().min(sector + SECTOR);
        torn[sector.max(start)..end].fill(0);
        let verdict = scan(&CHAIN, &torn).unwrap();
        assert_eq!((verdict.whole_bytes, verdict.recorded.entries.len()), (start, 4), "{sector}");
        torn.extend(&next);
        assert!(scan(&CHAIN, &torn).is_err(), "{sector}: a frame was written after it");
    }
}

#[test]
fn zeros_in_a_part_of_a_sector_are_damage() {
    let (bytes, start) = long_sample();
    for at in start..bytes.len() - 40 {
        let mut damaged = bytes.clone();
        damaged[at..at + 20].fill(0);
        assert!(scan(&CHAIN, &damaged).is_err(), "{at}");
    }
    for bit in start * 8..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(scan(&CHAIN, &damaged).is_err(), "bit {bit}");
    }
}

#[test]
fn no_flipped_bit_goes_unnoticed() {
    let (bytes, _) = sample();
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(scan(&CHAIN, &damaged).is_err(), "bit {bit}");
    }
}

#[test]
fn a_damaged_frame_with_a_whole_one_after_it_is_refused_even_if_it_looks_torn() {
    let (mut bytes, ends) = sample();
    bytes[ends[1] + 40..ends[2]].fill(0);
    let verdict = scan(&CHAIN, &bytes);
    assert!(matches!(verdict, Err(LogError::Damaged { damage: "a whole frame follows a damaged one", .. })));
}

#[test]
fn a_missing_frame_is_refused() {
    let (mut bytes, ends) = sample();
    bytes.drain(ends[1]..ends[2]);
    let verdict = scan(&CHAIN, &bytes);
    assert!(matches!(verdict, Err(LogError::Damaged { damage: "a frame is missing", .. })));
}

#[test]
fn another_chains_log_and_another_format_are_refused() {
    let verdict = scan(&[6; 32], &header(&CHAIN));
    assert!(matches!(verdict, Err(LogError::OtherChain(CHAIN))));
    let mut newer = header(&CHAIN);
    newer[8] = 2;
    assert!(matches!(scan(&CHAIN, &newer), Err(LogError::OtherVersion(2))));
}

#[test]
fn after_a_torn_write_the_log_goes_on_where_it_was_whole() {
    use AppendFault::{Hole, Short, Zeros};
    for fault in [Short(0), Short(50), Zeros(33), Zeros(0), Hole(0), Hole(100)] {
        let (mut log, _) = open(MemoryMedium::default()).unwrap();
        log.append(1, &[vote(0)]).unwrap();
        let mut medium = log.into_medium();
        medium.fault = Some(fault);
        let (mut log, _) = open(medium).unwrap();
        assert!(matches!(log.append(1, &[vote(1)]), Err(LogError::Io(_))));
        // What is on disk is not known any more.
        assert!(matches!(log.append(1, &[vote(1)]), Err(LogError::Failed)));
        let (mut log, recorded) = open(log.into_medium()).unwrap();
        assert_eq!(recorded.entries, [vote(0)]);
        log.append(1, &[timeout(3)]).unwrap();
        let (_, recorded) = open(log.into_medium()).unwrap();
        assert_eq!((recorded.entries, recorded.torn_bytes), (vec![vote(0), timeout(3)], 0));
    }
}

#[test]
fn a_long_log_is_begun_anew_with_the_next_height_and_not_before() {
    let (mut log, _) = open(MemoryMedium::default()).unwrap();
    let many = vec![vote(0); 10_000];
    let frames = limits::LOG_ROTATE_BYTES / (many.len() * 100) + 2;
    for _ in 0..frames {
        log.append(1, &many).unwrap();
    }
    let (mut log, recorded) = open(log.into_medium()).unwrap();
    assert_eq!(recorded.entries.len(), frames * many.len());
    log.append(2, &[vote(1)]).unwrap();
    let medium = log.into_medium();
    assert!(medium.bytes().len() < 1_000);
    let (mut log, recorded) = open(medium).unwrap();
    assert_eq!(recorded, Recorded { height: 2, entries: vec![vote(1)], torn_bytes: 0 });
    log.append(2, &[vote(2)]).unwrap();
    let (_, recorded) = open(log.into_medium()).unwrap();
    assert_eq!(recorded.entries, [vote(1), vote(2)]);
}

#[test]
fn a_file_keeps_what_was_appended_and_a_torn_tail_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("consensus.log");
    let open = || LogStore::open(CHAIN, FileMedium::new(&path));
    let (mut log, _) = open().unwrap();
    log.append(7, &[vote(0)]).unwrap();
    log.append(7, &[vote(1)]).unwrap();
    drop(log);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
    let (mut log, recorded) = open().unwrap();
    assert_eq!((recorded.height, &recorded.entries[..]), (7, &[vote(0)][..]));
    log.append(7, &[timeout(1)]).unwrap();
    drop(log);
    assert_eq!(open().unwrap().1.entries, [vote(0), timeout(1)]);
    let mut damaged = bytes;
    damaged[HEADER + 40] ^= 1;
    std::fs::write(&path, damaged).unwrap();
    assert!(matches!(open(), Err(LogError::Damaged { .. })));
}

proptest! {
    #[test]
    fn whatever_follows_a_whole_log_reading_ends_and_keeps_it(tail in prop::collection::vec(any::<u8>(), 0..200)) {
        let (mut bytes, ends) = sample();
        bytes.extend(&tail);
        if let Ok(scan) = scan(&CHAIN, &bytes) {
            prop_assert_eq!(scan.whole_bytes, ends[3]);
            prop_assert_eq!(scan.recorded.entries.len(), 4);
        }
    }
}
