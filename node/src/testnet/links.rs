//! The links between a testnet's nodes: TCP proxies that can hold back what passes, one way or both.
//!
//! A pair of nodes keeps one connection, which either may have dialled; so there is a proxy for each node that
//! dials and each that it dials, and what is held back is said by who speaks to whom. Held bytes are not lost: as
//! on a network that drops packets, they come later, unless one side has given the connection up by then.
//! Invariant: bytes that pass stay in their order.

use std::io;
use std::net::{self, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

/// The most that is read at once, in bytes.
const CHUNK: usize = 16 * 1_024;
/// How many chunks of one direction may be under way or held back; then its sender is no longer read.
const CHUNKS_UNDER_WAY: usize = 256;
/// How long a proxy waits after it could not accept a connection.
const AFTER_FAILURE: Duration = Duration::from_millis(50);

/// How bytes of one node to another pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flow {
    /// None does.
    pub(super) cut: bool,
    /// How much later they come.
    pub(super) delay: Duration,
}

/// The links between nodes, which are numbered from 0 here.
pub(super) struct Links {
    /// `flows[from][to]`.
    flows: Vec<Vec<watch::Sender<Flow>>>,
    /// `addresses[from][to]`: where `from` dials `to`.
    addresses: Vec<Vec<SocketAddr>>,
    /// Its threads are not those that start nodes, which wait. There until the links are dropped.
    runtime: Option<Runtime>,
}

impl Links {
    /// Links between the nodes that listen at these addresses.
    ///
    /// # Errors
    /// If the system refuses threads or ports.
    pub(super) fn start(nodes: &[SocketAddr]) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("links")
            .enable_all()
            .build()?;
        let entered = runtime.enter();
        let count = nodes.len();
        let flows: Vec<Vec<_>> =
            (0..count).map(|_| (0..count).map(|_| watch::Sender::new(Flow::default())).collect()).collect();
        let mut addresses = Vec::new();
        for from in 0..count {
            let mut row = Vec::new();
            for (to, node) in nodes.iter().enumerate() {
                let listener = listen()?;
                row.push(listener.local_addr()?);
                let flows = Pair { out: flows[from][to].subscribe(), back: flows[to][from].subscribe() };
                runtime.spawn(serve(listener, *node, flows));
            }
            addresses.push(row);
        }
        drop(entered);
        Ok(Links { flows, addresses, runtime: Some(runtime) })
    }

    /// Where a node dials another.
    pub(super) fn address(&self, from: usize, to: usize) -> SocketAddr {
        self.addresses[from][to]
    }

    /// From now on bytes pass as `flow` says for each pair: who speaks, and to whom.
    pub(super) fn set(&self, flow: impl Fn(usize, usize) -> Flow) {
        for (from, row) in self.flows.iter().enumerate() {
            for (to, current) in row.iter().enumerate() {
                let wanted = flow(from, to);
                current.send_if_modified(|current| std::mem::replace(current, wanted) != wanted);
            }
        }
    }
}

