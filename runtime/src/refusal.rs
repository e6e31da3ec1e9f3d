//! Why a transaction can't be in a block. A refused one leaves no receipt and uses no nonce.

macro_rules! refusals {
    ($($(#[doc = $docs:literal])* $name:ident = $code:literal,)*) => {
        /// Why a transaction can't be in a block.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Refusal { $($(#[doc = $docs])* $name = $code,)* }

        impl std::fmt::Display for Refusal {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(match self { $(Refusal::$name => concat!($($docs),*).trim(),)* })
            }
        }
    };
}

refusals! {
    /// The bytes are not SCALE of a transaction.
    Malformed = 1001,
    /// The transaction names another chain: sign it with this chain's id.
    WrongChain = 1002,
    /// The transaction has expired: sign it again.
    Expired = 1003,
    /// The transaction expires too far ahead: sign it with an earlier expiry.
    ExpiryTooFar = 1004,
    /// The submitter has used this nonce already, or sent this transaction before: choose another nonce.
    Replayed = 1005,
    /// The submitter's signature does not fit the transaction: sign its id with the submitter's key.
    BadSignature = 1006,
    /// No member has admitted the submitter: ask a member's admin to admit the account.
    NotAdmitted = 1007,
    /// The gas limit is below what the transaction's bytes and signature cost, or above what one transaction or its member's share of a block may use.
    GasLimit = 1008,
    /// The transaction is larger than allowed: split it.
    TooLarge = 1009,
    /// The transaction carries too many authorisations or calls in their trees: split it.
    TooManyAuthorisations = 1010,
    /// The submitter's contract did not accept the credential: sign with a key that it knows.
    AuthenticationFailed = 1011,
    /// The chain is halted: until validators resume it, only calls of the governance module are executed.
    Halted = 1012,
    /// Judging the submitter's credential takes more gas than admission allows: have another account submit, and sign an authorisation instead.
    AuthenticationGas = 1013,
    /// The evidence that the transaction reports does not hold, is too old, or was reported before.
    BadEvidence = 1014,
}

impl Refusal {
    /// The refusal's code, as RPC answers carry it.
    pub fn code(self) -> u32 {
        self as u32
    }
}

impl std::error::Error for Refusal {}
