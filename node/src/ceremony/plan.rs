//! What a draft means: a genesis without nodes, which is what entries are made for.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use sillok_abi::governance::NewNode;
use sillok_abi::native::{GOVERNANCE, Member, contract_id};
use sillok_abi::{Account, ContractId, Hash, Time, digest};
use sillok_client::keys::Keypair;
use sillok_client::value::{Names, parse_time};
use sillok_runtime::{Genesis, Parameters};

use super::contracts::{self, salt};
use super::draft::Draft;
use super::{CeremonyError, known_keys};

/// What the consortium itself is called in a draft: what validators decide by vote.
const CONSORTIUM: &str = "governance";
/// What stands between an organisation's name and what sets one of its nodes apart.
const SEPARATOR: &str = " / ";
/// The longest name of an organisation or contract, in bytes.
const NAME_BYTES: usize = 100;

/// What a draft means. Two texts that mean the same come to the same plan.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    genesis: Genesis,
}

impl Plan {
    /// What the draft means.
    pub(super) fn of(draft: &Draft) -> Result<Self, CeremonyError> {
        let names = DraftNames::of(draft)?;
        let time = parse_time(&draft.time).ok_or_else(|| {
            CeremonyError::Draft(format!("`{}` is no time such as 2026-12-01T00:00:00Z", draft.time))
        })?;
        let (members, admitted) = organisations(draft, &names)?;
        let genesis = Genesis {
            name: draft.name.clone(),
            dev: draft.dev,
            time,
            nodes: Vec::new(),
            members,
            admitted,
            parameters: parameters(&draft.parameters)?,
            codes: Vec::new(),
            contracts: Vec::new(),
            calls: Vec::new(),
        };
        let genesis = contracts::install(draft, &names, genesis)?;
        refuse_known_keys(&genesis)?;
        Ok(Plan { genesis })
    }

    /// The draft's id: what entries name it by.
    pub(crate) fn id(&self) -> Hash {
        digest("sillok/genesis-draft", &self.genesis)
    }

    /// Whether keys that everybody knows may be in it.
    pub(crate) fn is_dev(&self) -> bool {
        self.genesis.dev
    }

    /// The time that the first block's must exceed.
    pub(crate) fn time(&self) -> Time {
        self.genesis.time
    }

    /// The organisations.
    pub(crate) fn members(&self) -> &[Member] {
        &self.genesis.members
    }

    /// The number of the organisation of this name.
    pub(crate) fn organisation(&self, name: &str) -> Option<usize> {
        self.genesis.members.iter().position(|member| member.name == name)
    }

    /// The number of the organisation that a node of this name is of.
    pub(crate) fn organisation_of(&self, node: &str) -> Option<usize> {
        self.organisation(node.split(SEPARATOR).next().unwrap_or(node))
    }

    /// The genesis of this plan with these nodes: by organisation, then by name, and with their operators
    /// admitted.
    ///
    /// # Errors
    /// If a node is of none of the organisations, or everybody knows a key in it.
    pub(crate) fn with_nodes(&self, nodes: Vec<NewNode>) -> Result<Genesis, CeremonyError> {
        let mut genesis = self.genesis.clone();
        let mut placed = Vec::new();
        for node in nodes {
            let strange =
                || CeremonyError::Draft(format!("the node `{}` is of no organisation in it", node.name));
            placed.push((self.organisation_of(&node.name).ok_or_else(strange)?, node));
        }
        placed.sort_by(|(one, a), (other, b)| (one, &a.name).cmp(&(other, &b.name)));
        for (organisation, node) in placed {
            admit(&mut genesis.admitted, node.operator, organisation);
            genesis.nodes.push(node);
        }
        refuse_known_keys(&genesis)?;
        Ok(genesis)
    }
}

/// A node's name: its organisation's, and what sets it apart from others of the same.
pub(super) fn node_name(organisation: &str, label: Option<&str>) -> String {
    match label {
        None => organisation.to_owned(),
        Some(label) => format!("{organisation}{SEPARATOR}{label}"),
    }
}

fn refuse_known_keys(genesis: &Genesis) -> Result<(), CeremonyError> {
    match known_keys(genesis).into_iter().next() {
        Some((key, place)) if !genesis.dev => Err(CeremonyError::KnownKey { key, place }),
        _ => Ok(()),
    }
}

/// Accounts with the numbers of the organisations that admit them.
type Admitted = Vec<(Account, u32)>;

/// Has an organisation admit an account, unless one does already.
fn admit(admitted: &mut Admitted, account: Account, organisation: usize) {
    let number = u32::try_from(organisation).unwrap_or(u32::MAX);
    if !admitted.iter().any(|(known, _)| *known == account) {
        admitted.push((account, number));
    }
}

