//! Writes rows to a workbook as a stream: written rows are not kept in memory.

use std::io::Write;

use chrono::{Datelike as _, Timelike as _};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::HEADINGS;
use super::spreadsheet_text::plain;
use crate::error::Result;

/// Excel takes 1,048,576 on a sheet, the headings among them.
const ON_A_SHEET: u32 = 1_000_000;
/// Column widths in characters, in the order of the headings.
const WIDTHS: [f64; 16] = [
    18.0, 9.0, 7.0, 12.0, 6.0, 18.0, 10.0, 28.0, 60.0, 10.0, 24.0, 17.0, 6.0, 9.0, 6.0, 17.0,
];

/// Columns that hold numbers, and those that hold times of the city.
const NUMBERS: [u16; 2] = [4, 14];
const TIMES: [u16; 2] = [11, 15];

/// Blocks; to be called where that is allowed.
pub fn write(rows: impl Iterator<Item = Result<Vec<String>>>, into: impl Write + Send) -> Result<()> {
    let mut rows = rows.peekable();
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    for number in 1.. {
        let sheet = book
            .add_worksheet_with_constant_memory()
            .map_err(anyhow::Error::from)?;
        begin(sheet, number).map_err(anyhow::Error::from)?;
        for (index, row) in (1..=ON_A_SHEET).zip(rows.by_ref()) {
            for (column, cell) in (0_u16..).zip(row?) {
                put(sheet, (index, column), &cell, &date).map_err(anyhow::Error::from)?;
            }
        }
        if rows.peek().is_none() {
            break;
        }
    }
    Ok(book.save_to_writer(into).map_err(anyhow::Error::from)?)
}

/// Numbers and times as such; whatever else, and what cannot be read as one, stays text.
fn put(sheet: &mut Worksheet, (row, column): (u32, u16), cell: &str, date: &Format) -> Result<(), XlsxError> {
    if NUMBERS.contains(&column)
        && let Ok(number) = cell.parse::<f64>()
    {
        sheet.write_number(row, column, number)?;
    } else if TIMES.contains(&column)
        && let Some(time) = excel_time(cell)
    {
        sheet.write_datetime_with_format(row, column, &time, date)?;
    } else {
        sheet.write_string(row, column, plain(cell))?;
    }
    Ok(())
}

/// `2025-01-17 10:00`
fn excel_time(text: &str) -> Option<ExcelDateTime> {
    let time = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok()?;
    let year = u16::try_from(time.year()).ok()?;
    let (month, day) = (u8::try_from(time.month()).ok()?, u8::try_from(time.day()).ok()?);
    let (hour, minute) = (
        u16::try_from(time.hour()).ok()?,
        u8::try_from(time.minute()).ok()?,
    );
    ExcelDateTime::from_ymd(year, month, day)
        .ok()?
        .and_hms(hour, minute, 0_f64)
        .ok()
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
    for (column, (heading, width)) in (0_u16..).zip(HEADINGS.iter().zip(WIDTHS)) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, *heading, &bold)?;
    }
    Ok(())
}
