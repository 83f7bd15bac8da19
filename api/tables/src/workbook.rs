//! An XLSX file as sparse sheets. Only cells that hold something take memory, and unpacking is bounded first.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Dimensions, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx};

use crate::sheet::{Merge, RawRow, Sheet};
use crate::text::tidy;
use crate::unpacked::{self, damaged};
use crate::{Fault, Limits};

/// Maximum number of sheets.
const MAX_SHEETS: usize = 100;
/// Maximum number of merged ranges of a sheet.
const MAX_MERGES: usize = 100_000;

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads the sheets.
/// # Errors
/// Faults of the file as a whole.
pub fn sheets(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Vec<Fault>> {
    unpacked::check_whole(bytes, limits.unpacked_bytes)?;
    // The reader panics on some damaged references; that is a damaged file and no fault of the product.
    catch_unwind(AssertUnwindSafe(|| all(bytes, limits))).unwrap_or_else(|_| Err(damaged()))
}

fn all(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Vec<Fault>> {
    let mut book: Book<'_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let mut room = limits.cells;
    read_sheets(&mut book, |book, name| rows(book, name, limits, &mut room))
}

/// Returns the worksheets with the rows that `read` takes from each.
/// # Errors
/// Faults of a visible sheet, and too many sheets or merged cells.
pub fn read_sheets<R: Read + Seek>(
    book: &mut Xlsx<R>,
    mut read: impl FnMut(&mut Xlsx<R>, &str) -> Result<Vec<RawRow>, Vec<Fault>>,
) -> Result<Vec<Sheet>, Vec<Fault>> {
    let listed = listed(book)?;
    let mut sheets = Vec::with_capacity(listed.len());
    for (name, hidden) in listed {
        let merges = merges(book, &name)?;
        let rows = match read(book, &name) {
            Ok(rows) => rows,
            // A fault of a hidden sheet must not stop the import of a visible one.
            Err(_) if hidden => Vec::new(),
            Err(faults) => {
                return Err(faults.into_iter().map(|fault| fault.sheet(Some(&name))).collect());
            }
        };
        sheets.push(Sheet {
            name: Some(name),
            hidden,
            rows,
            merges,
        });
    }
    Ok(sheets)
}

/// Returns the names of the worksheets, and whether each is hidden.
/// # Errors
/// `too_large` if there are more than [`MAX_SHEETS`].
fn listed<R: Read + Seek>(book: &Xlsx<R>) -> Result<Vec<(String, bool)>, Vec<Fault>> {
    let listed: Vec<_> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible))
        .collect();
    if listed.len() > MAX_SHEETS {
        let detail = format!("工作表超过 {MAX_SHEETS} 张，请只留下要导入的。");
        return Err(vec![Fault::whole("too_large", detail)]);
    }
    Ok(listed)
}

/// Returns the merged ranges of a sheet.
/// # Errors
/// `too_many_cells` if there are more than [`MAX_MERGES`].
fn merges<R: Read + Seek>(book: &mut Xlsx<R>, name: &str) -> Result<Vec<Merge>, Vec<Fault>> {
    let merges = book.merge_cells_by_sheet_name(name).unwrap_or_default();
    if merges.len() > MAX_MERGES {
        let fault = Fault::whole("too_many_cells", "合并单元格太多，请取消合并后再导入。");
        return Err(vec![fault.sheet(Some(name))]);
    }
    Ok(merges.iter().map(merge).collect())
}

fn merge(range: &Dimensions) -> Merge {
    Merge {
        first_line: range.start.0 as usize + 1,
        last_line: range.end.0 as usize + 1,
        first_column: range.start.1 as usize,
        last_column: range.end.1 as usize,
    }
}

fn rows(
    book: &mut Book<'_>,
    name: &str,
    limits: &Limits,
    room: &mut usize,
) -> Result<Vec<RawRow>, Vec<Fault>> {
    let mut reader = book.worksheet_cells_reader(name).map_err(|_| damaged())?;
    let mut rows: BTreeMap<usize, BTreeMap<usize, String>> = BTreeMap::new();
    while let Some(cell) = reader.next_cell().map_err(|_| damaged())? {
        let Some(Filled { line, column, text }) = filled(cell.get_position(), cell.get_value(), limits)?
        else {
            continue;
        };
        *room = room.checked_sub(1).ok_or_else(|| {
            let detail = format!("单元格超过 {} 个，请拆成几个文件。", limits.cells);
            vec![Fault::line(line, "too_many_cells", detail)]
        })?;
        rows.entry(line).or_default().insert(column, text);
    }
    let row = |(line, cells): (usize, BTreeMap<usize, String>)| RawRow {
        line,
        cells: cells.into_iter().collect(),
    };
    Ok(rows.into_iter().map(row).collect())
}

