//! What validators can decide.

use alloc::{string::String, vec::Vec};

use super::{NewNode, PeerKey};
use crate::{Account, ContractId, PublicKey};

data! {
    /// One thing that a proposal does. All of a proposal's are done together, in order, or none.
    pub enum Action {
        /// Takes a node up, under the next number.
        0 => AddNode {
            /// The node.
            node: NewNode,
        },
        /// Lets a node go for good.
        1 => RemoveNode {
            /// Its number.
            node: u32,
        },
        /// Makes an observer a validator.
        2 => Promote {
            /// Its number.
            node: u32,
            /// The key that will sign its votes on blocks.
            key: PublicKey,
            /// Its voting power.
            power: u64,
        },
        /// Makes a validator, suspended or not, an observer.
        3 => Demote {
            /// Its number.
            node: u32,
        },
        /// Gives a validator, suspended or not, another key.
        4 => Rekey {
            /// Its number.
            node: u32,
            /// The key that will sign its votes on blocks.
            key: PublicKey,
        },
        /// Gives a node another network key.
        5 => SetPeer {
            /// Its number.
            node: u32,
            /// Its network key.
            peer: PeerKey,
        },
        /// Gives a validator another power. One that was suspended votes again.
        6 => SetPower {
            /// Its number.
            node: u32,
            /// Its voting power.
            power: u64,
        },
        /// Says who proposes and votes for a node.
        7 => SetOperator {
            /// Its number.
            node: u32,
            /// Who does.
            operator: Account,
        },
        /// Says who runs a node and how to reach them.
        8 => DescribeNode {
            /// Its number.
            node: u32,
            /// The organisation, and which of its nodes it is; 1 to 128 bytes.
            name: String,
            /// How to reach it; at most 256 bytes.
            contact: String,
        },
        /// Sets a parameter of the chain, from the next block on.
        9 => SetParameter {
            /// Its name, as the query `parameters` lists it.
            name: String,
            /// Its value, within the bounds that the query gives.
            value: u64,
        },
        /// Takes a member organisation up, under the next number.
        10 => AddMember {
            /// Its name; 1 to 128 bytes.
            name: String,
            /// Who admits and dismisses accounts for it.
            admin: Account,
            /// Its share of a block's gas, in thousandths; 0 to 1,000.
            gas_share: u32,
            /// How many bytes of state its accounts' transactions may keep.
            state_quota: u64,
        },
        /// Says who admits and dismisses accounts for a member.
        11 => SetMemberAdmin {
            /// Its number.
            member: u32,
            /// Who does.
            admin: Account,
        },
        /// Sets a member's share and quota. A member without a share can submit nothing.
        12 => SetMemberShare {
            /// Its number.
            member: u32,
            /// Its share of a block's gas, in thousandths; 0 to 1,000.
            gas_share: u32,
            /// How many bytes of state its accounts' transactions may keep.
            state_quota: u64,
        },
        /// Has a member admit an account.
        13 => Admit {
            /// The member's number.
            member: u32,
            /// The account.
            account: Account,
        },
        /// Has a member dismiss an account.
        14 => Dismiss {
            /// The member's number.
            member: u32,
            /// The account.
            account: Account,
        },
        /// Says whether only appointed deployers may make contracts, or every admitted account.
        15 => RestrictDeployment {
            /// Whether only they may.
            restricted: bool,
        },
        /// Appoints a deployer.
        16 => AppointDeployer {
            /// The account.
            account: Account,
        },
        /// Dismisses a deployer. Contracts that it has made stay.
        17 => DismissDeployer {
            /// The account.
            account: Account,
        },
        /// Has the chain follow another version of the protocol from a height on. Nodes that don't know it
        /// stop before that height. A version that was planned before is forgotten.
        18 => PlanVersion {
            /// The version.
            version: u32,
            /// The first block that follows it.
            height: u64,
        },
        /// Forgets a planned version whose height has not come.
        19 => CancelVersion {},
        /// From the next block on, executes nothing but calls of the governance module.
        20 => Halt {
            /// Why; at most 2,048 bytes.
            reason: String,
        },
        /// Ends the halt, from the next block on.
        21 => Resume {},
        /// Calls a contract as the consortium: with the authority of the governance module's own account.
        22 => Call {
            /// The contract.
            contract: ContractId,
            /// Its method.
            method: String,
            /// SCALE of the arguments, one after the other.
            args: Vec<u8>,
            /// The most gas that it may use.
            gas: u64,
        },
    }
}
