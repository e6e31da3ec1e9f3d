//! Each pattern planted and found, ordinary trading left alone, and the same from the same blocks.

use proptest::prelude::*;
use sillok_abi::{Account, ContractId, OrderKind, Price, Removal, Side, Time};

use super::event::{FillVoided, OrderPlaced, OrderRemoved, PlacedOrder, Seen, Sources, Trade, Traded};
use super::finding::{Finding, Kind};
use super::keep::{Keep, Unfit};
use super::model::{Model, Wanted};
use super::settings::Settings;
use super::watch::Moment;

const LISTING: u64 = 3;
/// Noon in Korea.
const START: u64 = 1_795_359_600_000 + 12 * 3_600_000;

fn account(number: u8) -> Account {
    Account::Key([number; 32])
}

fn sources() -> Sources {
    Sources { market: ContractId([1; 32]), did: None }
}

/// A market in a few lines: orders at limits, which match by price and time.
struct Market {
    model: Model,
    at: Moment,
    orders: u64,
    trades: u64,
    /// Order, owner, side, price and shares left, in order of arrival.
    book: Vec<(u64, Account, Side, u64, u64)>,
}

impl Market {
    fn new() -> Self {
        Self::with(Settings::default(), &[])
    }

    fn with(settings: Settings, together: &[Vec<Account>]) -> Self {
        let at = Moment { height: 1, time: Time(START) };
        let model = Model::new(settings, sources(), together);
        Market { model, at, orders: 0, trades: 0, book: Vec::new() }
    }

    fn wait(&mut self, seconds: u64) {
        self.at = Moment { height: self.at.height + 1, time: self.at.time.plus(seconds * 1_000) };
    }

    /// Places an order, which meets what it can, and returns its number.
    fn place(&mut self, owner: Account, side: Side, price: u64, quantity: u64) -> u64 {
        self.orders += 1;
        let (order, mut left) = (self.orders, quantity);
        while left > 0 {
            let meets = |(_, _, its, limit, _): &&(u64, Account, Side, u64, u64)| {
                *its != side && if side == Side::Buy { *limit <= price } else { *limit >= price }
            };
            let better = |(number, _, _, limit, _): &&(u64, Account, Side, u64, u64)| {
                (if side == Side::Buy { *limit } else { u64::MAX - *limit }, *number)
            };
            let Some(maker) = self.book.iter().filter(meets).min_by_key(better).copied() else { break };
            let shares = left.min(maker.4);
            left -= shares;
            self.book.iter_mut().find(|it| it.0 == maker.0).unwrap().4 -= shares;
            self.book.retain(|it| it.4 > 0);
            let (mine, theirs) = ((owner, order), (maker.1, maker.0));
            let (buyer, seller) = if side == Side::Buy { (mine, theirs) } else { (theirs, mine) };
            self.trade(buyer, seller, maker.3, shares);
        }
        if left > 0 {
            self.book.push((order, owner, side, price, left));
        }
        let placed = PlacedOrder {
            order,
            _filled: quantity - left,
            _traded: 0,
            _void: 0,
            resting: left,
            _cancelled: 0,
        };
        let kind = OrderKind::Limit { price: Price(price) };
        let placed = OrderPlaced { listing: LISTING, owner, side, kind, quantity, _amended: false, placed };
        self.model.see(self.at, Seen::Placed(placed));
        order
    }

    fn trade(&mut self, buyer: (Account, u64), seller: (Account, u64), price: u64, quantity: u64) {
        self.trades += 1;
        let trade = Trade {
            number: self.trades,
            price,
            quantity,
            value: price * quantity,
            buyer: buyer.0,
            seller: seller.0,
            buy_order: buyer.1,
            sell_order: seller.1,
            _taker: Side::Buy,
            _lot: 1,
            _buyer_fee: 0,
            _seller_fee: 0,
            _tax: 0,
            _time: self.at.time,
        };
        self.model.see(self.at, Seen::Traded(Traded { listing: LISTING, trade }));
    }

    fn cancel(&mut self, order: u64) {
        let Some(place) = self.book.iter().position(|it| it.0 == order) else { return };
        let (_, owner, _, _, left) = self.book.remove(place);
        let removed = OrderRemoved {
            listing: LISTING,
            order,
            _owner: owner,
            _quantity: left,
            left: 0,
            reason: Removal::Cancelled,
        };
        self.model.see(self.at, Seen::Removed(removed));
    }

