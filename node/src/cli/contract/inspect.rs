//! `sillok contract inspect`: what a contract says about itself.

use std::path::Path;

use serde_json::{Value, json};
use sillok_abi::{FieldSpec, Metadata, TypeSpec};
use sillok_client::module;
use sillok_client::rpc::to_hex;
use sillok_client::value::{
    definition, fields_text, kind_name, named_types, reentrancy, signature, type_name,
};

use super::admin;
use crate::cli::session::from_rpc;
use crate::cli::{CliError, GlobalOptions, Result, Session, output};

pub(super) async fn run(contract: &str, options: GlobalOptions) -> Result<()> {
    let json = options.json;
    let (heading, metadata) = if Path::new(contract).is_file() {
        of_file(Path::new(contract))?
    } else {
        of_chain(contract, &Session::open(options).await?).await?
    };
    let mut value = to_json(&metadata);
    let mut human = format!("{} {}", metadata.name, metadata.version);
    for (label, entry) in heading {
        let text = match label {
            "admin" => Some(admin::in_words(entry.as_deref())),
            _ => entry.clone(),
        };
        if let Some(text) = text {
            human.push_str(&format!("\n{label:<10}{text}"));
        }
        value[label] = json!(entry);
    }
    human.push_str(&to_text(&metadata));
    output::result(json, human, value);
    Ok(())
}

/// Labelled facts about a contract.
type Heading = Vec<(&'static str, Option<String>)>;

fn of_file(path: &Path) -> Result<(Heading, Metadata)> {
    let wasm = std::fs::read(path)
        .map_err(|error| CliError::failed("file", format!("{}: {error}", path.display())))?;
    let metadata = module::metadata(&wasm)
        .map_err(|error| CliError::failed("not-a-contract", format!("{}: {error}", path.display())))?;
    let code = to_hex(sillok_abi::native::code_hash(&wasm));
    Ok((vec![("code", Some(code)), ("bytes", Some(wasm.len().to_string()))], metadata))
}

async fn of_chain(contract: &str, session: &Session) -> Result<(Heading, Metadata)> {
    let handle = session.contract(contract).await?;
    let info = session.client().contract_info(&handle.id).await.map_err(from_rpc)?;
    let id = Some(handle.id.to_string());
    let mut heading = vec![("id", id), ("code", info.code.clone()), ("deployer", info.deployer)];
    // A native module is part of the node: there is nobody who could change it.
    if info.code.is_some() {
        heading.push(("admin", info.admin));
        heading.push(("upgrades", Some(info.upgrades.to_string())));
    }
    Ok((heading, handle.metadata.as_ref().clone()))
}

fn to_text(metadata: &Metadata) -> String {
    let mut text = String::new();
    let mut section = |heading: &str, entries: Vec<(String, &str)>| {
        if !entries.is_empty() {
            text.push_str(&format!("\n\n{heading}"));
        }
        for (entry, docs) in entries {
            text.push_str(&format!("\n  {entry}"));
            docs.lines().for_each(|line| text.push_str(&format!("\n      {}", line.trim())));
        }
    };
    for (heading, kind) in [
        ("constructor", "constructor"),
        ("migrations", "migration"),
        ("queries", "query"),
        ("changes", "change"),
    ] {
        let methods = metadata.methods.iter().filter(|method| kind_name(method.kind) == kind);
        section(
            heading,
            methods.map(|method| (signature(method) + reentrancy(method), method.docs.as_str())).collect(),
        );
    }
    let types = named_types(metadata);
    section("types", types.values().map(|ty| (definition(ty), "")).collect());
    let events = metadata.events.iter();
    section(
        "events",
        events
            .map(|event| (format!("{}({})", event.name, fields_text(&event.fields)), event.docs.as_str()))
            .collect(),
    );
    let errors = metadata.errors.iter();
    section(
        "errors",
        errors.map(|error| (format!("{} {}", error.code, error.name), error.docs.as_str())).collect(),
    );
    text
}

fn fields_json(fields: &[FieldSpec]) -> Value {
    fields.iter().map(|field| json!({ "name": field.name, "type": type_name(&field.ty) })).collect()
}

fn type_json(ty: &TypeSpec) -> Value {
    match ty {
        TypeSpec::Struct(_, fields) => json!({ "fields": fields_json(fields) }),
        TypeSpec::Enum(_, variants) => {
            let variant = |variant: &sillok_abi::VariantSpec| json!({ "name": variant.name, "index": variant.index, "fields": fields_json(&variant.fields) });
            json!({ "variants": variants.iter().map(variant).collect::<Vec<_>>() })
        }
        _ => Value::Null,
    }
}

fn to_json(metadata: &Metadata) -> Value {
    let methods = metadata.methods.iter().map(|method| {
        json!({
            "name": method.name, "kind": kind_name(method.kind), "reentrant": method.reentrant, "docs": method.docs,
            "params": fields_json(&method.params), "returns": type_name(&method.returns),
        })
    });
    let events = metadata
        .events
        .iter()
        .map(|event| json!({ "name": event.name, "docs": event.docs, "fields": fields_json(&event.fields) }));
    let errors = metadata
        .errors
        .iter()
        .map(|error| json!({ "name": error.name, "code": error.code, "docs": error.docs }));
    let types = named_types(metadata).into_iter().map(|(name, ty)| (name.to_owned(), type_json(ty)));
    json!({
        "name": metadata.name, "version": metadata.version, "methods": methods.collect::<Vec<_>>(),
        "events": events.collect::<Vec<_>>(), "errors": errors.collect::<Vec<_>>(),
        "types": types.collect::<serde_json::Map<_, _>>(),
    })
}
