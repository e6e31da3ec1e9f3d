//! `sillok register import`: replays a cap table in Open Cap Format on the chain.
//!
//! The plan comes from the files alone. Each of its steps is compared with what the register holds
//! before anything is sent, so an import can be stopped anywhere and started again, and a second one
//! sends nothing. Stakeholders have no keys: they are accounts that the register manages, for which
//! the registrar signs. Their names stay in the files: what is on a chain can never be taken back.

mod conversion;
mod entered;
mod error;
mod outcome;
mod step;

use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use sillok_abi::{Account, ContractId, digest};

use self::outcome::Outcome;
use self::step::Importer;
use super::Company;
use super::create::{NewRegister, deploy, id_of};
use crate::cli::ocf::{self, Package, Plan, ReadError};
use crate::cli::{CliError, Exit, Result, Session};

/// Imports a folder.
#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    /// The folder: a manifest and the files that it lists.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) async fn run(args: ImportArgs, session: &Session) -> Result<()> {
    let package = read(&args.folder)?;
    for file in &package.unlisted {
        session.note(format!("{file} is not in the manifest; its records are imported all the same"));
    }
    let plan = ocf::plan(&package);
    let (company, opened) = open(session, &package).await?;
    let mut importer = Importer::load(&company).await?;
    importer.sent = usize::from(opened);
    let bar = progress(session, &plan);
    let mut outcome = Outcome::new(&package, &plan);
    let replayed = replay(&mut importer, &plan, &mut outcome, &bar).await;
    bar.finish_and_clear();
    let sent = importer.sent;
    replayed.map_err(|error| interrupted(error, &company, sent))?;
    session.note(match sent {
        0 => "nothing was sent: all of it stands on the chain already".to_string(),
        sent => format!("sent {sent} transactions"),
    });
    let (human, value) = outcome.show(&company).await?;
    session.result(human, value);
    Ok(())
}

/// The account that a stakeholder of the files has in a register.
fn holder_account(register: &ContractId, stakeholder: &str) -> Account {
    Account::Managed { contract: *register, id: digest("sillok/ocf-stakeholder", &stakeholder) }
}

/// What holders who were imported from this folder are called.
pub(super) fn holder_names(folder: &Path, register: &ContractId) -> Result<Vec<(Account, String)>> {
    let people = ocf::plan(&read(folder)?).people.into_iter();
    Ok(people.map(|(_, person)| (holder_account(register, &person.id), person.name)).collect())
}

fn read(folder: &Path) -> Result<Package> {
    ocf::read(folder).map_err(|error| {
        let code = match &error {
            ReadError::Folder { .. } | ReadError::NoManifest(_) => "ocf.folder",
            ReadError::File { .. } => "ocf.file",
            ReadError::Content { .. } => "ocf.content",
        };
        let hint = "a folder in Open Cap Format 1.1 holds Manifest.ocf.json and the files that it lists";
        CliError::failed(code, error).hint(hint)
    })
}

/// The company's register, opened if there is none. Its id follows from the submitter and the
/// company's id in the files, so the same folder finds it again. Says too whether it was opened.
async fn open<'a>(session: &'a Session, package: &Package) -> Result<(Company<'a>, bool)> {
    let issuer = &package.issuer;
    let salt = digest("sillok/ocf-issuer", &issuer.id);
    let id = id_of(session, &salt).await?;
    let opened = match session.contract_by_id(id).await {
        Ok(_) => false,
        Err(error) if error.exit == Exit::Network => return Err(error),
        Err(_) => {
            let formed = issuer.formed.map(|date| date.to_string());
            let facts = json!({ "name": issuer.name, "identifier": "", "sample": false, "formed": formed });
            let registrar = session.signer_account()?;
            deploy(session, NewRegister { salt, registrar, issuer: facts }).await?;
            true
        }
    };
    Ok((Company::open(session, session.contract_by_id(id).await?).await?, opened))
}

/// A bar on stderr, if a person watches.
fn progress(session: &Session, plan: &Plan) -> ProgressBar {
    let bar = ProgressBar::new(plan.steps.len() as u64);
    if session.options().quiet || session.options().json {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar
}

async fn replay(
    importer: &mut Importer<'_>,
    plan: &Plan,
    outcome: &mut Outcome<'_>,
    bar: &ProgressBar,
) -> Result<()> {
    for step in &plan.steps {
        bar.set_message(outcome.id_of(step).to_string());
        if let Err(error) = importer.run(step).await {
            importer.give_up(step, outcome.id_of(step));
            outcome.refuse(&step.records, error.refusal()?);
        }
        bar.inc(1);
    }
    Ok(())
}

fn interrupted(error: CliError, company: &Company<'_>, sent: usize) -> CliError {
    let cause = error.hint.as_ref().map(|hint| format!("{hint}; ")).unwrap_or_default();
    let hint = format!(
        "{cause}{sent} transactions were sent to {}; the same command goes on from there",
        company.contract.id
    );
    error.hint(hint)
}
