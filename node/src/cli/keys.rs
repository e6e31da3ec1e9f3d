//! `sillok keys`: make and show keys, and sign with them. Needs no node.

use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sillok_abi::Hash;
use sillok_client::keys::{DEV_NAMES, KeyFile, Keypair, dev_suri};
use sillok_client::rpc::{from_hex, to_hex};

use super::agreement::{Agreement, Party, tree_lines};
use super::names::{Directory, keys_folder};
use super::signing::key_json;
use super::{CliError, GlobalOptions, Result, output};

/// Where development keys are: nowhere, anybody can derive them.
const DEV_PLACE: &str = "development";

/// The verbs of `sillok keys`.
#[derive(Subcommand, Debug)]
pub(super) enum KeysCommand {
    /// Make a key and keep it in a file that only you can read.
    New {
        /// The key's name, by which --from and others know it.
        name: String,
        /// Anything to remember with it.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// List the keys on this machine and the development accounts.
    List,
    /// Show a key's address.
    Show {
        /// A key's name, //Alice, 0x and a secret seed, or a key file.
        #[arg(value_name = "KEY")]
        which: String,
        /// Show the secret seed too. Whoever sees it can sign for you.
        #[arg(long)]
        secret: bool,
    },
    /// Sign an agreement, or a digest. Sign no digest that somebody else gives you without knowing of
    /// what it is.
    Sign(SignOptions),
}

/// What to sign, and with what.
#[derive(Args, Debug)]
pub(super) struct SignOptions {
    /// A file of `sillok tx prepare`, into which the signature goes; or a digest, 0x and 64 digits.
    #[arg(value_name = "FILE|DIGEST")]
    what: String,
    /// A key's name, //Alice, 0x and a secret seed, or a key file.
    #[arg(value_name = "KEY", required_unless_present = "signature")]
    which: Option<String>,
    /// Put in this signature, made by another device, instead.
    #[arg(long, value_name = "HEX", conflicts_with = "which", requires = "public")]
    signature: Option<String>,
    /// The public key of that signature.
    #[arg(long, value_name = "HEX")]
    public: Option<String>,
}

pub(super) fn run(command: KeysCommand, options: &GlobalOptions) -> Result<()> {
    match command {
        KeysCommand::New { name, note } => new(&name, &note, options),
        KeysCommand::List => list(options),
        KeysCommand::Show { which, secret } => show(&which, secret, options),
        KeysCommand::Sign(sign) => match digest(&sign.what) {
            Some(digest) => sign_digest(&digest, &sign, options),
            None => sign_agreement(&sign, options),
        },
    }
}

fn new(name: &str, note: &str, options: &GlobalOptions) -> Result<()> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    if name.is_empty() || !name.bytes().all(plain) {
        return Err(CliError::usage(format!("`{name}` can't be a key's name"))
            .hint("use lower-case letters, digits, `-` and `_`"));
    }
    if dev_suri(name).is_some() {
        return Err(
            CliError::usage(format!("`{name}` is a development account's name")).hint("choose another")
        );
    }
    let folder = keys_folder();
    std::fs::create_dir_all(&folder)
        .map_err(|error| CliError::failed("key-folder", format!("{}: {error}", folder.display())))?;
    let path = folder.join(format!("{name}.json"));
    if path.exists() {
        return Err(CliError::failed(
            "key-exists",
            format!("there is a key `{name}` already: {}", path.display()),
        )
        .hint("choose another name; keys are never overwritten"));
    }
    let key = Keypair::generate();
    KeyFile::new(&key, note).create(&path).map_err(|error| CliError::failed("key-file", error))?;
    let place = path.display().to_string();
    output::note(options.quiet, "keep a copy of the file: a lost key can't be made again");
    output::result(options.json, format!("{}\n{place}", key.account()), key_json(name, &key, &place));
    Ok(())
}

