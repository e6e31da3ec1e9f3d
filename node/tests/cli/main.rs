//! The command line end to end: the real binary against a real `sillok dev` process, one node a test.

mod contracts;
mod dev;
mod did;
mod errors;
mod hostile;
mod import;
mod keys;
mod market;
mod parties;
mod register;
mod status;
mod transactions;
