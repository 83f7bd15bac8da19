//! `zhitong import delegates|departments|areas|calendar|duty FILE`

use std::path::PathBuf;

use anyhow::Context as _;
use secrecy::ExposeSecret as _;

use crate::city::import::{self, ImportFile, ImportSummary};
use crate::clock::Clock;
use crate::config::Config;
use crate::db;

mod people;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: ImportKind,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum ImportKind {
    /// The roster, CSV or XLSX: delegates of five levels, and staff
    Delegates(people::Args),
    /// Units, as in a pack's units.csv
    Departments { file: PathBuf },
    /// Boundaries, GeoJSON in WGS-84; becomes the version in force
    Areas { file: PathBuf },
    /// Public holidays and make-up working days, as in a pack's calendar.json
    Calendar { file: PathBuf },
    /// The duty table, as in a pack's duty.csv
    Duty { file: PathBuf },
}

impl ImportKind {
    fn file(&self) -> &PathBuf {
        match self {
            Self::Delegates(args) => &args.file,
            Self::Departments { file }
            | Self::Areas { file }
            | Self::Calendar { file }
            | Self::Duty { file } => file,
        }
    }
}

pub async fn run(args: Args) -> anyhow::Result<()> {
    if let ImportKind::Delegates(roster) = &args.what {
        return people::run(roster, args.json).await;
    }
    let path = args.what.file();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let name = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let config = Config::from_environment()?;
    std::fs::create_dir_all(&config.data_dir)?;
    let url = config.database_url.expose_secret();
    db::migrate(url).await?;
    let db = db::connect(url).await?;
    let now = config
        .clock_start
        .map_or_else(Clock::real, Clock::starting_at)
        .now();
    let given = ImportFile::new(&name, &text);
    let imported = match args.what {
        ImportKind::Departments { .. } => import::departments(&db, &given, now).await,
        ImportKind::Areas { .. } => import::areas(&db, &given, now).await,
        ImportKind::Calendar { .. } => import::calendar(&db, &given, now).await,
        ImportKind::Duty { .. } | ImportKind::Delegates(_) => import::duty(&db, &given, now).await,
    }?;
    match imported {
        Ok(report) => print(report, args.json),
        Err(faults) => {
            let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
            anyhow::bail!(
                "nothing was imported, {} faults\n  {}",
                lines.len(),
                lines.join("\n  ")
            )
        }
    }
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn print(report: ImportSummary, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        let ImportSummary {
            added,
            changed,
            left,
            unchanged,
            changes: _,
        } = report;
        println!("added {added}, changed {changed}, left {left}, unchanged {unchanged}");
    }
    Ok(())
}
