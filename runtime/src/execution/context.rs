//! The context of an execution: what a block, a query or a simulation carries from call to call.
//!
//! Invariant: a frame that ends in anything but success leaves storage, events, order books and
//! spent authority as they were when it began.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use codec::DecodeAll;
use sillok_abi::native::ContractInfo;
use sillok_abi::{Account, Call, ContractId, Event, Failure, Hash, MethodKind, MethodSpec, TrapCode};

use super::BlockEnv;
use super::authority::{Authority, AuthorityMark};
use super::frame::{CallEnd, Entry, Frame, Stop, Target};
use crate::fault::Fault;
use crate::orderbook::{Mark as BooksMark, OrderBooks};
use crate::state::{Overlay, OverlayMark, StateReader};
use crate::wasm::{Code, CodeCache, Engine};
use crate::{Parameters, limits, native, wasm};

/// What all executions of a node share.
pub(crate) struct Shared {
    pub(crate) chain: Hash,
    pub(crate) parameters: Parameters,
    pub(crate) engine: Engine,
    pub(crate) codes: CodeCache,
}

/// The context of an execution. While an instance runs the engine's store holds it, so what is here
/// is lent and comes back.
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
    pub(crate) authority: Authority,
    frames: Vec<Frame>,
    gas: u64,
    read_only: bool,
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
        books: OrderBooks,
    ) -> Self {
        let inner = Inner {
            shared,
            env,
            overlay: Overlay::new(state),
            books,
            events: Vec::new(),
            authority: Authority::none(),
            frames: Vec::new(),
            gas: 0,
            read_only: false,
        };
        Context { inner: Some(Box::new(inner)) }
    }

    /// A context in which nothing can change.
    pub(crate) fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Ends the execution: its overlay and order books.
    pub(crate) fn into_parts(mut self) -> (Overlay, OrderBooks) {
        let inner = self.inner.take().expect("a context is used only by whom it is lent to");
        (inner.overlay, inner.books)
    }

    /// Moves what this holds to a store; whoever lends puts it back.
    pub(crate) fn lend(&mut self) -> Context {
        Context { inner: self.inner.take() }
    }

    /// Starts a root call's account of gas, authority and events.
    pub(crate) fn begin(&mut self, gas: u64, authority: Authority) {
        self.gas = gas;
        self.authority = authority;
        self.events.clear();
    }

    /// A call from the running frame to another contract.
    pub(crate) fn call_from_frame(&mut self, target: Target) -> Result<CallEnd, Stop> {
        let caller = self.frame().call.contract;
        let (contract, method) = (target.call.contract, target.call.method.clone());
        let mark = self.authority.mark();
        match self.enter(target.call, Some(caller), Entry::Call)? {
            CallEnd::Refused(code) if !target.catch => {
                Err(Stop::from(Failure::Error { code }).located(contract, method))
            }
            CallEnd::Refused(code) => {
                self.authority.caught(mark);
                Ok(CallEnd::Refused(code))
            }
            returned => Ok(returned),
        }
    }

    /// Runs a call in a frame of its own.
    pub(crate) fn enter(
        &mut self,
        call: Call,
        caller: Option<ContractId>,
        entry: Entry,
    ) -> Result<CallEnd, Stop> {
        if self.frames.len() >= limits::MAX_CALL_DEPTH {
            return Err(TrapCode::DepthLimit.into());
        }
        if self.is_running(&call.contract) {
            return Err(TrapCode::Reentrancy.into());
        }
        let (contract, method) = (call.contract, call.method.clone());
        let read_only = self.frames.last().map_or(self.read_only, |frame| frame.read_only);
        let mark = self.mark();
        self.authority.enter(&call);
        self.frames.push(Frame { call, caller, read_only, output: Vec::new(), result: Vec::new() });
        let ended = self.dispatch(entry);
        self.frames.pop();
        self.authority.leave();
        if !matches!(ended, Ok(CallEnd::Returned(_))) {
            self.rollback(mark);
        }
        ended.map_err(|stop| stop.located(contract, method))
    }

    fn dispatch(&mut self, entry: Entry) -> Result<CallEnd, Stop> {
        let contract = self.frame().call.contract;
        let method = self.frame().call.method.clone();
        if let Some(module) = native::module(&contract) {
            self.admit(module.method(&method), entry)?;
            return native::call(self, module, &method);
        }
        let code = self.code_of(&contract)?.ok_or(TrapCode::NoContract)?;
        self.admit(code.metadata.method(&method), entry)?;
        let shared = self.shared.clone();
        wasm::run(&shared.engine, &code, self, &method)
    }

    /// Judges whether a method may be entered by this door, and narrows the frame for a query.
    fn admit(&mut self, method: Option<&MethodSpec>, entry: Entry) -> Result<(), Stop> {
        let kind = method.ok_or(TrapCode::NoMethod)?.kind;
        let door = match kind {
            MethodKind::Constructor => Entry::Constructor,
            MethodKind::Migration { .. } => Entry::Migration,
            MethodKind::Query | MethodKind::Change => Entry::Call,
        };
        if entry != door {
            return Err(TrapCode::NoMethod.into());
        }
        if kind == MethodKind::Query {
            self.frame_mut().read_only = true;
            return Ok(());
        }
        self.writable()
    }

    /// The code of a contract, or none if there is no such contract.
    fn code_of(&mut self, contract: &ContractId) -> Result<Option<Arc<Code>>, Fault> {
        match self.contract_info(contract)? {
            Some(info) => self.compiled(&info.code).map(Some),
            None => Ok(None),
        }
    }

    /// Uploaded code, or none if there is none of this hash.
    pub(crate) fn code(&mut self, hash: &Hash) -> Result<Option<Arc<Code>>, Fault> {
        if self.overlay.get(&native::code_key(hash))?.is_none() {
            return Ok(None);
        }
        self.compiled(hash).map(Some)
    }

    /// Code that is known to be in state; read from there only if it has to be compiled.
    fn compiled(&mut self, hash: &Hash) -> Result<Arc<Code>, Fault> {
        let shared = self.shared.clone();
        let wasm = || {
            let stored = self.overlay.get(&native::code_key(hash))?;
            stored.map(<[u8]>::to_vec).ok_or_else(|| Fault::new("a contract's code is not in state"))
        };
        shared.codes.get(&shared.engine, hash, wasm)
    }

    /// What the system module keeps of a contract.
    pub(crate) fn contract_info(&mut self, contract: &ContractId) -> Result<Option<ContractInfo>, Fault> {
        self.load(&native::contract_key(contract))
    }

    /// A stored SCALE value of a native module.
    pub(crate) fn load<T: codec::Decode>(&mut self, key: &[u8]) -> Result<Option<T>, Fault> {
        let Some(bytes) = self.overlay.get(key)? else { return Ok(None) };
        let value = T::decode_all(&mut &*bytes);
        value.map(Some).map_err(|_| Fault::new("a native module's record does not decode"))
    }
}

impl Inner {
    pub(crate) fn chain(&self) -> Hash {
        self.shared.chain
    }

    pub(crate) fn gas(&self) -> u64 {
        self.gas
    }

    pub(crate) fn set_gas(&mut self, gas: u64) {
        self.gas = gas;
    }

    /// Takes gas from what is left.
    pub(crate) fn charge(&mut self, amount: u64) -> Result<(), Stop> {
        let rest = self.gas.checked_sub(amount);
        self.gas = rest.unwrap_or(0);
        rest.map(|_| ()).ok_or_else(|| TrapCode::OutOfGas.into())
    }

    /// Whether the contract is in a call that has not ended.
    pub(crate) fn is_running(&self, contract: &ContractId) -> bool {
        self.frames.iter().any(|frame| frame.call.contract == *contract)
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
        if self.events.len() >= limits::MAX_EVENTS {
            return Err(TrapCode::SizeLimit.into());
        }
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