fn organisations(draft: &Draft, names: &DraftNames) -> Result<(Vec<Member>, Admitted), CeremonyError> {
    let (mut members, mut admitted) = (Vec::new(), Vec::new());
    for (number, organisation) in draft.organisations.iter().enumerate() {
        let refused = |why: String| CeremonyError::Draft(format!("`{}`: {why}", organisation.name));
        let admin = organisation.admin.parse().map_err(|why| refused(format!("its admin: {why}")));
        let admin = names.secretless(&organisation.admin).map_or(admin, Ok)?;
        if !matches!(admin, Account::Key(_)) {
            return Err(refused("its admin is not the address of a key, so it can't sign entries".into()));
        }
        if organisation.gas_share > super::template::SHARES {
            return Err(refused("its share of gas is above 1000 thousandths".into()));
        }
        admit(&mut admitted, admin, number);
        for account in &organisation.admitted {
            let account = names.account(account).map_err(refused)?;
            if admitted.iter().any(|(known, other)| *known == account && *other as usize != number) {
                return Err(refused(format!("{account} is admitted by another organisation already")));
            }
            admit(&mut admitted, account, number);
        }
        members.push(Member {
            name: organisation.name.clone(),
            admin,
            gas_share: organisation.gas_share,
            state_quota: organisation.state_quota,
            state_used: 0,
        });
    }
    Ok((members, admitted))
}

/// The usual parameters with these; `a.b` may be written as a table.
fn parameters(chosen: &Map<String, Value>) -> Result<Parameters, CeremonyError> {
    let mut parameters = Parameters::default();
    let mut left: Vec<(String, &Value)> = chosen.iter().map(|(name, value)| (name.clone(), value)).collect();
    while let Some((name, value)) = left.pop() {
        match value {
            Value::Object(inner) => {
                left.extend(inner.iter().map(|(key, value)| (format!("{name}.{key}"), value)));
            }
            value => {
                let number = value.as_u64();
                let number = number.ok_or_else(|| {
                    CeremonyError::Draft(format!("the parameter `{name}` is {value}, and no whole number"))
                })?;
                parameters.choose(&name, number)?;
            }
        }
    }
    Ok(parameters)
}

/// What a draft calls accounts and contracts: organisations by their names, for whom their admins stand;
/// contracts by theirs; `governance`; addresses.
pub(super) struct DraftNames {
    organisations: Vec<(String, String)>,
    /// Contracts with their deployers: what their ids are made of.
    contracts: Vec<(String, String)>,
}

impl DraftNames {
    fn of(draft: &Draft) -> Result<Self, CeremonyError> {
        let organisations = draft.organisations.iter().map(|one| (one.name.clone(), one.admin.clone()));
        let contracts = draft.contracts.iter().map(|one| (one.name.clone(), one.deployer.clone()));
        let names = DraftNames { organisations: organisations.collect(), contracts: contracts.collect() };
        let mut known = BTreeSet::from([CONSORTIUM]);
        for (name, _) in names.organisations.iter().chain(&names.contracts) {
            if name.trim() != name || name.is_empty() || name.len() > NAME_BYTES || name.contains('/') {
                let rule = format!("1 to {NAME_BYTES} bytes, without `/` and without spaces around it");
                return Err(CeremonyError::Draft(format!("`{name}` can't be a name: {rule}")));
            }
            if !known.insert(name) {
                return Err(CeremonyError::Draft(format!("there is more than one `{name}`")));
            }
        }
        if names.organisations.is_empty() {
            return Err(CeremonyError::Draft("it has no organisations".into()));
        }
        Ok(names)
    }

    /// The account of a SURI such as `//Alice`. It is let in here, so that it can be named when it is refused.
    fn secretless(&self, text: &str) -> Option<Account> {
        let suri = text.starts_with("//").then(|| text.parse::<Keypair>().ok())?;
        suri.map(|key| key.account())
    }
}

impl Names for DraftNames {
    fn account(&self, text: &str) -> Result<Account, String> {
        if let Some((_, admin)) = self.organisations.iter().find(|(name, _)| name == text) {
            return self.secretless(admin).map_or_else(|| admin.parse().map_err(text_of), Ok);
        }
        if text == CONSORTIUM || self.contracts.iter().any(|(name, _)| name == text) {
            return self.contract(text).map(Account::Contract);
        }
        let unknown = |_| format!("`{text}` is no organisation, contract or address");
        self.secretless(text).map_or_else(|| text.parse().map_err(unknown), Ok)
    }

    fn contract(&self, text: &str) -> Result<ContractId, String> {
        if text == CONSORTIUM {
            return Ok(GOVERNANCE);
        }
        match self.contracts.iter().find(|(name, _)| name == text) {
            // A deployer is an organisation or an address, and no contract of the draft: see `install`.
            Some((name, deployer)) => Ok(contract_id(&self.deployer(deployer)?, &salt(name))),
            None => text.parse().map_err(|_| format!("there is no contract `{text}`")),
        }
    }
}

impl DraftNames {
    /// A contract's deployer: never another contract of the draft, or ids could go round in a circle.
    pub(super) fn deployer(&self, text: &str) -> Result<Account, String> {
        if text == CONSORTIUM || self.contracts.iter().any(|(name, _)| name == text) {
            return Err(format!("`{text}` can't deploy: only an organisation or an account can"));
        }
        self.account(text)
    }
}

fn text_of(error: impl std::fmt::Display) -> String {
    error.to_string()
}
