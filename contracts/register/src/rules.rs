//! The company's rules of transfers: whom it approves, lock-ups, and how many holders there may be, with how
//! many shares.
//!
//! What they are judged by is counted from the first share on, so that a rule holds from the moment it is set.

use sillok_interfaces::{Investor, Lot, Rules, Standing};
use sillok_sdk::prelude::*;

use crate::Register;
use crate::arithmetic::{minus, plus};
use crate::error::Error;
use crate::event::{InvestorEntered, LockedUp, RulesSet};
use crate::history::today;

/// Who gives shares, as far as it matters to who may get them.
struct Giver {
    foreign: bool,
    /// Whether these are all the shares that the giver has.
    leaves: bool,
}

impl Register {
    pub(crate) fn enter_rules(&mut self, class: u32, rules: Rules) -> Result<(), Error> {
        ensure!(self.classes.contains(&class), Error::UnknownClass);
        if rules == Rules::default() {
            self.rules.remove(&class);
        } else {
            self.rules.insert(&class, &rules);
        }
        emit(&RulesSet { class, rules });
        Ok(())
    }

    pub(crate) fn enter_investor(&mut self, holder: Account, investor: Investor) {
        if investor.foreign != self.is_foreign(&holder) {
            self.count_moved(&holder, investor.foreign);
        }
        if investor == Investor::default() {
            self.investors.remove(&holder);
        } else {
            self.investors.insert(&holder, &investor);
        }
        emit(&InvestorEntered { holder, investor });
    }

    pub(crate) fn enter_lock_up(&mut self, lot: &Lot, until: Date) {
        let until = self.lock_ups.get(&lot.root).map_or(until, |before| before.max(until));
        self.lock_ups.insert(&lot.root, &until);
        emit(&LockedUp { lot: lot.id, until });
    }

    /// Whether so many shares of a lot may go to another holder.
    pub(crate) fn judge_transfer(&self, lot: &Lot, quantity: u64, to: &Account) -> Result<(), Error> {
        self.judge_giver(lot)?;
        self.judge_receiver(lot.class, quantity, to, Some(lot))
    }

    /// Whether shares of this lot may be handed over today.
    pub(crate) fn judge_giver(&self, lot: &Lot) -> Result<(), Error> {
        let until = self.lock_ups.get(&lot.root);
        ensure!(until.is_none_or(|until| today() >= until), Error::LockedUp);
        Ok(())
    }

    /// Whether a holder may get so many shares of a class, from this lot or from wherever.
    pub(crate) fn judge_receiver(
        &self,
        class: u32,
        quantity: u64,
        to: &Account,
        from: Option<&Lot>,
    ) -> Result<(), Error> {
        let Some(rules) = self.rules.get(&class) else { return Ok(()) };
        let investor = self.investors.get_or_default(to);
        ensure!(!rules.approval || investor.approved, Error::NotApproved);
        let shares = self.holdings.get(&(class, *to)).map_or(0, |holding| holding.shares);
        let within = |most: u64, total: Option<u64>| most == 0 || total.is_some_and(|total| total <= most);
        ensure!(within(rules.shares_each, shares.checked_add(quantity)), Error::TooManyShares);
        if rules.holders == 0 && rules.foreign_shares == 0 {
            return Ok(());
        }
        let standing = self.standings.get_or_default(&class);
        let giver = from.map(|lot| self.giver(lot, quantity));
        if shares == 0 {
            let left = u64::from(giver.as_ref().is_some_and(|giver| giver.leaves));
            let holders = minus(plus(standing.holders, 1), left);
            ensure!(within(rules.holders, Some(holders)), Error::TooManyHolders);
        }
        if investor.foreign && !giver.is_some_and(|giver| giver.foreign) {
            let foreign = standing.foreign_shares.checked_add(quantity);
            ensure!(within(rules.foreign_shares, foreign), Error::TooManyForeignShares);
        }
        Ok(())
    }

    fn giver(&self, lot: &Lot, quantity: u64) -> Giver {
        let shares = self.holdings.get(&(lot.class, lot.holder)).map_or(0, |holding| holding.shares);
        Giver { foreign: self.is_foreign(&lot.holder), leaves: shares == quantity }
    }

    fn is_foreign(&self, holder: &Account) -> bool {
        self.investors.get(holder).is_some_and(|investor| investor.foreign)
    }

    /// Counts a lot that a holder gains; `first` if it is the holder's first.
    pub(crate) fn count_gain(&mut self, lot: &Lot, first: bool) {
        let foreign = if self.is_foreign(&lot.holder) { lot.quantity } else { 0 };
        if first || foreign > 0 {
            self.standings.update(&lot.class, |standing| {
                standing.holders = plus(standing.holders, u64::from(first));
                standing.foreign_shares = plus(standing.foreign_shares, foreign);
            });
        }
    }

    /// Counts shares that a holder loses; `last` if it has none left.
    pub(crate) fn count_loss(&mut self, lot: &Lot, quantity: u64, last: bool) {
        let foreign = if self.is_foreign(&lot.holder) { quantity } else { 0 };
        if last || foreign > 0 {
            self.standings.update(&lot.class, |standing| {
                standing.holders = minus(standing.holders, u64::from(last));
                standing.foreign_shares = minus(standing.foreign_shares, foreign);
            });
        }
    }

    /// Counts a holder's shares as foreign, or no longer.
    fn count_moved(&mut self, holder: &Account, foreign: bool) {
        let classes: Vec<u32> = self.classes.keys().collect();
        for class in classes {
            let shares = self.holdings.get(&(class, *holder)).map_or(0, |holding| holding.shares);
            if shares == 0 {
                continue;
            }
            self.standings.update(&class, |Standing { foreign_shares, .. }| {
                let total = *foreign_shares;
                *foreign_shares = if foreign { plus(total, shares) } else { minus(total, shares) };
            });
        }
    }
}