impl Drop for Links {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A free port. To be called within a runtime.
fn listen() -> io::Result<TcpListener> {
    let listener = net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

/// The flows of a connection.
#[derive(Clone)]
struct Pair {
    /// From who dials.
    out: watch::Receiver<Flow>,
    /// To who dials.
    back: watch::Receiver<Flow>,
}

async fn serve(listener: TcpListener, node: SocketAddr, flows: Pair) {
    loop {
        match listener.accept().await {
            Ok((dialler, _)) => {
                tokio::spawn(connect(dialler, node, flows.clone()));
            }
            Err(_) => tokio::time::sleep(AFTER_FAILURE).await,
        }
    }
}

/// Connects a node that dials. If the other is down the dialler sees its connection end.
async fn connect(dialler: TcpStream, node: SocketAddr, mut flows: Pair) {
    pass(&mut flows.out, Instant::now()).await;
    let Ok(dialled) = TcpStream::connect(node).await else { return };
    // Votes are small, and must not wait for more.
    let _ = (dialler.set_nodelay(true), dialled.set_nodelay(true));
    let ((from, back_to), (back_from, to)) = (dialler.into_split(), dialled.into_split());
    tokio::join!(carry(from, to, flows.out), carry(back_from, back_to, flows.back));
}

/// Carries bytes one way until there are no more, or nobody takes them.
async fn carry(from: OwnedReadHalf, mut to: OwnedWriteHalf, mut flow: watch::Receiver<Flow>) {
    let (sender, mut under_way) = mpsc::channel(CHUNKS_UNDER_WAY);
    let reading = tokio::spawn(read(from, sender));
    while let Some((came, bytes)) = under_way.recv().await {
        pass(&mut flow, came).await;
        if to.write_all(&bytes).await.is_err() {
            break;
        }
    }
    reading.abort();
    // The end passes like everything else; who is gone can't be told.
    pass(&mut flow, Instant::now()).await;
    let _ = to.shutdown().await;
}

async fn read(mut from: OwnedReadHalf, sender: mpsc::Sender<(Instant, Vec<u8>)>) {
    loop {
        let mut bytes = vec![0; CHUNK];
        match from.read(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.truncate(count),
        }
        if sender.send((Instant::now(), bytes)).await.is_err() {
            return;
        }
    }
}

/// Waits until what came at this time may pass.
async fn pass(flow: &mut watch::Receiver<Flow>, came: Instant) {
    loop {
        let Flow { cut, delay } = *flow.borrow_and_update();
        let due = came + delay;
        if !cut && Instant::now() >= due {
            return;
        }
        let waited = async {
            match cut {
                true => std::future::pending().await,
                false => sleep_until(due).await,
            }
        };
        tokio::select! {
            () = waited => {}
            changed = flow.changed() => if changed.is_err() { return },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    const LONG: Duration = Duration::from_secs(60);
    const MOMENT: Duration = Duration::from_millis(200);

    /// Two nodes, and a connection that the first dialled: its end at the first, and its end at the second.
    fn connected() -> (Links, net::TcpStream, net::TcpStream) {
        let listener = net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let second = listener.local_addr().unwrap();
        let links = Links::start(&[second, second]).unwrap();
        let one = net::TcpStream::connect(links.address(0, 1)).unwrap();
        let other = listener.accept().unwrap().0;
        (links, one, other)
    }

    fn arrives(stream: &mut net::TcpStream, within: Duration) -> Option<u8> {
        stream.set_read_timeout(Some(within)).unwrap();
        let mut byte = [0];
        stream.read_exact(&mut byte).ok().map(|()| byte[0])
    }

    #[test]
    fn what_is_cut_one_way_passes_the_other_way_and_comes_when_the_link_is_whole() {
        let (links, mut one, mut other) = connected();
        links.set(|from, _| Flow { cut: from == 0, ..Flow::default() });
        one.write_all(b"ab").unwrap();
        other.write_all(b"x").unwrap();
        assert_eq!(arrives(&mut one, LONG), Some(b'x'));
        assert_eq!(arrives(&mut other, MOMENT), None);
        links.set(|_, _| Flow::default());
        assert_eq!(arrives(&mut other, LONG), Some(b'a'));
        assert_eq!(arrives(&mut other, LONG), Some(b'b'));
    }

    #[test]
    fn what_is_delayed_comes_later_and_an_end_is_seen() {
        let (links, mut one, mut other) = connected();
        links.set(|from, _| Flow { delay: if from == 0 { LONG } else { Duration::ZERO }, cut: false });
        one.write_all(b"a").unwrap();
        assert_eq!(arrives(&mut other, MOMENT), None);
        links.set(|_, _| Flow { delay: MOMENT, cut: false });
        assert_eq!(arrives(&mut other, LONG), Some(b'a'));
        drop(one);
        assert_eq!(arrives(&mut other, LONG), None);
    }
}
