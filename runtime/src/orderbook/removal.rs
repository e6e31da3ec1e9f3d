//! Taking many orders out, in bounded steps: whoever asks goes on until it is done.

use sillok_abi::{Account, BookError, Cancelled, Removal, Side};

use super::answer::{Broken, Failure};
use super::book::Book;
use super::id::slot_in;
use super::limits::SLOTS_PER_STEP;
use super::order::{Flags, Rung};
use super::steps::Steps;
use super::view::QUEUES;

impl Book {
    /// Cancels the orders of an owner, or all, of one side, or both: an owner's by id, others queue by queue.
    pub(super) fn mass_cancel(
        &mut self,
        owner: Option<&Account>,
        side: Option<Side>,
        steps: &mut Steps,
    ) -> Result<Cancelled, Failure> {
        if self.day.running.is_some() {
            return Err(BookError::Uncrossing.into());
        }
        let done = match owner {
            Some(owner) => self.cancel_owners(owner, side, steps)?,
            None => self.cancel_queues(side, steps)?,
        };
        Ok(Cancelled { removed: std::mem::take(&mut steps.answer.removed), done })
    }

    fn cancel_owners(
        &mut self,
        owner: &Account,
        side: Option<Side>,
        steps: &mut Steps,
    ) -> Result<bool, Failure> {
        let mut found = Vec::new();
        for id in self.owned_by(owner)? {
            let slot = slot_in(id);
            if side.is_none_or(|side| self.slab.get(slot).is_ok_and(|order| order.rung.side() == side)) {
                found.push(slot);
            }
        }
        for slot in found {
            if !steps.take() {
                return Ok(false);
            }
            self.expel(slot, Removal::Cancelled, steps)?;
        }
        Ok(true)
    }

    fn cancel_queues(&mut self, side: Option<Side>, steps: &mut Steps) -> Result<bool, Failure> {
        for (family, of) in QUEUES {
            if side.is_some_and(|side| side != of) {
                continue;
            }
            while let Some(tick) = self.ladder.first(Rung::new(family, of, 0)) {
                let Some(slot) = self.head(Rung::new(family, of, tick)) else { break };
                if !steps.take() {
                    return Ok(false);
                }
                self.expel(slot, Removal::Cancelled, steps)?;
            }
        }
        Ok(true)
    }

    /// Takes out orders whose time has come: those of a block time first, the earliest first, then those of a
    /// height.
    pub(super) fn expire(&mut self, steps: &mut Steps) -> Result<Cancelled, Failure> {
        if self.day.running.is_some() {
            return Err(BookError::Uncrossing.into());
        }
        let done = self.sweep_expired(steps)?;
        Ok(Cancelled { removed: std::mem::take(&mut steps.answer.removed), done })
    }

    /// As `expire`; answers whether none is left.
    pub(super) fn sweep_expired(&mut self, steps: &mut Steps) -> Result<bool, Failure> {
        while let Some(slot) = self.next_expired() {
            if !steps.take() {
                return Ok(false);
            }
            self.expel(slot, Removal::Expired, steps)?;
        }
        Ok(true)
    }

    fn next_expired(&self) -> Option<u32> {
        let by_time = self.slab.by_time.first().filter(|due| due.0 <= self.now.time);
        let due = by_time.or_else(|| self.slab.by_height.first().filter(|due| due.0 <= self.now.height));
        due.map(|due| slot_in(due.1))
    }

    /// Takes out the orders that were for the day, in the order of their slots; answers whether none is left.
    pub(super) fn end_day(&mut self, steps: &mut Steps) -> Result<bool, Failure> {
        let mut looked = 0u32;
        let most = steps.left.saturating_mul(SLOTS_PER_STEP);
        while self.day.swept < self.slab.slots() {
            if looked >= most {
                return Ok(false);
            }
            looked = looked.saturating_add(1);
            let slot = self.day.swept;
            if self.is_for_the_day(slot)? {
                if !steps.take() {
                    return Ok(false);
                }
                self.expel(slot, Removal::DayEnded, steps)?;
            }
            self.day_mut().swept = slot.saturating_add(1);
        }
        self.day_mut().swept = 0;
        Ok(true)
    }

    /// How many slots `end_day` has still to look at.
    pub(super) fn slots_to_sweep(&self) -> u64 {
        u64::from(self.slab.slots().saturating_sub(self.day.swept))
    }

    fn is_for_the_day(&self, slot: u32) -> Result<bool, Broken> {
        let order = self.slab.get(slot)?;
        Ok(order.is_live() && order.flags.has(Flags::DAY))
    }
}
