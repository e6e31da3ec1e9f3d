//! Negotiated trades (협의): proposal, other proposal, acceptance, and delivery through an escrow.
//!
//! A proposal binds nobody and covers nothing. Accepting opens an escrow of exactly its terms, with the
//! accepting party's side deposited; the other party deposits its own, which delivers both. So each has signed
//! for the terms, with the agreement's document hash among them, when shares and cash change hands.

use sillok_interfaces::{Charge, EscrowRef, EscrowStatus, EscrowTerms, RegisterRef};
use sillok_sdk::prelude::*;

use crate::cover::need;
use crate::desk::Desk;
use crate::event::{Agreed, Proposed, TalkEnded, Traded};
use crate::limits::MAX_DURATION_MS;
use crate::tax::tax_on;
use crate::trade::Trade;
use crate::{Error, Market};

/// What two parties may agree on.
#[data]
pub struct Proposal {
    /// Who gives the shares.
    pub seller: Account,
    /// Who gives the cash.
    pub buyer: Account,
    /// The seller's lot.
    pub lot: u64,
    /// How many shares.
    pub quantity: u64,
    /// The price of one share.
    pub price: u64,
    /// The first block time at which it can no longer be accepted or delivered.
    pub expiry: Time,
    /// The hash of the agreement.
    pub document: [u8; 32],
}

/// How far a negotiation has come.
#[data]
#[derive(Copy)]
pub enum TalkStatus {
    /// A proposal waits for the other party.
    Open,
    /// It was accepted: this escrow delivers it.
    Agreed([u8; 32]),
    /// It was called off.
    Ended,
    /// It was delivered, and reported as the trade of this number.
    Reported(u64),
}

/// A negotiation.
#[data]
pub struct Talk {
    /// Its id.
    pub id: u64,
    /// The listing.
    pub listing: u64,
    /// The proposal that stands.
    pub proposal: Proposal,
    /// Whose it is.
    pub by: Account,
    /// Which it is, from 1.
    pub round: u32,
    /// How far it has come.
    pub status: TalkStatus,
}

/// What a negotiated trade costs beside its value.
struct Costs {
    value: u64,
    fee: u64,
    tax: u64,
}

impl Proposal {
    fn check(&self) -> Result<(), Error> {
        ensure!(self.seller != self.buyer && self.quantity > 0 && self.price > 0, Error::BadProposal);
        let (now, expiry) = (block_time(), self.expiry);
        ensure!(expiry > now && expiry <= now.plus(MAX_DURATION_MS), Error::BadExpiry);
        Ok(())
    }

    /// The other party than `by`.
    fn other(&self, by: &Account) -> Result<Account, Error> {
        match *by {
            by if by == self.seller => Ok(self.buyer),
            by if by == self.buyer => Ok(self.seller),
            _ => Err(Error::NotParty),
        }
    }
}

impl Market {
    pub(crate) fn begin_talk(&mut self, listing: u64, by: Account, proposal: Proposal) -> Result<u64, Error> {
        self.trading(listing)?;
        proposal.check()?;
        proposal.other(&by)?;
        let id = self.talks.keys().last().map_or(1, |last| last.saturating_add(1));
        for party in [proposal.seller, proposal.buyer] {
            self.talks_of.insert(&(party, id));
        }
        self.keep_proposal(Talk { id, listing, proposal, by, round: 1, status: TalkStatus::Open });
        Ok(id)
    }

    pub(crate) fn answer(&mut self, id: u64, by: Account, round: u32, new: Proposal) -> Result<u32, Error> {
        let talk = self.turn_of(id, &by, round)?;
        new.check()?;
        let old = &talk.proposal;
        ensure!(new.seller == old.seller && new.buyer == old.buyer, Error::NotParty);
        let round = round.checked_add(1).ok_or(Error::TooLarge)?;
        self.keep_proposal(Talk { proposal: new, by, round, ..talk });
        Ok(round)
    }

    pub(crate) fn agree(&mut self, id: u64, by: Account, round: u32) -> Result<[u8; 32], Error> {
        let mut talk = self.turn_of(id, &by, round)?;
        talk.proposal.check()?;
        let mut desk = Desk::new(self.trading(talk.listing)?, None);
        let proposal = &talk.proposal;
        let register = RegisterRef::at(desk.listing.register);
        let offer = register.check_sale(proposal.lot, proposal.quantity);
        ensure!(offer.holder == proposal.seller, Error::NotOwnersLot);
        ensure!(offer.class == desk.listing.class, Error::WrongClass);
        register.check_purchase(desk.listing.class, proposal.buyer, proposal.quantity);
        let terms = self.escrow_terms(&mut desk, &talk)?;
        let escrow = EscrowRef::at(self.roles.load().escrow);
        let deal = escrow.open(terms, by);
        if by == proposal.seller {
            escrow.deposit_shares(deal);
        } else {
            escrow.deposit_cash(deal);
        }
        talk.status = TalkStatus::Agreed(deal);
        self.talks.insert(&id, &talk);
        emit(&Agreed { talk: id, escrow: deal });
        Ok(deal)
    }

