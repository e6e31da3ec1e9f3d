//! Opens a company's register: an instance of the register contract under an id known beforehand.

use clap::Args;
use serde_json::{Map, Value, json};
use sillok_abi::native::{SYSTEM, code_hash, contract_id};
use sillok_abi::{Account, ContractId, Date, digest};
use sillok_client::rpc::to_hex;
use sillok_client::{module, value};

use crate::cli::{CallResult, CliError, Result, Session, typed};

/// Opens the register of a new company.
#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// The company's legal name.
    #[arg(long)]
    name: String,
    /// Its number in a public registry.
    #[arg(long, default_value = "")]
    identifier: String,
    /// When it was formed, such as 2026-11-23.
    #[arg(long, value_name = "DATE")]
    formed: Option<Date>,
    /// Who keeps the register; as whom you sign unless given.
    #[arg(long, value_name = "ACCOUNT")]
    registrar: Option<String>,
    /// Mark the company as made up, for trying things out.
    #[arg(long)]
    sample: bool,
}

/// A register to open.
pub(super) struct NewRegister {
    /// What sets it apart from the same deployer's other registers.
    pub(super) salt: [u8; 32],
    /// Who keeps it.
    pub(super) registrar: Account,
    /// The company, as the constructor takes it.
    pub(super) issuer: Value,
}

pub(super) async fn run(args: CreateArgs, session: &Session) -> Result<()> {
    let registrar = match &args.registrar {
        Some(text) => session.account(text)?,
        None => session.signer_account()?,
    };
    let formed = args.formed.map(|date| date.to_string());
    let issuer =
        json!({ "name": args.name, "identifier": args.identifier, "sample": args.sample, "formed": formed });
    let salt = digest("sillok/register", &(&args.name, &args.identifier));
    let id = id_of(session, &salt).await?;
    if session.contract_by_id(id).await.is_ok() {
        let message = format!("you have opened a register of {} already: {id}", args.name);
        return Err(CliError::usage(message).hint("another company of this name needs another --identifier"));
    }
    let result = deploy(session, NewRegister { salt, registrar, issuer }).await?;
    let human = format!(
        "Opened the register of {}.\nregister  {id}\n\
         next      sillok register add-class {id} --name Common --authorised 1000000",
        args.name
    );
    session.result(human, typed::sent(&result, json!({ "register": id.to_string() })));
    Ok(())
}

/// The id of the register that the submitter opens, or has opened, with this salt.
pub(super) async fn id_of(session: &Session, salt: &[u8; 32]) -> Result<ContractId> {
    Ok(contract_id(&submitter(session).await?, salt))
}

async fn submitter(session: &Session) -> Result<Account> {
    let submitter = session.signers().await?.first().map(|signer| signer.account());
    submitter.ok_or_else(|| CliError::usage("no key to sign with").hint("name one with --from"))
}

/// Instantiates the register; uploads its code first where the chain does not have it.
pub(super) async fn deploy(session: &Session, new: NewRegister) -> Result<CallResult> {
    let code = sillok_contracts::REGISTER;
    let system = session.contract_by_id(SYSTEM).await?;
    let deployer = submitter(session).await?.to_string();
    let args = json!({
        "deployer": deployer, "admin": deployer, "code": to_hex(code_hash(code)), "salt": to_hex(new.salt),
        "args": to_hex(constructor_args(session, &new)?),
    });
    match session.call(&system, "instantiate", args.clone()).await {
        Err(error) if error.code == "system.NoCode" => {
            session.call(&system, "upload", json!({ "code": to_hex(code) })).await?;
            session.call(&system, "instantiate", args).await
        }
        done => done,
    }
}

fn constructor_args(session: &Session, new: &NewRegister) -> Result<Vec<u8>> {
    let broken =
        |why: &dyn std::fmt::Display| CliError::failed("contract", format!("the built-in register: {why}"));
    let metadata = module::metadata(sillok_contracts::REGISTER).map_err(|error| broken(&error))?;
    let constructor = metadata.constructor().ok_or_else(|| broken(&"it has no constructor"))?;
    let mut args = Map::new();
    args.insert("registrar".to_string(), json!(new.registrar.to_string()));
    args.insert("issuer".to_string(), new.issuer.clone());
    value::encode_fields(&constructor.params, &args, session.names()).map_err(|error| broken(&error))
}
