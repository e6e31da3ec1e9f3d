//! Who signs: the keys that the flags name.

use serde_json::{Value, json};
use sillok_abi::Account;
use sillok_client::keys::Keypair;
use sillok_client::transaction::{MissingSigner, Signer};

use super::names::{DID_CONTRACT, Directory, read_key};
use super::{CliError, ContractHandle, GlobalOptions, Result, Session};

/// Who submits if no flag says so, on a development chain.
const DEFAULT_SUBMITTER: &str = "//Alice";

/// The key that submits.
pub(super) fn submitter(options: &GlobalOptions, names: &Directory) -> Result<Keypair> {
    match (&options.key, &options.from) {
        (Some(path), _) => read_key(path),
        (None, Some(text)) => names.secret(text),
        (None, None) if names.is_dev() => names.secret(DEFAULT_SUBMITTER),
        (None, None) => Err(CliError::usage("no key to sign with: this is not a development chain")
            .hint("name one with --from (see `sillok keys list`) or --key FILE")),
    }
}

/// As whom the command acts: the DID of `--did`, else the submitter.
pub(super) fn actor(options: &GlobalOptions, names: &Directory) -> Result<Account> {
    match &options.did {
        Some(did) => names.find_account(did),
        None => submitter(options, names).map(|key| key.account()),
    }
}

/// Every key at hand, the submitter's first.
pub(super) async fn signers(session: &Session) -> Result<Vec<Signer>> {
    let (options, names) = (session.options(), session.names());
    options.from.iter().for_each(|text| session.note_name(text));
    let mut signers = vec![Signer::Key(submitter(options, names)?)];
    for text in &options.also {
        session.note_name(text);
        signers.push(Signer::Key(names.secret(text)?));
    }
    if let (Some(did), Some(key)) = (&options.did, &options.did_key) {
        signers.push(did_signer(session, did, names.secret(key)?).await?);
    }
    for text in &options.board {
        signers.push(board_signer(session, text).await?);
    }
    Ok(signers)
}

/// A board's directors and how many of them have to agree.
pub(super) struct BoardRoll {
    /// How many.
    pub(super) threshold: usize,
    /// Number, scheme and public key of each.
    pub(super) directors: Vec<(u32, String, String)>,
}

/// Asks a board for its roll; none if the contract is no board.
pub(super) async fn board_roll(session: &Session, board: &ContractHandle) -> Result<Option<BoardRoll>> {
    if board.metadata.method("roll").is_none() || board.metadata.method("authenticate").is_none() {
        return Ok(None);
    }
    let roll = session.query(board, "roll", json!({}), None).await?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let director = |entry: &Value| {
        let number = entry["number"].as_u64().unwrap_or_default() as u32;
        (number, text(&entry["key"]["scheme"]), text(&entry["key"]["public"]))
    };
    let directors = roll["directors"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(Some(BoardRoll {
        threshold: roll["threshold"].as_u64().unwrap_or_default() as usize,
        directors: directors.iter().map(director).collect(),
    }))
}

/// Looks up which directors of the board the keys are.
async fn board_signer(session: &Session, text: &str) -> Result<Signer> {
    let (board, keys) = text.split_once('=').ok_or_else(|| {
        CliError::usage(format!("`{text}` is not BOARD=KEY,KEY")).hint("for example board=//Alice,//Bob")
    })?;
    let contract = session.contract(board).await?;
    let roll = board_roll(session, &contract).await?;
    let roll = roll.ok_or_else(|| CliError::usage(format!("`{board}` is no board")))?;
    let mut directors = Vec::new();
    for text in keys.split(',') {
        let key = session.names().secret(text)?;
        let public = format!("0x{}", hex::encode(key.public()));
        let director = roll.directors.iter().find(|(_, scheme, of)| scheme == "Sr25519" && *of == public);
        let (number, ..) = director.ok_or_else(|| {
            CliError::usage(format!("the key {text} ({}) is not a director's of {board}", key.account()))
                .hint(format!("its directors: sillok contract query {board} roll"))
        })?;
        directors.push((*number, key));
    }
    directors.sort_by_key(|(number, _)| *number);
    directors.dedup_by_key(|(number, _)| *number);
    if directors.len() < roll.threshold {
        return Err(CliError::usage(format!(
            "{} of the directors of {board} have to agree, and {} do",
            roll.threshold,
            directors.len()
        ))
        .hint("name more keys, or have the others sign apart: `sillok tx prepare`"));
    }
    directors.truncate(roll.threshold);
    Ok(Signer::Board { account: Account::Contract(contract.id), directors })
}

/// Looks up under which name the DID's document holds the key.
async fn did_signer(session: &Session, did: &str, key: Keypair) -> Result<Signer> {
    let account = session.account(did)?;
    let Account::Managed { id, .. } = account else {
        return Err(
            CliError::usage(format!("`{did}` is not a DID")).hint("a DID is did:sillok: and 64 digits")
        );
    };
    let contract = session.contract(DID_CONTRACT).await?;
    let id = format!("0x{}", hex::encode(id));
    let document = session.query(&contract, "resolve", json!({ "id": id }), None).await?;
    if document.is_null() {
        return Err(CliError::usage(format!("there is no {did} on this chain")));
    }
    let public = format!("0x{}", hex::encode(key.public()));
    let keys = document["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    let entry = keys.iter().find(|entry| entry["public"].as_str() == Some(public.as_str()));
    match entry.and_then(|entry| entry["name"].as_str()) {
        Some(name) => Ok(Signer::Did { account, key_name: name.to_owned(), key }),
        None => {
            let known: Vec<_> = keys.iter().filter_map(|entry| entry["name"].as_str()).collect();
            Err(CliError::usage(format!("the key of --did-key ({}) is not one of {did}", key.account()))
                .hint(format!("its document holds: {}", known.join(", "))))
        }
    }
}

/// Says which flag would bring the missing signature.
pub(super) fn missing_signer(missing: &MissingSigner, did_contract: Option<Account>) -> CliError {
    let error = CliError::refused("unauthorised", missing);
    match missing.account {
        Account::Key(_) => {
            error.hint("sign with its key too: --also SURI (or make it the submitter: --from SURI)")
        }
        Account::Managed { contract, id } if Some(Account::Contract(contract)) == did_contract => {
            error.hint(format!("sign as that DID: --did did:sillok:{} --did-key SURI", hex::encode(id)))
        }
        Account::Managed { .. } | Account::Contract(_) => {
            error.hint("a contract decides for that account: sign for a board with --board BOARD=KEY,KEY, or have its directors sign apart with `sillok tx prepare`")
        }
    }
}

/// The name, address and secret's whereabouts of a key, without its secret.
pub(super) fn key_json(name: &str, key: &Keypair, place: &str) -> Value {
    let public = format!("0x{}", hex::encode(key.public()));
    json!({ "name": name, "address": key.account().to_string(), "public": public, "place": place })
}
