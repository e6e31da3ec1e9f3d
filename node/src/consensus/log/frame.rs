//! The log's bytes: a header, then frames, each of which was written and synced at once.
//!
//! A frame is only ever written after the one before is on disk. So damage with a whole frame after it can't
//! be a crash's doing, and damage at the end is a crash's only if it looks like a write cut short: bytes that
//! end, or that are zero from some place on, or in a whole sector. All else is refused. Invariant: whatever the
//! bytes, scanning ends, allocates no more than they are long, and never skips a frame.

use std::ops::Range;

use codec::{DecodeAll, Encode};
use sillok_abi::Hash;

use super::{Entry, LogError, Recorded};
use crate::limits;

/// The first bytes of a log.
const MAGIC: [u8; 8] = *b"SLKWALOG";
/// The format's number.
const VERSION: u32 = 1;
/// The first bytes of a frame.
const FRAME_MAGIC: [u8; 4] = *b"frm\x01";
/// Bytes of the checksum of a header and of a frame.
const CHECKSUM: usize = 16;
/// The last bytes of a frame. No flipped bit makes zero of one, so that a checksum whose last bytes are zero by
/// chance can be told from one that was not written to the end.
const FRAME_END: [u8; 4] = [0xff; 4];
/// Bytes of the check of a frame's head.
const HEAD_CHECK: usize = 8;
/// Bytes of a log's header: magic, version, chain, checksum.
pub(super) const HEADER: usize = 8 + 4 + 32 + CHECKSUM;
/// Bytes of a frame's head: magic, payload's length, sequence, height, check.
const HEAD: usize = 4 + 4 + 8 + 8 + HEAD_CHECK;

/// What a disk writes whole or not at all: of a write that a crash cuts short some sectors may be there, in any order.
pub(super) const SECTOR: usize = 512;

/// The header of a chain's log.
pub(super) fn header(chain: &Hash) -> Vec<u8> {
    let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes(), chain].concat();
    let checksum = checksum(&[&bytes]);
    bytes.extend_from_slice(&checksum);
    bytes
}

/// A frame of these entries.
///
/// # Errors
/// [`LogError::TooLarge`].
pub(super) fn frame(
    chain: &Hash,
    sequence: u64,
    height: u64,
    entries: &[Entry],
) -> Result<Vec<u8>, LogError> {
    let payload = entries.encode();
    if payload.len() > limits::LOG_FRAME_BYTES {
        return Err(LogError::TooLarge);
    }
    let length = u32::try_from(payload.len()).map_err(|_| LogError::TooLarge)?;
    let mut bytes = FRAME_MAGIC.to_vec();
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&sequence.to_le_bytes());
    bytes.extend_from_slice(&height.to_le_bytes());
    let check = checksum(&[chain, &bytes]);
    bytes.extend_from_slice(&check[..HEAD_CHECK]);
    bytes.extend_from_slice(&payload);
    let checksum = checksum(&[chain, &bytes]);
    bytes.extend_from_slice(&checksum);
    bytes.extend_from_slice(&FRAME_END);
    Ok(bytes)
}

fn checksum(parts: &[&[u8]]) -> [u8; CHECKSUM] {
    let whole = sillok_abi::digest("sillok/log", &parts);
    std::array::from_fn(|index| whole[index])
}

/// What the bytes of a log come to.
pub(super) struct Scan {
    /// What is recorded.
    pub(super) recorded: Recorded,
    /// The sequence number of the next frame.
    pub(super) next_sequence: u64,
    /// How many bytes are whole.
    pub(super) whole_bytes: usize,
}

/// Reads a log.
///
/// # Errors
/// If it is another chain's or version's, or damaged in a way that no crash explains.
pub(super) fn scan(chain: &Hash, bytes: &[u8]) -> Result<Scan, LogError> {
    check_header(chain, bytes)?;
    let mut scan = Scan { recorded: Recorded::default(), next_sequence: 0, whole_bytes: HEADER };
    while scan.whole_bytes < bytes.len() {
        let rest = &bytes[scan.whole_bytes..];
        let Some(frame) = read_frame(chain, rest) else {
            check_torn(chain, rest, scan.whole_bytes)
                .map_err(|damage| LogError::Damaged { offset: scan.whole_bytes, damage })?;
            scan.recorded.torn_bytes = rest.len();
            break;
        };
        take(&mut scan, rest, frame)?;
    }
    Ok(scan)
}

fn check_header(chain: &Hash, bytes: &[u8]) -> Result<(), LogError> {
    let damaged = |damage| LogError::Damaged { offset: 0, damage };
    // It is written to a new file that then takes the log's name: it is never torn.
    let found = bytes.get(..HEADER).ok_or_else(|| damaged("the header is cut short"))?;
    if found[..8] != MAGIC {
        return Err(damaged("it does not begin like a log"));
    }
    let version = u32::from_le_bytes(array(&found[8..12]));
    if version != VERSION {
        return Err(LogError::OtherVersion(version));
    }
    if found[HEADER - CHECKSUM..] != checksum(&[&found[..HEADER - CHECKSUM]]) {
        return Err(damaged("the header's checksum is wrong"));
    }
    let of: Hash = array(&found[12..44]);
    if of == *chain { Ok(()) } else { Err(LogError::OtherChain(of)) }
}

