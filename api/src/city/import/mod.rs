//! New boundaries, units, duty table or calendar for a city that is there already: `zhitong import …` and the console.
//!
//! Each is all or nothing, safe to run again, says line by line what is wrong, and can say what it would change without
//! changing it.

mod areas;
mod calendar;
mod departments;
mod duty;
mod held_rows;
mod table_rows;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;

use crate::audit_log::{self, AuditActor, AuditEntry};
use crate::city::csv_rows::Fault;
use crate::city::store;
use crate::db::WriteTransaction;
use crate::error::Result;
use entity::ids::UnitId;
use entity::kinds::{ActKind, AreaLevel, GenerationKind};
use entity::{area, boundary_set};

pub use areas::areas;
pub use calendar::calendar;
pub use departments::departments;
pub use duty::duty;

/// Maximum number of changes listed in a report; all are counted.
const MAX_CHANGES: usize = 200;

/// A file that was handed in.
#[derive(Clone, Copy, Debug)]
pub struct ImportFile<'a> {
    /// The file name, for faults and as the source of rows.
    pub file: &'a str,
    pub bytes: &'a [u8],
    pub by: AuditActor,
    /// The sheet to read, `*` for all of them.
    pub sheet: Option<&'a str>,
    /// Rows that are not in the file stay.
    pub keep_missing: bool,
    /// Says what would change, and changes nothing.
    pub dry_run: bool,
    /// A calendar: running deadlines that were counted by an announced year are recalculated too.
    pub recount: bool,
    /// A list of units: open orders of a unit that leaves do not refuse the import; the caller sends them to triage.
    pub release_orders: bool,
}

impl<'a> ImportFile<'a> {
    /// At the command line, in earnest.
    #[must_use]
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Self {
            file,
            bytes: text.as_bytes(),
            by: AuditActor::CommandLine,
            sheet: None,
            keep_missing: false,
            dry_run: false,
            recount: false,
            release_orders: false,
        }
    }

    /// Reads a table on a blocking thread: an XLSX takes up to seconds.
    async fn read_table<T: Send + 'static>(
        &self,
        read: impl FnOnce(&TableFile) -> T + Send + 'static,
    ) -> Result<T> {
        let file = TableFile {
            name: self.file.to_owned(),
            bytes: self.bytes.to_vec(),
            sheet: self.sheet.map(str::to_owned),
        };
        let read = tokio::task::spawn_blocking(move || read(&file)).await;
        Ok(read.map_err(anyhow::Error::from)?)
    }

    /// The text of a file that is no table.
    pub fn text(&self) -> std::result::Result<&'a str, Vec<Fault>> {
        let text = std::str::from_utf8(self.bytes).map_err(|_| {
            let detail = "文件不是 UTF-8 编码的文本。";
            vec![Fault::of_table(
                self.file,
                tables::Fault::whole("encoding_unknown", detail),
            )]
        })?;
        Ok(text.trim_start_matches('\u{feff}'))
    }
}

/// A table, owned, to be read on another thread.
struct TableFile {
    name: String,
    bytes: Vec<u8>,
    sheet: Option<String>,
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

/// A unit that leaves the list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LeftUnit {
    #[serde(skip)]
    pub id: UnitId,
    pub name: String,
    pub code: String,
    /// Orders that it is handling.
    pub open_orders: i64,
    /// Numbers of the first of them.
    pub numbers: Vec<String>,
}

/// The result of an import or of its preview: rows added, changed and removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ImportSummary {
    pub added: usize,
    pub changed: usize,
    pub left: usize,
    pub unchanged: usize,
    /// The first of them, one by one.
    #[serde(skip)]
    pub changes: Vec<Change>,
    /// The units that leave the list, with the orders that they are handling.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_units: Vec<LeftUnit>,
    /// How the table was read; empty for files that are no tables.
    #[serde(flatten)]
    pub table: tables::TableInfo,
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

/// A kind of row that an import replaces.
struct ImportedRows {
    /// The name of their generation.
    generation: GenerationKind,
    kind: ActKind,
}

/// Records and commits what an import has written, or takes it back when it was only to be tried.
async fn finish(
    txn: WriteTransaction,
    given: &ImportFile<'_>,
    rows: ImportedRows,
    report: ImportSummary,
    now: DateTime<Utc>,
) -> Imported {
    if given.dry_run {
        txn.rollback().await?;
        return Ok(Ok(report));
    }
    if !report.is_empty() {
        let ImportedRows { generation, kind } = rows;
        store::bump_generation(&txn, generation, now).await?;
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
    /// Names and codes of all of them, with the county of a township.
    names: Vec<(String, String, Option<String>)>,
}

async fn divisions(connection: &impl ConnectionTrait) -> Result<Divisions> {
    let set = boundary_set::Entity::find()
        .filter(boundary_set::Column::Active.eq(true))
        .one(connection)
        .await?
        .ok_or_else(|| anyhow::anyhow!("there is no active boundary set"))?;
    let rows: Vec<(String, String, Option<String>, AreaLevel)> = area::Entity::find()
        .filter(area::Column::BoundarySetId.eq(set.id))
        .select_only()
        .columns([
            area::Column::Code,
            area::Column::Name,
            area::Column::ParentCode,
            area::Column::Level,
        ])
        .into_tuple()
        .all(connection)
        .await?;
    let (mut counties, mut townships) = (Vec::new(), Vec::new());
    let mut names = Vec::with_capacity(rows.len());
    for (code, name, parent, level) in rows {
        let county = parent.clone().filter(|_| level == AreaLevel::Township);
        if level != AreaLevel::City {
            names.push((name, code.clone(), county));
        }
        match level {
            AreaLevel::County => counties.push(code),
            AreaLevel::Township => townships.push((code, parent.unwrap_or_default())),
            AreaLevel::City => {}
        }
    }
    Ok(Divisions {
        counties,
        townships,
        names,
    })
}
