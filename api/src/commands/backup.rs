//! `zhitong backup FILE`, `zhitong restore FILE`, `zhitong restore --verify FILE`

use std::path::PathBuf;

use anyhow::Context as _;
use chrono::TimeDelta;
use indicatif::ProgressBar;
use tokio::signal::unix::{SignalKind, signal};

use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, Db};
use crate::ops::backup::{self, BackupSummary};
use crate::orders::submit::number;
use crate::supervision::supervision_orders;

/// Exit status of an interrupted command.
const INTERRUPTED: i32 = 130;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A `.tar.gz`; encrypted if `ZHITONG_BACKUP_PASSPHRASE` is set
    file: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    #[command(flatten)]
    common: Args,
    /// Prove that the backup is whole, and change nothing
    #[arg(long)]
    verify: bool,
}

pub async fn back_up(args: Args) -> anyhow::Result<()> {
    let config = Config::from_environment()?;
    let bar = ProgressBar::new_spinner();
    let shown = bar.clone();
    let backing_up = backup::back_up(&config, &args.file, move |objects| shown.set_position(objects));
    let summary = tokio::select! {
        summary = backing_up => summary?,
        () = interruption() => {
            // What was written has no name yet; the process ends before it gets one.
            std::process::exit(INTERRUPTED);
        }
    };
    bar.finish_and_clear();
    print(&args, "backed up to", &summary)
}

pub async fn restore(args: RestoreArgs) -> anyhow::Result<()> {
    let config = Config::from_environment()?;
    let file = &args.common.file;
    if args.verify {
        let summary = backup::verify(&config, file).await?;
        return print(&args.common, "are whole in", &summary);
    }
    let summary = backup::restore(&config, file, skip_told_numbers).await?;
    print(&args.common, "restored from", &summary)
}

/// Leaves out the numbers that may have been told to people between the backup and its restoring: a delegate who has such
/// a number must never find another's order under it.
pub async fn skip_told_numbers(db: &Db, summary: &BackupSummary) -> anyhow::Result<()> {
    // The city's day may be one before or after the UTC day.
    let from = (summary.taken_at - TimeDelta::days(1)).date_naive();
    let to = (Clock::real().now() + TimeDelta::days(1)).date_naive();
    let txn = db::write(db).await?;
    number::skip_ahead(&txn, from, to)
        .await
        .context("order numbers")?;
    supervision_orders::skip_ahead(&txn, from, to)
        .await
        .context("numbers of supervision orders")?;
    txn.commit().await?;
    Ok(())
}

async fn interruption() {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn print(args: &Args, done: &str, summary: &BackupSummary) -> anyhow::Result<()> {
    if args.json {
        println!("{}", serde_json::to_string(summary)?);
    } else {
        println!(
            "the database and {} objects ({} MB) of {} {done} {}",
            summary.objects,
            summary.bytes.div_ceil(1_000_000),
            summary.taken_at.to_rfc3339(),
            args.file.display()
        );
    }
    Ok(())
}
