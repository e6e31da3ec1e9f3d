//! The market: orders of all kinds meet, each fill settles at once, and what is in the books is exactly
//! covered.
#![allow(clippy::unwrap_used, reason = "a test")]

mod batch;
mod companies;
mod cover;
mod flows;
mod gas;
mod opening;
mod random;
mod reading;
mod refusals;
mod rules;
mod sessions;
mod setting;
mod status;
mod talks;
