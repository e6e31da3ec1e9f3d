//! Accepts connections, and speaks TLS on them if there is a certificate.
//!
//! Invariant: a connection that says nothing, or nothing sensible, costs a place among a bounded number and
//! nothing else; it goes after [`limits::TLS_HANDSHAKE`], or the server's own time-out for the first request.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use super::tls::Tls;
use crate::limits;

/// How long nothing is accepted after the system has refused to (too many open files).
const PAUSE: Duration = Duration::from_millis(50);

/// A socket that is listened on.
pub(super) struct Listener {
    socket: TcpListener,
    tls: Option<Arc<Tls>>,
    places: Arc<Semaphore>,
}

/// A connection that has been accepted, and its place among those there may be.
pub(super) struct Accepted {
    stream: TcpStream,
    tls: Option<Arc<Tls>>,
    place: OwnedSemaphorePermit,
}

/// A connection on which requests can be read.
pub(super) enum Connection {
    /// As they come.
    Plain(TcpStream),
    /// Over TLS.
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl Listener {
    /// Listens on this address.
    ///
    /// # Errors
    /// If it is taken, or not this machine's.
    pub(super) async fn bind(address: SocketAddr, tls: Option<Arc<Tls>>) -> io::Result<Self> {
        let places = Arc::new(Semaphore::new(limits::SOCKETS));
        Ok(Listener { socket: TcpListener::bind(address).await?, tls, places })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// If the system does not say.
    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// The next connection.
    pub(super) async fn accept(&self) -> Accepted {
        loop {
            match self.socket.accept().await {
                Ok((stream, _)) => match self.places.clone().try_acquire_owned() {
                    Ok(place) => return Accepted { stream, tls: self.tls.clone(), place },
                    Err(_) => tracing::debug!("a connection is closed at once: there are too many"),
                },
                Err(error) => {
                    tracing::warn!(%error, "a connection can't be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

impl Accepted {
    /// Makes it ready for requests; none if the other side does not speak TLS, or too slowly. The place is to be
    /// held as long as the connection.
    pub(super) async fn open(self) -> Option<(Connection, OwnedSemaphorePermit)> {
        let Accepted { stream, tls, place } = self;
        // Answers are small and awaited.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection is gone already");
            return None;
        }
        let Some(tls) = tls else { return Some((Connection::Plain(stream), place)) };
        match timeout(limits::TLS_HANDSHAKE, tls.acceptor().accept(stream)).await {
            Ok(Ok(stream)) => Some((Connection::Encrypted(Box::new(stream)), place)),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a client does not speak TLS, or does not trust the certificate");
                None
            }
            Err(_) => {
                tracing::debug!("a client was too slow to begin TLS");
                None
            }
        }
    }
}
