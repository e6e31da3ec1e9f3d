//! Whether a transaction can be in a block on a given state.

use std::sync::Arc;

use codec::{DecodeLimit, Encode};
use sillok_abi::native::GOVERNANCE;
use sillok_abi::{Account, Credential, Hash, Transaction, TransactionBody};

use crate::block::share_of;
use crate::execution::{BlockEnv, Context, Shared, Stop, authenticate, tree_calls};
use crate::fault::Fault;
use crate::orderbook::OrderBooks;
use crate::refusal::Refusal;
use crate::state::StateReader;
use crate::{limits, native};

/// What admission found out.
#[derive(Clone, Copy)]
pub(crate) struct Admission {
    pub(crate) id: Hash,
    pub(crate) bytes: usize,
    pub(crate) member: u32,
    pub(crate) authentication_gas: u64,
}

/// What is known of a transaction that could be in the next block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Its id.
    pub id: Hash,
    /// The member that has admitted its submitter, or [`limits::GOVERNANCE_LANE`].
    pub member: u32,
    /// That member's share of a block's gas, in thousandths.
    pub share: u32,
}

/// Why admission came to nothing.
pub(crate) enum NotAdmitted {
    Refused(Refusal),
    Fault(Fault),
}

impl From<Refusal> for NotAdmitted {
    fn from(refusal: Refusal) -> Self {
        NotAdmitted::Refused(refusal)
    }
}

impl From<Fault> for NotAdmitted {
    fn from(fault: Fault) -> Self {
        NotAdmitted::Fault(fault)
    }
}

/// Reads a transaction from the wire.
pub fn decode_transaction(mut bytes: &[u8]) -> Result<Transaction, Refusal> {
    Transaction::decode_all_with_depth_limit(limits::MAX_DECODE_DEPTH, &mut bytes)
        .map_err(|_| Refusal::Malformed)
}

/// Judges transactions against one state.
pub(crate) struct Gatekeeper {
    shared: Arc<Shared>,
    env: BlockEnv,
    context: Context,
}

impl Gatekeeper {
    pub(crate) fn new(shared: Arc<Shared>, env: BlockEnv, state: Arc<dyn StateReader>) -> Self {
        let books = OrderBooks::new(state.clone());
        let context = Context::new(shared.clone(), env, state, books).read_only();
        Gatekeeper { shared, env, context }
    }

    /// The context in which it judges, for reading alone.
    pub(crate) fn context(&mut self) -> &mut Context {
        &mut self.context
    }

    /// Judges a transaction of this id. `key_signature` says whether a key's signature is verified too; it needs not
    /// be, if it was when the transaction entered the mempool. A contract's judgement is always asked for,
    /// on the state before the block.
    pub(crate) fn admit(
        &mut self,
        transaction: &Transaction,
        id: Hash,
        key_signature: bool,
    ) -> Result<Admission, NotAdmitted> {
        let body = &transaction.body;
        let bytes = transaction.encoded_size();
        self.check_shape(transaction, bytes)?;
        let member = self.payer(body)?;
        if body.gas_limit > self.share(member)? {
            return Err(Refusal::GasLimit.into());
        }
        let signature = self.key_signature();
        let authentication_gas = match (&body.submitter, &transaction.credential) {
            _ if native::is_report(body) => self.judge_report(transaction)?,
            (Account::Key(_), Credential::Sr25519(_)) if !key_signature => signature,
            (Account::Key(_), Credential::Sr25519(_)) => self.authenticate(transaction, &id)?,
            (Account::Key(_), _) => return Err(Refusal::BadSignature.into()),
            _ => self.authenticate(transaction, &id)?,
        };
        // What it took to judge is paid too, or judging would be free.
        if body.gas_limit < self.least_gas(bytes, authentication_gas) {
            return Err(Refusal::GasLimit.into());
        }
        Ok(Admission { id, bytes, member, authentication_gas })
    }

    /// Whose share of a block the transaction takes. Validators' operators need no member to govern: what
    /// membership comes to must not keep them from changing it.
    fn payer(&mut self, body: &TransactionBody) -> Result<u32, NotAdmitted> {
        let governs = body.call.contract == GOVERNANCE;
        if !governs && native::is_halted(&mut self.context)? {
            return Err(Refusal::Halted.into());
        }
        if native::is_report(body) {
            return Ok(limits::GOVERNANCE_LANE);
        }
        if governs && native::is_operator(&mut self.context, &body.submitter)? {
            return Ok(limits::GOVERNANCE_LANE);
        }
        Ok(native::member_of(&mut self.context, &body.submitter)?.ok_or(Refusal::NotAdmitted)?)
    }

