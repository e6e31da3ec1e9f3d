//! The context of an execution: what a block, a query or a simulation carries from call to call.
//!
//! Invariant: a frame that ends in anything but success leaves storage, events, order books and
//! spent authority as they were when it began.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sillok_abi::{Account, BookId, ContractId, Event, Failure, Hash, TrapCode};

use super::BlockEnv;
use super::authority::{Authority, AuthorityMark};
use super::books::BooksPrice;
use super::frame::{Frame, Stop};
use super::shared::Shared;
use crate::limits;
use crate::orderbook::{Mark as BooksMark, Now, OrderBooks};
use crate::state::{Overlay, OverlayMark, Place, StateReader};
use crate::wasm::Instances;

/// The context of an execution. While an instance runs the engine's store holds it, so what is here
/// is lent and comes back.
#[derive(Default)]
pub(crate) struct Context {
    inner: Option<Box<Inner>>,
}

/// What a context holds.
pub(crate) struct Inner {
    pub(crate) shared: Arc<Shared>,
    pub(crate) env: BlockEnv,
    pub(crate) overlay: Overlay,
    pub(crate) books: OrderBooks,
    pub(crate) events: Vec<Event>,
    /// Bytes of events that were emitted, those of failed frames included.
    event_bytes: usize,
    pub(crate) authority: Authority,
    /// Code and instances at hand.
    pub(crate) instances: Instances,
    pub(super) frames: Vec<Frame>,
    /// Where the records of the contracts are that were called lately.
    pub(super) contracts_met: Vec<(ContractId, Place)>,
    /// What the running call has left.
    gas: u64,
    pub(super) read_only: bool,
    /// Who pays for reading an order book, and the books that the root call has touched.
    pub(crate) books_price: BooksPrice,
    pub(super) books_touched: BTreeSet<BookId>,
}

/// A place to roll back to.
pub(crate) struct ContextMark {
    overlay: OverlayMark,
    books: BooksMark,
    events: usize,
    authority: AuthorityMark,
}

impl Deref for Context {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        self.inner.as_ref().expect("a context is used only by whom it is lent to")
    }
}

impl DerefMut for Context {
    fn deref_mut(&mut self) -> &mut Inner {
        self.inner.as_mut().expect("a context is used only by whom it is lent to")
    }
}

impl Context {
    pub(crate) fn new(
        shared: Arc<Shared>,
        env: BlockEnv,
        state: Arc<dyn StateReader>,
        mut books: OrderBooks,
    ) -> Self {
        books.set_now(Now { time: env.time.0, height: env.height });
        let instances = shared.codes.instances();
        let inner = Inner {
            overlay: Overlay::new(state, shared.seed),
            shared,
            env,
            books,
            events: Vec::new(),
            event_bytes: 0,
            authority: Authority::none(),
            instances,
            frames: Vec::with_capacity(limits::MAX_CALL_DEPTH),
            contracts_met: Vec::new(),
            gas: 0,
            read_only: false,
            books_price: BooksPrice::AtHand,
            books_touched: BTreeSet::new(),
        };
        Context { inner: Some(Box::new(inner)) }
    }

    /// A context in which nothing can change, apart from a block's: order books are not at hand.
    pub(crate) fn read_only(mut self) -> Self {
        self.read_only = true;
        self.books_price = BooksPrice::Gas;
        self
    }

    /// Ends the execution: its overlay and order books.
    pub(crate) fn into_parts(mut self) -> (Overlay, OrderBooks) {
        self.keep_instances();
        let inner = self.inner.take().expect("a context is used only by whom it is lent to");
        (inner.overlay, inner.books)
    }

    /// Leaves what is at hand to the next execution.
    fn keep_instances(&mut self) {
        if let Some(inner) = &mut self.inner {
            inner.shared.codes.keep(std::mem::take(&mut inner.instances));
        }
    }

    /// Moves what this holds to an instance's store; whoever lends puts it back.
    pub(crate) fn lend(&mut self) -> Context {
        Context { inner: self.inner.take() }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        self.keep_instances();
    }
}

impl Inner {
    /// Starts a root call's account of gas, authority and events. Nobody's authority is there yet.
    pub(crate) fn begin(&mut self, gas: u64) {
        self.gas = gas;
        self.authority.clear();
        self.overlay.begin();
        self.events.clear();
        self.event_bytes = 0;
        self.books_touched.clear();
    }

    pub(crate) fn chain(&self) -> Hash {
        self.shared.chain
    }

    pub(crate) fn gas(&self) -> u64 {
        self.gas
    }

    pub(crate) fn set_gas(&mut self, gas: u64) {
        self.gas = gas;
    }

    /// Says whether root calls may change anything; answers whether they could not.
    pub(crate) fn set_read_only(&mut self, read_only: bool) -> bool {
        std::mem::replace(&mut self.read_only, read_only)
    }

    /// Takes gas from what is left.
    pub(crate) fn charge(&mut self, amount: u64) -> Result<(), Stop> {
        let rest = self.gas.checked_sub(amount);
        self.gas = rest.unwrap_or(0);
        rest.map(|_| ()).ok_or_else(|| TrapCode::OutOfGas.into())
    }

    /// How many calls are open, the running one included.
    pub(crate) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Whether the contract is in a call that has not ended.
    pub(crate) fn is_running(&self, contract: &ContractId) -> bool {
        self.frames.iter().any(|frame| frame.call.contract == *contract)
    }

    /// Takes the gas for a key that may have come from disk.
    pub(crate) fn charge_touch(&mut self, first: bool) -> Result<(), Stop> {
        if first { self.charge(self.shared.parameters.gas.first_touch) } else { Ok(()) }
    }

    /// The running frame.
    pub(crate) fn frame(&self) -> &Frame {
        self.frames.last().expect("host functions and modules run within a frame")
    }

    /// The running frame.
    pub(crate) fn frame_mut(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("host functions and modules run within a frame")
    }

    /// Refuses in a frame that may not change anything.
    pub(crate) fn writable(&self) -> Result<(), Stop> {
        if self.frame().read_only { Err(TrapCode::ReadOnly.into()) } else { Ok(()) }
    }

    /// Ends the frame unless the account has authorised the running call. A contract needs no
    /// authorisation for what it calls itself.
    pub(crate) fn require_auth(&mut self, account: &Account) -> Result<(), Stop> {
        let calls_itself = self.frame().caller.is_some_and(|caller| *account == Account::Contract(caller));
        if calls_itself || self.authority.covers(account) {
            return Ok(());
        }
        Err(Failure::Unauthorised { account: *account }.into())
    }

    pub(crate) fn emit(&mut self, event: Event) -> Result<(), Stop> {
        self.writable()?;
        let bytes: usize = self.event_bytes + event.name.len() + event.data.len();
        if self.events.len() >= limits::MAX_EVENTS || bytes > limits::MAX_EVENTS_BYTES {
            return Err(TrapCode::SizeLimit.into());
        }
        self.event_bytes = bytes;
        self.events.push(event);
        Ok(())
    }

    pub(crate) fn mark(&mut self) -> ContextMark {
        ContextMark {
            overlay: self.overlay.mark(),
            books: self.books.savepoint(),
            events: self.events.len(),
            authority: self.authority.mark(),
        }
    }

    pub(crate) fn rollback(&mut self, mark: ContextMark) {
        self.overlay.rollback(mark.overlay);
        self.books.rollback(mark.books);
        self.events.truncate(mark.events);
        self.authority.rollback(mark.authority);
    }
}
