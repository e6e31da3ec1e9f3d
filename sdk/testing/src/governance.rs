//! Validators that govern a chain in memory.

use std::sync::Arc;

use codec::{Decode, Encode};
use sillok_abi::governance::{Action, NewNode, NewProposal, NodeInfo, Proposal, Role, Status};
use sillok_abi::native::GOVERNANCE;
use sillok_abi::{Account, Call, Outcome, Receipt, Time, TransactionBody, Validator, digest};
use sillok_client::transaction::Signer;
use sillok_runtime::crypto::network_key;

use crate::{World, account, key};

/// A validator: its key is the development key of its name, its operator's that of the same name and
/// `Operator`.
pub fn validator(name: &str, power: u64) -> NewNode {
    let validator = Some(Validator { key: key(name).public(), power });
    NewNode { validator, ..observer(name) }
}

/// A node without a vote, of the same.
pub fn observer(name: &str) -> NewNode {
    NewNode {
        name: name.into(),
        operator: account(&operator(name)),
        contact: String::new(),
        peer: network_key(&digest("sillok/test-peer", &name)),
        validator: None,
    }
}

/// The name of a node's operator.
pub fn operator(node: &str) -> String {
    format!("{node}Operator")
}

impl World {
    /// A proposal of these actions that is open for an hour.
    pub fn proposal(&self, actions: Vec<Action>) -> NewProposal {
        let expires = Time(self.time + 3_600_000);
        NewProposal { title: "A proposal".into(), text: String::new(), actions, height: None, expires }
    }

    /// A transaction of an account, without authorisations, that calls the governance module.
    pub fn governing(&self, from: Account, method: &str, args: impl Encode) -> TransactionBody {
        let body = self.body("Alice", GOVERNANCE, method, args);
        TransactionBody { submitter: from, ..body }
    }

    /// Has an account call the governance module, with everybody's authority.
    pub fn govern(&mut self, from: Account, method: &str, args: impl Encode) -> Receipt {
        let body = self.governing(from, method, args);
        let transaction = self.signed(body);
        self.send(transaction).unwrap()
    }

    /// Has a validator propose something.
    pub fn propose(&mut self, validator: u32, proposal: NewProposal) -> Receipt {
        let from = self.operator_of(validator);
        self.govern(from, "propose", (validator, proposal))
    }

    /// Has a validator vote.
    pub fn vote(&mut self, validator: u32, proposal: u64, yes: bool) -> Receipt {
        let from = self.operator_of(validator);
        self.govern(from, "vote", (validator, proposal, yes))
    }

    /// Proposes something, and has validators vote for it, in the order of their turns, until it is decided.
    /// Answers what became of it.
    pub fn decide(&mut self, actions: Vec<Action>) -> Status {
        let proposal = self.proposal(actions);
        self.decide_proposal(proposal)
    }

    /// The same with any proposal.
    pub fn decide_proposal(&mut self, proposal: NewProposal) -> Status {
        let validators: Vec<NodeInfo> = self.ask("validators", (0u32, 32u32));
        let proposed = self.propose(validators[0].number, proposal);
        let number: u64 = value(&proposed);
        for NodeInfo { number: voter, .. } in &validators[1..] {
            if self.standing(number) != (Status::Open {}) {
                break;
            }
            self.vote(*voter, number, true);
        }
        self.standing(number)
    }

    /// What has become of a proposal.
    pub fn standing(&self, proposal: u64) -> Status {
        let proposal: Option<Proposal> = self.ask("proposal", (proposal,));
        proposal.unwrap().status
    }

    /// Asks the governance module.
    pub fn ask<T: Decode>(&self, method: &str, args: impl Encode) -> T {
        let call = Call { contract: GOVERNANCE, method: method.into(), args: args.encode() };
        value(&self.runtime.query(self.state.clone(), self.env(), call).unwrap())
    }

    /// The validators as they are now: those of the block after the next one.
    pub fn validators(&self) -> Arc<[Validator]> {
        self.executor.next_validators(&*self.state).unwrap()
    }

    /// Lets a development key sign, if it can't yet.
    pub fn let_sign(&mut self, name: &str) {
        if !self.signers.iter().any(|signer| signer.account() == account(name)) {
            self.signers.push(Signer::Key(key(name)));
        }
    }

    /// Who speaks for a node: if it has no vote somebody who may submit transactions, but not vote.
    fn operator_of(&self, node: u32) -> Account {
        let node: Option<NodeInfo> = self.ask("node", (node,));
        let votes = node.filter(|node| matches!(node.role, Role::Validator { .. }));
        votes.map_or(account("Alice"), |node| node.operator)
    }
}

/// What a call that must have succeeded returned.
pub fn value<T: Decode>(receipt: &Receipt) -> T {
    match &receipt.outcome {
        Outcome::Success(value) => T::decode(&mut value.as_slice()).unwrap(),
        Outcome::Failed(failure) => panic!("it failed: {failure:?}"),
    }
}
