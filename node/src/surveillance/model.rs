//! All that surveillance knows: every listing's part, who belongs together, and what was found.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use codec::{Decode, Encode};
use sillok_abi::{Account, Receipt, Removal};

use super::detect::{self, Lead};
use super::event::{OrderPlaced, OrderRemoved, Seen, Sources, Trade};
use super::finding::{Finding, Kind};
use super::groups::Groups;
use super::limits::{FINDINGS, LISTINGS, PAGE};
use super::settings::Settings;
use super::watch::{Day, Moment, Past, Waiting, Watch};

/// The model. Two that have read the same blocks by the same settings are equal.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Model {
    settings: Arc<Settings>,
    sources: Sources,
    height: u64,
    groups: Groups,
    listings: BTreeMap<u64, Watch>,
    findings: VecDeque<Finding>,
    found: u64,
}

/// Which findings are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// Of this listing.
    pub(crate) listing: Option<u64>,
    /// Of this kind.
    pub(crate) kind: Option<Kind>,
    /// That name this account.
    pub(crate) account: Option<Account>,
    /// That came after the one of this number.
    pub(crate) after: u64,
}

impl Model {
    /// A model that has read nothing yet. `together` are accounts that belong together.
    pub(super) fn new(settings: Settings, sources: Sources, together: &[Vec<Account>]) -> Self {
        let mut groups = Groups::default();
        for group in together {
            group.windows(2).for_each(|pair| groups.link(&pair[0], &pair[1]));
        }
        let (listings, findings) = (BTreeMap::new(), VecDeque::new());
        Model { settings: Arc::new(settings), sources, height: 0, groups, listings, findings, found: 0 }
    }

    /// The last block that was read.
    pub(crate) fn height(&self) -> u64 {
        self.height
    }

    /// Whether it listens to the same contracts by the same settings as another one.
    pub(super) fn is_as(&self, other: &Model) -> bool {
        (&self.sources, &self.settings) == (&other.sources, &other.settings)
    }

    /// The thresholds.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Reads a block's receipts.
    pub(super) fn read(&mut self, at: Moment, receipts: &[Receipt]) {
        for event in receipts.iter().flat_map(|receipt| &receipt.events) {
            if let Some(seen) = self.sources.read(event) {
                self.see(at, seen);
            }
        }
        self.height = at.height;
    }

    /// Takes up what happened, and notes what is found in it.
    pub(super) fn see(&mut self, at: Moment, seen: Seen) {
        match seen {
            Seen::Linked { key, did } => self.groups.link(&key, &did),
            Seen::Placed(placed) => self.placed(at, &placed),
            Seen::Removed(removed) => self.removed(at, &removed),
            Seen::Traded(traded) => self.traded(at, traded.listing, &traded.trade),
            Seen::Voided(voided) => {
                let same = self.groups.of(&voided.buyer) == self.groups.of(&voided.seller);
                if same {
                    self.note(at, voided.listing, detect::void(at, &voided));
                }
                for order in [voided.buy_order, voided.sell_order] {
                    self.shrink(at, voided.listing, order, voided.quantity);
                }
            }
        }
    }

    fn placed(&mut self, at: Moment, event: &OrderPlaced) {
        let group = self.groups.of(&event.owner);
        let (order, left) = (event.placed.order, event.placed.resting);
        let watch = self.watch(at, event.listing);
        let (price, average) = (event.price(), watch.average_size().unwrap_or(0));
        watch.size(event.quantity);
        if left == 0 {
            watch.take(order);
            return;
        }
        let (side, owner, quantity) = (event.side, event.owner, event.quantity);
        let distance = watch.distance(side, price);
        let waiting = Waiting { group, owner, side, price, quantity, left, placed: at, distance, average };
        watch.put(order, waiting);
    }

