//! The front of the queues: the orders that just trade with a taker, one behind the other and price by price.
//!
//! What is the same for all of them happens once: what may come between, the queue's end and totals. Invariant: what
//! is left in the book, its log, events and fills is what trading with them one by one would leave.

use sillok_abi::MatchMode;

use super::answer::Broken;
use super::book::Book;
use super::matching::{Meeting, is_own};
use super::order::{Flags, NIL, Order, Rung};
use super::steps::Steps;
use super::taker::Taker;
use super::turnover::Turnover;

impl Book {
    /// Trades with whom a taker meets and those behind, level after level, as long as nothing else can happen; answers
    /// whether somebody is left there, whom it meets then.
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
        // Whoever meets nobody halfway first will not do so later: nobody comes to wait there meanwhile.
        let goes_on = self.params.mode == MatchMode::Continuous && !self.may_be_interrupted();
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
        let (wanted, fills, mut gone) = (taker.left, steps.answer.fills.len(), 0u32);
        while meeting.slot != NIL && taker.left > 0 {
            let maker = self.slab.get(meeting.slot)?;
            if !just_trades(maker, taker) || !steps.take() {
                break;
            }
            let (shown, next) = (maker.shown, maker.next);
            let quantity = shown.min(taker.left);
            self.deal(*meeting, taker, quantity, steps)?;
            taker.left = taker.left.wrapping_sub(quantity);
            let left = shown.wrapping_sub(quantity);
            if left > 0 {
                self.reduce_first(meeting.slot, left)?;
                break;
            }
            self.remove_first(meeting.slot)?;
            gone = gone.wrapping_add(1);
            meeting.slot = next;
        }
        let (trades, volume) =
            (steps.answer.fills.len().wrapping_sub(fills), wanted.wrapping_sub(taker.left));
        if trades > 0 {
            self.cut(Rung::limit(taker.side.other(), meeting.tick), meeting.slot, gone, volume)?;
            // Whole prices: what the trades are worth together is the sum of what each is worth.
            let value = u128::from(meeting.price.0 >> 1).wrapping_mul(u128::from(volume));
            turnover.add((meeting.price, meeting.tick), trades as u64, volume, value);
        }
        Ok(())
    }
}

/// Whether nothing happens to an order but a trade: it shows no next part, cannot have expired, and is not the taker's
/// own.
#[inline(always)]
fn just_trades(maker: &Order, taker: &Taker) -> bool {
    (maker.hidden == 0 || maker.shown > taker.left)
        && !maker.flags.has(Flags::UNTIL | Flags::UNTIL_HEIGHT)
        && !is_own(taker, maker)
}
