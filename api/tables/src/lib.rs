//! Pure: one reader for every table that people import, from XLSX or delimited text.
//!
//! In reading order: `fault` (what is wrong, and where), `text` (one cell), `encoding` (bytes to text), `unpacked` (the size
//! of a workbook), `delimited` and `workbook` (a file to sparse sheets), `sheet` (rows, merged cells), `headings` (which
//! column holds what), `table` (the one table among sheets, cover pages and titles), `stream` and `long_workbook` (tables in
//! blocks of rows), `kinds` (the columns of each importable table), `written` (cells of tables that people export).

#![warn(missing_docs)]

mod delimited;
mod encoding;
mod fault;
mod heading_map;
mod headings;
pub mod kinds;
pub mod long_workbook;
mod sheet;
pub mod stream;
mod table;
pub mod text;
mod unpacked;
mod workbook;
pub mod written;

pub use fault::{Fault, listed};
pub use heading_map::HeadingMap;
pub use headings::{Field, Kind};
pub use table::{Question, Row, Table, TableInfo};

/// Bounds of one import. A file beyond them is refused in words.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Line number of the last readable row.
    pub rows: usize,
    /// Number of the last readable column.
    pub columns: usize,
    /// Non-empty cells of all sheets together.
    pub cells: usize,
    /// Characters of one cell.
    pub cell_chars: usize,
    /// Bytes of an XLSX file after decompression.
    pub unpacked_bytes: u64,
}

impl Limits {
    /// Rosters, units, duty tables and sites.
    pub const OFFICE: Self = Self {
        rows: 50_000,
        columns: 200,
        cells: 1_000_000,
        cell_chars: 10_000,
        unpacked_bytes: 96 << 20,
    };
    /// Long lists in a file that is held in memory.
    pub const HISTORY: Self = Self {
        rows: 500_000,
        columns: 200,
        cells: 10_000_000,
        cell_chars: 20_000,
        unpacked_bytes: 512 << 20,
    };
    /// A workbook that is read row by row: the rows that a sheet can have.
    pub const LONG_WORKBOOK: Self = Self {
        rows: 1_048_576,
        ..Self::HISTORY
    };
    /// Delimited text that is read row by row.
    pub const STREAMED: Self = Self {
        rows: 20_000_000,
        cells: usize::MAX,
        ..Self::HISTORY
    };
}

/// Which sheet of a workbook to read when several have the headings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice<'a> {
    /// The only one; several are a fault that names them.
    #[default]
    Only,
    /// Every visible one.
    All,
    /// By its name; a hidden sheet may be named too.
    Named(&'a str),
}

impl<'a> Choice<'a> {
    /// Reads a parameter: nothing, `*`, or a sheet's name.
    #[must_use]
    pub fn of(text: Option<&'a str>) -> Self {
        match text.map(str::trim) {
            None | Some("") => Self::Only,
            Some("*") => Self::All,
            Some(name) => Self::Named(name),
        }
    }
}

const ZIP_MAGIC: &[u8] = b"PK\x03\x04";
/// Old binary Excel and WPS files, and workbooks with a password.
const OLE_MAGIC: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];

/// Reads the table of `kind` from a file, judged by content and never by name.
///
/// # Errors
/// Every fault at once where possible, ordered by line; nothing of the file is usable then.
pub fn read<F: Copy + Eq>(bytes: &[u8], kind: &Kind<F>, choice: Choice<'_>) -> Result<Table<F>, Vec<Fault>> {
    read_mapped(bytes, kind, choice, &HeadingMap::default())
}

/// Reads a table like [`read`] whose headings are another system's.
///
/// # Errors
/// As [`read`]; and `mapped_heading_missing` if a heading of the map is not in the file.
pub fn read_mapped<F: Copy + Eq>(
    bytes: &[u8],
    kind: &Kind<F>,
    choice: Choice<'_>,
    map: &HeadingMap,
) -> Result<Table<F>, Vec<Fault>> {
    let mut sheets = if bytes.starts_with(ZIP_MAGIC) {
        workbook::sheets(bytes, &kind.limits)?
    } else if bytes.starts_with(OLE_MAGIC) {
        let detail = "这是旧版 .xls、.et 文件，或者设有打开密码；请去掉密码并另存为 .xlsx 或 CSV 后再导入。";
        return Err(vec![Fault::whole("old_excel", detail)]);
    } else {
        delimited::sheets(&encoding::decode(bytes)?, kind)?
    };
    map.apply(sheets.iter_mut().map(|sheet| &mut sheet.rows), kind)?;
    table::find(sheets, kind, choice)
}
