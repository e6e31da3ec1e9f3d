//! The compiled contracts that a genesis can hold, built from their Rust by this crate's build script.

macro_rules! contracts {
    ($($(#[$docs:meta])* $constant:ident = $name:literal;)*) => {
        $(
            $(#[$docs])*
            pub const $constant: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".wasm"));
        )*

        /// Every contract: its name and its Wasm.
        pub const ALL: &[(&str, &[u8])] = &[$(($name, $constant)),*];
    };
}

contracts! {
    /// A counter for each account: the tutorial's contract.
    COUNTER = "counter";
    /// The same contract a version later: what an upgrade looks like.
    COUNTER2 = "counter2";
    /// Decentralised identifiers, each of which is an account.
    DID = "did";
    /// The share register of one company.
    REGISTER = "register";
    /// Cash in one currency of one bank.
    CASH = "cash";
    /// Shares against cash between two parties.
    ESCROW = "escrow";
    /// Trading of registered shares on order books.
    MARKET = "market";
    /// A company's board of directors, which is an account.
    BOARD = "board";
    /// Every kind of storage field, for the tests; no genesis has it.
    SHELF = "shelf";
    /// The work that the benches measure; in no genesis but theirs.
    BENCH = "bench";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn every_contract_is_a_wasm_module() {
        for (name, wasm) in ALL {
            assert!(wasm.starts_with(b"\0asm"), "{name}");
        }
    }
}
