//! `sillok cash`: money that a bank stands for.

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};
use sillok_abi::Account;

use super::money::{CASH_CONTRACT, Currency};
use super::who::Who;
use super::{ContractHandle, Result, Session, typed};

/// Mint, transfer and hold cash. Amounts are in units of the currency, such as 1000 or 12.50.
#[derive(Subcommand, Debug)]
pub(crate) enum CashCommand {
    /// Put new money into an account, as the bank.
    Mint {
        /// Who gets it.
        #[arg(value_name = "ACCOUNT")]
        to: String,
        /// How much.
        amount: String,
        #[command(flatten)]
        cash: CashArg,
    },
    /// Take money out of the world; the bank and the owner sign.
    Burn {
        /// How much.
        amount: String,
        #[command(flatten)]
        owner: OwnerArg,
        #[command(flatten)]
        cash: CashArg,
    },
    /// Pay somebody.
    Transfer {
        /// Who gets it.
        #[arg(value_name = "ACCOUNT")]
        to: String,
        /// How much.
        amount: String,
        #[command(flatten)]
        owner: OwnerArg,
        #[command(flatten)]
        cash: CashArg,
    },
    /// Reserve money for an agent to pay or release.
    Hold {
        /// How much.
        amount: String,
        /// The agent.
        #[arg(long = "for", value_name = "ACCOUNT")]
        agent: String,
        #[command(flatten)]
        owner: OwnerArg,
        #[command(flatten)]
        cash: CashArg,
    },
    /// Give money on hold back to its owner, as the agent.
    Release {
        /// How much.
        amount: String,
        #[command(flatten)]
        held: HeldArgs,
    },
    /// Pay somebody out of money on hold, as the agent.
    Pay {
        /// Who gets it.
        #[arg(value_name = "ACCOUNT")]
        to: String,
        /// How much.
        amount: String,
        #[command(flatten)]
        held: HeldArgs,
    },
    /// Show what an account has.
    Balance {
        /// Whose; as whom you sign unless given.
        #[arg(value_name = "ACCOUNT")]
        owner: Option<String>,
        #[command(flatten)]
        cash: CashArg,
    },
}

/// Which cash.
#[derive(Args, Debug)]
pub(crate) struct CashArg {
    /// The cash contract: its name or id.
    #[arg(long, default_value = CASH_CONTRACT, value_name = "CONTRACT")]
    cash: String,
}

/// Whose money.
#[derive(Args, Debug)]
pub(crate) struct OwnerArg {
    /// Whose money; as whom you sign unless given.
    #[arg(long, value_name = "ACCOUNT")]
    owner: Option<String>,
}

/// Money on hold.
#[derive(Args, Debug)]
pub(crate) struct HeldArgs {
    /// Whose money.
    #[arg(long, value_name = "ACCOUNT")]
    owner: String,
    /// The agent it is on hold for; as whom you sign unless given.
    #[arg(long = "for", value_name = "ACCOUNT")]
    agent: Option<String>,
    #[command(flatten)]
    cash: CashArg,
}

/// What an account has.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Balance {
    available: u64,
    held: u64,
}

/// A cash contract with what is needed to speak of it.
struct Cash<'a> {
    session: &'a Session,
    contract: ContractHandle,
    currency: Currency,
    who: Who,
}

impl<'a> Cash<'a> {
    async fn open(session: &'a Session, arg: &CashArg) -> Result<Self> {
        let contract = session.contract(&arg.cash).await?;
        let currency = Currency::of(session, &contract).await?;
        Ok(Cash { session, contract, currency, who: Who::load(session).await? })
    }

    /// The account named, or the one that signs.
    fn account(&self, text: Option<&str>) -> Result<Account> {
        text.map_or_else(|| self.session.signer_account(), |text| self.session.account(text))
    }

    async fn balance(&self, owner: &str) -> Result<Balance> {
        typed::query(self.session, &self.contract, "balance", json!({ "owner": owner }), None).await
    }

    /// Calls a method, says `sentence`, and shows what `owner` has then.
    async fn change(&self, method: &str, args: Value, owner: &Account, sentence: String) -> Result<()> {
        let result = self.session.call(&self.contract, method, args).await?;
        let owner = owner.to_string();
        let balance = self.balance(&owner).await?;
        let human = format!("{sentence} {}", self.sentence(&owner, balance));
        let balance = json!({ "owner": owner, "available": balance.available, "held": balance.held });
        self.session.result(human, typed::sent(&result, json!({ "balance": balance })));
        Ok(())
    }

    fn sentence(&self, owner: &str, balance: Balance) -> String {
        let (available, held) = (self.currency.show(balance.available), self.currency.show(balance.held));
        format!("{} has {available} at hand and {held} on hold.", self.who.show(owner))
    }

