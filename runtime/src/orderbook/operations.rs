//! What changes books: calls of the contract that owns one.

use sillok_abi::{
    Account, BookId, BookParams, Cancelled, ContractId, NewOrder, OrderId, OrderView, Phase, PhaseSet,
    Placed, Price, Quantity, Reported, Resumed, Side, Time, Uncrossed,
};

use super::answer::{Answer, answer};
use super::book::Book;
use super::books::OrderBooks;
use super::steps::Steps;

impl OrderBooks {
    /// Creates a book that `owner` alone may change. Refuses with `BadParams`, `TooManyBooks`.
    pub fn create(&mut self, owner: ContractId, params: BookParams) -> Answer<BookId> {
        answer(self.add(owner, params))
    }

    /// Places an order. It matches at once if the phase and its kind let it; what is left of it rests, waits
    /// or is cancelled. An order that could still match when the steps are used up is not left in the book
    /// crossed: its rest is cancelled with the reason `StepLimit`, and can be placed again. The next call makes its
    /// answer where this one is.
    pub fn place(
        &mut self,
        caller: ContractId,
        book: BookId,
        order: &NewOrder,
        most: u32,
    ) -> Answer<&Placed> {
        let done = self.operate(caller, book, most, |book, steps| book.place(order, steps))?;
        Ok(done.map(|()| &self.steps.answer))
    }

    /// Gives an order another limit, if one is named, and another quantity: what is to be left of it. Less at
    /// the same price keeps its place; otherwise it comes in anew, with its id. Only an order at a limit can
    /// get another limit or more. Answers what it was, and as `place`: encoded, an [`Amended`](sillok_abi::Amended).
    pub fn amend(
        &mut self,
        caller: ContractId,
        book: BookId,
        order: OrderId,
        price: Option<Price>,
        quantity: Quantity,
        most: u32,
    ) -> Answer<(OrderView, &Placed)> {
        let amend = |book: &mut Book, steps: &mut Steps| book.amend(order, price, quantity, steps);
        let before = self.run(caller, book, most, amend, |book, before| before.view(book))?;
        Ok(before.map(|before| (before, &self.steps.answer)))
    }

    /// Takes an order out, in any phase; answers what it was.
    pub fn cancel(&mut self, caller: ContractId, book: BookId, order: OrderId) -> Answer<OrderView> {
        self.run(caller, book, 0, |book, _| book.cancel(order), |book, seen| seen.view(book))
    }

    /// Takes out all orders of an owner, if one is named, and of a side, if one is named. Not done means that
    /// the steps are used up: call again.
    pub fn mass_cancel(
        &mut self,
        caller: ContractId,
        book: BookId,
        owner: Option<Account>,
        side: Option<Side>,
        most: u32,
    ) -> Answer<Cancelled> {
        self.operate(caller, book, most, |book, steps| book.mass_cancel(owner.as_ref(), side, steps))
    }

    /// Takes out orders whose time has come. They don't trade in any case. Not done means call again.
    pub fn expire(&mut self, caller: ContractId, book: BookId, most: u32) -> Answer<Cancelled> {
        self.operate(caller, book, most, |book, steps| book.expire(steps))
    }

    /// Sets the phase, once what it requires is done: closing takes out orders for the day, the closing call
    /// makes market orders of those that become such. Not done means call again. Refuses what may not follow
    /// with `WrongPhase`, and to leave orders behind that an auction has to match with `Crossed`.
    pub fn set_phase(
        &mut self,
        caller: ContractId,
        book: BookId,
        phase: Phase,
        until: Option<Time>,
        most: u32,
    ) -> Answer<PhaseSet> {
        self.operate(caller, book, most, |book, steps| book.turn_to(phase, until, steps))
    }

    /// Sets the day's reference and band, once limit orders outside of it are taken out. Not done means call
    /// again. Prices that are none of the book's, or out of order, are refused with `BadParams`.
    pub fn set_band(
        &mut self,
        caller: ContractId,
        book: BookId,
        reference: Price,
        band: (Price, Price),
        most: u32,
    ) -> Answer<PhaseSet> {
        self.operate(caller, book, most, |book, steps| book.set_band(reference, band.0, band.1, steps))
    }

    /// Takes an auction's next steps. Not done means call again, and nothing else happens in the book before.
    pub fn uncross(&mut self, caller: ContractId, book: BookId, most: u32) -> Answer<Uncrossed> {
        self.operate(caller, book, most, |book, steps| book.uncross(steps))
    }

    /// Does what is due and was left undone: midpoint orders that can meet, and stops that are triggered.
    pub fn resume(&mut self, caller: ContractId, book: BookId, most: u32) -> Answer<Resumed> {
        self.operate(caller, book, most, |book, steps| {
            book.settle_due(steps)?;
            let answer = &mut steps.answer;
            let (fills, removed) = (std::mem::take(&mut answer.fills), std::mem::take(&mut answer.removed));
            Ok(Resumed { fills, removed, done: !book.is_due() })
        })
    }

    /// In a negotiated book, `taker` takes so much of a named order, at its price.
    pub fn take(
        &mut self,
        caller: ContractId,
        book: BookId,
        order: OrderId,
        taker: Account,
        quantity: Quantity,
    ) -> Answer<&Placed> {
        let done = self.operate(caller, book, 1, |book, steps| book.take(order, taker, quantity, steps))?;
        Ok(done.map(|()| &self.steps.answer))
    }

    /// Notes a trade that two parties agreed on outside of the book.
    pub fn report(
        &mut self,
        caller: ContractId,
        book: BookId,
        price: Price,
        quantity: Quantity,
    ) -> Answer<Reported> {
        self.operate(caller, book, 0, |book, _| {
            let (value, fee) = book.report_trade(price, quantity)?;
            Ok(Reported { value, fee })
        })
    }
}
