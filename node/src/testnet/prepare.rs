//! Makes the folders of a testnet's nodes: keys, settings, and the genesis that names them all.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use codec::Encode;
use sillok_abi::Validator;
use sillok_abi::governance::NewNode;
use sillok_runtime::Genesis;

use super::{TestnetError, TestnetOptions, ports};
use crate::dev;
use crate::home::{KeyKind, NodeConfig, NodeHome};
use crate::network::NodeId;
use crate::rpc::{AccessConfig, Anonymous};

/// The file with the password of a node's keys. They are worth nothing: everybody knows the accounts.
const PASSWORD_FILE: &str = "password";
/// The password.
const PASSWORD: &str = "sillok testnet";

/// A node of a testnet.
#[derive(Clone, Debug)]
pub(crate) struct NodePlace {
    /// Its number, from 1.
    pub(crate) number: usize,
    /// Its folder.
    pub(crate) home: PathBuf,
}

/// The nodes of the testnet in the folder, which is made if it is new.
///
/// # Errors
/// If the folder holds something else, or can't be written.
pub(crate) fn prepare(options: &TestnetOptions) -> Result<Vec<NodePlace>, TestnetError> {
    let wanted = usize::from(options.validators);
    let found = nodes_in(&options.data)?;
    if options.reset {
        for place in &found {
            let failed = TestnetError::system(format!("can't remove {}", place.home.display()));
            fs::remove_dir_all(&place.home).map_err(failed)?;
        }
    } else if !found.is_empty() {
        let path = options.data.clone();
        return match found.len() {
            count if count == wanted => Ok(found),
            count => Err(TestnetError::OtherCount { path, found: count, wanted }),
        };
    }
    let genesis = Genesis { name: "sillok-testnet".into(), ..dev::genesis()? };
    Ok(make(&options.data, wanted, (options.rpc_port, options.p2p_port), genesis)?.0)
}

/// The nodes that the folder holds.
fn nodes_in(folder: &Path) -> Result<Vec<NodePlace>, TestnetError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let failed = || TestnetError::system(format!("can't read {}", folder.display()));
    let mut places = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed())? {
        let home = entry.map_err(failed())?.path();
        let name = home.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let number = name.strip_prefix("node-").and_then(|number| number.parse().ok());
        match number {
            Some(number) if home.join(PASSWORD_FILE).exists() => places.push(NodePlace { number, home }),
            _ => return Err(TestnetError::NotATestnet(folder.to_path_buf())),
        }
    }
    places.sort_by_key(|place| place.number);
    Ok(places)
}

/// Makes so many nodes, on ports from these on; answers them and this genesis with them in it.
///
/// # Errors
/// If the folder can't be written.
pub(crate) fn make(
    folder: &Path,
    count: usize,
    (rpc, p2p): (u16, u16),
    genesis: Genesis,
) -> Result<(Vec<NodePlace>, Genesis), TestnetError> {
    let places: Vec<NodePlace> =
        (1..=count).map(|number| NodePlace { number, home: folder.join(format!("node-{number}")) }).collect();
    let (rpc, p2p) = (numbers(rpc, count)?, numbers(p2p, count)?);
    let mut homes = Vec::new();
    for place in &places {
        homes.push(NodeHome::create(&place.home, &NodeConfig::default(), PASSWORD, true)?);
    }
    let nodes =
        homes.iter().zip(1..).map(|(home, number)| node(home, number)).collect::<Result<Vec<_>, _>>()?;
    let address = |index: usize| format!("/ip4/127.0.0.1/tcp/{}", p2p[index]);
    let peers: Vec<String> = nodes
        .iter()
        .enumerate()
        .map(|(index, node)| format!("{}/p2p/{}", address(index), NodeId(node.peer)))
        .collect();
    let genesis = dev::with_nodes(genesis, nodes);
    let encoded = genesis.encode();
    for (index, home) in homes.iter().enumerate() {
        let others = peers.iter().enumerate().filter(|(other, _)| *other != index);
        let config = NodeConfig {
            rpc: SocketAddr::new(Ipv4Addr::LOCALHOST.into(), rpc[index]),
            listen: vec![address(index)],
            peers: others.map(|(_, peer)| peer.clone()).collect(),
            password_file: Some(PASSWORD_FILE.into()),
            access: AccessConfig { anonymous: Some(Anonymous::Operate), tokens: Vec::new() },
            ..NodeConfig::default()
        };
        config.write(&home.config_file()).map_err(crate::home::HomeError::from)?;
        write(&home.genesis_file(), &encoded, 0o644)?;
        write(&home.path().join(PASSWORD_FILE), PASSWORD.as_bytes(), 0o600)?;
    }
    Ok((places, genesis))
}

/// What the genesis says of a node.
fn node(home: &NodeHome, number: usize) -> Result<NewNode, TestnetError> {
    let missing = || TestnetError::NotATestnet(home.path().to_path_buf());
    let key = home.public(KeyKind::Validator)?.ok_or_else(missing)?;
    let peer = home.public(KeyKind::Network)?.ok_or_else(missing)?;
    Ok(dev::node(number, peer, Some(Validator { key, power: 1 }))?)
}

/// So many ports from this one on; free ones if it is 0.
fn numbers(first: u16, count: usize) -> Result<Vec<u16>, TestnetError> {
    if first > 0 {
        return Ok((first..).take(count).collect());
    }
    ports::free(count).map_err(TestnetError::system("can't find free ports"))
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), TestnetError> {
    let failed = || TestnetError::system(format!("can't write {}", path.display()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(failed())?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed())
}
