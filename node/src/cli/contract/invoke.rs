//! `sillok contract call` and `query`: any method of any contract.

use serde_json::json;
use sillok_abi::MethodKind;
use sillok_client::rpc::At;

use super::InvokeOptions;
use crate::cli::arguments::{parse, summary};
use crate::cli::{CliError, ContractHandle, Result, Session};

pub(super) async fn call(options: InvokeOptions, session: &Session) -> Result<()> {
    let contract = session.contract(&options.contract).await?;
    let Some(method) = &options.method else { return Err(which_method(&contract, MethodKind::Change)) };
    let spec = contract.method(method)?;
    if spec.kind == MethodKind::Query {
        session.note(format!(
            "`{method}` changes nothing: `sillok contract query` answers without a transaction"
        ));
    }
    let result = session.call(&contract, method, parse(spec, &options.args)?).await?;
    session.result(&result, result.to_json());
    Ok(())
}

pub(super) async fn query(options: InvokeOptions, at: Option<At>, session: &Session) -> Result<()> {
    let contract = session.contract(&options.contract).await?;
    let Some(method) = &options.method else { return Err(which_method(&contract, MethodKind::Query)) };
    let spec = contract.method(method)?;
    if spec.kind != MethodKind::Query {
        return Err(CliError::usage(format!("`{method}` changes something: it is not a query"))
            .hint(format!("sillok contract call {} {method} …", contract.name)));
    }
    let value = session.query(&contract, method, parse(spec, &options.args)?, at).await?;
    let human = match value.as_str() {
        Some(text) => text.to_owned(),
        None => format!("{value:#}"),
    };
    session.result(human, json!({ "value": value }));
    Ok(())
}

fn which_method(contract: &ContractHandle, kind: MethodKind) -> CliError {
    let methods = contract.metadata.methods.iter().filter(|method| method.kind == kind);
    let methods: Vec<_> = methods.map(|method| summary(method).replace('\n', "\n  ")).collect();
    let hint = match methods.is_empty() {
        true => "it has none of this kind".to_owned(),
        false => format!("choose one of\n  {}", methods.join("\n  ")),
    };
    CliError::usage(format!("which method of `{}`?", contract.name)).hint(hint)
}
