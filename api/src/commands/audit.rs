//! `zhitong audit`: the record of orders and administrators verified, signed and proven.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use entity::kinds::CheckpointReason;
use indicatif::ProgressBar;
use merkle::VerifyingKey;
use serde_json::json;

use crate::app::App;
use crate::audit_log;
use crate::audit_tree::check::{self, Proven};
use crate::audit_tree::keys::TreeKeys;
use crate::audit_tree::proof_file::ProofFile;
use crate::audit_tree::report::TreeReport;
use crate::audit_tree::verify as tree;
use crate::audit_tree::{checkpoints, prove};
use crate::commands::open;
use crate::config::Config;
use crate::orders::history::verify::{VerificationSummary, verify};

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Compare orders, events and administrators' acts with the Merkle tree, and name what differs
    Verify {
        /// A checkpoint that was kept outside the database, or a folder of them; may be repeated
        #[arg(long, value_name = "PATH")]
        checkpoint: Vec<PathBuf>,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Sign a checkpoint now and print it
    Checkpoint,
    /// Print the public key that checkpoints and proofs are checked with
    Key,
    /// Write a file that proves an order's events and rows
    Prove {
        /// The order's number
        number: String,
        /// Default: NUMBER.proof.json
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Write a file that proves that a later checkpoint continues an earlier one
    Consistency {
        /// A file with the earlier checkpoint
        old: PathBuf,
        /// A file with the later one; default: one that is signed now
        new: Option<PathBuf>,
        /// Default: consistency.proof.json
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Check a proof file; needs neither database nor configuration
    Check {
        file: PathBuf,
        /// The log's public key, as `zhitong audit key` prints it
        #[arg(long)]
        key: VerifyingKey,
    },
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
pub async fn run(command: AuditCommand) -> anyhow::Result<()> {
    match command {
        AuditCommand::Verify { checkpoint, json } => verify_record(&checkpoint, json).await,
        AuditCommand::Checkpoint => {
            let app = open().await?;
            let signed = checkpoints::sign(&app, CheckpointReason::Requested).await?;
            print!("{}", signed.note);
            Ok(())
        }
        AuditCommand::Key => {
            let keys = TreeKeys::new(&Config::from_environment()?.audit)?;
            println!("{}", keys.public());
            Ok(())
        }
        AuditCommand::Prove { number, out } => {
            let file = prove::order(&open().await?, &number).await?;
            let out = out.unwrap_or_else(|| PathBuf::from(format!("{number}.proof.json")));
            save(&out, &file)
        }
        AuditCommand::Consistency { old, new, out } => {
            let (old, new) = (read(&old)?, new.as_deref().map(read).transpose()?);
            let file = prove::consistency(&open().await?, &old, new.as_deref()).await?;
            save(&out.unwrap_or_else(|| "consistency.proof.json".into()), &file)
        }
        AuditCommand::Check { file, key } => {
            println!("{}", describe(&check::check(&read(&file)?, &key)?));
            Ok(())
        }
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn save(path: &Path, file: &ProofFile) -> anyhow::Result<()> {
    std::fs::write(path, serde_json::to_string_pretty(file)?)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    println!("written to {}", path.display());
    Ok(())
}

fn describe(proven: &Proven) -> String {
    match proven {
        Proven::Order {
            number,
            events,
            rows,
            checkpoint,
        } => format!(
            "proven: order {number}, {events} events and {rows} rows, as in the checkpoint of {} leaves {} ({})",
            checkpoint.size,
            checkpoint.short_code(),
            checkpoint.extension("time").unwrap_or("no time"),
        ),
        Proven::Consistency { old, new } => format!(
            "proven: the checkpoint of {} leaves {} continues the one of {} leaves {}",
            new.size,
            new.short_code(),
            old.size,
            old.short_code(),
        ),
    }
}

/// The notes in files and folders.
fn notes(paths: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    let mut notes = Vec::new();
    for path in paths {
        if path.is_dir() {
            for entry in std::fs::read_dir(path)? {
                let file = entry?.path();
                if file.extension().is_some_and(|extension| extension == "txt") {
                    notes.push(read(&file)?);
                }
            }
        } else {
            notes.push(read(path)?);
        }
    }
    Ok(notes)
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
async fn verify_record(paths: &[PathBuf], json: bool) -> anyhow::Result<()> {
    let notes = notes(paths)?;
    let app = open().await?;
    let (chains, acts, broken_act) = verify_chains(&app).await?;
    let bar = ProgressBar::new_spinner();
    let report = tree::verify(&app, &notes, |read| bar.set_position(read)).await?;
    bar.finish_and_clear();
    let VerificationSummary {
        events,
        orders,
        broken,
    } = &chains;
    if json {
        let told = json!({
            "events": events, "orders": orders, "broken": broken, "acts": acts, "broken_act": broken_act,
            "tree": report,
        });
        println!("{told}");
    } else {
        println!("{events} events of {orders} orders and {acts} acts of administrators read");
        print_tree(&report)?;
    }
    if let Some(broken) = broken {
        bail!("order {} event {}: {:?}", broken.order, broken.seq, broken.fault);
    }
    if let Some(broken) = broken_act {
        bail!("act {}: {:?}", broken.seq, broken.fault);
    }
    if !report.is_whole() {
        let count = report.findings.len() as u64 + report.more_findings;
        bail!("{count} differences between the record and its Merkle tree");
    }
    Ok(())
}

async fn verify_chains(
    app: &App,
) -> anyhow::Result<(VerificationSummary, u64, Option<audit_log::service::Broken>)> {
    let bar = ProgressBar::new_spinner();
    let chains = verify(&app.db, |events| bar.set_position(events)).await?;
    let (acts, broken_act) = audit_log::service::verify(&app.db).await?;
    bar.finish_and_clear();
    Ok((chains, acts, broken_act))
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn print_tree(report: &TreeReport) -> anyhow::Result<()> {
    println!(
        "{} leaves and {} checkpoints compared, {} entries wait for their leaf",
        report.leaves, report.checkpoints, report.waiting
    );
    for finding in &report.findings {
        println!("differs: {}", serde_json::to_string(finding)?);
    }
    if report.more_findings > 0 {
        println!("and {} more", report.more_findings);
    }
    Ok(())
}
