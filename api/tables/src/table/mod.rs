//! The one table of a file: `header` finds the headings, `select` the sheets, `columns` says what each column is.

mod columns;
mod header;
mod select;

use crate::headings::{Kind, Match, matched};
use crate::sheet::{Merge, RawRow, Sheet};
use crate::text::folded;
use crate::{Choice, Fault, Limits};
use columns::{Columns, unused, used_columns};
use header::Headings;
pub use header::{HEADING_ROWS, best_score};
use select::select;

const EXCEL_ERRORS: [&str; 8] = [
    "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#DATA!",
];
/// How lines below a table begin that are no rows of it.
const FOOTNOTES: [&str; 13] = [
    "注:",
    "注1",
    "备注",
    "说明",
    "合计",
    "总计",
    "共计",
    "填表",
    "制表",
    "填报",
    "审核",
    "单位负责人",
    "联系人:",
];

/// A table whose headings are understood.
#[derive(Debug)]
pub struct Table<F: 'static> {
    /// Names of the sheets that were read; None for delimited text.
    pub sheet: Option<String>,
    /// First row of the headings.
    pub header_row: usize,
    /// Headings of columns that hold something and are not used.
    pub unused_columns: Vec<String>,
    /// Questions to a person before the table is used.
    pub questions: Vec<Question>,
    /// Hidden sheets, and visible ones that were not read.
    pub ignored_sheets: Vec<String>,
    /// Footnotes, sums and repeated headings.
    pub skipped_lines: Vec<usize>,
    /// The rows of data.
    pub rows: Vec<Row<F>>,
    columns: Vec<F>,
}

/// A heading that is close to a known one: is it that?
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Question {
    /// As the file has it.
    pub column: String,
    /// As the product knows it.
    pub suggests: String,
    /// The question, in Chinese.
    pub detail: String,
}

/// A row with something in a column that is used.
#[derive(Clone, Debug)]
pub struct Row<F> {
    /// As the spreadsheet counts.
    pub line: usize,
    /// Set if several sheets were read.
    pub sheet: Option<String>,
    cells: Vec<(F, String)>,
}

impl<F: Copy + Eq> Row<F> {
    /// The tidy text; empty if the cell is empty or there is no such column.
    #[must_use]
    pub fn text(&self, field: F) -> &str {
        let cell = self.cells.iter().find(|(id, _)| *id == field);
        cell.map_or("", |(_, text)| text.as_str())
    }

    /// A fault of this row.
    #[must_use]
    pub fn fault(&self, column: &str, code: &'static str, detail: impl Into<String>) -> Fault {
        Fault::line(self.line, code, detail)
            .column(column)
            .sheet(self.sheet.as_deref())
    }
}

/// How a file was read, for whoever imports it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct TableInfo {
    /// Name of the sheet, if the file has several.
    pub sheet: Option<String>,
    /// Line of the headings.
    pub header_row: usize,
    /// Headings of columns that hold something and are not used.
    pub unused_columns: Vec<String>,
    /// Questions to a person before the table is used.
    pub questions: Vec<Question>,
    /// Names of sheets that were not read.
    pub ignored_sheets: Vec<String>,
    /// Lines that hold no data, such as footnotes.
    pub skipped_lines: Vec<usize>,
}

impl<F: Copy + Eq> Table<F> {
    /// How the table was read.
    #[must_use]
    pub fn info(&self) -> TableInfo {
        TableInfo {
            sheet: self.sheet.clone(),
            header_row: self.header_row,
            unused_columns: self.unused_columns.clone(),
            questions: self.questions.clone(),
            ignored_sheets: self.ignored_sheets.clone(),
            skipped_lines: self.skipped_lines.clone(),
        }
    }

    /// True if the file has this column.
    #[must_use]
    pub fn has(&self, field: F) -> bool {
        self.columns.contains(&field)
    }
}