    fn findings(&self) -> Vec<&Finding> {
        self.model.findings(&Wanted::default()).0
    }

    fn kinds(&self) -> Vec<Kind> {
        self.findings().iter().map(|finding| finding.kind).collect()
    }

    /// Twelve accounts that buy and sell around a price that moves a little; some change their minds.
    fn ordinary(&mut self, numbers: &mut Numbers, steps: u32) {
        for step in 0..steps {
            self.wait(1 + numbers.below(4));
            // It goes up and down by a percent.
            let middle = 10_000 + u64::from((step / 50) % 10).abs_diff(5) * 20;
            let price = middle + numbers.below(7) * 10 - 30;
            // Large ones come too, and stay.
            let shares = if numbers.below(80) == 0 { 60 } else { 1 + numbers.below(20) };
            let side = if numbers.below(2) == 0 { Side::Buy } else { Side::Sell };
            let meets = |limit: u64| if side == Side::Buy { limit <= price } else { limit >= price };
            let first = numbers.below(12);
            let accounts = (0..12).map(|next| account(u8::try_from(1 + (first + next) % 12).unwrap()));
            let meets_own =
                |who: &Account| self.book.iter().any(|it| it.1 == *who && it.2 != side && meets(it.3));
            let mut others = accounts.filter(|who| !meets_own(who));
            let who = others.next();
            drop(others);
            who.into_iter().for_each(|who| {
                self.place(who, side, price, shares);
            });
            let early = self.book.iter().find(|it| it.4 <= 20).map(|it| it.0);
            if numbers.below(6) == 0 {
                early.into_iter().for_each(|order| self.cancel(order));
            }
        }
    }
}

/// Numbers that look random (SplitMix64; Steele, Lea, Flood 2014).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// Chance has two trade back and forth now and then, so that these are always the same markets.
#[test]
fn ordinary_trading_is_left_alone() {
    let found = (0..200).filter(|seed| {
        let mut market = Market::new();
        market.ordinary(&mut Numbers(*seed), 1_500);
        assert!(market.trades > 150, "{} trades", market.trades);
        !market.kinds().is_empty()
    });
    assert_eq!(found.collect::<Vec<_>>(), Vec::<u64>::new(), "markets in which something is found");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_planted_in_ordinary_trading_is_found(seed in any::<u64>(), pattern in 0..5_usize) {
        let mut market = Market::new();
        let mut numbers = Numbers(seed);
        market.ordinary(&mut numbers, 400);
        let (middle, one, other) = (10_050, account(101), account(102));
        market.book.clear();
        match pattern {
            0 => market.trade((one, 9_001), (one, 9_002), middle, 5),
            1 => for _ in 0..3 {
                market.wait(60);
                market.trade((one, 9_001), (other, 9_002), middle, 50);
                market.wait(60);
                market.trade((other, 9_003), (one, 9_004), middle, 48);
            },
            2 => spoof(&mut market, one, middle, 3),
            3 => market.trade((one, 9_001), (other, 9_002), middle * 115 / 100, 5),
            _ => market.trade((one, 9_001), (account(1), 9_002), middle, 1_000_000),
        }
        let expected = [
            Kind::SelfDealing, Kind::BackAndForth, Kind::Spoofing, Kind::PriceJump, Kind::Concentration,
        ][pattern];
        let is_it = |finding: &&Finding| finding.kind == expected && finding.accounts.contains(&one);
        let found = market.findings().into_iter().find(is_it);
        prop_assert!(found.is_some(), "{:?}", market.findings());
        let found = found.unwrap();
        prop_assert!(!found.heights.is_empty() && !found.figures.is_empty());
    }

    #[test]
    fn memory_is_bounded_and_the_same_blocks_give_the_same(seed in any::<u64>()) {
        let read = || {
            let mut market = Market::new();
            market.ordinary(&mut Numbers(seed), 300);
            spoof(&mut market, account(50), 10_060, 3);
            market.model
        };
        prop_assert!(read() == read());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_is_kept_goes_on_as_if_it_had_never_stopped(seed in any::<u64>(), before in 0..300_u32) {
        let folder = tempfile::tempdir().unwrap();
        let keep = Keep { chain: [7; 32], file: folder.path().join("surveillance") };
        let run = |stop: bool| {
            let mut numbers = Numbers(seed);
            let mut market = Market::new();
            market.ordinary(&mut numbers, before);
            spoof(&mut market, account(50), 10_060, 2);
            if stop {
                keep.save(&market.model).unwrap();
                market.model = keep.load(&Market::new().model, 0).unwrap().unwrap();
            }
            spoof(&mut market, account(50), 10_060, 1);
            market.ordinary(&mut numbers, 300 - before);
            market.model
        };
        prop_assert!(run(false) == run(true));
    }
}

#[test]
fn what_is_kept_is_gone_on_with_only_if_it_fits() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Keep { chain: [7; 32], file: folder.path().join("surveillance") };
    let mut market = Market::new();
    let fresh = market.model.clone();
    assert_eq!(keep.load(&fresh, 9), Ok(None));
    market.ordinary(&mut Numbers(1), 50);
    market.model.read(Moment { height: 10, time: Time(START) }, &[]);
    keep.save(&market.model).unwrap();
    assert_eq!(keep.load(&fresh, 9), Err(Unfit::Foreign), "of later blocks");
    assert_eq!(keep.load(&fresh, 10), Ok(Some(market.model.clone())));
    let other = Keep { chain: [8; 32], ..keep.clone() };
    assert_eq!(other.load(&fresh, 10), Err(Unfit::Foreign));
    let settings = Settings { groups: vec![vec!["somebody".to_owned()]], ..Settings::default() };
    let changed = Model::new(settings, sources(), &[]);
    assert_eq!(keep.load(&changed, 10), Err(Unfit::OtherSettings));

    let whole = std::fs::read(&keep.file).unwrap();
    for at in [0, 40, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&keep.file, &bytes).unwrap();
        assert_eq!(keep.load(&fresh, 10), Err(Unfit::Damaged), "byte {at}");
        std::fs::write(&keep.file, &whole[..at]).unwrap();
        assert_eq!(keep.load(&fresh, 10), Err(Unfit::Damaged), "cut at {at}");
    }
}

