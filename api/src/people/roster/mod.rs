//! The roster comes from a table.
//!
//! `check.rs` (pure) turns rows into people or says what is wrong with each, `plan.rs` (pure) compares them with those
//! we have, `apply.rs` writes the difference in one transaction, `single.rs` changes one person without a file. People
//! who are no longer in the file: `docs/adr/roster-scope.md`.

mod apply;
mod check;
mod plan;
pub mod single;
pub mod vocabulary;

use chrono::{DateTime, Utc};
use entity::kinds::Role;
use serde::Serialize;
use tables::kinds::roster::{DELEGATES, STAFF};
use tables::{Fault, TableInfo};

use crate::app::App;
use crate::audit_log::AuditActor;
use crate::city::snapshot::CityHandle;
use crate::error::Error;

pub use plan::TakenOver;

/// Job about a person who has left the roster with open orders; `follow_up` implements it.
pub struct NotifyReporterLeft;

/// Which table the file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RosterKind {
    /// Without a role column everybody is a delegate.
    #[default]
    Delegates,
    /// The role column must be there.
    Staff,
}

/// A file as it was handed in.
#[derive(Clone, Debug, Default)]
pub struct Source {
    pub bytes: Vec<u8>,
    pub kind: RosterKind,
    /// The sheet to read, `*` for all of them; needed if several look like a roster.
    pub sheet: Option<String>,
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            ..Self::default()
        }
    }
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

impl Stage {
    /// The stage as the progress bar shows it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Checking => "checking",
            Self::Writing => "writing",
        }
    }
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub stage: Stage,
    pub done: usize,
    pub total: usize,
}

/// A person who leaves, and what they leave behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Leaving {
    pub name: String,
    pub role: Role,
    /// Their orders that are not settled.
    pub open_orders: usize,
    /// The first of them.
    pub numbers: Vec<String>,
}

/// Result of an import, or of its preview.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RosterSummary {
    pub added: usize,
    pub changed: usize,
    /// Removed from the roster, sessions ended.
    pub left: usize,
    pub unchanged: usize,
    pub dry_run: bool,
    pub left_names: Vec<String>,
    pub left_people: Vec<Leaving>,
    /// Phone numbers that pass to another person.
    pub taken_over: Vec<TakenOver>,
    #[serde(flatten)]
    pub table: TableInfo,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Nothing was changed.
    #[error("{}", tables::listed(.0))]
    Faults(Vec<Fault>),
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<sea_orm::DbErr> for ImportError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Failed(error.into())
    }
}

/// Imports a roster: all of it, or nothing and every fault at once. The same file again changes nothing.
pub async fn import(
    app: &App,
    source: &Source,
    options: Options,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<RosterSummary, ImportError> {
    let now: DateTime<Utc> = app.clock.now();
    progress(Progress {
        stage: Stage::Reading,
        done: 0,
        total: source.bytes.len(),
    });
    let kind = match source.kind {
        RosterKind::Delegates => &DELEGATES,
        RosterKind::Staff => &STAFF,
    };
    let Source { bytes, sheet, .. } = source.clone();
    // An XLSX takes up to seconds.
    let read =
        tokio::task::spawn_blocking(move || tables::read(&bytes, kind, tables::Choice::of(sheet.as_deref())));
    let read = read
        .await
        .map_err(|broken| Error::from(anyhow::Error::from(broken)))?;
    let table = read.map_err(ImportError::Faults)?;
    let total = table.rows.len();
    progress(Progress {
        stage: Stage::Checking,
        done: 0,
        total,
    });
    let city = app.state::<CityHandle>().load();
    let names = check::KnownNames {
        units: &city.units,
        counties: city.counties.divisions(),
        committees: &city.committees,
    };
    let entries = check::people(&table, names).map_err(ImportError::Faults)?;
    let mut report = apply::apply(app, entries, options, now, progress).await?;
    report.table = table.info();
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
    let source = Source::from(text.as_bytes().to_vec());
    import(app, &source, Options::default(), &mut |_| {}).await?;
    Ok(())
}
