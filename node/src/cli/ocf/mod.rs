//! Open Cap Format 1.1: from a folder of files to the register's calls in order.
//!
//! [`read`] takes the folder apart into records, [`plan()`] decides what becomes of each of them.
//! Both are pure but for reading the files: nothing here knows the chain.
//!
//! Invariant: every record ends in exactly one step of the plan, among its people, or among its
//! refusals. None is dropped.

mod entry;
mod fields;
mod ledger;
mod order;
mod plan;
mod reader;
mod step;
#[cfg(test)]
mod tests;

pub(crate) use entry::{Money, StockClass};
pub(crate) use plan::{Plan, plan};
pub(crate) use reader::{Package, ReadError, Record, read};
pub(crate) use step::{Action, Part, Removal, Step};
