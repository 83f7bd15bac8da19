//! `zhitong link`: compares both sides, and says which units are handed over.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use serde_json::json;

use crate::app::App;
use crate::audit_log::AuditActor;
use crate::commands::open;
use crate::link::reconcile::{Difference, MAX_LIST_BYTES, Reconciliation, reconcile};
use crate::table_file::Content;
use crate::webhooks::linked_units;
use crate::webhooks::sender::{FetchFault, Sender};

#[derive(Debug, Subcommand)]
pub enum LinkCommand {
    /// Compare the platform's list of orders (XLSX, CSV or JSON) with ours and list what differs
    Reconcile {
        /// A file, or the https address of the platform's list
        source: String,
        /// Send the token in this file to the address, as `Authorization: Bearer`
        #[arg(long)]
        token_file: Option<PathBuf>,
        /// Read this sheet, or `*` for all of them
        #[arg(long)]
        sheet: Option<String>,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// List the units whose orders are handed over, with the platform's codes
    Units {
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Hand over the orders of a unit under the platform's code of it
    Unit {
        /// Id, code or name of the unit
        unit: String,
        /// The platform's code of the unit
        #[arg(required_unless_present = "remove")]
        platform_code: Option<String>,
        /// Hand over no further orders of the unit
        #[arg(long, conflicts_with = "platform_code")]
        remove: bool,
    },
}

pub async fn run(command: LinkCommand) -> anyhow::Result<()> {
    match command {
        LinkCommand::Reconcile {
            source,
            token_file,
            sheet,
            json,
        } => {
            let app = open().await?;
            let list = list(&app, &source, token_file.as_deref()).await?;
            let result = match reconcile(&app, list, sheet).await? {
                Ok(result) => result,
                Err(faults) => bail!("{}", tables::listed(&faults)),
            };
            tell(&result, json)
        }
        LinkCommand::Units { json } => units(&open().await?, json).await,
        LinkCommand::Unit {
            unit,
            platform_code,
            remove,
        } => {
            let app = open().await?;
            let by = AuditActor::CommandLine;
            let done = match platform_code {
                Some(code) if !remove => linked_units::link(&app, by, &unit, &code).await.map(drop),
                _ => linked_units::unlink(&app, by, &unit).await,
            };
            done.with_context(|| format!("{unit} is no such unit, or the code is another unit's"))
        }
    }
}

/// The platform's list, from a file or from its own address.
async fn list(app: &App, source: &str, token_file: Option<&Path>) -> anyhow::Result<Content> {
    if !source.starts_with("https://") && !source.starts_with("http://") {
        return Ok(Content::File(source.into()));
    }
    let read = |path: &Path| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let token = token_file.map(|path| anyhow::Ok(String::from_utf8(read(path)?)?));
    let token = token.transpose().context("the token is no text")?;
    let token = token.as_deref().map(str::trim);
    let fetched = app
        .state::<Sender>()
        .fetch_list(source, token, MAX_LIST_BYTES)
        .await;
    let bytes = fetched.map_err(|fault| match fault {
        FetchFault::NotAllowed => anyhow::anyhow!(
            "the address is not allowed: https and public, or set ZHITONG_WEBHOOK_ALLOW_PRIVATE=true"
        ),
        FetchFault::TooLarge => anyhow::anyhow!("the list is longer than {} MiB", MAX_LIST_BYTES >> 20),
        FetchFault::Unreachable => anyhow::anyhow!("the address did not answer with a list"),
    })?;
    Ok(bytes.to_vec().into())
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn tell(result: &Reconciliation, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(result)?);
    } else {
        print(result);
    }
    match result.total() {
        0 => Ok(()),
        differences => bail!("{differences} differences"),
    }
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
async fn units(app: &App, as_json: bool) -> anyhow::Result<()> {
    let units = linked_units::list(app).await?;
    if as_json {
        let items = units
            .iter()
            .map(|unit| json!({ "code": unit.code, "name": unit.name, "platform_code": unit.platform_code }));
        println!("{}", json!({ "items": items.collect::<Vec<_>>() }));
        return Ok(());
    }
    for unit in units {
        println!("{}  {}  {}", unit.platform_code, unit.code, unit.name);
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn print(result: &Reconciliation) {
    println!(
        "{} rows compared with {} linked orders",
        result.rows, result.linked
    );
    for difference in &result.differences {
        match difference {
            Difference::UnknownHere {
                line,
                external_number,
            } => {
                println!("  line {line}: {external_number} is not linked here");
            }
            Difference::NumberDiffers {
                line,
                external_number,
                ours,
                theirs,
            } => println!("  line {line}: {external_number} is {ours} here, {theirs} there"),
            Difference::StatusDiffers {
                line,
                external_number,
                number,
                ours,
                theirs,
            } => println!(
                "  line {line}: {external_number} ({number}) is {} here, {theirs} there",
                ours.as_str()
            ),
            Difference::MissingThere {
                external_number,
                number,
            } => println!("  {number} ({external_number}) is not in the list"),
        }
    }
    if result.not_listed > 0 {
        println!("  and {} more", result.not_listed);
    }
}
