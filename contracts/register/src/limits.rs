//! Every limit of the register, in one place.

/// The most bytes of a name: issuer, class or holder.
pub(crate) const MAX_NAME: usize = 200;
/// The most bytes of a reference or identifier. References are storage keys, which have 256 at most.
pub(crate) const MAX_REFERENCE: usize = 128;
/// The most bytes of a price or reason.
pub(crate) const MAX_NOTE: usize = 500;
/// The most lockers that one lot can have at a time.
pub(crate) const MAX_LOCKERS: usize = 16;
/// The most rows of one page of a query.
pub(crate) const MAX_PAGE: u32 = 100;
