//! The roster comes from a spreadsheet. `read.rs` turns a file into lines of text, `columns.rs` knows the
//! headings, `check.rs` (pure) turns lines into people or says what is wrong with each, `plan.rs` (pure)
//! compares them with those we have, `apply.rs` writes the difference in one transaction. What happens to
//! those who are no longer in the file: `docs/adr/roster-scope.md`.

mod apply;
mod check;
mod columns;
mod plan;
mod read;
mod vocabulary;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::app::App;
use crate::audit_log::AuditActor;
use crate::city::snapshot::CityHandle;
use crate::error::Error;

/// A file as it was handed in.
pub struct Source {
    pub bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Says what would change, and changes nothing.
    pub dry_run: bool,
    /// Leaves people alone who are not in the file.
    pub keep_missing: bool,
    /// None: the product itself, at its first start.
    pub by: Option<AuditActor>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Reading,
    Checking,
    Writing,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub stage: Stage,
    pub done: usize,
    pub total: usize,
}

/// What is wrong with one line; `reason` is Chinese for whoever keeps the roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// As the spreadsheet counts, the headings' line included.
    pub line: usize,
    pub column: Option<&'static str>,
    pub reason: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.column {
            Some(column) => write!(f, "第 {} 行「{column}」：{}", self.line, self.reason),
            None => write!(f, "第 {} 行：{}", self.line, self.reason),
        }
    }
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub added: usize,
    pub changed: usize,
    /// On the roster in a role that the file is about, but not in the file: removed, sessions ended.
    pub left: usize,
    pub unchanged: usize,
    pub dry_run: bool,
    /// Names of those who left, for the one who imports to look over.
    pub left_names: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Nothing was changed.
    #[error("{}", listed(.0))]
    Faults(Vec<Fault>),
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<sea_orm::DbErr> for ImportError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Failed(error.into())
    }
}

fn listed(faults: &[Fault]) -> String {
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    format!(
        "名册有 {} 处错误，没有导入任何内容：\n  {}",
        faults.len(),
        lines.join("\n  ")
    )
}

/// Imports a roster: all of it, or nothing and every fault at once. The same file again changes nothing.
pub async fn import(
    app: &App,
    source: &Source,
    options: Options,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report, ImportError> {
    let now: DateTime<Utc> = app.clock.now();
    progress(Progress {
        stage: Stage::Reading,
        done: 0,
        total: source.bytes.len(),
    });
    let table = read::table(&source.bytes).map_err(ImportError::Faults)?;
    let total = table.rows.len();
    progress(Progress {
        stage: Stage::Checking,
        done: 0,
        total,
    });
    let city = app.state::<CityHandle>().load();
    let names = check::Names {
        units: &city.units,
        counties: city.counties.divisions(),
    };
    let wanted = check::people(&table, names).map_err(ImportError::Faults)?;
    let report = apply::apply(app, wanted, options, now, progress).await?;
    tracing::info!(
        added = report.added,
        changed = report.changed,
        left = report.left,
        unchanged = report.unchanged,
        dry_run = report.dry_run,
        "roster imported"
    );
    Ok(report)
}

/// Puts a city pack's fictional people on an empty roster, for the sandbox. Those whom the pack marks as not
/// on the roster stay off.
pub async fn seed_demo_if_empty(app: &App) -> Result<(), ImportError> {
    let city = app.state::<CityHandle>().load();
    let Some(text) = city.files.get("demo/people.csv") else {
        return Ok(());
    };
    if !apply::roster_is_empty(app).await? {
        return Ok(());
    }
    let source = Source {
        bytes: text.as_bytes().to_vec(),
    };
    import(app, &source, Options::default(), &mut |_| {}).await?;
    Ok(())
}
