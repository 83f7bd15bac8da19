//! The result of an import or preview, or the faults of the file.

use serde::Serialize;
use tables::{Fault, TableInfo};

use crate::city::import::LeftUnit;
use crate::people::roster;

/// Faults that are answered; the rest comes up when these are mended.
const MAX_FAULTS: usize = 500;
/// People who leave that are named one by one; all of them are counted.
const MAX_NAMES: usize = 1_000;

/// Result of an import or of its preview. With `faults`, nothing was imported.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct ImportOutcome {
    /// The sheets that were read, joined by `、`; `null` for delimited text.
    pub sheet: Option<String>,
    /// Line of the headings; 0 if the file could not be read.
    pub header_row: usize,
    /// Headings of columns that are not used.
    pub unused_columns: Vec<String>,
    pub questions: Vec<ImportQuestion>,
    /// Sheets that were not read, hidden ones among them.
    pub ignored_sheets: Vec<String>,
    /// Footnotes, sums and repeated headings.
    pub skipped_lines: Vec<usize>,
    pub added: usize,
    pub changed: usize,
    pub left: usize,
    pub left_names: Vec<String>,
    pub unchanged: usize,
    pub dry_run: bool,
    /// The people who leave, with what they leave behind.
    pub left_people: Vec<LeavingPerson>,
    /// The units that leave the list, with the orders that they are handling.
    pub left_units: Vec<LeavingUnit>,
    /// Phone numbers that pass to another person.
    pub taken_over: Vec<TakenOverNumber>,
    pub faults: Vec<ImportFault>,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ImportFault {
    /// As the spreadsheet counts.
    pub line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Stable `snake_case` English.
    pub code: String,
    /// A Chinese sentence.
    pub detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
}

/// A heading that is close to a known one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ImportQuestion {
    pub column: String,
    pub suggests: String,
    pub detail: String,
}

/// A person who leaves the roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LeavingPerson {
    pub name: String,
    pub role: String,
    /// Orders of theirs that are not settled.
    pub open_orders: usize,
    /// Numbers of the first of them.
    pub numbers: Vec<String>,
}

/// A unit that leaves the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LeavingUnit {
    pub name: String,
    pub code: String,
    /// Orders that it is handling; they go to triage.
    pub open_orders: i64,
    /// Numbers of the first of them.
    pub numbers: Vec<String>,
}

impl From<LeftUnit> for LeavingUnit {
    fn from(unit: LeftUnit) -> Self {
        let LeftUnit {
            id: _,
            name,
            code,
            open_orders,
            numbers,
        } = unit;
        Self {
            name,
            code,
            open_orders,
            numbers,
        }
    }
}

/// A number whose old owner leaves the roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TakenOverNumber {
    pub line: usize,
    pub from: String,
    pub to: String,
}

impl ImportOutcome {
    /// Nothing was imported.
    #[must_use]
    pub fn refused(faults: Vec<Fault>, dry_run: bool) -> Self {
        Self {
            dry_run,
            faults: faults
                .into_iter()
                .take(MAX_FAULTS)
                .map(ImportFault::from)
                .collect(),
            ..Self::default()
        }
    }

    #[must_use]
    pub fn of_roster(report: roster::RosterSummary) -> Self {
        let roster::RosterSummary {
            added,
            changed,
            left,
            unchanged,
            dry_run,
            left_names,
            left_people,
            taken_over,
            table,
        } = report;
        let leaving = |person: roster::Leaving| LeavingPerson {
            name: person.name,
            role: person.role.as_str().to_owned(),
            open_orders: person.open_orders,
            numbers: person.numbers,
        };
        let passed = |number: roster::TakenOver| TakenOverNumber {
            line: number.line,
            from: number.from,
            to: number.to,
        };
        Self {
            added,
            changed,
            left,
            unchanged,
            dry_run,
            left_names: left_names.into_iter().take(MAX_NAMES).collect(),
            left_people: left_people.into_iter().take(MAX_NAMES).map(leaving).collect(),
            taken_over: taken_over.into_iter().take(MAX_NAMES).map(passed).collect(),
            ..Self::default()
        }
        .read_as(table)
    }

    /// Adds how the table was read.
    #[must_use]
    pub fn read_as(mut self, table: TableInfo) -> Self {
        let TableInfo {
            sheet,
            header_row,
            unused_columns,
            questions,
            ignored_sheets,
            skipped_lines,
        } = table;
        let question = |question: tables::Question| ImportQuestion {
            column: question.column,
            suggests: question.suggests,
            detail: question.detail,
        };
        self.sheet = sheet;
        self.header_row = header_row;
        self.unused_columns = unused_columns;
        self.questions = questions.into_iter().map(question).collect();
        self.ignored_sheets = ignored_sheets;
        self.skipped_lines = skipped_lines;
        self
    }
}

impl From<Fault> for ImportFault {
    fn from(fault: Fault) -> Self {
        let Fault {
            line,
            column,
            code,
            detail,
            sheet,
        } = fault;
        Self {
            line,
            column,
            code: code.to_owned(),
            detail,
            sheet,
        }
    }
}

impl std::fmt::Display for ImportFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(sheet) = &self.sheet {
            write!(f, "工作表「{sheet}」")?;
        }
        match &self.column {
            Some(column) => write!(f, "第 {} 行「{column}」：{}", self.line, self.detail),
            None => write!(f, "第 {} 行：{}", self.line, self.detail),
        }
    }
}