    fn show(&self, account: &Account) -> String {
        self.who.show(&account.to_string())
    }
}

/// Runs a command.
pub(crate) async fn run(command: CashCommand, session: &Session) -> Result<()> {
    match command {
        CashCommand::Mint { to, amount, cash } => {
            mint(&Cash::open(session, &cash).await?, &to, &amount).await
        }
        CashCommand::Burn { amount, owner, cash } => {
            burn(&Cash::open(session, &cash).await?, &amount, owner).await
        }
        CashCommand::Transfer { to, amount, owner, cash } => {
            transfer(&Cash::open(session, &cash).await?, &to, &amount, owner).await
        }
        CashCommand::Hold { amount, agent, owner, cash } => {
            hold(&Cash::open(session, &cash).await?, &amount, &agent, owner).await
        }
        CashCommand::Release { amount, held } => {
            release(&Cash::open(session, &held.cash).await?, &amount, &held).await
        }
        CashCommand::Pay { to, amount, held } => {
            pay(&Cash::open(session, &held.cash).await?, &to, &amount, &held).await
        }
        CashCommand::Balance { owner, cash } => balance(&Cash::open(session, &cash).await?, owner).await,
    }
}

async fn mint(cash: &Cash<'_>, to: &str, amount: &str) -> Result<()> {
    let (to, amount) = (cash.account(Some(to))?, cash.currency.parse(amount)?);
    let sentence = format!("Minted {} for {}.", cash.currency.show(amount), cash.show(&to));
    cash.change("mint", json!({ "to": to.to_string(), "amount": amount }), &to, sentence).await
}

async fn burn(cash: &Cash<'_>, amount: &str, owner: OwnerArg) -> Result<()> {
    let (owner, amount) = (cash.account(owner.owner.as_deref())?, cash.currency.parse(amount)?);
    let sentence = format!("Burned {} of {}.", cash.currency.show(amount), cash.show(&owner));
    cash.change("burn", json!({ "from": owner.to_string(), "amount": amount }), &owner, sentence).await
}

async fn transfer(cash: &Cash<'_>, to: &str, amount: &str, owner: OwnerArg) -> Result<()> {
    let (owner, to) = (cash.account(owner.owner.as_deref())?, cash.account(Some(to))?);
    let amount = cash.currency.parse(amount)?;
    let sentence =
        format!("{} paid {} to {}.", cash.show(&owner), cash.currency.show(amount), cash.show(&to));
    let args = json!({ "from": owner.to_string(), "to": to.to_string(), "amount": amount });
    cash.change("transfer", args, &owner, sentence).await
}

async fn hold(cash: &Cash<'_>, amount: &str, agent: &str, owner: OwnerArg) -> Result<()> {
    let (owner, agent) = (cash.account(owner.owner.as_deref())?, cash.account(Some(agent))?);
    let amount = cash.currency.parse(amount)?;
    let sentence = format!(
        "Put {} of {} on hold for {}.",
        cash.currency.show(amount),
        cash.show(&owner),
        cash.show(&agent)
    );
    let args = json!({ "owner": owner.to_string(), "amount": amount, "agent": agent.to_string() });
    cash.change("hold", args, &owner, sentence).await
}

async fn release(cash: &Cash<'_>, amount: &str, held: &HeldArgs) -> Result<()> {
    let (owner, agent) = (cash.account(Some(&held.owner))?, cash.account(held.agent.as_deref())?);
    let amount = cash.currency.parse(amount)?;
    let sentence = format!("Released {} to {}.", cash.currency.show(amount), cash.show(&owner));
    let args = json!({ "owner": owner.to_string(), "amount": amount, "agent": agent.to_string() });
    cash.change("release", args, &owner, sentence).await
}

async fn pay(cash: &Cash<'_>, to: &str, amount: &str, held: &HeldArgs) -> Result<()> {
    let (owner, agent) = (cash.account(Some(&held.owner))?, cash.account(held.agent.as_deref())?);
    let (to, amount) = (cash.account(Some(to))?, cash.currency.parse(amount)?);
    let sentence =
        format!("Paid {} of {} to {}.", cash.currency.show(amount), cash.show(&owner), cash.show(&to));
    let (payer, agent, to) = (owner.to_string(), agent.to_string(), to.to_string());
    let args = json!({ "owner": payer, "amount": amount, "agent": agent, "to": to });
    cash.change("pay", args, &owner, sentence).await
}

async fn balance(cash: &Cash<'_>, owner: Option<String>) -> Result<()> {
    let owner = cash.account(owner.as_deref())?.to_string();
    let balance = cash.balance(&owner).await?;
    let value = json!({
        "owner": owner, "available": balance.available, "held": balance.held,
        "currency": cash.currency.code, "decimals": cash.currency.decimals,
    });
    cash.session.result(cash.sentence(&owner, balance), value);
    Ok(())
}
