//! The calls that one contract makes of another, and the types they carry.
//!
//! A contract that calls a register writes `RegisterRef::at(id).lot(7)`; whatever contract lives at
//! `id` may answer, if its methods have these names, parameters and results. All ids (classes,
//! lots, history entries) count from 1. Quantities are whole shares; amounts are in the smallest
//! unit of a currency.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod cash;
mod escrow;
mod register;

pub use cash::{Balance, CashRef, Currency, Payment};
pub use escrow::{Charge, EscrowRef, EscrowStatus, EscrowTerms};
pub use register::{
    ClassKind, EntryKind, HistoryEntry, HolderRow, Holding, Investor, Issuer, Lock, Lot, Offer, RegisterRef,
    Rules, ShareClass, Standing,
};
