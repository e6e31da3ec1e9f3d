//! Who may be connected: the chain's members, less those that behaved badly a moment ago.
//!
//! A score belongs to the node, not to the connection: coming again does not wash it. Invariants: nobody is
//! refused for ever, as members need each other; there are at most as many scores as members.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sillok_abi::PublicKey;

use super::identity::NodeId;
use crate::limits;

/// A node of the chain's member list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// The node.
    pub(crate) node: NodeId,
    /// The key that it votes with; none for an observer.
    pub(crate) validator: Option<PublicKey>,
}

/// What lowers a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misdeed {
    /// Bytes that are not what the lane carries.
    Malformed,
    /// A frame longer than the lane allows.
    Oversized,
    /// A frame that began and did not end.
    Stalled,
    /// More than the lane's rate allows, for a while.
    Flood,
    /// An answer to what was not asked.
    Unasked,
    /// A second stream of a lane, or none.
    Lanes,
    /// What the node blamed it for: a forged block, a false certificate.
    Blamed,
}

impl Misdeed {
    /// What it costs. Framing errors can't come from an honest node; the others can, after a restart or on a
    /// machine that stood still, but not often.
    fn points(self) -> u32 {
        match self {
            Misdeed::Oversized | Misdeed::Lanes | Misdeed::Blamed => 50,
            Misdeed::Malformed | Misdeed::Unasked => 25,
            Misdeed::Stalled => 20,
            Misdeed::Flood => 10,
        }
    }
}

/// Why a node may not be connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    /// It is not on the list.
    #[error("it is not a member of the chain")]
    NotMember,
    /// It behaved badly.
    #[error("it misbehaved, and is refused for a while")]
    Misbehaved,
}

#[derive(Debug)]
struct Standing {
    validator: Option<PublicKey>,
    score: u32,
    /// When the score was that.
    at: Instant,
    refused_until: Option<Instant>,
}

/// The members and how they stand.
#[derive(Debug)]
pub(super) struct Roster {
    standings: BTreeMap<NodeId, Standing>,
    refused_for: Duration,
}

impl Roster {
    pub(super) fn new(members: &[Member], refused_for: Duration, now: Instant) -> Self {
        let mut roster = Roster { standings: BTreeMap::new(), refused_for };
        roster.replace(members, now);
        roster
    }

    /// Takes another list. Who stays keeps its score. Of a list that is too long, the end is ignored.
    pub(super) fn replace(&mut self, members: &[Member], now: Instant) {
        let mut old = std::mem::take(&mut self.standings);
        for member in members.iter().take(limits::MEMBERS) {
            let fresh = Standing { validator: None, score: limits::SCORE, at: now, refused_until: None };
            let kept = old.remove(&member.node).unwrap_or(fresh);
            self.standings.insert(member.node, Standing { validator: member.validator, ..kept });
        }
    }

    /// The member that this node is.
    ///
    /// # Errors
    /// If it is none, or refused for a while.
    pub(super) fn admit(&mut self, node: &NodeId, now: Instant) -> Result<Member, Refused> {
        let standing = self.standings.get_mut(node).ok_or(Refused::NotMember)?;
        if standing.refused_until.is_some_and(|until| now < until) {
            return Err(Refused::Misbehaved);
        }
        standing.refused_until = None;
        Ok(Member { node: *node, validator: standing.validator })
    }

    /// Lowers a score. Returns whether the node is refused from now on.
    pub(super) fn charge(&mut self, node: &NodeId, misdeed: Misdeed, now: Instant) -> bool {
        let refused_for = self.refused_for;
        let Some(standing) = self.standings.get_mut(node) else { return true };
        standing.recover(now);
        standing.score = standing.score.saturating_sub(misdeed.points());
        if standing.score > 0 {
            return false;
        }
        standing.score = limits::SCORE_AFTER_REFUSAL;
        standing.refused_until = Some(now + refused_for);
        true
    }

    /// A member's score; 0 for others.
    pub(super) fn score(&mut self, node: &NodeId, now: Instant) -> u32 {
        let Some(standing) = self.standings.get_mut(node) else { return 0 };
        standing.recover(now);
        standing.score
    }

    /// All members' ids.
    pub(super) fn nodes(&self) -> Vec<NodeId> {
        self.standings.keys().copied().collect()
    }

    /// Whether a node is on the list.
    pub(super) fn has(&self, node: &NodeId) -> bool {
        self.standings.contains_key(node)
    }
}

impl Standing {
    fn recover(&mut self, now: Instant) {
        let seconds = now.saturating_duration_since(self.at).as_secs();
        let points = u32::try_from(seconds).unwrap_or(u32::MAX).saturating_mul(limits::SCORE_PER_SECOND);
        self.score = self.score.saturating_add(points).min(limits::SCORE);
        self.at += Duration::from_secs(seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Member = Member { node: NodeId([1; 32]), validator: Some([9; 32]) };
    const OTHER: Member = Member { node: NodeId([2; 32]), validator: None };

    fn roster(now: Instant) -> Roster {
        Roster::new(&[ONE, OTHER], Duration::from_secs(60), now)
    }

    #[test]
    fn members_are_admitted_and_nobody_else() {
        let now = Instant::now();
        let mut roster = roster(now);
        assert_eq!(roster.admit(&ONE.node, now), Ok(ONE));
        assert_eq!(roster.admit(&NodeId([3; 32]), now), Err(Refused::NotMember));
        roster.replace(&[OTHER], now);
        assert_eq!(roster.admit(&ONE.node, now), Err(Refused::NotMember));
        assert_eq!(roster.admit(&OTHER.node, now), Ok(OTHER));
    }

    #[test]
    fn who_misbehaves_is_refused_for_a_while_and_a_new_list_does_not_change_that() {
        let now = Instant::now();
        let mut roster = roster(now);
        assert!(!roster.charge(&ONE.node, Misdeed::Blamed, now));
        assert!(roster.charge(&ONE.node, Misdeed::Blamed, now));
        roster.replace(&[ONE, OTHER], now);
        assert_eq!(roster.admit(&ONE.node, now), Err(Refused::Misbehaved));
        assert_eq!(roster.admit(&OTHER.node, now), Ok(OTHER));
        let later = now + Duration::from_secs(60);
        assert_eq!(roster.admit(&ONE.node, later), Ok(ONE));
        assert_eq!(roster.score(&ONE.node, now), limits::SCORE_AFTER_REFUSAL);
    }

    #[test]
    fn a_score_recovers_with_time_and_no_further_than_where_it_began() {
        let now = Instant::now();
        let mut roster = roster(now);
        for second in 0..1_000 {
            let at = now + Duration::from_secs(25 * second);
            assert!(!roster.charge(&ONE.node, Misdeed::Malformed, at));
            assert_eq!(roster.score(&ONE.node, at), limits::SCORE - Misdeed::Malformed.points());
        }
    }
}
