//! `sillok did`: decentralised identifiers whose keys rotate.

mod document;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sillok_abi::{Account, digest};
use sillok_client::rpc::{from_hex, to_hex};
use sillok_client::transaction::now;

use self::document::{DID_PREFIX, Document, did_text};
use super::names::DID_CONTRACT;
use super::{CliError, ContractHandle, Result, Session, typed};

/// Who signs for a DID unless a flag says so, on a development chain.
const DEFAULT_KEY: &str = "//Alice";

/// Create, change and resolve decentralised identifiers.
///
/// A change is signed by one of the DID's keys: --did-key, else the key that submits.
#[derive(Subcommand, Debug)]
pub(crate) enum DidCommand {
    /// Create a DID with one key.
    Create {
        /// The key: //Alice, a key's name, an address, or SCHEME:0x… (sr25519, ed25519, p256, secp256k1);
        /// the key that submits unless given.
        #[arg(long, value_name = "KEY")]
        new_key: Option<String>,
        /// The key's name in the document.
        #[arg(long, value_name = "NAME", default_value = "key-1")]
        key_name: String,
    },
    /// Add a key.
    AddKey {
        #[command(flatten)]
        did: DidArg,
        /// The new key's name in the document.
        #[arg(long, value_name = "NAME")]
        key_name: String,
        #[command(flatten)]
        key: NewKeyArg,
    },
    /// Put another key in a key's place.
    RotateKey {
        #[command(flatten)]
        did: DidArg,
        /// The name of the key that goes.
        #[arg(long, value_name = "NAME")]
        key_name: String,
        #[command(flatten)]
        key: NewKeyArg,
        /// The new key's name; that of the old one unless given.
        #[arg(long, value_name = "NAME")]
        new_name: Option<String>,
    },
    /// Remove a key; never the last one.
    RemoveKey {
        #[command(flatten)]
        did: DidArg,
        /// The key's name.
        #[arg(long, value_name = "NAME")]
        key_name: String,
    },
    /// Add a service: a place where the DID's subject can be reached.
    AddService {
        #[command(flatten)]
        did: DidArg,
        /// The service's name in the document.
        #[arg(long)]
        name: String,
        /// What kind of service, such as LinkedDomains.
        #[arg(long = "type", value_name = "TYPE")]
        kind: String,
        /// Where it is, such as `https://example.com`.
        #[arg(long, value_name = "URL")]
        endpoint: String,
    },
    /// Remove a service.
    RemoveService {
        #[command(flatten)]
        did: DidArg,
        /// The service's name.
        #[arg(long)]
        name: String,
    },
    /// Give a DID up for good.
    Deactivate {
        #[command(flatten)]
        did: DidArg,
    },
    /// Show a DID's document as DID Core 1.0 has it.
    Resolve {
        #[command(flatten)]
        did: DidArg,
        /// A past version, from 1.
        #[arg(long = "version-id", value_name = "NUMBER")]
        version: Option<u32>,
    },
}

/// Which DID.
#[derive(Args, Debug)]
pub(crate) struct DidArg {
    /// The DID: did:sillok: and 64 hexadecimal digits.
    #[arg(value_name = "DID")]
    subject: String,
}

/// A key to enter.
#[derive(Args, Debug)]
pub(crate) struct NewKeyArg {
    /// The new key: //Alice, a key's name, an address, or SCHEME:0x… (sr25519, ed25519, p256, secp256k1).
    #[arg(long, value_name = "KEY")]
    new_key: String,
}

/// Runs a command.
pub(crate) async fn run(command: DidCommand, session: &Session) -> Result<()> {
    match command {
        DidCommand::Create { new_key, key_name } => create(session, new_key, &key_name).await,
        DidCommand::Resolve { did, version } => resolve(session, &did, version).await,
        DidCommand::AddKey { did, key_name, key } => {
            let key = did_key(session, &key_name, &key.new_key)?;
            change(session, &did, "add_key", json!({ "key": key }), &format!("The key {key_name} was added"))
                .await
        }
        DidCommand::RotateKey { did, key_name, key, new_name } => {
            let key = did_key(session, new_name.as_deref().unwrap_or(&key_name), &key.new_key)?;
            let args = json!({ "name": key_name, "key": key });
            change(session, &did, "rotate_key", args, &format!("The key {key_name} was replaced")).await
        }
        DidCommand::RemoveKey { did, key_name } => {
            let sentence = format!("The key {key_name} was removed");
            change(session, &did, "remove_key", json!({ "name": key_name }), &sentence).await
        }
        DidCommand::AddService { did, name, kind, endpoint } => {
            let service = json!({ "name": name, "kind": kind, "endpoint": endpoint });
            let sentence = format!("The service {name} was added");
            change(session, &did, "add_service", json!({ "service": service }), &sentence).await
        }
        DidCommand::RemoveService { did, name } => {
            let sentence = format!("The service {name} was removed");
            change(session, &did, "remove_service", json!({ "name": name }), &sentence).await
        }
        DidCommand::Deactivate { did } => {
            change(session, &did, "deactivate", json!({}), "The DID was given up for good").await
        }
    }
}

