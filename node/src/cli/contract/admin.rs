//! `sillok contract admin`: who may change a contract's code.

use clap::Args;
use serde_json::{Value, json};

use super::SYSTEM;
use crate::cli::session::from_rpc;
use crate::cli::{CliError, Result, Session};

/// Whose admin, and who it is to be.
#[derive(Args, Debug)]
pub(in crate::cli) struct AdminOptions {
    /// A contract's name, or 0x and its id.
    contract: String,
    /// The new admin, who has to sign too: --also.
    #[arg(long, value_name = "ACCOUNT")]
    to: Option<String>,
    /// Nobody any more: the code can never change again. Needs --yes.
    #[arg(long, conflicts_with = "to")]
    freeze: bool,
    /// Freeze, which nobody can undo.
    #[arg(long, requires = "freeze")]
    yes: bool,
}

pub(super) async fn run(options: AdminOptions, session: &Session) -> Result<()> {
    let contract = session.contract(&options.contract).await?;
    let admin = match (&options.to, options.freeze) {
        (Some(to), _) => json!(session.account(to)?.to_string()),
        (None, true) if options.yes => Value::Null,
        (None, true) => {
            return Err(CliError::usage(format!(
                "nobody could ever change the code of `{}` again",
                contract.name
            ))
            .hint("if that is what you want, add --yes"));
        }
        (None, false) => {
            let info = session.client().contract_info(&contract.id).await.map_err(from_rpc)?;
            let value = json!({ "contract": info.id, "admin": info.admin });
            session.result(in_words(info.admin.as_deref()), value);
            return Ok(());
        }
    };
    let system = session.contract(SYSTEM).await?;
    let args = json!({ "contract": contract.id.to_string(), "admin": admin });
    let result = session.call(&system, "set_admin", args).await?;
    let mut value = result.to_json();
    value["contract"] = json!(contract.id.to_string());
    value["admin"] = admin.clone();
    session.result(format!("admin     {}\n{result}", in_words(admin.as_str())), value);
    Ok(())
}

/// An admin, or what it means that there is none.
pub(super) fn in_words(admin: Option<&str>) -> String {
    admin.unwrap_or("nobody: its code can never change").to_owned()
}
