//! Calls: entering a contract or a native module in a frame of its own.

use std::sync::Arc;

use codec::DecodeAll;
use sillok_abi::native::ContractInfo;
use sillok_abi::{Call, ContractId, Failure, Hash, MethodKind, TrapCode};

use super::context::Context;
use super::frame::{CallEnd, Entry, Frame, Stop, Target};
use crate::fault::Fault;
use crate::state::Place;
use crate::wasm::{Code, Instance};
use crate::{limits, native, wasm};

/// How many contracts an execution remembers where their records are, the last ones that it met.
const CONTRACTS_MET: usize = 8;

impl Context {
    /// A call from the running frame to another contract.
    pub(crate) fn call_from_frame(&mut self, target: Target) -> Result<CallEnd, Stop> {
        let caller = self.frame().call.contract;
        let (call, ended) = self.run_frame(target.call, Some(caller), Entry::Call);
        match ended {
            Ok(CallEnd::Refused(code)) if !target.catch => {
                Err(Stop::from(Failure::Error { code }).located(&call))
            }
            other => other,
        }
    }

    /// Runs a call in a frame of its own. `caller` is the contract that makes it, if one does.
    pub(crate) fn enter(
        &mut self,
        call: Call,
        caller: Option<ContractId>,
        entry: Entry,
    ) -> Result<CallEnd, Stop> {
        self.run_frame(call, caller, entry).1
    }

    /// Runs a root call, and gives it back but for its arguments, which its contract has taken.
    pub(crate) fn enter_root(
        &mut self,
        call: Call,
        caller: Option<ContractId>,
    ) -> (Call, Result<CallEnd, Stop>) {
        self.run_frame(call, caller, Entry::Call)
    }

    /// Runs a constructor or a migration, and gives the call back but for its arguments.
    pub(crate) fn set_up(
        &mut self,
        call: Call,
        maker: ContractId,
        entry: Entry,
    ) -> Result<(Call, CallEnd), Stop> {
        let (call, ended) = self.run_frame(call, Some(maker), entry);
        ended.map(|end| (call, end))
    }

    /// Runs a call in a frame of its own, and gives the call back but for its arguments. What fails before
    /// there is a frame is the caller's failure.
    fn run_frame(
        &mut self,
        call: Call,
        caller: Option<ContractId>,
        entry: Entry,
    ) -> (Call, Result<CallEnd, Stop>) {
        if self.frames.len() >= limits::MAX_CALL_DEPTH {
            return (call, Err(TrapCode::DepthLimit.into()));
        }
        if self.is_running(&call.contract)
            && let Err(stop) = self.check_reentry(&call)
        {
            return (call, Err(stop));
        }
        let read_only = self.frames.last().map_or(self.read_only, |frame| frame.read_only);
        let mark = self.mark();
        self.authority.enter(&call);
        self.frames.push(Frame { call, caller, entry, read_only, output: Vec::new(), result: Vec::new() });
        let ended = self.dispatch(entry);
        let frame = self.frames.pop().expect("the frame that was pushed above");
        self.authority.leave();
        if !matches!(ended, Ok(CallEnd::Returned(_))) {
            self.rollback(mark);
        }
        let ended = ended.map_err(|stop| stop.located(&frame.call));
        (frame.call, ended)
    }

    fn dispatch(&mut self, entry: Entry) -> Result<CallEnd, Stop> {
        let contract = self.frame().call.contract;
        if let Some(module) = native::module(&contract) {
            let method = self.frame().call.method.clone();
            let kind = module.method(&method).ok_or(TrapCode::NoMethod)?.kind;
            self.admit(kind, entry)?;
            return native::call(self, module, &method);
        }
        let hash = self.code_hash_of(&contract)?.ok_or(TrapCode::NoContract)?;
        let mut instance = wasm::instance(self, &hash)?;
        let ended = self.run_in(&mut instance, entry);
        self.instances.put(instance);
        ended
    }

    fn run_in(&mut self, instance: &mut Instance, entry: Entry) -> Result<CallEnd, Stop> {
        let method = instance.method(&self.frame().call.method).ok_or(TrapCode::NoMethod)?;
        let (kind, index) = (method.kind, method.index);
        self.admit(kind, entry)?;
        instance.run(self, index)
    }

    /// Refuses to enter a contract that has open frames, unless its code says of the method that it bears
    /// that. A contract that is being made or migrated can't be entered whatever its code says: what every
    /// method relies on is not set up yet. Nor can native modules.
    fn check_reentry(&mut self, call: &Call) -> Result<(), Stop> {
        let mut open = self.frames.iter().filter(|frame| frame.call.contract == call.contract);
        let shut = open.any(|frame| frame.entry != Entry::Call) || native::module(&call.contract).is_some();
        let hash = if shut { None } else { self.code_hash_of(&call.contract)? };
        let code = self.compiled(&hash.ok_or(TrapCode::Reentrancy)?)?;
        let method = code.method(&call.method);
        if method.is_some_and(|method| method.reentrant) { Ok(()) } else { Err(TrapCode::Reentrancy.into()) }
    }

    /// Judges whether a method may be entered by this door, and narrows the frame for a query.
    fn admit(&mut self, kind: MethodKind, entry: Entry) -> Result<(), Stop> {
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

    /// The hash of a contract's code, or none if there is no such contract.
    fn code_hash_of(&mut self, contract: &ContractId) -> Result<Option<Hash>, Stop> {
        let place = match self.contracts_met.iter().find(|(met, _)| met == contract) {
            Some((_, place)) => *place,
            None => self.meet(contract)?,
        };
        let record = self.overlay.touch_at(place);
        let hash = record.found.map(|record| record.first_chunk::<32>().copied());
        let first = record.first;
        self.charge_touch(first)?;
        match hash {
            // A contract's record begins with its code's hash.
            Some(Some(hash)) => Ok(Some(hash)),
            Some(None) => Err(Fault::new("a contract's record is too short").into()),
            None => Ok(None),
        }
    }

    /// Looks a contract's record up, and remembers where it is.
    #[cold]
    fn meet(&mut self, contract: &ContractId) -> Result<Place, Fault> {
        let place = self.overlay.place((&native::contract_key(contract)).into())?;
        if self.contracts_met.len() == CONTRACTS_MET {
            self.contracts_met.pop();
        }
        self.contracts_met.insert(0, (*contract, place));
        Ok(place)
    }

    /// Uploaded code, or none if there is none of this hash.
    pub(crate) fn code(&mut self, hash: &Hash) -> Result<Option<Arc<Code>>, Fault> {
        if self.overlay.get(&native::code_key(hash))?.is_none() {
            return Ok(None);
        }
        self.compiled(hash).map(Some)
    }

    /// Code that is known to be in state; read from there only if it has to be compiled.
    pub(crate) fn compiled(&mut self, hash: &Hash) -> Result<Arc<Code>, Fault> {
        if let Some(code) = self.instances.code(hash) {
            return Ok(code);
        }
        let shared = self.shared.clone();
        let wasm = || {
            let stored = self.overlay.get(&native::code_key(hash))?;
            stored.map(<[u8]>::to_vec).ok_or_else(|| Fault::new("a contract's code is not in state"))
        };
        let code = shared.codes.get(&shared.engine, hash, wasm)?;
        self.instances.remember(code.clone());
        Ok(code)
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
