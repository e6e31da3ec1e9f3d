//! `sillok order` and `sillok market`: trading, and what the market's operator and companies do.

mod change;
mod cover;
mod listing;
mod market;
mod operate;
mod place;
mod quote;
mod show;
mod surveillance;
mod talk;
mod terms;
mod types;

pub(crate) use market::{Market, listing_rules};
pub(crate) use operate::{MarketCommand, run as run_market};

use clap::{Args, Subcommand};

use super::{Result, Session};

/// List shares on the market, place and cancel orders.
#[derive(Subcommand, Debug)]
pub(crate) enum OrderCommand {
    /// List a class of shares for trading, as the company's registrar.
    ListMarket(listing::ListMarketArgs),
    /// Show all listings.
    Markets,
    /// Place an order of any kind; at a limit price unless --kind says otherwise.
    ///
    /// What matches trades at once, at the resting orders' prices. A sale's shares are locked and a
    /// purchase's money is put on hold until the order is filled or cancelled.
    Place(place::PlaceArgs),
    /// Take a resting order, or a part of it, on a market that matches nothing by itself.
    Take(place::TakeArgs),
    /// Give a resting order another limit or quantity. Less at the same price keeps its place.
    Amend(change::AmendArgs),
    /// Cancel a resting order.
    Cancel(OrderArgs),
    /// Cancel all of somebody's resting orders of a market.
    MassCancel(change::MassCancelArgs),
    /// Quote a market: purchases and sales at once, in place of the orders that are there.
    Quote(quote::QuoteArgs),
    /// Negotiate a trade outside of the book.
    #[command(subcommand)]
    Talk(talk::TalkCommand),
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
        OrderCommand::ListMarket(args) => listing::list(args, session).await,
        OrderCommand::Markets => show::markets(session).await,
        OrderCommand::Place(args) => place::place(args, session).await,
        OrderCommand::Take(args) => place::take(args, session).await,
        OrderCommand::Amend(args) => change::amend(args, session).await,
        OrderCommand::Cancel(args) => change::cancel(args, session).await,
        OrderCommand::MassCancel(args) => change::mass_cancel(args, session).await,
        OrderCommand::Quote(args) => quote::quote(args, session).await,
        OrderCommand::Talk(command) => talk::run(command, session).await,
        OrderCommand::Book { market, levels } => show::book(market, levels, session).await,
        OrderCommand::Show(args) => show::order(args, session).await,
        OrderCommand::Trades { market, limit } => show::trades(market, limit, session).await,
        OrderCommand::Mine { owner } => show::mine(owner, session).await,
    }
}
