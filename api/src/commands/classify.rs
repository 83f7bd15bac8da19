//! `zhitong classify train|eval|learn`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use clap::{Args, Subcommand};
use insight::classify::{self, Evaluation, Example, Model, Settings};

use crate::city::categories::tree::{Category, Tree};
use crate::city::categories::{retrain, training};
use crate::city::csv_rows::{CategoryRow, Fault};
use crate::city::files::Files;
use crate::city::pack::Pack;
use crate::commands::open;

/// Of texts that no policy says anything about.
const HALF: f32 = 0.5;

#[derive(Debug, Subcommand)]
pub enum ClassifyCommand {
    /// Train a suggestion from labelled texts and print its cross-validated scores
    Train {
        /// Labelled texts; several files are read as one
        #[arg(required_unless_present = "pack")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        columns: Columns,
        /// Train on the texts and categories of a city pack (a name or a folder) instead
        #[arg(long, conflicts_with = "files")]
        pack: Option<String>,
        /// Output file of the model
        #[arg(long)]
        out: PathBuf,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Below this confidence a text counts as not covered; left out: the pack's policy, or 0.5
        #[arg(long)]
        min_confidence: Option<f32>,
        #[arg(long)]
        json: bool,
    },
    /// Ask a model about labelled texts and print how often it is right
    Eval {
        file: PathBuf,
        #[command(flatten)]
        columns: Columns,
        #[arg(long)]
        model: PathBuf,
        #[arg(long, default_value_t = 0.5)]
        min_confidence: f32,
        #[arg(long)]
        json: bool,
    },
    /// Learn from the orders that operators corrected and people confirmed; takes over only if not worse
    Learn {
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args, Debug)]
pub struct Columns {
    /// Column with the text
    #[arg(long, default_value = "text")]
    text: String,
    /// Column with the category
    #[arg(long, default_value = "label")]
    label: String,
}

pub async fn run(command: ClassifyCommand) -> anyhow::Result<()> {
    match command {
        ClassifyCommand::Train {
            files,
            columns,
            pack,
            out,
            seed,
            min_confidence,
            json,
        } => {
            let (examples, anchors, settings) = match pack {
                Some(pack) => of_pack(&pack, min_confidence)?,
                None => {
                    let settings = Settings {
                        min_confidence: min_confidence.unwrap_or(HALF),
                        ..Settings::default()
                    };
                    (of_files(&files, &columns)?, Vec::new(), settings)
                }
            };
            train(&examples, &anchors, Settings { seed, ..settings }, &out, json)
        }
        ClassifyCommand::Eval {
            file,
            columns,
            model,
            min_confidence,
            json,
        } => {
            let examples = of_files(&[file], &columns)?;
            ensure!(!examples.is_empty(), "the file has no labelled texts");
            let bytes = std::fs::read(&model).with_context(|| model.display().to_string())?;
            let model = Model::from_bytes(&bytes).with_context(|| model.display().to_string())?;
            print(&classify::evaluate(&model, &examples, min_confidence), json)
        }
        ClassifyCommand::Learn { json } => learn_now(json).await,
    }
}

