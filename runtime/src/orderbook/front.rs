//! The front of a queue: the orders that a taker takes whole, one behind the other.
//!
//! What is the same for all of them happens once: the queue's end and totals. Invariant:
//! what is left in the book, its log, events and fills is what taking them one by one would leave.

use sillok_abi::{BookEvent, OrderId};

use super::answer::Broken;
use super::book::{Book, Steps};
use super::matching::{Meeting, is_own};
use super::order::{Flags, NIL, Order, Rung};
use super::taker::Taker;
use super::turnover::Turnover;

impl Book {
    /// Trades with whom a taker meets and those behind, as long as it takes them whole and nothing else can
    /// happen; answers whether there was any trade.
    #[inline(always)]
    pub(super) fn take_front(
        &mut self,
        meeting: &Meeting,
        taker: &mut Taker,
        turnover: &mut Turnover,
        steps: &mut Steps,
    ) -> Result<bool, Broken> {
        if meeting.tick == NIL || self.interrupts(meeting.tick, taker.before) {
            return Ok(false);
        }
        let rung = Rung::limit(taker.side.other(), meeting.tick);
        let (mut slot, mut gone, mut volume, mut cost) = (meeting.slot, 0u32, 0u64, 0u128);
        while slot != NIL {
            let maker = *self.slab.get(slot)?;
            if !is_taken_whole(&maker, taker) || !steps.take() {
                break;
            }
            let value = self.deal(meeting, &maker, taker, maker.shown, steps)?;
            self.emit(BookEvent::Left { order: OrderId(maker.id) });
            self.remove_first(slot, &maker)?;
            taker.left = taker.left.wrapping_sub(maker.shown);
            volume = volume.wrapping_add(maker.shown);
            cost = cost.wrapping_add(u128::from(value));
            gone = gone.wrapping_add(1);
            slot = maker.next;
        }
        if gone == 0 {
            return Ok(false);
        }
        self.cut(rung, slot, gone, volume)?;
        turnover.add((meeting.price, meeting.tick), u64::from(gone), volume, cost);
        Ok(true)
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