/// A large bid at the touch, a sale to somebody who believes it, and the bid is gone; so many times.
fn spoof(market: &mut Market, who: Account, price: u64, times: u32) {
    for _ in 0..times {
        market.wait(30);
        let bid = market.place(who, Side::Buy, price - 10, 500);
        market.wait(5);
        market.place(who, Side::Sell, price, 10);
        market.place(account(11), Side::Buy, price, 10);
        market.wait(2);
        market.cancel(bid);
    }
}

#[test]
fn spoofing_is_found_when_the_trade_comes_right_after_the_cancel() {
    let mut market = Market::new();
    market.ordinary(&mut Numbers(7), 100);
    market.book.clear();
    let before = market.findings().len();
    for _ in 0..3 {
        market.wait(30);
        let offer = market.place(account(60), Side::Sell, 10_100, 500);
        market.wait(5);
        market.cancel(offer);
        market.wait(3);
        market.trade((account(60), 9_001), (account(2), 9_002), 10_020, 5);
    }
    let found = market.findings().split_off(before);
    assert_eq!(found.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [Kind::Spoofing]);
    assert_eq!((found[0].orders.len(), found[0].trades.len()), (3, 3));
    assert_eq!(found[0].accounts, [account(60)]);
}

#[test]
fn a_large_order_that_is_cancelled_is_no_finding_by_itself() {
    let mut market = Market::new();
    market.ordinary(&mut Numbers(7), 100);
    let before = market.findings().len();
    for _ in 0..10 {
        market.wait(30);
        let bid = market.place(account(60), Side::Buy, 9_900, 500);
        market.wait(5);
        market.cancel(bid);
        market.wait(600);
        market.trade((account(2), 9_001), (account(60), 9_002), 10_020, 5);
    }
    assert_eq!(market.findings().len(), before);
}

