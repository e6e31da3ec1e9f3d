//! `sillok order`: the market.

mod market;
mod place;
mod show;
mod types;

pub(crate) use market::listing_rules;

use clap::{Args, Subcommand};

use super::{Result, Session};

/// List shares on the market, place and cancel orders.
#[derive(Subcommand, Debug)]
pub(crate) enum OrderCommand {
    /// List a class of shares for trading, as the company's registrar.
    ListMarket(place::ListMarketArgs),
    /// Show all listings.
    Markets,
    /// Place an order at a limit price.
    ///
    /// What matches trades at once, at the resting orders' prices. A sale's shares are locked and a
    /// purchase's money is put on hold until the order is filled or cancelled.
    Place(place::PlaceArgs),
    /// Cancel a resting order.
    Cancel(OrderArgs),
    /// Show the order book.
    Book {
        #[command(flatten)]
        market: MarketArg,
        /// How many prices of each side to show.
        #[arg(long, default_value_t = 10)]
        levels: u32,
    },
    /// Show a resting order.
    Show(OrderArgs),
    /// Show the latest trades, newest first.
    Trades {
        #[command(flatten)]
        market: MarketArg,
        /// How many, at most 100.
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Show somebody's resting orders.
    Mine {
        /// Whose; as whom you sign unless given.
        #[arg(long, value_name = "ACCOUNT")]
        owner: Option<String>,
    },
}

/// Which listing.
#[derive(Args, Debug)]
pub(crate) struct MarketArg {
    /// The listing: its number, or the company if that has one listing only.
    #[arg(value_name = "MARKET")]
    market: String,
}

/// Which order.
#[derive(Args, Debug)]
pub(crate) struct OrderArgs {
    #[command(flatten)]
    market: MarketArg,
    /// The order's number.
    #[arg(value_name = "ORDER")]
    order: u64,
}

/// Runs a command.
pub(crate) async fn run(command: OrderCommand, session: &Session) -> Result<()> {
    match command {
        OrderCommand::ListMarket(args) => place::list(args, session).await,
        OrderCommand::Markets => show::markets(session).await,
        OrderCommand::Place(args) => place::place(args, session).await,
        OrderCommand::Cancel(args) => place::cancel(args, session).await,
        OrderCommand::Book { market, levels } => show::book(market, levels, session).await,
        OrderCommand::Show(args) => show::order(args, session).await,
        OrderCommand::Trades { market, limit } => show::trades(market, limit, session).await,
        OrderCommand::Mine { owner } => show::mine(owner, session).await,
    }
}
