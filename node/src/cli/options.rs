//! The flags that every command takes.

use std::path::PathBuf;

use clap::Args;

/// Where a node listens unless told otherwise.
const DEFAULT_NODE: &str = "http://127.0.0.1:9944";

/// The flags that every command takes, before or after its own.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct GlobalOptions {
    /// Print one JSON object instead of text.
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) json: bool,
    /// Print no narration.
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// The node's RPC address.
    #[arg(long, global = true, env = "SILLOK_NODE", value_name = "URL", default_value = DEFAULT_NODE, help_heading = "Global options")]
    pub(crate) node: String,
    /// Trust the authorities whose certificates are in this PEM file to say who the node is over https, instead of
    /// the system's.
    #[arg(long, global = true, env = "SILLOK_CA", value_name = "FILE", help_heading = "Global options")]
    pub(crate) ca: Option<PathBuf>,
    /// The access token that the node asks for. The command line can be read by others on this machine, the
    /// environment can't.
    #[arg(
        long,
        global = true,
        env = "SILLOK_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN",
        help_heading = "Global options"
    )]
    pub(crate) token: Option<String>,
    /// Who submits: //Alice, a key's name (see `sillok keys`), or 0x and a secret seed. On a dev chain: //Alice.
    #[arg(long, global = true, value_name = "SURI", help_heading = "Signing options")]
    pub(crate) from: Option<String>,
    /// Who submits: a key file.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        conflicts_with = "from",
        help_heading = "Signing options"
    )]
    pub(crate) key: Option<PathBuf>,
    /// A further signer, in the forms of --from. Can be given several times.
    #[arg(long, global = true, value_name = "SURI", help_heading = "Signing options")]
    pub(crate) also: Vec<String>,
    /// Act as this DID; needs --did-key.
    #[arg(long, global = true, value_name = "DID", requires = "did_key", help_heading = "Signing options")]
    pub(crate) did: Option<String>,
    /// The key that signs for the DID, in the forms of --from.
    #[arg(long, global = true, value_name = "SURI", help_heading = "Signing options")]
    pub(crate) did_key: Option<String>,
    /// Sign for a board with the keys of these of its directors, in the forms of --from: BOARD=KEY,KEY.
    /// Can be given several times.
    #[arg(long, global = true, value_name = "BOARD=KEYS", help_heading = "Signing options")]
    pub(crate) board: Vec<String>,
    /// The gas limit; by default what a simulation used and half as much again.
    #[arg(long, global = true, value_name = "GAS", help_heading = "Signing options")]
    pub(crate) gas: Option<u64>,
}