/// A cell with something in it.
pub struct Filled {
    /// From 1.
    pub line: usize,
    /// From 0.
    pub column: usize,
    /// The tidy text.
    pub text: String,
}

/// Reads one cell, whose position is its row and column from 0. Returns `None` if it is empty.
///
/// # Errors
/// A cell outside the limits, or one whose text is too long or has a NUL.
pub fn filled(
    position: (u32, u32),
    value: &DataRef<'_>,
    limits: &Limits,
) -> Result<Option<Filled>, Vec<Fault>> {
    let text = text_of(value);
    if text.is_empty() {
        return Ok(None);
    }
    let (line, column) = (position.0 as usize + 1, position.1 as usize);
    if line > limits.rows || column >= limits.columns {
        return Err(vec![outside(line, column, limits)]);
    }
    let fault = |code, detail: String| vec![Fault::line(line, code, detail).column(label(column))];
    if text.contains('\0') {
        return Err(fault(
            "nul_character",
            "有空字符（NUL），请删除后再导入。".to_owned(),
        ));
    }
    if text.chars().count() > limits.cell_chars {
        let detail = format!("单元格超过 {} 个字。", limits.cell_chars);
        return Err(fault("cell_too_long", detail));
    }
    Ok(Some(Filled { line, column, text }))
}

fn outside(line: usize, column: usize, limits: &Limits) -> Fault {
    let Limits { rows, columns, .. } = limits;
    let detail = format!(
        "单元格 {}{line} 有内容，超出可读的范围（最多 {rows} 行、{columns} 列）；请删除表格以外的内容后另存再导入。",
        letters(column)
    );
    let code = if line > *rows {
        "too_many_rows"
    } else {
        "too_many_columns"
    };
    Fault::line(line, code, detail).column(label(column))
}

/// A column as the spreadsheet letters it.
fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

fn label(column: usize) -> String {
    format!("{} 列", letters(column))
}

/// Numbers without needless decimals (a phone number arrives as a float), dates as ISO 8601.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::String(text) => tidy(text),
        DataRef::SharedString(text) => tidy(text),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(moment) => moment_text(moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => tidy(text),
        DataRef::Error(error) => error.to_string(),
    }
}

fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.0}")
    } else {
        number.to_string()
    }
}

fn moment_text(moment: &ExcelDateTime) -> String {
    let serial = moment.as_f64();
    // Excel's calendar ends on 9999-12-31; a number below 1 is a time of day.
    if moment.is_duration() || !(0.0..2_958_466.0).contains(&serial) {
        return number_text(serial);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if serial < 1.0 {
        format!("{hour:02}:{minute:02}:{second:02}")
    } else if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_excel_does() {
        for (column, wanted) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16_383, "XFD")] {
            assert_eq!(letters(column), wanted);
        }
    }

    #[test]
    fn numbers_and_dates_become_text() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm");
        sheet.write(0, 0, 13_800_000_001_f64).unwrap();
        sheet.write(0, 1, 112.43).unwrap();
        sheet.write_with_format(0, 2, 46_000, &date).unwrap();
        sheet.write_with_format(0, 3, 46_000.5, &date).unwrap();
        sheet.write(0, 4, true).unwrap();
        let sheets = sheets(&book.save_to_buffer().unwrap(), &Limits::OFFICE).unwrap();
        let texts: Vec<_> = sheets[0].rows[0]
            .cells
            .iter()
            .map(|(_, text)| text.as_str())
            .collect();
        assert_eq!(
            texts,
            [
                "13800000001",
                "112.43",
                "2025-12-09",
                "2025-12-09 12:00:00",
                "TRUE"
            ]
        );
    }

    #[test]
    fn what_is_no_workbook_is_refused_in_words() {
        for bytes in [&b"PK\x03\x04rubbish"[..], b"PK\x03\x04"] {
            assert_eq!(
                sheets(bytes, &Limits::OFFICE).unwrap_err()[0].code,
                "damaged_workbook"
            );
        }
    }

    #[test]
    fn a_bomb_is_measured_before_it_is_read() {
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().write(0, 0, "甲".repeat(30_000)).unwrap();
        let limits = Limits {
            unpacked_bytes: 50_000,
            ..Limits::OFFICE
        };
        let faults = sheets(&book.save_to_buffer().unwrap(), &limits).unwrap_err();
        assert_eq!(faults[0].code, "too_large");
    }
}
