//! `sillok contract inspect`: what a contract says about itself.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use sillok_abi::{FieldSpec, Metadata, MethodKind, TypeSpec};
use sillok_client::module;
use sillok_client::rpc::to_hex;
use sillok_client::value::{signature, type_name};

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
        if let Some(text) = &entry {
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
    let heading = vec![("id", id), ("code", info.code), ("deployer", info.deployer), ("admin", info.admin)];
    Ok((heading, handle.metadata.as_ref().clone()))
}

fn fields_text(fields: &[FieldSpec]) -> String {
    let fields: Vec<_> =
        fields.iter().map(|field| format!("{}: {}", field.name, type_name(&field.ty))).collect();
    fields.join(", ")
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
        ("constructor", MethodKind::Constructor),
        ("queries", MethodKind::Query),
        ("changes", MethodKind::Change),
    ] {
        let methods = metadata.methods.iter().filter(|method| method.kind == kind);
        section(heading, methods.map(|method| (signature(method), method.docs.as_str())).collect());
    }
    let types = types(metadata);
    section("types", types.values().map(|ty| (type_text(ty), "")).collect());
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

fn type_text(ty: &TypeSpec) -> String {
    match ty {
        TypeSpec::Struct(name, fields) => format!("{name} {{ {} }}", fields_text(fields)),
        TypeSpec::Enum(name, variants) => {
            let variants = variants.iter().map(|variant| match variant.fields.as_slice() {
                [] => variant.name.clone(),
                fields => format!("{} {{ {} }}", variant.name, fields_text(fields)),
            });
            format!("{name} = {}", variants.collect::<Vec<_>>().join(" | "))
        }
        other => type_name(other),
    }
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
            "name": method.name, "kind": format!("{:?}", method.kind).to_lowercase(), "docs": method.docs,
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
    let types = types(metadata).into_iter().map(|(name, ty)| (name.to_owned(), type_json(ty)));
    json!({
        "name": metadata.name, "version": metadata.version, "methods": methods.collect::<Vec<_>>(),
        "events": events.collect::<Vec<_>>(), "errors": errors.collect::<Vec<_>>(),
        "types": types.collect::<serde_json::Map<_, _>>(),
    })
}

/// The structs and enums that methods and events speak of, by name.
fn types(metadata: &Metadata) -> BTreeMap<&str, &TypeSpec> {
    let mut found = BTreeMap::new();
    for method in &metadata.methods {
        method.params.iter().for_each(|param| collect(&param.ty, &mut found));
        collect(&method.returns, &mut found);
    }
    let fields = metadata.events.iter().flat_map(|event| &event.fields);
    fields.for_each(|field| collect(&field.ty, &mut found));
    found
}

fn collect<'a>(ty: &'a TypeSpec, found: &mut BTreeMap<&'a str, &'a TypeSpec>) {
    match ty {
        TypeSpec::Option(inner) | TypeSpec::List(inner) => collect(inner, found),
        TypeSpec::Tuple(parts) => parts.iter().for_each(|part| collect(part, found)),
        TypeSpec::Struct(name, fields) => {
            found.insert(name, ty);
            fields.iter().for_each(|field| collect(&field.ty, found));
        }
        TypeSpec::Enum(name, variants) => {
            found.insert(name, ty);
            variants.iter().flat_map(|variant| &variant.fields).for_each(|field| collect(&field.ty, found));
        }
        _ => {}
    }
}
