//! Free ports for nodes whose addresses are written down before they listen.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use rand_core::{OsRng, RngCore};

/// Where ports are drawn from: below those that Linux gives to connections and to whoever asks for any port
/// (32768 and up), so that nobody is given one of these before its node listens, or while it is down.
const FIRST: u16 = 12_000;
const COUNT: u16 = 18_000;

/// How often a port that is taken is drawn before it is given up.
const ATTEMPTS: usize = 1_000;

/// So many ports of the loopback that nobody listens on.
///
/// # Errors
/// If nearly all are taken, or the system refuses sockets.
pub(crate) fn free(count: usize) -> io::Result<Vec<u16>> {
    // All held at once, so that they differ.
    let held: Vec<TcpListener> = (0..count).map(|_| hold()).collect::<io::Result<_>>()?;
    held.iter().map(|listener| Ok(listener.local_addr()?.port())).collect()
}

fn hold() -> io::Result<TcpListener> {
    let draw = || FIRST + (OsRng.next_u32() % u32::from(COUNT)) as u16;
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..ATTEMPTS {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, draw())) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}
