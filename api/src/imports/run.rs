//! Imports a table of any kind: all of it, or nothing and every fault at once.

use std::path::PathBuf;

use crate::app::App;
use crate::audit_log::AuditActor;
use crate::city::import::{self as city_import, ChangeKind, ImportFile};
use crate::city::refresh;
use crate::error::Result;
use crate::history_import::file::{self as history_import, HistoryFile};
use crate::history_import::map::ImportMap;
use crate::imports::outcome::LeavingUnit;
use crate::imports::{ImportKind, ImportOutcome, departments};
use crate::people::roster::{self, ImportError, Options, Progress, RosterKind, Source};
use crate::sites;
use crate::table_file::Content;

/// A file and what is to become of it.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    pub kind: ImportKind,
    /// The file's name, kept with the rows that came from it.
    pub file: String,
    pub bytes: Vec<u8>,
    /// The sheet to read, `*` for all of them; needed if several have the headings.
    pub sheet: Option<String>,
    /// Tells what would change, and changes nothing.
    pub dry_run: bool,
    /// Rows that are not in the file stay.
    pub keep_missing: bool,
    /// Units that leave: the orders that they are handling go to triage. Otherwise such a file is refused.
    pub release_orders: bool,
    /// For past orders only.
    pub history: HistoryOptions,
    pub by: AuditActor,
}

/// Options of the import of past orders.
#[derive(Clone, Debug, Default)]
pub struct HistoryOptions {
    /// Another system's headings and words, in TOML.
    pub map: Option<String>,
    /// The file on disk, instead of `bytes`: a long history is never held in memory.
    pub path: Option<PathBuf>,
}

pub async fn run(
    app: &App,
    request: ImportRequest,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<ImportOutcome> {
    match request.kind {
        ImportKind::Delegates => of_roster(app, request, RosterKind::Delegates, progress).await,
        ImportKind::Staff => of_roster(app, request, RosterKind::Staff, progress).await,
        ImportKind::Departments | ImportKind::Duty => of_city(app, request).await,
        ImportKind::Orders => of_history(app, request, progress).await,
        ImportKind::Sites => {
            let dry_run = request.dry_run;
            let file = sites::import::SiteFile {
                bytes: request.bytes,
                sheet: request.sheet,
                dry_run,
                by: request.by,
            };
            Ok(match sites::import::import(app, file).await? {
                Ok(report) => ImportOutcome {
                    added: report.added,
                    changed: report.changed,
                    unchanged: report.unchanged,
                    dry_run,
                    ..ImportOutcome::default()
                }
                .read_as(report.table),
                Err(faults) => ImportOutcome::refused(faults, dry_run),
            })
        }
    }
}

/// Past orders: those that are there already stay as they are.
async fn of_history(
    app: &App,
    request: ImportRequest,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<ImportOutcome> {
    let dry_run = request.dry_run;
    let HistoryOptions { map, path } = request.history;
    let map = match ImportMap::read(&map.unwrap_or_default()) {
        Ok(map) => map,
        Err(faults) => return Ok(ImportOutcome::refused(faults, dry_run)),
    };
    let file = HistoryFile {
        name: request.file,
        content: path.map_or_else(|| request.bytes.into(), Content::File),
        sheet: request.sheet,
        map,
        dry_run,
        by: match request.by {
            AuditActor::Person(person) => Some(person),
            AuditActor::CommandLine => None,
        },
    };
    Ok(match history_import::import(app, file, progress).await? {
        Ok(report) => ImportOutcome {
            added: report.counts.added,
            unchanged: report.counts.unchanged,
            dry_run,
            ..ImportOutcome::default()
        }
        .read_as(report.table),
        Err(faults) => ImportOutcome::refused(faults, dry_run),
    })
}

async fn of_roster(
    app: &App,
    request: ImportRequest,
    kind: RosterKind,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<ImportOutcome> {
    let options = Options {
        dry_run: request.dry_run,
        keep_missing: request.keep_missing,
        by: Some(request.by),
    };
    let source = Source {
        bytes: request.bytes,
        kind,
        sheet: request.sheet,
    };
    match roster::import(app, &source, options, progress).await {
        Ok(report) => Ok(ImportOutcome::of_roster(report)),
        Err(ImportError::Faults(faults)) => Ok(ImportOutcome::refused(faults, options.dry_run)),
        Err(ImportError::Failed(error)) => Err(error),
    }
}

async fn of_city(app: &App, request: ImportRequest) -> Result<ImportOutcome> {
    let given = ImportFile {
        file: &request.file,
        bytes: &request.bytes,
        by: request.by,
        sheet: request.sheet.as_deref(),
        keep_missing: request.keep_missing,
        dry_run: request.dry_run,
        recount: false,
        release_orders: request.release_orders,
    };
    let now = app.clock.now();
    let imported = if request.kind == ImportKind::Departments {
        departments::import_list(app, &given, now).await?
    } else {
        city_import::duty(&app.db, &given, now).await?
    };
    let report = match imported {
        Ok(report) => report,
        Err(faults) => {
            let faults = faults.into_iter().map(tables::Fault::from).collect();
            return Ok(ImportOutcome::refused(faults, request.dry_run));
        }
    };
    if !request.dry_run {
        refresh::refresh_now(app).await;
    }
    let gone = report
        .changes
        .iter()
        .filter(|change| change.kind == ChangeKind::Left);
    Ok(ImportOutcome {
        added: report.added,
        changed: report.changed,
        left: report.left,
        left_names: gone.map(|change| change.what.clone()).collect(),
        unchanged: report.unchanged,
        dry_run: request.dry_run,
        left_units: report.left_units.into_iter().map(LeavingUnit::from).collect(),
        ..ImportOutcome::default()
    }
    .read_as(report.table))
}
