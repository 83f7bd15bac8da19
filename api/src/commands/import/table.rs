//! `zhitong import delegates|staff|departments|duty|sites|orders FILE`

use std::path::PathBuf;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::audit_log::AuditActor;
use crate::commands::open;
use crate::imports::{self, ImportKind, ImportOutcome, ImportRequest};
use crate::people::roster::Progress;

#[derive(Debug, clap::Args)]
pub struct Args {
    pub file: PathBuf,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Keep rows that are not in the file
    #[arg(long)]
    keep_missing: bool,
    /// Read this sheet, or `*` for all of them
    #[arg(long)]
    sheet: Option<String>,
}

pub async fn run(kind: ImportKind, args: &Args, json: bool) -> anyhow::Result<()> {
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    let name = args.file.file_name();
    let app = open().await?;
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}")?);
    let mut progress = |at: Progress| {
        bar.set_message(at.stage.as_str());
        bar.set_length(at.total as u64);
        bar.set_position(at.done as u64);
    };
    let request = ImportRequest {
        kind,
        file: name.map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        bytes,
        sheet: args.sheet.clone(),
        dry_run: args.dry_run,
        keep_missing: args.keep_missing,
        by: AuditActor::CommandLine,
    };
    let outcome = imports::run(&app, request, &mut progress).await;
    bar.finish_and_clear();
    let outcome = outcome?;
    print(&outcome, json)?;
    match outcome.faults.len() {
        0 => Ok(()),
        faults => anyhow::bail!("nothing was imported, {faults} faults"),
    }
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn print(outcome: &ImportOutcome, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(outcome)?);
        return Ok(());
    }
    if !outcome.faults.is_empty() {
        println!("表中有 {} 处错误，没有导入任何内容：", outcome.faults.len());
        outcome.faults.iter().for_each(|fault| println!("  {fault}"));
        return Ok(());
    }
    if let Some(sheet) = &outcome.sheet {
        println!("sheet {sheet}, headings in row {}", outcome.header_row);
    }
    for (label, list) in [
        ("unused columns", &outcome.unused_columns),
        ("ignored sheets", &outcome.ignored_sheets),
    ] {
        if !list.is_empty() {
            println!("{label}: {}", list.join("、"));
        }
    }
    outcome
        .questions
        .iter()
        .for_each(|question| println!("{}", question.detail));
    let would = if outcome.dry_run { "would be: " } else { "" };
    println!(
        "{would}added {}, changed {}, left {}, unchanged {}",
        outcome.added, outcome.changed, outcome.left, outcome.unchanged
    );
    for person in &outcome.left_people {
        println!("  left: {}, open orders: {}", person.name, person.open_orders);
    }
    for number in &outcome.taken_over {
        println!(
            "  line {}: {} takes the number of {}",
            number.line, number.to, number.from
        );
    }
    Ok(())
}