#[test]
fn accounts_that_belong_together_are_one() {
    let together = vec![vec![account(1), account(2)]];
    let mut market = Market::with(Settings::default(), &together);
    market.trade((account(1), 1), (account(2), 2), 100, 5);
    market.trade((account(1), 3), (account(3), 4), 100, 5);
    assert_eq!(market.kinds(), [Kind::SelfDealing]);
    // A key is linked to its DID by what the DID's contract tells.
    let did = Account::Managed { contract: ContractId([9; 32]), id: [4; 32] };
    market.model.see(market.at, Seen::Linked { key: account(3), did });
    market.trade((did, 5), (account(3), 6), 100, 5);
    assert_eq!(market.kinds().len(), 2);
    let wanted = Wanted { account: Some(account(3)), ..Wanted::default() };
    assert_eq!(market.model.findings(&wanted).0.len(), 1, "found by any account of the group");
}

#[test]
fn a_void_meeting_with_oneself_is_a_finding_and_one_that_the_register_refused_is_none() {
    let mut market = Market::new();
    let voided = |seller, reason| FillVoided {
        listing: LISTING,
        buy_order: 1,
        sell_order: 2,
        buyer: account(1),
        seller,
        price: 100,
        quantity: 5,
        _reason: reason,
    };
    market.model.see(market.at, Seen::Voided(voided(account(2), 14)));
    assert_eq!(market.kinds(), []);
    market.model.see(market.at, Seen::Voided(voided(account(1), 0)));
    assert_eq!(market.kinds(), [Kind::SelfDealing]);
}

#[test]
fn a_jump_is_reported_once_and_a_slow_climb_never() {
    let mut market = Market::new();
    let trade = |market: &mut Market, price| {
        market.wait(20);
        let buyer = account(u8::try_from(1 + market.trades % 7).unwrap());
        market.trade((buyer, market.trades + 1), (account(20), 900), price, 5);
    };
    (0..40).for_each(|step| trade(&mut market, 10_000 + step * 50));
    assert_eq!(market.kinds(), []);
    (0..5).for_each(|_| trade(&mut market, 14_000));
    assert_eq!(market.kinds(), [Kind::PriceJump]);
    let figures = &market.findings()[0].figures;
    assert!(figures.contains(&("price".to_owned(), 14_000)), "{figures:?}");
    // After a quiet week the last price is the reference.
    market.wait(7 * 86_400);
    trade(&mut market, 14_100);
    trade(&mut market, 12_000);
    assert_eq!(market.kinds().len(), 2);
}

#[test]
fn two_who_trade_with_others_too_are_not_back_and_forth() {
    let mut market = Market::new();
    for round in 0..6_u8 {
        market.wait(30);
        for other in 0..2 {
            market.trade((account(1), 5), (account(10 + round * 2 + other), 6), 100, 10);
            market.trade((account(30 + round * 2 + other), 7), (account(2), 8), 100, 10);
        }
        market.trade((account(1), 1), (account(2), 2), 100, 10);
        market.trade((account(2), 3), (account(1), 4), 100, 10);
    }
    assert!(!market.kinds().contains(&Kind::BackAndForth), "{:?}", market.kinds());
}

#[test]
fn all_that_is_kept_has_its_bound() {
    let mut market = Market::new();
    for number in 0..3_000_u64 {
        market.wait(1);
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&number.to_le_bytes());
        let who = Account::Key(seed);
        market.model.see(
            market.at,
            Seen::Traded(Traded {
                listing: number,
                trade: Trade {
                    number: 1,
                    price: 100,
                    quantity: 1,
                    value: 100,
                    buyer: who,
                    seller: who,
                    buy_order: 1,
                    sell_order: 2,
                    _taker: Side::Buy,
                    _lot: 1,
                    _buyer_fee: 0,
                    _seller_fee: 0,
                    _tax: 0,
                    _time: market.at.time,
                },
            }),
        );
        market.place(who, Side::Buy, 50, 1);
        market.trade((who, 1), (account(1), 2), 100, 1);
    }
    assert!(market.model.day(1).is_none(), "the quiet ones are forgotten");
    let day = market.model.day(LISTING).unwrap();
    assert!(day.tallies.len() <= super::limits::ACCOUNTS);
    assert!(day.tallies.contains_key(&account(1)), "the largest stays");
    let (page, next) = market.model.findings(&Wanted::default());
    assert_eq!(page.len(), super::limits::PAGE);
    assert_eq!(next, Some(page.last().unwrap().number));
}