/// A frame that is whole.
struct Frame {
    sequence: u64,
    height: u64,
    payload: Range<usize>,
    length: usize,
}

/// The frame that `bytes` begin with; none if they begin with no whole one.
fn read_frame(chain: &Hash, bytes: &[u8]) -> Option<Frame> {
    let (sequence, height, payload) = read_head(chain, bytes)?;
    let length = payload.end + CHECKSUM + FRAME_END.len();
    let whole = *bytes.get(payload.end..length)? == end(chain, &bytes[..payload.end]);
    whole.then_some(Frame { sequence, height, payload, length })
}

/// What follows a frame's payload: the checksum of all before, and the last bytes.
fn end(chain: &Hash, before: &[u8]) -> Vec<u8> {
    [&checksum(&[chain, before])[..], &FRAME_END].concat()
}

/// Sequence, height and the payload's place, if the head is whole.
fn read_head(chain: &Hash, bytes: &[u8]) -> Option<(u64, u64, Range<usize>)> {
    let head = bytes.get(..HEAD)?;
    let checked = &head[..HEAD - HEAD_CHECK];
    if head[..4] != FRAME_MAGIC || head[HEAD - HEAD_CHECK..] != checksum(&[chain, checked])[..HEAD_CHECK] {
        return None;
    }
    let length = u32::from_le_bytes(array(&head[4..8])) as usize;
    let numbers = (u64::from_le_bytes(array(&head[8..16])), u64::from_le_bytes(array(&head[16..24])));
    Some((numbers.0, numbers.1, HEAD..HEAD + length))
}

/// Takes up a whole frame.
fn take(scan: &mut Scan, rest: &[u8], frame: Frame) -> Result<(), LogError> {
    let damaged = |damage| LogError::Damaged { offset: scan.whole_bytes, damage };
    if frame.sequence != scan.next_sequence {
        return Err(damaged("a frame is missing"));
    }
    if frame.height < scan.recorded.height {
        return Err(damaged("a frame's height is lower than the last"));
    }
    let entries = Vec::<Entry>::decode_all(&mut &rest[frame.payload])
        .map_err(|_| damaged("a frame's entries can't be decoded"))?;
    if frame.height > scan.recorded.height {
        scan.recorded.entries.clear();
    }
    scan.recorded.height = frame.height;
    scan.recorded.entries.extend(entries);
    scan.next_sequence += 1;
    scan.whole_bytes += frame.length;
    Ok(())
}

/// Whether what follows the last whole frame, from `offset` on, is a write that a crash cut short.
fn check_torn(chain: &Hash, rest: &[u8], offset: usize) -> Result<(), &'static str> {
    let later = |at: usize| rest[at..].starts_with(&FRAME_MAGIC) && read_frame(chain, &rest[at..]).is_some();
    if (1..rest.len()).any(later) {
        return Err("a whole frame follows a damaged one");
    }
    let end_of_frame = read_head(chain, rest).map_or(HEAD, |head| head.2.end + CHECKSUM + FRAME_END.len());
    if misses_sector(rest, offset, end_of_frame) {
        return Ok(());
    }
    let Some(head) = rest.get(..HEAD) else {
        let known = rest.len().min(FRAME_MAGIC.len());
        let begins = rest[..known] == FRAME_MAGIC[..known] || is_zero(rest);
        return if begins { Ok(()) } else { Err("the last bytes are not the beginning of a frame") };
    };
    let Some((_, _, payload)) = read_head(chain, rest) else {
        let (checked, check) = head.split_at(HEAD - HEAD_CHECK);
        let expected = &checksum(&[chain, checked])[..HEAD_CHECK];
        // A payload's first byte is its length, and not zero.
        let unwritten = is_cut_short(check, expected) && rest.len() > HEAD && is_zero(&rest[HEAD..]);
        return if unwritten { Ok(()) } else { Err("the head of the last frame is wrong") };
    };
    let expected = end(chain, &rest[..payload.end.min(rest.len())]);
    let Some(found) = rest.get(payload.end..payload.end + expected.len()) else { return Ok(()) };
    if is_cut_short(found, &expected) && is_zero(&rest[payload.end + expected.len()..]) {
        return Ok(());
    }
    Err("the checksum of the last frame is wrong")
}

/// Whether a sector that has a part of the first `length` bytes is all zero, from `offset` in the log on. None that was
/// written is: a frame neither begins nor ends with zeros, and entries have never so many in a row.
fn misses_sector(rest: &[u8], offset: usize, length: usize) -> bool {
    let mut at = 0;
    while at < length.min(rest.len()) {
        let end = (at + SECTOR - (offset + at) % SECTOR).min(rest.len());
        if is_zero(&rest[at..end]) {
            return true;
        }
        at = end;
    }
    false
}

/// Whether something was begun and not written to the end: zeros follow what is right of it.
fn is_cut_short(found: &[u8], expected: &[u8]) -> bool {
    let right = found.iter().zip(expected).take_while(|(found, expected)| found == expected).count();
    is_zero(&found[right..])
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// An array of a slice that is as long; callers cut it so.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    std::array::from_fn(|index| bytes[index])
}