/// A key as the contract takes it.
fn did_key(session: &Session, name: &str, text: &str) -> Result<Value> {
    let (scheme, public) = match text.split_once(':') {
        Some((scheme, public)) => (scheme_of(scheme)?, to_hex(public_bytes(public)?)),
        None => match session.account(text)? {
            Account::Key(public) => ("Sr25519", to_hex(public)),
            _ => {
                let hint = "a key is //Alice, a key's name, an address, or a public key such as ed25519:0x…";
                return Err(CliError::usage(format!("`{text}` is no key")).hint(hint));
            }
        },
    };
    Ok(json!({ "name": name, "scheme": scheme, "public": public }))
}

fn scheme_of(text: &str) -> Result<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "sr25519" => Ok("Sr25519"),
        "ed25519" => Ok("Ed25519"),
        "p256" => Ok("P256"),
        "secp256k1" => Ok("Secp256k1"),
        _ => Err(CliError::usage(format!("`{text}` is no signature scheme"))
            .hint("the schemes are sr25519, ed25519, p256 and secp256k1")),
    }
}

fn public_bytes(text: &str) -> Result<Vec<u8>> {
    from_hex(text).map_err(|why| CliError::usage(format!("`{text}` is no public key: {why}")))
}

async fn create(session: &Session, new_key: Option<String>, name: &str) -> Result<()> {
    let contract = session.contract(DID_CONTRACT).await?;
    let key = match new_key {
        Some(text) => did_key(session, name, &text)?,
        None => {
            let submitter = session.signers().await?.first().map(|signer| signer.account().to_string());
            did_key(session, name, &submitter.unwrap_or_else(|| DEFAULT_KEY.to_string()))?
        }
    };
    // The salt keeps two DIDs of one key apart; it has to be new, not secret.
    let salt = to_hex(digest("sillok/did-salt", &(now(), session.nonces().next())));
    let result = session.call(&contract, "create", json!({ "key": key, "salt": salt })).await?;
    let did = did_text(result.value.as_str().unwrap_or_default());
    let human = format!(
        "Created a DID with the key {name}.\ndid   {did}\nnext  sillok did resolve {did}\n      \
         sillok did rotate-key {did} --key-name {name} --new-key //Bob"
    );
    session.result(human, typed::sent(&result, json!({ "did": did, "version": 1 })));
    Ok(())
}

/// The id of a DID, in hexadecimal.
async fn id_of(session: &Session, did: &DidArg) -> Result<(ContractHandle, String)> {
    let contract = session.contract(DID_CONTRACT).await?;
    let digits = did.subject.strip_prefix(DID_PREFIX).or_else(|| did.subject.strip_prefix("0x"));
    let id = digits.and_then(|digits| from_hex(&format!("0x{digits}")).ok()).filter(|id| id.len() == 32);
    let id = id.ok_or_else(|| {
        CliError::usage(format!("`{}` is not a DID of this chain", did.subject))
            .hint("a DID is did:sillok: and 64 hexadecimal digits")
    })?;
    Ok((contract, to_hex(id)))
}

/// Calls a method that changes a document, signed by the DID.
async fn change(
    session: &Session,
    did: &DidArg,
    method: &str,
    mut args: Value,
    sentence: &str,
) -> Result<()> {
    let (contract, id) = id_of(session, did).await?;
    args["id"] = json!(id);
    let text = did_text(&id);
    let result = as_did(session, &text).await?.call(&contract, method, args).await?;
    let human = format!(
        "{sentence}; the document is now version {}.\ndid   {text}\nnext  sillok did resolve {text}",
        result.value
    );
    session.result(human, typed::sent(&result, json!({ "did": text, "version": result.value })));
    Ok(())
}

/// A session that signs for the DID too, with --did-key or else the key that submits.
async fn as_did(session: &Session, did: &str) -> Result<Session> {
    let mut options = session.options().clone();
    let key_file = options.key.as_ref().map(|path| path.display().to_string());
    let key = options.did_key.take().or(key_file).or_else(|| options.from.clone());
    options.did = Some(did.to_string());
    options.did_key = Some(key.unwrap_or_else(|| DEFAULT_KEY.to_string()));
    Session::open(options).await
}

async fn resolve(session: &Session, did: &DidArg, version: Option<u32>) -> Result<()> {
    let (contract, id) = id_of(session, did).await?;
    let query = json!({ "id": id, "version": version });
    let document: Option<Document> = typed::query(session, &contract, "resolve", query, None).await?;
    let document = document.ok_or_else(|| {
        let version = version.map(|version| format!(" in version {version}")).unwrap_or_default();
        CliError::failed("not-found", format!("there is no {}{version} on this chain", did_text(&id)))
            .hint("`sillok did create` creates a DID")
    })?;
    let resolution = document.resolution()?;
    session.result(format!("{resolution:#}"), resolution.clone());
    Ok(())
}
