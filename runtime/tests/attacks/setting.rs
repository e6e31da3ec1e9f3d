//! A chain with puppets, and authorisations made by hand.

use sillok_abi::native::GenesisContract;
use sillok_abi::{
    Account, Authorisation, Authoriser, CallTree, ContractId, Credential, Failure, Hash, Outcome, Receipt,
    Time, TransactionBody, authorisation_digest,
};
use sillok_testing::puppet::{self, PUPPETS, Script};
use sillok_testing::{World, account, failure, genesis, key};

/// What no attack needs, and would take time to compile.
const LEFT_OUT: [&str; 2] = ["escrow", "market"];

/// The usual chain with puppets, and another cash contract of the same code.
pub(crate) fn world() -> World {
    let mut genesis = genesis();
    genesis.contracts.retain(|contract| !LEFT_OUT.contains(&contract.name.as_str()));
    puppet::add(&mut genesis);
    let cash = genesis.contracts.iter().find(|contract| contract.name == "cash").unwrap();
    let other = GenesisContract { name: "other-cash".into(), salt: [99; 32], ..cash.clone() };
    genesis.contracts.push(other);
    World::of(genesis)
}

/// A puppet's id.
pub(crate) fn puppet(world: &World, number: usize) -> ContractId {
    world.id(PUPPETS[number])
}

/// Has a puppet's `order` do this from now on.
pub(crate) fn plot(world: &mut World, puppet: ContractId, script: &Script) {
    let body = world.body("Eve", puppet, "plot", script.args());
    let transaction = world.seal(body);
    let receipt = world.send(transaction).unwrap();
    assert!(matches!(receipt.outcome, Outcome::Success(_)), "{receipt:?}");
}

/// A body whose root call is a puppet's `run`.
pub(crate) fn running(world: &World, from: &str, puppet: ContractId, script: &Script) -> TransactionBody {
    world.body(from, puppet, "run", script.args())
}

/// An authorisation that is signed apart.
#[derive(Clone)]
pub(crate) struct Apart {
    /// Whose it claims to be.
    pub(crate) account: Account,
    /// Whose key signs.
    pub(crate) by: &'static str,
    pub(crate) chain: Hash,
    pub(crate) nonce: u64,
    pub(crate) expiry: Time,
}

impl Apart {
    /// Alice's own, good for a minute.
    pub(crate) fn of(world: &World, name: &'static str) -> Self {
        Apart {
            account: account(name),
            by: name,
            chain: world.chain(),
            nonce: 1,
            expiry: Time(world.time + 60_000),
        }
    }

    pub(crate) fn sign(&self, tree: CallTree) -> Authorisation {
        let digest = authorisation_digest(&self.chain, &self.account, self.nonce, self.expiry, &tree);
        self.with(Credential::Sr25519(key(self.by).sign(&digest)), tree)
    }

    pub(crate) fn with(&self, credential: Credential, tree: CallTree) -> Authorisation {
        let Apart { account, nonce, expiry, .. } = *self;
        Authorisation { by: Authoriser::Signer { account, nonce, expiry, credential }, tree }
    }
}

/// What the submitter's signature covers.
pub(crate) fn own(tree: CallTree) -> Authorisation {
    Authorisation { by: Authoriser::Submitter, tree }
}

/// The tree of `name`'s account that a simulation asks for.
pub(crate) fn asked(world: &World, body: &TransactionBody, name: &str) -> CallTree {
    let trees = world.simulate(body).trees;
    let tree = trees.into_iter().find(|(of, _)| *of == account(name));
    tree.unwrap_or_else(|| panic!("{name} is not asked")).1
}

/// Sends with the submitter's signature; the receipt.
pub(crate) fn send(world: &mut World, body: TransactionBody) -> Receipt {
    let transaction = world.seal(body);
    world.send(transaction).unwrap()
}

/// Sends, and it must succeed.
#[track_caller]
pub(crate) fn passes(world: &mut World, body: TransactionBody) {
    let receipt = send(world, body);
    assert!(matches!(receipt.outcome, Outcome::Success(_)), "{:?}", receipt.outcome);
}

/// Sends, and it must fail and change nothing: why it fails.
#[track_caller]
pub(crate) fn fails(world: &mut World, body: TransactionBody) -> Failure {
    let before = world.state.clone();
    let receipt = send(world, body);
    assert!(receipt.events.is_empty());
    assert!(world.state == before, "what fails changes nothing");
    failure(&receipt)
}

/// The body with other authorisations, and a nonce that was not used.
pub(crate) fn again(
    world: &World,
    body: &TransactionBody,
    authorisations: Vec<Authorisation>,
) -> TransactionBody {
    TransactionBody { nonce: world.nonces.next(), authorisations, ..body.clone() }
}

pub(crate) fn unauthorised(account: Account) -> Failure {
    Failure::Unauthorised { account }
}

/// An authorisation that is refused, with what its reason begins with.
#[track_caller]
pub(crate) fn assert_bad(failed: &Failure, of: Account, begins: &str) {
    match failed {
        Failure::BadAuthorisation { account, reason } => {
            assert_eq!(*account, of);
            assert!(reason.starts_with(begins), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

/// How the reasons begin.
pub(crate) const INVALID: &str = "its signature is not valid";
pub(crate) const EXPIRED: &str = "it has expired";
pub(crate) const TOO_FAR: &str = "it expires too far ahead";
pub(crate) const USED: &str = "it was used before";
pub(crate) const TWO: &str = "there are two of it";
