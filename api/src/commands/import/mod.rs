//! `zhitong import delegates|staff|departments|areas|calendar|duty|sites|orders FILE`

use std::path::PathBuf;

use anyhow::Context as _;
use secrecy::ExposeSecret as _;

use crate::city::import::{self, ImportFile, ImportSummary};
use crate::clock::Clock;
use crate::config::Config;
use crate::db;
use crate::imports::ImportKind;

mod table;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Import the roster: delegates of five levels, and staff by their role column
    Delegates(table::Args),
    /// Import staff; every row needs a role
    Staff(table::Args),
    /// Import units, as in a pack's units.csv
    Departments(table::Args),
    /// Import boundaries, GeoJSON in WGS-84, and activate them
    Areas { file: PathBuf },
    /// Import public holidays and make-up working days, as in a pack's calendar.json
    Calendar {
        file: PathBuf,
        /// Recalculate running deadlines that were counted by an announced year too
        #[arg(long)]
        recount: bool,
    },
    /// Import the duty table, as in a pack's duty.csv
    Duty(table::Args),
    /// Import sites, as in a pack's sites.csv
    Sites(table::Args),
    /// Import past orders of an earlier system
    Orders(table::HistoryArgs),
}

pub async fn run(args: Args) -> anyhow::Result<()> {
    match &args.what {
        What::Delegates(given) => table::run(ImportKind::Delegates, given, args.json).await,
        What::Staff(given) => table::run(ImportKind::Staff, given, args.json).await,
        What::Departments(given) => table::run(ImportKind::Departments, given, args.json).await,
        What::Duty(given) => table::run(ImportKind::Duty, given, args.json).await,
        What::Sites(given) => table::run(ImportKind::Sites, given, args.json).await,
        What::Orders(given) => table::run_history(given, args.json).await,
        What::Areas { file } => of_city(file, CityFile::Areas, args.json).await,
        What::Calendar { file, recount } => {
            let what = CityFile::Calendar { recount: *recount };
            of_city(file, what, args.json).await
        }
    }
}

/// A file that is no table.
#[derive(Clone, Copy)]
enum CityFile {
    Areas,
    Calendar { recount: bool },
}

/// Boundaries or a calendar.
async fn of_city(path: &PathBuf, what: CityFile, json: bool) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let name = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let config = Config::from_environment()?;
    std::fs::create_dir_all(&config.data_dir)?;
    let url = config.database.server_url().expose_secret();
    db::migrate(url).await?;
    let db = db::connect(url).await?;
    let now = config
        .clock_start
        .map_or_else(Clock::real, Clock::starting_at)
        .now();
    let given = ImportFile::new(&name, &text);
    let imported = match what {
        CityFile::Areas => import::areas(&db, &given, now).await?,
        CityFile::Calendar { recount } => {
            import::calendar(&db, &ImportFile { recount, ..given }, now).await?
        }
    };
    match imported {
        Ok(report) => print(&report, json),
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
fn print(report: &ImportSummary, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(report)?);
    } else {
        let ImportSummary {
            added,
            changed,
            left,
            unchanged,
            ..
        } = report;
        println!("added {added}, changed {changed}, left {left}, unchanged {unchanged}");
    }
    Ok(())
}