fn list(options: &GlobalOptions) -> Result<()> {
    let mut keys = kept_keys()?;
    for name in DEV_NAMES {
        let suri = format!("//{name}");
        let key: Keypair = suri.parse().map_err(CliError::usage)?;
        keys.push(key_json(&suri, &key, DEV_PLACE));
    }
    let text = |key: &Value, field: &str| key[field].as_str().unwrap_or_default().to_owned();
    let line =
        |key: &Value| format!("{:<16} {}  {}", text(key, "name"), text(key, "address"), text(key, "place"));
    let human: Vec<_> = keys.iter().map(line).collect();
    output::result(options.json, human.join("\n"), json!({ "keys": keys }));
    Ok(())
}

/// The keys in the folder of keys, by name. What can't be read is said, not hidden.
fn kept_keys() -> Result<Vec<Value>> {
    let folder = keys_folder();
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let failed =
        |error: std::io::Error| CliError::failed("key-folder", format!("{}: {error}", folder.display()));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    let each = paths.iter().map(|path| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        match KeyFile::read(path) {
            Ok((_, key)) => key_json(&name, &key, &path.display().to_string()),
            Err(error) => {
                json!({ "name": name, "address": null, "public": null, "place": error.to_string() })
            }
        }
    });
    Ok(each.collect())
}

fn show(text: &str, secret: bool, options: &GlobalOptions) -> Result<()> {
    let names = Directory::offline();
    let key = names.secret(text)?;
    let place = names.key_file(text).map_or_else(|| DEV_PLACE.to_owned(), |path| path.display().to_string());
    let mut value = key_json(text, &key, &place);
    let mut human = format!("address     {}\npublic key  0x{}", key.account(), hex::encode(key.public()));
    if secret {
        let seed = format!("0x{}", hex::encode(key.seed()));
        human.push_str(&format!("\nsecret seed {seed}"));
        value["seed"] = json!(seed);
    }
    output::result(options.json, human, value);
    Ok(())
}

fn digest(text: &str) -> Option<Hash> {
    from_hex(text).ok()?.try_into().ok()
}

fn secret_of(sign: &SignOptions) -> Result<Keypair> {
    let which = sign.which.as_deref().ok_or_else(|| CliError::usage("with which key?"))?;
    Directory::offline().secret(which)
}

fn sign_digest(digest: &Hash, sign: &SignOptions, options: &GlobalOptions) -> Result<()> {
    let key = secret_of(sign)?;
    let (public, signature) = (to_hex(key.public()), to_hex(key.sign(digest)));
    output::result(options.json, &signature, json!({ "public": public, "signature": signature }));
    Ok(())
}

/// Signs for every party of the agreement for which the key may.
fn sign_agreement(sign: &SignOptions, options: &GlobalOptions) -> Result<()> {
    let path = Path::new(&sign.what);
    let mut agreement = Agreement::read(path)?;
    let mut signed = Vec::new();
    for party in &mut agreement.parties {
        let taken = match (&sign.signature, &sign.public) {
            (Some(signature), Some(public)) => {
                party.put(public, &from_hex(signature).map_err(CliError::usage)?)?
            }
            _ => party.sign(&secret_of(sign)?)?,
        };
        if taken {
            let mut calls = Vec::new();
            tree_lines(&party.tree()?, 0, &mut calls);
            output::note(options.quiet, format!("for {}:\n{}", party.account, calls.join("\n")));
            signed.push(party.account.clone());
        }
    }
    if signed.is_empty() {
        return Err(CliError::usage(
            "this key, or this signature, is none of those that the agreement asks for",
        ));
    }
    agreement.write(path)?;
    let missing: usize = agreement.parties.iter().map(Party::missing).sum();
    let human = match missing {
        0 => format!("signed; all have. next: sillok tx send --agreed {}", sign.what),
        missing => format!("signed; {missing} signatures are missing"),
    };
    output::result(options.json, human, json!({ "signed": signed, "missing": missing }));
    Ok(())
}
