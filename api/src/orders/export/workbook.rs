//! Writes rows to a workbook as a stream: written rows are not kept in memory.

use std::io::Write;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, Timelike as _};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use tables::written::plain;

use super::columns::{COLUMNS, CellKind};
use crate::error::Result;

/// Excel takes 1,048,576 on a sheet, the headings among them.
const ON_A_SHEET: u32 = 1_000_000;

/// Blocks; to be called where that is allowed.
pub fn write(rows: impl Iterator<Item = Result<Vec<String>>>, into: impl Write + Send) -> Result<()> {
    let mut rows = rows.peekable();
    let mut book = Workbook::new();
    let formats = Formats {
        moment: Format::new().set_num_format("yyyy-mm-dd hh:mm"),
        day: Format::new().set_num_format("yyyy-mm-dd"),
    };
    for number in 1.. {
        let sheet = book
            .add_worksheet_with_constant_memory()
            .map_err(anyhow::Error::from)?;
        begin(sheet, number).map_err(anyhow::Error::from)?;
        for (index, row) in (1..=ON_A_SHEET).zip(rows.by_ref()) {
            for (column, cell) in (0_u16..).zip(row?) {
                put(sheet, index, column, &cell, &formats).map_err(anyhow::Error::from)?;
            }
        }
        if rows.peek().is_none() {
            break;
        }
    }
    Ok(book.save_to_writer(into).map_err(anyhow::Error::from)?)
}

/// Formats of date cells.
struct Formats {
    moment: Format,
    day: Format,
}

/// Numbers, times and days as such; whatever else, and what cannot be read as one, stays text.
fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &str, formats: &Formats) -> Result<(), XlsxError> {
    let kind = COLUMNS.get(usize::from(column)).map(|column| column.kind);
    let date = match kind {
        Some(CellKind::Time) => excel_time(cell).map(|time| (time, &formats.moment)),
        Some(CellKind::Day) => excel_day(cell).map(|day| (day, &formats.day)),
        _ => None,
    };
    match (kind, cell.parse::<f64>(), date) {
        (Some(CellKind::Number), Ok(number), _) => sheet.write_number(row, column, number)?,
        (_, _, Some((date, format))) => sheet.write_datetime_with_format(row, column, &date, format)?,
        _ => sheet.write_string(row, column, plain(cell))?,
    };
    Ok(())
}

/// `2025-01-17`
fn excel_day(text: &str) -> Option<ExcelDateTime> {
    excel_date(text.parse().ok()?)
}

fn excel_date(day: NaiveDate) -> Option<ExcelDateTime> {
    let year = u16::try_from(day.year()).ok()?;
    let (month, of_month) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
    ExcelDateTime::from_ymd(year, month, of_month).ok()
}

/// `2025-01-17 10:00`
fn excel_time(text: &str) -> Option<ExcelDateTime> {
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok()?;
    let (hour, minute) = (
        u16::try_from(time.hour()).ok()?,
        u8::try_from(time.minute()).ok()?,
    );
    excel_date(time.date())?.and_hms(hour, minute, 0_f64).ok()
}

fn begin(sheet: &mut Worksheet, number: u32) -> Result<(), XlsxError> {
    let name = if number == 1 {
        "工单".to_owned()
    } else {
        format!("工单 {number}")
    };
    sheet.set_name(name)?;
    sheet.set_freeze_panes(1, 1)?;
    let bold = Format::new().set_bold();
    for (at, column) in (0_u16..).zip(COLUMNS) {
        sheet.set_column_width(at, column.width)?;
        sheet.write_string_with_format(0, at, column.heading, &bold)?;
    }
    Ok(())
}
