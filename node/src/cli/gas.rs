//! How much gas a command allows its transaction: what the simulation used, and what a simulation does not
//! count, at the chain's prices.

use std::collections::BTreeMap;

use codec::Encode;
use serde_json::json;
use sillok_abi::native::GOVERNANCE;
use sillok_abi::{Account, Authorisation, Authoriser, Credential, Hash, TransactionBody};
use sillok_runtime::limits;

use super::gov::Parameter;
use super::{CliError, Result, Session, typed};

/// How many parameters are asked for: what is sought is among the first, and the chain answers no more.
const FIRST: u32 = 32;
/// The most bytes of a submitter's credential, which is signed after its gas is known.
const CREDENTIAL_BYTES: usize = limits::MAX_CREDENTIAL_BYTES + 8;

/// How much more gas than the simulation used is allowed, in percent: state may change until the block
/// is made.
const MARGIN_PERCENT: u64 = 50;

/// The chain's prices of what a simulation does not count, and its bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct GasPrices {
    transaction: u64,
    byte: u64,
    /// A signature by a key.
    signature: u64,
    /// The most that judging a submitter that is no key takes.
    admission: u64,
    /// The most that a transaction may allow.
    most: u64,
}

impl GasPrices {
    /// Those that hold on the chain.
    pub(super) async fn of(session: &Session) -> Result<Self> {
        let module = session.contract_by_id(GOVERNANCE).await?;
        let first: Vec<Parameter> =
            typed::query(session, &module, "parameters", json!({ "from": 0, "limit": FIRST }), None).await?;
        let listed = first.into_iter().map(|parameter| (parameter.name, parameter.value)).collect();
        Self::listed(&listed).ok_or_else(|| {
            CliError::failed("unexpected-answer", "the chain does not say what gas it asks for")
                .hint("say how much to allow with --gas, or use a command of the node's version")
        })
    }

    fn listed(parameters: &BTreeMap<String, u64>) -> Option<Self> {
        let value = |name: &str| parameters.get(name).copied();
        let per_byte = value("gas.signatures.sr25519.per_byte")?.saturating_mul(size_of::<Hash>() as u64);
        Some(GasPrices {
            transaction: value("gas.transaction")?,
            byte: value("gas.transaction_byte")?,
            signature: value("gas.signatures.sr25519.base")?.saturating_add(per_byte),
            admission: value("admission_gas")?,
            most: value("max_transaction_gas")?,
        })
    }

    /// The limit for a transaction whose simulation used so much. It has all its authorisations.
    pub(super) fn limit(self, simulated: u64, body: &TransactionBody) -> u64 {
        let judged = |authorisation: &Authorisation| match &authorisation.by {
            Authoriser::Submitter => 0,
            Authoriser::Signer { credential: Credential::Sr25519(_), .. } => self.signature,
            Authoriser::Signer { credential: Credential::Contract(_), .. } => limits::AUTHENTICATION_GAS,
        };
        let submitter =
            if matches!(body.submitter, Account::Key(_)) { self.signature } else { self.admission };
        let bytes = self.byte.saturating_mul((body.encoded_size() + CREDENTIAL_BYTES) as u64);
        let call = simulated.saturating_add(simulated / 100 * MARGIN_PERCENT);
        let more = [self.transaction, bytes, submitter];
        let signatures = body.authorisations.iter().map(judged);
        more.into_iter().chain(signatures).fold(call, u64::saturating_add).min(self.most)
    }
}

#[cfg(test)]
mod tests {
    use sillok_abi::{Call, CallTree, ContractId, Time};
    use sillok_client::keys::Keypair;
    use sillok_runtime::Parameters;

    use super::*;

    fn prices() -> GasPrices {
        let listed = Parameters::default().list().into_iter().take(FIRST as usize);
        GasPrices::listed(&listed.map(|it| (it.name, it.value)).collect()).unwrap()
    }

    fn body(submitter: Account, credentials: Vec<Credential>) -> TransactionBody {
        let call = Call { contract: ContractId([0; 32]), method: "m".into(), args: vec![] };
        let by =
            |credential| Authoriser::Signer { account: submitter, nonce: 0, expiry: Time(0), credential };
        let agreed = |credential| Authorisation { by: by(credential), tree: CallTree::leaf(call.clone()) };
        TransactionBody {
            chain: [0; 32],
            submitter,
            nonce: 0,
            expiry: Time(0),
            gas_limit: 0,
            call: call.clone(),
            authorisations: credentials.into_iter().map(agreed).collect(),
        }
    }

    #[test]
    fn the_limit_is_what_the_chain_asks_for_and_a_margin() {
        let (prices, gas) = (prices(), Parameters::default().gas);
        let key = "//Alice".parse::<Keypair>().unwrap().account();
        let none = prices.limit(1_000_000, &body(key, vec![]));
        let signature = gas.signatures.sr25519.of(size_of::<Hash>());
        assert!(none > 1_500_000 + gas.transaction + signature);
        let signed = prices.limit(1_000_000, &body(key, vec![Credential::Sr25519([0; 64])]));
        assert!(signed > none + signature);
        let judged = prices.limit(1_000_000, &body(key, vec![Credential::Contract(vec![])]));
        assert!(judged > none + limits::AUTHENTICATION_GAS);
        let contract = Account::Contract(ContractId([1; 32]));
        assert!(prices.limit(1_000_000, &body(contract, vec![])) >= none - signature + prices.admission);
        assert_eq!(prices.limit(u64::MAX, &body(key, vec![])), prices.most);
    }
}
