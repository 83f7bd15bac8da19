//! `zhitong import delegates FILE`

use std::path::PathBuf;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::audit_log::AuditActor;
use crate::commands::open;
use crate::people::roster::{self, Options, Progress, Report, Source};

#[derive(Debug, clap::Args)]
pub struct Args {
    pub file: PathBuf,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave people alone who are not in the file
    #[arg(long)]
    keep_missing: bool,
}

pub async fn run(args: &Args, json: bool) -> anyhow::Result<()> {
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    let app = open().await?;
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}")?);
    let options = Options {
        dry_run: args.dry_run,
        keep_missing: args.keep_missing,
        by: Some(AuditActor::CommandLine),
    };
    let mut progress = |at: Progress| {
        bar.set_message(format!("{:?}", at.stage));
        bar.set_length(at.total as u64);
        bar.set_position(at.done as u64);
    };
    let done = roster::import(&app, &Source { bytes }, options, &mut progress).await;
    bar.finish_and_clear();
    print(&done?, json)
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn print(report: &Report, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(report)?);
        return Ok(());
    }
    let Report {
        added,
        changed,
        left,
        unchanged,
        dry_run,
        left_names,
    } = report;
    let would = if *dry_run { "would be: " } else { "" };
    println!("{would}added {added}, changed {changed}, left {left}, unchanged {unchanged}");
    left_names.iter().for_each(|name| println!("  left: {name}"));
    Ok(())
}