    fn removed(&mut self, at: Moment, event: &OrderRemoved) {
        let settings = self.settings.clone();
        let watch = self.watch(at, event.listing);
        if event.left > 0 {
            watch.reduce_to(event.order, event.left);
            return;
        }
        let Some(waiting) = watch.take(event.order) else { return };
        if event.reason == Removal::Cancelled {
            let lead = detect::cancelled(watch, &settings.spoofing, at, event.order, waiting);
            self.note(at, event.listing, lead);
        }
    }

    fn traded(&mut self, at: Moment, listing: u64, trade: &Trade) {
        let past = Past {
            at,
            number: trade.number,
            price: trade.price,
            quantity: trade.quantity,
            value: trade.value,
            buyer: trade.buyer,
            seller: trade.seller,
            buy_group: self.groups.of(&trade.buyer),
            sell_group: self.groups.of(&trade.seller),
            orders: (trade.buy_order, trade.sell_order),
        };
        let settings = self.settings.clone();
        let watch = self.watch(at, listing);
        let jump = detect::jump(watch, &settings.jump, &past);
        watch.trade(past.clone());
        let leads = [
            jump,
            detect::self_dealing(&past),
            detect::back_and_forth(watch, &settings.wash, &past),
            detect::after_cancel(watch, &settings.spoofing, &past),
        ];
        let concentration = detect::concentration(watch, &settings.concentration, &past);
        leads.into_iter().chain(concentration).for_each(|lead| self.note(at, listing, lead));
        for order in [trade.buy_order, trade.sell_order] {
            self.shrink(at, listing, order, trade.quantity);
        }
    }

    /// Takes so many shares off an order that waits.
    fn shrink(&mut self, at: Moment, listing: u64, order: u64, quantity: u64) {
        let watch = self.watch(at, listing);
        let Some(left) = watch.waiting.get(&order).map(|waiting| waiting.left) else { return };
        match left.saturating_sub(quantity) {
            0 => drop(watch.take(order)),
            left => watch.reduce_to(order, left),
        }
    }

    /// A listing's part; the one that was quiet longest is forgotten for it if there are too many.
    fn watch(&mut self, at: Moment, listing: u64) -> &mut Watch {
        if !self.listings.contains_key(&listing) && self.listings.len() >= LISTINGS {
            let quiet = self.listings.iter().min_by_key(|(listing, watch)| (watch.last, **listing));
            if let Some(quiet) = quiet.map(|(listing, _)| *listing) {
                self.listings.remove(&quiet);
            }
        }
        let watch = self.listings.entry(listing).or_default();
        watch.last = at.height;
        watch
    }

    fn note(&mut self, at: Moment, listing: u64, lead: Option<Lead>) {
        let Some(lead) = lead else { return };
        self.found += 1;
        if self.findings.len() == FINDINGS {
            self.findings.pop_front();
        }
        self.findings.push_back(lead.finding(self.found, listing, at));
    }

    /// Findings, oldest first, a bounded number; and after which one to ask on if there are more.
    pub(crate) fn findings(&self, wanted: &Wanted) -> (Vec<&Finding>, Option<u64>) {
        let group = wanted.account.map(|account| self.groups.of(&account));
        let fits = |finding: &&Finding| {
            finding.number > wanted.after
                && wanted.listing.is_none_or(|listing| finding.listing == listing)
                && wanted.kind.is_none_or(|kind| finding.kind == kind)
                && group.is_none_or(|group| finding.accounts.iter().any(|it| self.groups.of(it) == group))
        };
        let mut fitting = self.findings.iter().filter(fits);
        let page: Vec<&Finding> = fitting.by_ref().take(PAGE).collect();
        let next = fitting.next().and(page.last()).map(|last| last.number);
        (page, next)
    }

    /// The day's trading of a listing so far; none if nothing was seen of it.
    pub(crate) fn day(&self, listing: u64) -> Option<&Day> {
        self.listings.get(&listing).map(|watch| &watch.day)
    }
}
