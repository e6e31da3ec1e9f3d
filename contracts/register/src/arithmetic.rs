//! Sums that can't leave their range while the register is in order: a panic here is a bug of ours,
//! never a user's mistake.

/// `total` with `part` added.
#[track_caller]
pub(crate) fn plus(total: u64, part: u64) -> u64 {
    total.checked_add(part).expect("the totals of a register fit their range")
}

/// `total` without `part`.
#[track_caller]
pub(crate) fn minus(total: u64, part: u64) -> u64 {
    total.checked_sub(part).expect("a total of a register covers its parts")
}