    pub(crate) fn end_talk(&mut self, id: u64, by: Account) -> Result<(), Error> {
        let mut talk = self.open_talk(id)?;
        talk.proposal.other(&by)?;
        talk.status = TalkStatus::Ended;
        self.talks.insert(&id, &talk);
        emit(&TalkEnded { talk: id, by });
        Ok(())
    }

    /// Enters a delivered negotiation as a trade.
    pub(crate) fn report_talk(&mut self, id: u64) -> Result<u64, Error> {
        let mut talk = self.talks.get(&id).ok_or(Error::NoTalk)?;
        let TalkStatus::Agreed(deal) = talk.status else { return Err(Error::TalkNotSo) };
        let status = EscrowRef::at(self.roles.load().escrow).status(deal);
        ensure!(status == Some(EscrowStatus::Settled), Error::TalkNotSo);
        let mut desk = Desk::new(self.trading(talk.listing)?, None);
        let Proposal { seller, buyer, quantity, price, .. } = talk.proposal;
        books::report(desk.book, Price(price), Quantity(quantity))?;
        let costs = self.costs(&mut desk, price, quantity)?;
        let fee = i64::try_from(costs.fee).map_err(|_| Error::TooLarge)?;
        let tape = desk.tape.get_or_insert_with(|| self.tapes.get_or_default(&talk.listing));
        // A negotiated price is no last price.
        let number = tape.count()?;
        let trade = Trade {
            number,
            price,
            quantity,
            value: costs.value,
            buyer,
            seller,
            buy_order: 0,
            sell_order: 0,
            taker: if talk.by == buyer { Side::Sell } else { Side::Buy },
            lot: 0,
            buyer_fee: fee,
            seller_fee: fee,
            tax: costs.tax,
            time: block_time(),
        };
        self.trades.insert(&(talk.listing, number), &trade);
        emit(&Traded { listing: talk.listing, trade });
        talk.status = TalkStatus::Reported(number);
        self.talks.insert(&id, &talk);
        self.put_away(desk);
        Ok(number)
    }

    /// The terms of the escrow: the buyer pays value and fee, of which the market gets both sides' fees and
    /// the authority the tax, and the seller the rest.
    fn escrow_terms(&self, desk: &mut Desk, talk: &Talk) -> Result<EscrowTerms, Error> {
        let proposal = &talk.proposal;
        let Costs { value, fee, tax } = self.costs(desk, proposal.price, proposal.quantity)?;
        let charges = self.charges(desk)?;
        let fees = fee.checked_mul(2).ok_or(Error::TooLarge)?;
        let charged = [(charges.fees_to, fees), (charges.tax_to, tax)];
        let charged = charged.into_iter().filter(|(_, amount)| *amount > 0);
        Ok(EscrowTerms {
            seller: proposal.seller,
            buyer: proposal.buyer,
            register: desk.listing.register,
            lot: proposal.lot,
            quantity: proposal.quantity,
            cash: desk.listing.cash,
            price: value.checked_add(fee).ok_or(Error::TooLarge)?,
            charges: charged.map(|(to, amount)| Charge { to, amount }).collect(),
            expiry: proposal.expiry,
            document: Some(proposal.document),
            salt: blake3(&(this(), talk.id, talk.round).encode()),
        })
    }

    /// What a negotiated trade costs: each side owes the taker's fee, unless that is a rebate.
    fn costs(&self, desk: &mut Desk, price: u64, quantity: u64) -> Result<Costs, Error> {
        let value = need(price, quantity, 0)?;
        let rate = desk.listing.fees.taker.max(0).unsigned_abs();
        let tax = tax_on(value, self.charges(desk)?.tax_rate);
        Ok(Costs { value, fee: tax_on(value, rate), tax })
    }

    fn open_talk(&self, id: u64) -> Result<Talk, Error> {
        let talk = self.talks.get(&id).ok_or(Error::NoTalk)?;
        ensure!(talk.status == TalkStatus::Open, Error::TalkNotSo);
        Ok(talk)
    }

    /// An open negotiation in which it is this party's turn to answer this very round.
    fn turn_of(&self, id: u64, by: &Account, round: u32) -> Result<Talk, Error> {
        let talk = self.open_talk(id)?;
        talk.proposal.other(by)?;
        ensure!(talk.round == round, Error::RoundPassed);
        ensure!(talk.by != *by, Error::NotYourTurn);
        Ok(talk)
    }

    fn keep_proposal(&mut self, talk: Talk) {
        self.talks.insert(&talk.id, &talk);
        let Talk { id, listing, proposal, by, round, .. } = talk;
        emit(&Proposed { talk: id, listing, by, round, proposal });
    }
}
