//! `sillok contract deploy`: upload code, make an instance, run its constructor.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sillok_abi::native::code_hash;
use sillok_abi::{Metadata, digest};
use sillok_client::module;
use sillok_client::rpc::to_hex;
use sillok_client::transaction::now;
use sillok_client::value::encode_fields;

use super::SYSTEM;
use crate::cli::arguments::parse;
use crate::cli::{CliError, ContractHandle, Result, Session};

/// What to deploy.
#[derive(Args, Debug)]
pub(in crate::cli) struct DeployOptions {
    /// The contract's Wasm, as `sillok contract build` makes it.
    wasm: PathBuf,
    /// The constructor's arguments: param=value or --param value.
    args: Vec<String>,
    /// 32 bytes in hexadecimal that tell instances of one deployer apart; by default new each time.
    #[arg(long, value_name = "HEX")]
    salt: Option<String>,
    /// Who may change the contract's code; by default nobody, ever.
    #[arg(long, value_name = "ACCOUNT")]
    admin: Option<String>,
}

pub(super) async fn run(options: DeployOptions, session: &Session) -> Result<()> {
    let (wasm, metadata) = read(&options.wasm)?;
    let constructor_args = constructor_args(&metadata, &options.args, session)?;
    let deployer = session.signer_account()?;
    let salt = match options.salt {
        Some(salt) => salt,
        None => to_hex(digest("sillok/salt", &(deployer, now(), session.nonces().next()))),
    };
    let admin = options.admin.map(|admin| session.account(&admin)).transpose()?;
    let system = session.contract(SYSTEM).await?;
    let hash = upload(session, &system, &metadata.name, &wasm).await?;
    let args = json!({
        "deployer": deployer.to_string(), "code": hash, "salt": salt,
        "admin": admin.map(|admin| admin.to_string()), "args": to_hex(constructor_args),
    });
    let result = session.call(&system, "instantiate", args).await?;
    let id = result.value.as_str().unwrap_or_default();
    let human = format!(
        "{id}\n{} is final in block {}\ntry   sillok contract call {id}\n      sillok contract inspect {id}",
        metadata.name, result.height
    );
    let mut value = result.to_json();
    value["contract"] = json!(id);
    value["code"] = json!(hash);
    session.result(human, value);
    Ok(())
}

/// Uploads code that is not there yet; its hash.
pub(super) async fn upload(
    session: &Session,
    system: &ContractHandle,
    name: &str,
    wasm: &[u8],
) -> Result<String> {
    let hash = to_hex(code_hash(wasm));
    let there = session.query(system, "uploaded", json!({ "code": hash }), None).await?;
    if there == json!(true) {
        session.note(format!("the code of {name} is there already"));
    } else {
        session.note(format!("uploading {name} ({} bytes)", wasm.len()));
        session.call(system, "upload", json!({ "code": to_hex(wasm) })).await?;
    }
    Ok(hash)
}

/// A contract's Wasm and what it says about itself.
pub(super) fn read(path: &std::path::Path) -> Result<(Vec<u8>, Metadata)> {
    let wasm = std::fs::read(path)
        .map_err(|error| CliError::failed("file", format!("{}: {error}", path.display())))?;
    let metadata = module::metadata(&wasm).map_err(|error| {
        CliError::failed("not-a-contract", format!("{}: {error}", path.display()))
            .hint("build a contract with `sillok contract build`")
    })?;
    Ok((wasm, metadata))
}

fn constructor_args(metadata: &Metadata, words: &[String], session: &Session) -> Result<Vec<u8>> {
    let Some(constructor) = metadata.constructor() else {
        return match words {
            [] => Ok(Vec::new()),
            _ => Err(CliError::usage(format!(
                "`{}` has no constructor, so it takes no arguments",
                metadata.name
            ))),
        };
    };
    let values = parse(constructor, words)?;
    let values = values.as_object().cloned().unwrap_or_default();
    encode_fields(&constructor.params, &values, session.names()).map_err(CliError::usage)
}
