//! `zhitong import delegates|staff|departments|duty|sites|orders FILE`

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::audit_log::AuditActor;
use crate::commands::open;
use crate::imports::{self, HistoryOptions, ImportKind, ImportOutcome, ImportRequest};
use crate::people::roster::{Progress, Stage};

#[derive(Debug, clap::Args)]
pub struct Args {
    pub file: PathBuf,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Keep rows that are not in the file
    #[arg(long)]
    keep_missing: bool,
    /// Units that leave: send the orders in their hands to triage instead of refusing the file
    #[arg(long)]
    orders_to_triage: bool,
    /// Read this sheet, or `*` for all of them
    #[arg(long)]
    sheet: Option<String>,
}

/// The arguments of `zhitong import orders`.
#[derive(Debug, clap::Args)]
pub struct HistoryArgs {
    #[command(flatten)]
    table: Args,
    /// Read headings and words as this TOML file says what they mean
    #[arg(long)]
    map: Option<PathBuf>,
}

pub async fn run(kind: ImportKind, args: &Args, json: bool) -> anyhow::Result<()> {
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    import(request(kind, args, bytes, HistoryOptions::default()), json).await
}

/// Past orders: the file is read in parts.
pub async fn run_history(args: &HistoryArgs, json: bool) -> anyhow::Result<()> {
    let path = args.table.file.clone();
    std::fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
    };
    let history = HistoryOptions {
        map: args.map.as_ref().map(read).transpose()?,
        path: Some(path),
    };
    import(
        request(ImportKind::Orders, &args.table, Vec::new(), history),
        json,
    )
    .await
}

fn request(kind: ImportKind, args: &Args, bytes: Vec<u8>, history: HistoryOptions) -> ImportRequest {
    let name = args.file.file_name();
    ImportRequest {
        kind,
        file: name.map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        bytes,
        sheet: args.sheet.clone(),
        dry_run: args.dry_run,
        keep_missing: args.keep_missing,
        release_orders: args.orders_to_triage,
        history,
        by: AuditActor::CommandLine,
    }
}

async fn import(request: ImportRequest, json: bool) -> anyhow::Result<()> {
    let app = open().await?;
    let mut shown = ShownProgress::new()?;
    let outcome = imports::run(&app, request, &mut |at| shown.show(at)).await;
    shown.bar.finish_and_clear();
    let outcome = outcome?;
    print(&outcome, json)?;
    match outcome.faults.len() {
        0 => Ok(()),
        faults => anyhow::bail!("nothing was imported, {faults} faults"),
    }
}

/// A bar on a terminal, else a line per stage and per 10,000 rows.
struct ShownProgress {
    bar: ProgressBar,
    is_terminal: bool,
    last: Option<(Stage, usize)>,
}

/// Rows from one line to the next.
const ROWS_PER_LINE: usize = 10_000;

impl ShownProgress {
    fn new() -> anyhow::Result<Self> {
        let bar = ProgressBar::new(0);
        bar.set_style(ProgressStyle::with_template(
            "{msg} {wide_bar} {pos}/{len} {per_sec} {eta}",
        )?);
        Ok(Self {
            bar,
            is_terminal: std::io::stderr().is_terminal(),
            last: None,
        })
    }

    #[expect(clippy::print_stderr, reason = "progress of a command")]
    fn show(&mut self, at: Progress) {
        let Progress { stage, done, total } = at;
        if self.is_terminal {
            self.bar.set_message(stage.as_str());
            self.bar.set_length(total.max(done) as u64);
            self.bar.set_position(done as u64);
            return;
        }
        let line = (stage, done / ROWS_PER_LINE);
        if self.last != Some(line) {
            self.last = Some(line);
            if total > 0 {
                eprintln!("{} {done}/{total}", stage.as_str());
            } else {
                eprintln!("{} {done}", stage.as_str());
            }
        }
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
