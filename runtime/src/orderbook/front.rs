//! The front of a queue: the orders that a taker takes whole, one behind the other.
//!
//! What is the same for all of them happens once: the queue's end and totals. Invariant:
//! what is left in the book, its log, events and fills is what taking them one by one would leave.

use sillok_abi::{BookEvent, MatchMode, OrderId};

use super::answer::Broken;
use super::book::{Book, Steps};
use super::matching::{Meeting, is_own};
use super::order::{Flags, NIL, Order, Rung};
use super::taker::Taker;
use super::turnover::Turnover;

impl Book {
    /// Trades with whom a taker meets and those behind, level after level, as long as it takes them whole and nothing
    /// else can happen; answers whether somebody is left there, whom it meets then.
    #[inline(always)]
    pub(super) fn take_front(
        &mut self,
        meeting: &mut Meeting,
        taker: &mut Taker,
        turnover: &mut Turnover,
        steps: &mut Steps,
    ) -> Result<bool, Broken> {
        if meeting.tick == NIL || self.interrupts(meeting.tick, taker.before) {
            return Ok(true);
        }
        let goes_on =
            self.slab.special == 0 && self.params.mode == MatchMode::Continuous && !self.may_be_interrupted();
        loop {
            self.take_level(meeting, taker, turnover, steps)?;
            if meeting.slot != NIL {
                return Ok(true);
            }
            if !goes_on || taker.left == 0 {
                return Ok(false);
            }
            let Some(next) = self.best_meeting(taker) else { return Ok(false) };
            *meeting = next;
        }
    }

    /// As `take_front`, at one price; the taker meets nobody if nobody is left there.
    #[inline(always)]
    fn take_level(
        &mut self,
        meeting: &mut Meeting,
        taker: &mut Taker,
        turnover: &mut Turnover,
        steps: &mut Steps,
    ) -> Result<(), Broken> {
        let (mut gone, mut volume, mut cost) = (0u32, 0u64, 0u128);
        while meeting.slot != NIL {
            let maker = self.slab.get(meeting.slot)?;
            if !is_taken_whole(maker, taker) || !steps.take() {
                break;
            }
            let (id, shown, next) = (maker.id, maker.shown, maker.next);
            let value = self.deal(meeting, meeting.slot, taker, shown, steps)?;
            self.emit(BookEvent::Left { order: OrderId(id) });
            self.remove_first(meeting.slot)?;
            taker.left = taker.left.wrapping_sub(shown);
            volume = volume.wrapping_add(shown);
            cost = cost.wrapping_add(u128::from(value));
            gone = gone.wrapping_add(1);
            meeting.slot = next;
        }
        if gone > 0 {
            self.cut(Rung::limit(taker.side.other(), meeting.tick), meeting.slot, gone, volume)?;
            turnover.add((meeting.price, meeting.tick), u64::from(gone), volume, cost);
        }
        Ok(())
    }
}

/// Whether a taker takes all of an order that hides nothing, cannot have expired, and is not the taker's own.
#[inline(always)]
fn is_taken_whole(maker: &Order, taker: &Taker) -> bool {
    maker.shown <= taker.left
        && maker.hidden == 0
        && !maker.flags.has(Flags::UNTIL | Flags::UNTIL_HEIGHT)
        && !is_own(taker, maker)
}