/// Finds the one table of a file.
pub fn find<F: Copy + Eq>(
    sheets: Vec<Sheet>,
    kind: &Kind<F>,
    choice: Choice<'_>,
) -> Result<Table<F>, Vec<Fault>> {
    if sheets.iter().all(|sheet| sheet.rows.is_empty()) {
        return Err(vec![Fault::whole("empty_file", "文件是空的。")]);
    }
    let (chosen, mut ignored) = select(sheets, kind, choice)?;
    let several = chosen.len() > 1;
    let mut parts = Vec::new();
    let mut faults = Vec::new();
    for (sheet, found) in chosen {
        let name = sheet.name.clone();
        match part(sheet, found, kind, several) {
            Ok(part) => parts.push(part),
            Err(wrong) => faults.extend(wrong.into_iter().map(|fault| match several {
                true => fault.sheet(name.as_deref()),
                false => fault,
            })),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut parts = parts.into_iter();
    let Some(mut table) = parts.next() else {
        return Err(vec![Fault::whole("empty_file", "文件是空的。")]);
    };
    for part in parts {
        table.absorb(part);
    }
    table.ignored_sheets.append(&mut ignored);
    if table.rows.is_empty() {
        let fault = Fault::line(table.header_row, "no_rows", "表头下面没有内容。");
        return Err(vec![fault]);
    }
    Ok(table)
}

impl<F: Copy + Eq> Table<F> {
    fn absorb(&mut self, other: Self) {
        if let (Some(names), Some(name)) = (&mut self.sheet, other.sheet) {
            names.push('、');
            names.push_str(&name);
        }
        let new = |known: &[String], more: Vec<String>| -> Vec<String> {
            more.into_iter()
                .filter(|column| !known.contains(column))
                .collect()
        };
        let unused = new(&self.unused_columns, other.unused_columns);
        self.unused_columns.extend(unused);
        self.questions.extend(other.questions);
        self.skipped_lines.extend(other.skipped_lines);
        self.rows.extend(other.rows);
        for column in other.columns {
            if !self.columns.contains(&column) {
                self.columns.push(column);
            }
        }
    }
}

fn part<F: Copy + Eq>(
    mut sheet: Sheet,
    found: Headings,
    kind: &Kind<F>,
    several: bool,
) -> Result<Table<F>, Vec<Fault>> {
    let limits: Limits = kind.limits;
    sheet.carry_down(found.last_line, &limits)?;
    let from = sheet.rows.partition_point(|row| row.line <= found.last_line);
    let data = sheet.rows.get(from..).unwrap_or_default();
    let used = used_columns(&found, kind, data)?;
    let mut table = Table {
        sheet: sheet.name.clone(),
        header_row: found.first_line,
        unused_columns: Vec::new(),
        questions: Vec::new(),
        ignored_sheets: Vec::new(),
        skipped_lines: Vec::new(),
        rows: Vec::new(),
        columns: used
            .iter()
            .filter_map(|(_, field)| kind.fields.get(*field))
            .map(|f| f.id)
            .collect(),
    };
    let mut faults = Vec::new();
    let columns = Columns {
        found: &found,
        used: &used,
        kind,
    };
    unused(&columns, data, &mut table, &mut faults);
    let name = sheet.name.clone().filter(|_| several);
    for row in data {
        match understood(row, &used, kind, name.as_deref()) {
            Understood::Row(row) => table.rows.push(row),
            Understood::NoData => table.skipped_lines.push(row.line),
            Understood::Nothing => {}
            Understood::Fault(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(table) } else { Err(faults) }
}

/// Kind of a line below the headings.
pub enum Understood<F> {
    /// A row of the table.
    Row(Row<F>),
    /// A footnote, a sum or the headings again.
    NoData,
    /// Nothing in the columns that are used.
    Nothing,
    /// A row that cannot be read.
    Fault(Fault),
}

/// Reads one line by the columns that are used.
pub fn understood<F: Copy + Eq>(
    row: &RawRow,
    used: &[(usize, usize)],
    kind: &Kind<F>,
    sheet: Option<&str>,
) -> Understood<F> {
    if is_footnote(row) || is_heading_again(row, used, kind) {
        return Understood::NoData;
    }
    let read = Row {
        line: row.line,
        sheet: sheet.map(str::to_owned),
        cells: used
            .iter()
            .filter_map(|(column, field)| Some((kind.fields.get(*field)?.id, row.cell(*column))))
            .filter(|(_, text)| !text.is_empty())
            .map(|(id, text)| (id, text.to_owned()))
            .collect(),
    };
    let broken = read
        .cells
        .iter()
        .find(|(_, text)| EXCEL_ERRORS.contains(&text.as_str()));
    if let Some((id, text)) = broken {
        let detail = format!("公式的结果是 {text}，请改成实际的内容。");
        return Understood::Fault(read.fault(kind.field_name(*id), "formula_error", detail));
    }
    if read.cells.is_empty() {
        Understood::Nothing
    } else {
        Understood::Row(read)
    }
}

/// How a table of delimited text is read, by its beginning.
pub struct Layout<F: 'static> {
    /// The last line of the headings.
    pub last_heading: usize,
    /// Column and field.
    pub used: Vec<(usize, usize)>,
    /// A table without its rows.
    pub table: Table<F>,
}

/// Understands the headings by the first rows of a sheet.
pub fn layout<F: Copy + Eq>(sheet: Sheet, kind: &Kind<F>) -> Result<Layout<F>, Vec<Fault>> {
    let (chosen, _) = select(vec![sheet], kind, Choice::Only)?;
    let Some((sheet, found)) = chosen.into_iter().next() else {
        return Err(vec![Fault::whole("empty_file", "文件是空的。")]);
    };
    let last_heading = found.last_line;
    let from = sheet.rows.partition_point(|row| row.line <= last_heading);
    let used = used_columns(&found, kind, sheet.rows.get(from..).unwrap_or_default())?;
    let mut table = part(sheet, found, kind, false)?;
    table.rows = Vec::new();
    table.skipped_lines = Vec::new();
    Ok(Layout {
        last_heading,
        used,
        table,
    })
}

/// How a sheet of a long workbook is read, by its beginning.
pub struct SheetLayout {
    /// Its name in the workbook.
    pub name: String,
    /// The last line of the headings.
    pub last_heading: usize,
    /// Column and field.
    pub used: Vec<(usize, usize)>,
    /// Merged cells, unordered.
    pub merges: Vec<Merge>,
}

/// Understands the headings of the sheets to read by their first rows.
pub fn layouts<F: Copy + Eq>(
    sheets: Vec<Sheet>,
    kind: &Kind<F>,
    choice: Choice<'_>,
) -> Result<(Vec<SheetLayout>, TableInfo), Vec<Fault>> {
    let empty = || vec![Fault::whole("empty_file", "文件是空的。")];
    if sheets.iter().all(|sheet| sheet.rows.is_empty()) {
        return Err(empty());
    }
    let (chosen, mut ignored) = select(sheets, kind, choice)?;
    let several = chosen.len() > 1;
    let mut layouts = Vec::with_capacity(chosen.len());
    let mut whole: Option<Table<F>> = None;
    for (mut sheet, found) in chosen {
        let (name, merges) = (sheet.name.clone().unwrap_or_default(), sheet.merges.clone());
        let last_heading = found.last_line;
        let faulty = |faults: Vec<Fault>| match several {
            true => faults.into_iter().map(|fault| fault.sheet(Some(&name))).collect(),
            false => faults,
        };
        sheet.carry_down(last_heading, &kind.limits).map_err(faulty)?;
        let from = sheet.rows.partition_point(|row| row.line <= last_heading);
        let data = sheet.rows.get(from..).unwrap_or_default();
        let used = used_columns(&found, kind, data).map_err(faulty)?;
        let mut part = part(sheet, found, kind, several).map_err(faulty)?;
        part.rows = Vec::new();
        part.skipped_lines = Vec::new();
        match &mut whole {
            Some(table) => table.absorb(part),
            None => whole = Some(part),
        }
        layouts.push(SheetLayout {
            name,
            last_heading,
            used,
            merges,
        });
    }
    let mut table = whole.ok_or_else(empty)?;
    table.ignored_sheets.append(&mut ignored);
    Ok((layouts, table.info()))
}

/// A single cell below the table that says so.
fn is_footnote(row: &RawRow) -> bool {
    let [(_, text)] = row.cells.as_slice() else {
        return false;
    };
    let text = folded(text);
    FOOTNOTES.iter().any(|start| text.starts_with(start))
}

/// The headings printed again at the top of a page.
fn is_heading_again<F: Copy + Eq>(row: &RawRow, used: &[(usize, usize)], kind: &Kind<F>) -> bool {
    let cells = || {
        used.iter()
            .map(|(column, field)| (row.cell(*column), *field))
            .filter(|(text, _)| !text.is_empty())
    };
    cells().count() > 1
        && cells()
            .all(|(text, index)| matches!(matched(text, kind), Match::Field { field, .. } if field == index))
}
