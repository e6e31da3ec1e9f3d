//! How a command reaches its node, and what to do if it can't.

use sillok_client::rpc::{Client, ClientOptions};

use super::session::from_rpc;
use super::{CliError, GlobalOptions, Result, output};

/// A client of the node that the flags name.
pub(super) fn client(options: &GlobalOptions) -> Result<Client> {
    if options.token.is_some() && is_exposed(&options.node) {
        output::note(options.quiet, "the access token travels unprotected: use https");
    }
    Client::with(&options.node, &client_options(options)?).map_err(from_rpc)
}

/// Whom the flags say to trust.
pub(crate) fn client_options(options: &GlobalOptions) -> Result<ClientOptions> {
    let read = |path: &std::path::PathBuf| {
        std::fs::read(path).map_err(|error| {
            CliError::failed("ca", format!("can't read {}: {error}", path.display()))
                .hint("--ca names a file with the certificates of authorities, in PEM form")
        })
    };
    let authorities = options.ca.as_ref().map(read).transpose()?;
    Ok(ClientOptions { authorities, token: options.token.clone() })
}

/// Whether others can read what goes to this address: it is not encrypted, and leaves the machine.
fn is_exposed(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    !["localhost", "127.", "[::1]"].iter().any(|local| rest.starts_with(local))
}

/// What to do when the node at `url` does not answer, for this reason.
pub(super) fn hint(url: &str, reason: &str) -> &'static str {
    let encrypted = url.starts_with("https:");
    match reason {
        _ if encrypted && reason.contains("UnknownIssuer") => {
            "name the authority that signed the node's certificate with --ca FILE"
        }
        _ if encrypted && reason.contains("CaUsedAsEndEntity") => {
            "the node has an authority's certificate for its own; it needs one without CA:TRUE, signed by the authority or by itself"
        }
        _ if encrypted && reason.contains("invalid peer certificate") => {
            "the node's certificate is not for this address, or has expired: ask who runs the node"
        }
        _ if encrypted && reason.contains("corrupt message") => {
            "does the node answer without TLS? Try http://"
        }
        _ if !encrypted && reason.contains("invalid HTTP version") => {
            "does the node answer over TLS? Try https://"
        }
        _ => "start a chain with `sillok dev`, or name another node with --node URL",
    }
}
