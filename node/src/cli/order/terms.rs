//! What an order asks for, as options of the command line, and as the market takes it.
//!
//! What contradicts itself is refused here, with what to write instead; what depends on the listing and its day the
//! market judges.

use clap::{ArgGroup, Args, ValueEnum};
use serde_json::{Value, json};
use sillok_abi::Time;

use crate::cli::moment::parse_moment;
use crate::cli::money::Currency;
use crate::cli::{CliError, Result};

/// Which way an order trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Side {
    /// Buys shares.
    Buy,
    /// Sells shares.
    Sell,
}

impl Side {
    /// As the market takes it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Side::Buy => "Buy",
            Side::Sell => "Sell",
        }
    }
}

/// The kinds of orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// 지정가: at --price or better.
    Limit,
    /// 시장가: at any price of the day's band.
    Market,
    /// 최유리지정가: at the best price of the other side when it comes.
    BestLimit,
    /// 최우선지정가: at the best price of its own side when it comes.
    TopLimit,
    /// 조건부지정가: at --price until the closing call, then at any price.
    LimitThenMarket,
    /// 중간가: unseen, halfway between the best prices of both sides.
    Midpoint,
    /// 스톱: waits until a trade reaches --trigger, then at any price.
    Stop,
    /// 스톱지정가: waits until a trade reaches --trigger, then at --price.
    StopLimit,
    /// At --price, of which --peak shares are shown at a time.
    Iceberg,
}

/// What is cancelled when an order meets one of its owner's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum SelfTrade {
    /// The rest of the later order.
    #[default]
    Newest,
    /// The order that waited.
    Oldest,
    /// Both.
    Both,
    /// Both by the smaller one's shares.
    Decrement,
}

/// What an order asks for.
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("duration").args(["ioc", "fok", "day", "until", "until_height"])))]
pub(crate) struct TermsArgs {
    /// What kind of order.
    #[arg(long, value_enum, default_value_t = Kind::Limit)]
    kind: Kind,
    /// The limit price of one share, in units of the currency.
    #[arg(long, value_name = "AMOUNT")]
    price: Option<String>,
    /// The price of a trade that wakes a stop: at it or above for purchases, at it or below for sales.
    #[arg(long, value_name = "AMOUNT")]
    trigger: Option<String>,
    /// How many shares an iceberg shows at a time.
    #[arg(long, value_name = "SHARES")]
    peak: Option<u64>,
    /// Immediate or cancel: what does not trade at once is cancelled.
    #[arg(long)]
    ioc: bool,
    /// Fill or kill: all of it trades at once, or nothing.
    #[arg(long)]
    fok: bool,
    /// Good for the day: cancelled when the market closes.
    #[arg(long)]
    day: bool,
    /// Good till date: a while from now (30s, 10m, 2h, 7d) or a time (2026-11-23T09:30:00Z).
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    until: Option<Time>,
    /// Good till a block's height.
    #[arg(long, value_name = "HEIGHT")]
    until_height: Option<u64>,
    /// Refuse it if anything of it would trade at once.
    #[arg(long)]
    post_only: bool,
    /// Cancel it whole if fewer shares than these trade at once.
    #[arg(long, value_name = "SHARES", default_value_t = 0)]
    min: u64,
    /// What is cancelled when it meets one of its owner's own.
    #[arg(long, value_enum, value_name = "WHICH", default_value_t = SelfTrade::Newest)]
    self_trade: SelfTrade,
}

impl TermsArgs {
    /// The order for so many shares, as the market takes it.
    pub(super) fn order(
        &self,
        side: Side,
        quantity: u64,
        lot: Option<u64>,
        currency: &Currency,
    ) -> Result<Value> {
        if quantity == 0 {
            return Err(CliError::usage("an order is for at least one share"));
        }
        if self.min > quantity {
            let message = format!("--min asks for {} shares at once, of an order for {quantity}", self.min);
            return Err(CliError::usage(message).hint("give a smaller --min; --fok asks for all at once"));
        }
        Ok(json!({
            "side": side.name(), "kind": self.kind(currency)?, "quantity": quantity, "lot": lot,
            "time_in_force": self.duration(), "post_only": self.post_only, "min_quantity": self.min,
            "self_trade": self.self_trade(),
        }))
    }

    /// The price that the order never trades beyond, if it has one.
    pub(super) fn limit(&self, currency: &Currency) -> Result<Option<u64>> {
        match self.kind {
            // This one loses its limit in the closing call.
            Kind::LimitThenMarket => Ok(None),
            _ => self.price.as_deref().map(|price| currency.parse(price)).transpose(),
        }
    }

    /// Whether it is gone when the day ends.
    pub(super) fn is_for_the_day(&self) -> bool {
        self.day || self.ioc || self.fok
    }