    fn check_shape(&self, transaction: &Transaction, bytes: usize) -> Result<(), Refusal> {
        let body = &transaction.body;
        let parameters = &self.shared.parameters;
        let now = self.env.time;
        let calls: usize =
            body.authorisations.iter().map(|authorisation| tree_calls(&authorisation.tree)).sum();
        if body.chain != self.shared.chain {
            Err(Refusal::WrongChain)
        } else if bytes > parameters.max_transaction_bytes as usize {
            Err(Refusal::TooLarge)
        } else if body.authorisations.len() > limits::MAX_AUTHORISATIONS || calls > limits::MAX_TREE_CALLS {
            Err(Refusal::TooManyAuthorisations)
        } else if body.expiry <= now {
            Err(Refusal::Expired)
        } else if body.expiry > now.plus(parameters.max_transaction_lifetime_ms) {
            Err(Refusal::ExpiryTooFar)
        } else if !(self.least_gas(bytes, self.key_signature())..=parameters.max_transaction_gas)
            .contains(&body.gas_limit)
        {
            Err(Refusal::GasLimit)
        } else {
            Ok(())
        }
    }

    /// Judges a transaction of this id for who keeps it until there is a block for it.
    pub(crate) fn check(
        &mut self,
        transaction: &Transaction,
        id: Hash,
        key_signature: bool,
    ) -> Result<Result<Checked, Refusal>, Fault> {
        match self.admit(transaction, id, key_signature) {
            Ok(Admission { id, member, .. }) => {
                Ok(Ok(Checked { id, member, share: self.thousandths(member)? }))
            }
            Err(NotAdmitted::Refused(refusal)) => Ok(Err(refusal)),
            Err(NotAdmitted::Fault(fault)) => Err(fault),
        }
    }

    /// What verifying a key's signature costs.
    fn key_signature(&self) -> u64 {
        self.shared.parameters.gas.signatures.sr25519.of(size_of::<Hash>())
    }

    /// What a transaction of this size costs before anything runs. One that can't pay it would take room in
    /// a block for nothing.
    fn least_gas(&self, bytes: usize, authentication: u64) -> u64 {
        let gas = &self.shared.parameters.gas;
        gas.transaction + gas.transaction_byte * bytes as u64 + authentication
    }

    /// The gas of a block that the member's transactions may use.
    fn share(&mut self, member: u32) -> Result<u64, Fault> {
        Ok(share_of(self.shared.parameters.block_gas, self.thousandths(member)?))
    }

    fn thousandths(&mut self, member: u32) -> Result<u32, Fault> {
        if member == limits::GOVERNANCE_LANE {
            return Ok(limits::GOVERNANCE_SHARE);
        }
        Ok(native::member(&mut self.context, member)?.map_or(0, |record| record.gas_share))
    }

    /// Answers what judging evidence cost that stands for itself. Only what would be taken is admitted, so that
    /// reports can't take the room of votes.
    fn judge_report(&mut self, transaction: &Transaction) -> Result<u64, NotAdmitted> {
        if transaction.credential != Credential::Contract(Vec::new()) {
            return Err(Refusal::AuthenticationFailed.into());
        }
        let most = self.shared.parameters.admission_gas.min(limits::AUTHENTICATION_GAS);
        self.context.begin(most);
        match native::is_reportable(&mut self.context, &transaction.body) {
            Ok(true) => Ok(most - self.context.gas()),
            Err(Stop::Fault(fault)) => Err(fault.into()),
            Ok(false) | Err(_) => Err(Refusal::BadEvidence.into()),
        }
    }

    /// Answers what authenticating the submitter cost. Nobody pays for what is refused, so that it is bounded
    /// more tightly than an authorisation.
    fn authenticate(&mut self, transaction: &Transaction, id: &Hash) -> Result<u64, NotAdmitted> {
        let submitter = &transaction.body.submitter;
        let refusal = match submitter {
            Account::Key(_) => Refusal::BadSignature,
            _ => Refusal::AuthenticationFailed,
        };
        let most = self.shared.parameters.admission_gas.min(limits::AUTHENTICATION_GAS);
        self.context.begin(most);
        match authenticate(&mut self.context, submitter, id, &transaction.credential) {
            Ok(true) if matches!(submitter, Account::Key(_)) => Ok(self.key_signature()),
            Ok(true) => Ok(most - self.context.gas()),
            Err(Stop::Fault(fault)) => Err(fault.into()),
            Err(stop) if stop.is_out_of_gas() => Err(Refusal::AuthenticationGas.into()),
            Ok(false) | Err(_) => Err(refusal.into()),
        }
    }
}
