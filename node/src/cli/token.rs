//! `sillok token`: access tokens for requests to a node.

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use super::{CliError, GlobalOptions, Result, output};
use crate::rng::SystemRng;
use crate::rpc::{AccessConfig, Role, Token, TokenConfig};

/// The longest name of a token, in characters.
const LONGEST_NAME: usize = 64;

/// The verbs about access tokens.
#[derive(Subcommand, Debug)]
pub(super) enum TokenCommand {
    /// Make an access token, and the lines of node.toml that have a node know it.
    New(NewOptions),
}

/// The options of `sillok token new`.
#[derive(Args, Debug)]
pub(super) struct NewOptions {
    /// Who will have it.
    name: String,
    /// What it allows: each role also allows what those before it do.
    #[arg(long, value_enum)]
    role: Role,
}

/// What is added to node.toml.
#[derive(Serialize)]
struct Settings {
    access: AccessConfig,
}

/// Runs a verb.
pub(super) fn run(command: TokenCommand, options: &GlobalOptions) -> Result<()> {
    let TokenCommand::New(NewOptions { name, role }) = command;
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(CliError::usage(format!(
            "a token's name has 1 to {LONGEST_NAME} characters, all visible"
        )));
    }
    let token = Token::new(&SystemRng);
    let entry = TokenConfig { name: name.clone(), role, hash: token.hash() };
    let access = AccessConfig { anonymous: None, tokens: vec![entry] };
    let lines = toml::to_string(&Settings { access }).map_err(|error| CliError::failed("token", error))?;
    output::note(
        options.quiet,
        "the token is shown this once: give it to its owner; the lines below it go to the end of node.toml, and \
         the node reads them on SIGHUP",
    );
    let human = format!("{}\n\n{}", token.text(), lines.trim_end());
    let hash = token.hash().to_string();
    let value = json!({ "token": token.text(), "name": name, "role": role, "hash": hash, "settings": lines });
    output::result(options.json, human, value);
    Ok(())
}