    fn kind(&self, currency: &Currency) -> Result<Value> {
        let given = [self.price.is_some(), self.trigger.is_some(), self.peak.is_some()];
        let (name, needed) = needs(self.kind);
        for (option, (given, needed)) in
            ["--price", "--trigger", "--peak"].into_iter().zip(given.iter().zip(needed))
        {
            let message = match (*given, needed) {
                (false, true) => format!("{name} order needs {option}"),
                (true, false) => format!("{name} order takes no {option}"),
                _ => continue,
            };
            return Err(
                CliError::usage(message).hint("`sillok order place --help` tells what each kind takes")
            );
        }
        let amount = |text: &Option<String>| currency.parse(text.as_deref().unwrap_or_default());
        Ok(match self.kind {
            Kind::Limit => json!({ "Limit": { "price": amount(&self.price)? } }),
            Kind::Market => json!("Market"),
            Kind::BestLimit => json!("BestLimit"),
            Kind::TopLimit => json!("TopLimit"),
            Kind::LimitThenMarket => json!({ "LimitThenMarket": { "price": amount(&self.price)? } }),
            Kind::Midpoint => json!("Midpoint"),
            Kind::Stop => json!({ "Stop": { "trigger": amount(&self.trigger)? } }),
            Kind::StopLimit => {
                json!({ "StopLimit": { "trigger": amount(&self.trigger)?, "price": amount(&self.price)? } })
            }
            Kind::Iceberg => json!({ "Iceberg": { "price": amount(&self.price)?, "peak": self.peak } }),
        })
    }

    fn duration(&self) -> Value {
        match (self.until, self.until_height) {
            (Some(time), _) => json!({ "Until": time.to_string() }),
            (_, Some(height)) => json!({ "UntilHeight": height }),
            _ if self.ioc => json!("Ioc"),
            _ if self.fok => json!("Fok"),
            _ if self.day => json!("Day"),
            _ => json!("Gtc"),
        }
    }

    fn self_trade(&self) -> &'static str {
        match self.self_trade {
            SelfTrade::Newest => "CancelNewest",
            SelfTrade::Oldest => "CancelOldest",
            SelfTrade::Both => "CancelBoth",
            SelfTrade::Decrement => "Decrement",
        }
    }
}

/// What a kind is called, with its article, and whether it takes a price, a trigger, a peak.
fn needs(kind: Kind) -> (&'static str, [bool; 3]) {
    match kind {
        Kind::Limit => ("a limit", [true, false, false]),
        Kind::Market => ("a market", [false; 3]),
        Kind::BestLimit => ("a best-limit", [false; 3]),
        Kind::TopLimit => ("a top-limit", [false; 3]),
        Kind::LimitThenMarket => ("a limit-then-market", [true, false, false]),
        Kind::Midpoint => ("a midpoint", [false; 3]),
        Kind::Stop => ("a stop", [false, true, false]),
        Kind::StopLimit => ("a stop-limit", [true, true, false]),
        Kind::Iceberg => ("an iceberg", [true, false, true]),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        terms: TermsArgs,
    }

    fn order(args: &str) -> std::result::Result<Value, String> {
        let currency = Currency { code: "KRW".into(), decimals: 0 };
        let words = std::iter::once("order").chain(args.split_whitespace());
        let terms = Command::try_parse_from(words).map_err(|error| error.to_string())?.terms;
        terms.order(Side::Buy, 10, None, &currency).map_err(|error| error.message)
    }

    #[test]
    fn every_kind_and_duration_is_written_as_the_market_takes_it() {
        let kind = |args: &str| order(args).unwrap()["kind"].clone();
        assert_eq!(kind("--price 1,000"), json!({ "Limit": { "price": 1_000 } }));
        assert_eq!(kind("--kind market"), json!("Market"));
        assert_eq!(kind("--kind stop --trigger 9"), json!({ "Stop": { "trigger": 9 } }));
        let stop_limit = json!({ "StopLimit": { "trigger": 9, "price": 8 } });
        assert_eq!(kind("--kind stop-limit --trigger 9 --price 8"), stop_limit);
        let iceberg = json!({ "Iceberg": { "price": 8, "peak": 2 } });
        assert_eq!(kind("--kind iceberg --price 8 --peak 2"), iceberg);
        let duration = |args: &str| order(&format!("--price 5 {args}")).unwrap()["time_in_force"].clone();
        assert_eq!(duration(""), "Gtc");
        assert_eq!(duration("--fok"), "Fok");
        assert_eq!(duration("--until 2026-11-23T09:30:00Z"), json!({ "Until": "2026-11-23T09:30:00.000Z" }));
        assert_eq!(duration("--until-height 7"), json!({ "UntilHeight": 7 }));
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let refused = [
            ("", "needs --price"),
            ("--kind market --price 5", "takes no --price"),
            ("--kind stop --price 5", "takes no --price"),
            ("--kind stop-limit --price 5", "needs --trigger"),
            ("--kind iceberg --price 5", "needs --peak"),
            ("--price 5 --peak 5", "takes no --peak"),
            ("--price 5 --min 11", "--min asks"),
            ("--price 5 --ioc --fok", "cannot be used"),
            ("--price 5.5", "not an amount"),
        ];
        for (args, expected) in refused {
            let error = order(args).unwrap_err();
            assert!(error.contains(expected), "{args}: {error}");
        }
    }
}
