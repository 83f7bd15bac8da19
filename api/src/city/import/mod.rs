//! New boundaries, units, duty table or calendar for a city that is there already: `zhitong import …` and the console.
//! Each is all or nothing, safe to run again, says line by line what is wrong, and can say what it would change without
//! changing it.

mod areas;
mod calendar;
mod departments;
mod duty;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;

use crate::audit_log::{self, AuditActor, AuditEntry};
use crate::city::csv_rows::Fault;
use crate::city::store;
use crate::db::WriteTransaction;
use crate::error::Result;
use entity::kinds::{ActKind, AreaLevel};
use entity::{area, boundary_set};

pub use areas::areas;
pub use calendar::calendar;
pub use departments::departments;
pub use duty::duty;

/// Changes that a report tells one by one; all of them are counted.
const MAX_CHANGES: usize = 200;

/// A file that was handed in.
#[derive(Clone, Copy, Debug)]
pub struct ImportFile<'a> {
    /// Its name, for faults and for whoever asks later where a row came from.
    pub file: &'a str,
    pub text: &'a str,
    pub by: AuditActor,
    /// Says what would change, and changes nothing.
    pub dry_run: bool,
}

impl<'a> ImportFile<'a> {
    /// At the command line, in earnest.
    #[must_use]
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Self {
            file,
            text,
            by: AuditActor::CommandLine,
            dry_run: false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Added,
    Changed,
    Left,
}

/// One row that is not as before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub kind: ChangeKind,
    /// The row as people call it.
    pub what: String,
    /// From what to what, in Chinese.
    pub detail: String,
}

/// What an import did, or would do: rows that came, rows that are different now, rows that went.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ImportSummary {
    pub added: usize,
    pub changed: usize,
    pub left: usize,
    pub unchanged: usize,
    /// The first of them, one by one.
    #[serde(skip)]
    pub changes: Vec<Change>,
}

impl ImportSummary {
    fn note(&mut self, kind: ChangeKind, what: impl Into<String>, detail: impl Into<String>) {
        *match kind {
            ChangeKind::Added => &mut self.added,
            ChangeKind::Changed => &mut self.changed,
            ChangeKind::Left => &mut self.left,
        } += 1;
        if self.changes.len() < MAX_CHANGES {
            self.changes.push(Change {
                kind,
                what: what.into(),
                detail: detail.into(),
            });
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added + self.changed + self.left == 0
    }
}

/// The file was taken, or is wrong in these places and nothing was changed.
pub type Imported = Result<std::result::Result<ImportSummary, Vec<Fault>>>;

/// Records and commits what an import has written, or takes it back when it was only to be tried.
async fn finish(
    txn: WriteTransaction,
    given: &ImportFile<'_>,
    (rows, kind): (&str, ActKind),
    report: ImportSummary,
    now: DateTime<Utc>,
) -> Imported {
    if given.dry_run {
        txn.rollback().await?;
        return Ok(Ok(report));
    }
    if !report.is_empty() {
        store::bump_generation(&txn, rows, now).await?;
        let act = AuditEntry {
            by: given.by,
            kind,
            subject: given.file,
            detail: json!({ "added": report.added, "changed": report.changed, "left": report.left }),
        };
        audit_log::record(&txn, act, now).await?;
    }
    txn.commit().await?;
    Ok(Ok(report))
}

/// `甲 → 乙`, nothing where both are the same.
fn difference(label: &str, before: &str, after: &str) -> Option<String> {
    let said = |text: &str| if text.is_empty() { "无" } else { text }.to_owned();
    (before != after).then(|| format!("{label}：{} → {}", said(before), said(after)))
}

/// Codes of the divisions in force: counties, and townships with their counties.
struct Divisions {
    counties: Vec<String>,
    townships: Vec<(String, String)>,
}

async fn divisions(connection: &impl ConnectionTrait) -> Result<Divisions> {
    let set = boundary_set::Entity::find()
        .filter(boundary_set::Column::Active.eq(true))
        .one(connection)
        .await?
        .ok_or_else(|| anyhow::anyhow!("there is no active boundary set"))?;
    let rows: Vec<(String, Option<String>, AreaLevel)> = area::Entity::find()
        .filter(area::Column::BoundarySetId.eq(set.id))
        .select_only()
        .columns([area::Column::Code, area::Column::ParentCode, area::Column::Level])
        .into_tuple()
        .all(connection)
        .await?;
    let (mut counties, mut townships) = (Vec::new(), Vec::new());
    for (code, parent, level) in rows {
        match level {
            AreaLevel::County => counties.push(code),
            AreaLevel::Township => townships.push((code, parent.unwrap_or_default())),
            AreaLevel::City => {}
        }
    }
    Ok(Divisions { counties, townships })
}
