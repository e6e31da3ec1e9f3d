//! The hello: whether two nodes are of the same chain, and of which validator the other is.
//!
//! The connection has proven the other's network key already. What is left is the chain, the version, and
//! that the validator which the chain's list names for that key agrees: a network key alone, stolen or put
//! into the wrong configuration, does not make a validator's node.

use std::sync::Arc;
use std::time::Instant;

use codec::Decode;
use libp2p::Stream;
use libp2p::futures::AsyncWriteExt;
use sillok_abi::Hash;

use super::Ended;
use crate::limits;
use crate::network::frame::{self, seal};
use crate::network::identity::{NodeId, binding_digest};
use crate::network::roster::{Member, Refused};
use crate::network::shared::Shared;
use crate::network::wire::{self, Control, Goodbye, Hello, VERSION};

/// Says hello and hears it, says whether the other is welcome and hears whether this node is.
pub(super) async fn exchange(
    shared: &Arc<Shared>,
    node: &NodeId,
    stream: &mut Stream,
) -> Result<(Member, String), Ended> {
    send(stream, &shared.hello()).await?;
    let within = limits::HELLO_TIMEOUT;
    let theirs = frame::read(stream, limits::HELLO_BYTES, within).await?;
    let hello = match check(shared, node, &theirs) {
        Ok(hello) => hello,
        Err(why) => {
            send(stream, &Control::Goodbye(why)).await?;
            stream.close().await.map_err(frame::FrameError::Stream)?;
            return Err(Ended::Closed(why));
        }
    };
    send(stream, &Control::Welcome).await?;
    let verdict = frame::read(stream, limits::CONTROL_BYTES, within).await?;
    match wire::decode(&verdict) {
        Ok(Control::Welcome) => {}
        Ok(Control::Goodbye(why)) => return Err(Ended::Told(why)),
        _ => return Err(Ended::Lanes),
    }
    let (member, Hello { agent, record, .. }) = hello;
    shared.learn(record);
    Ok((member, agent))
}

async fn send(stream: &mut Stream, content: &impl codec::Encode) -> Result<(), frame::FrameError> {
    stream.write_all(&seal(content)).await?;
    Ok(stream.flush().await?)
}

/// Whether a hello makes a node welcome.
fn check(shared: &Shared, node: &NodeId, bytes: &[u8]) -> Result<(Member, Hello), Goodbye> {
    // These two come first in every version; what follows them may differ.
    let (version, chain) = <(u32, Hash)>::decode(&mut &bytes[..]).map_err(|_| Goodbye::OtherVersion)?;
    if chain != shared.config.chain {
        let (theirs, ours) = (hex::encode(chain), hex::encode(shared.config.chain));
        tracing::warn!(%node, theirs, ours, "a node of another chain");
        return Err(Goodbye::OtherChain);
    }
    if version != VERSION {
        tracing::warn!(%node, theirs = version, ours = VERSION, "a node of another network version");
        return Err(Goodbye::OtherVersion);
    }
    let hello: Hello = wire::decode(bytes).map_err(|_| Goodbye::Misbehaved)?;
    if hello.agent.len() > limits::AGENT_BYTES
        || hello.record.node != *node
        || !hello.record.holds(&shared.config.chain)
    {
        return Err(Goodbye::Misbehaved);
    }
    let refused = |refused| match refused {
        Refused::NotMember => Goodbye::NotMember,
        Refused::Misbehaved => Goodbye::Misbehaved,
    };
    let member = shared.admit(node, Instant::now()).map_err(refused)?;
    if is_bound(shared, &member, &hello) { Ok((member, hello)) } else { Err(Goodbye::FalseBinding) }
}

/// Whether the validator that the list names for a node, if any, has signed for it.
fn is_bound(shared: &Shared, member: &Member, hello: &Hello) -> bool {
    let Some(validator) = member.validator else { return true };
    let digest = binding_digest(&shared.config.chain, &member.node);
    hello.binding.as_ref().is_some_and(|binding| {
        binding.validator == validator && (shared.config.verify)(&validator, &digest, &binding.signature)
    })
}
