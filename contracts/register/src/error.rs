//! What the register refuses, in sentences for its users.

use sillok_sdk::prelude::*;

/// What the register refuses.
#[error]
pub enum Error {
    /// No class of shares has this id.
    UnknownClass = 1,
    /// No lot has this id.
    UnknownLot = 2,
    /// Nothing is left of this lot: its shares were transferred, bought back, cancelled or retracted.
    LotEnded = 3,
    /// The quantity must be above zero.
    ZeroQuantity = 4,
    /// The lot has fewer shares than that.
    NotEnoughShares = 5,
    /// Too few shares of the lot are free: the others are locked, and stay with the holder until
    /// the locker unlocks or delivers them.
    SharesLocked = 6,
    /// The class would have more issued shares than are authorised.
    AboveAuthorised = 7,
    /// The reference is taken: references of lots, and those of classes, are unique in a register.
    DuplicateReference = 8,
    /// A reference for the balance lot was given, but nothing is left for one: leave it empty.
    NoBalance = 9,
    /// The shares are the receiver's already.
    SameHolder = 10,
    /// The holder has accepted this lot already.
    AlreadyAccepted = 11,
    /// Only an issue that nobody has accepted yet, and of which nothing has been transferred, bought
    /// back, cancelled or locked, can be retracted. Repurchase or cancel the shares instead.
    NotRetractable = 12,
    /// The date is earlier than the day on which the holder acquired the lot.
    DateBeforeAcquisition = 13,
    /// This locker has no lock on this lot.
    NoLock = 14,
    /// This locker has locked fewer shares of this lot than that.
    NotEnoughLocked = 15,
    /// This locker has a lock on this lot already, with another right of delivery.
    DeliveryDiffers = 16,
    /// This lock doesn't let its locker hand the shares over; it can only be unlocked.
    NotDeliverable = 17,
    /// The lot has as many lockers as it may have at a time (16).
    TooManyLockers = 18,
    /// A text is too long: names have at most 200 bytes, references 128, prices and reasons 500.
    TextTooLong = 19,
    /// A name is missing.
    NameMissing = 20,
    /// The company has not approved of transfers to this investor.
    NotApproved = 21,
    /// These shares are locked up: they can't be handed over before the day that was agreed.
    LockedUp = 22,
    /// The class would have more holders than it may have.
    TooManyHolders = 23,
    /// One holder would have more shares of the class than one may.
    TooManyShares = 24,
    /// Foreign holders would have more shares of the class together than they may.
    TooManyForeignShares = 25,
}