fn train(
    examples: &[Example],
    anchors: &[Example],
    settings: Settings,
    out: &Path,
    json: bool,
) -> anyhow::Result<()> {
    let bar = indicatif::ProgressBar::new_spinner().with_message("training");
    bar.enable_steady_tick(std::time::Duration::from_millis(100));
    let (model, report) = classify::train(examples, anchors, settings)?;
    bar.finish_and_clear();
    std::fs::write(out, model.to_bytes()).with_context(|| out.display().to_string())?;
    print(&report, json)
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
async fn learn_now(json: bool) -> anyhow::Result<()> {
    let app = open().await?;
    let outcome = retrain::learn(&app, app.clock.now()).await?;
    if json {
        println!("{}", serde_json::to_string(&outcome)?);
        return Ok(());
    }
    match outcome {
        retrain::TrainingOutcome::Learned {
            version,
            orders,
            accuracy,
            before,
        } => println!("version {version} from {orders} orders: accuracy {accuracy:.3}, before {before:.3}"),
        retrain::TrainingOutcome::NotBetter {
            orders,
            accuracy,
            before,
        } => println!("kept: {orders} orders gave accuracy {accuracy:.3}, before {before:.3}"),
        retrain::TrainingOutcome::TooFewOrders { orders, needed } => {
            println!("kept: {orders} orders to learn from, {needed} are needed");
        }
    }
    Ok(())
}

/// Its texts, its anchors, and how they are trained on.
fn of_pack(
    name: &str,
    min_confidence: Option<f32>,
) -> anyhow::Result<(Vec<Example>, Vec<Example>, Settings)> {
    let pack = Pack::read(Files::open(name)?.without_model()).map_err(faults_to_error)?;
    let tree = Tree::build(
        pack.categories
            .into_iter()
            .map(|line| category(line.row))
            .collect(),
    )
    .map_err(|faults| anyhow::anyhow!(faults.join("\n  ")))?;
    let texts = training::texts(&pack.files, &tree).map_err(faults_to_error)?;
    let limit = min_confidence.map_or(pack.dispatch.min_confidence, f64::from);
    Ok((texts, training::anchors(&tree), training::settings(&tree, limit)))
}

fn category(row: CategoryRow) -> Category {
    let CategoryRow {
        code,
        parent,
        name,
        keywords,
        urgency,
    } = row;
    let keywords = keywords.unwrap_or_default();
    Category {
        code,
        parent,
        name,
        keywords: keywords.split_whitespace().map(str::to_owned).collect(),
        urgency,
    }
}

fn faults_to_error(faults: Vec<Fault>) -> anyhow::Error {
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("{} faults\n  {}", faults.len(), lines.join("\n  "))
}

fn of_files(files: &[PathBuf], columns: &Columns) -> anyhow::Result<Vec<Example>> {
    let mut examples = Vec::new();
    for file in files {
        examples.extend(of_file(file, columns).with_context(|| file.display().to_string())?);
    }
    Ok(examples)
}

/// Lines without text or category are left out.
fn of_file(file: &Path, columns: &Columns) -> anyhow::Result<Vec<Example>> {
    let bytes = std::fs::read(file)?;
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let mut reader = csv::Reader::from_reader(text);
    let heading = reader.headers()?.clone();
    let column = |name: &str| heading.iter().position(|column| column == name);
    let (Some(text), Some(label)) = (column(&columns.text), column(&columns.label)) else {
        bail!(
            "no column {} or {}; there are: {}",
            columns.text,
            columns.label,
            heading.iter().collect::<Vec<_>>().join(", ")
        );
    };
    let mut examples = Vec::new();
    for record in reader.records() {
        let record = record?;
        let field = |at: usize| record.get(at).map(str::trim).unwrap_or_default().to_owned();
        let (text, label) = (field(text), field(label));
        if !text.is_empty() && !label.is_empty() {
            examples.push(Example { text, label });
        }
    }
    Ok(examples)
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn print(report: &Evaluation, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(report)?);
        return Ok(());
    }
    println!("texts {}", report.texts);
    println!("accuracy {:.4}", report.accuracy);
    println!("macro_f1 {:.4}", report.macro_f1);
    println!(
        "at confidence {:.2}: coverage {:.4}, precision {:.4}",
        report.threshold, report.coverage, report.precision
    );
    for at in &report.limits {
        println!(
            "  limit {:.2}: coverage {:.4}, precision {:.4}",
            at.limit, at.coverage, at.precision
        );
    }
    println!("calibration_error {:.4}", report.calibration_error);
    for (right, given, times) in report.most_confused(10) {
        println!("confused {times}: {right} taken for {given}");
    }
    Ok(())
}
