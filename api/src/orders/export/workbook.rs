//! Rows as a workbook, written as they come: a row that has been written is not kept in memory.

use std::io::Write;

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::HEADINGS;
use crate::error::Result;

/// Excel takes 1,048,576 on a sheet, the headings among them.
const ON_A_SHEET: u32 = 1_000_000;
/// Column widths in characters, in the order of the headings.
const WIDTHS: [f64; 16] = [
    18.0, 9.0, 7.0, 12.0, 6.0, 18.0, 10.0, 28.0, 60.0, 10.0, 24.0, 17.0, 6.0, 9.0, 6.0, 17.0,
];

/// Blocks; to be called where that is allowed.
pub fn write(rows: impl Iterator<Item = Result<Vec<String>>>, into: impl Write + Send) -> Result<()> {
    let mut rows = rows.peekable();
    let mut book = Workbook::new();
    for number in 1.. {
        let sheet = book
            .add_worksheet_with_constant_memory()
            .map_err(anyhow::Error::from)?;
        begin(sheet, number).map_err(anyhow::Error::from)?;
        for (index, row) in (1..=ON_A_SHEET).zip(rows.by_ref()) {
            for (column, cell) in (0_u16..).zip(row?) {
                sheet
                    .write_string(index, column, cell)
                    .map_err(anyhow::Error::from)?;
            }
        }
        if rows.peek().is_none() {
            break;
        }
    }
    Ok(book.save_to_writer(into).map_err(anyhow::Error::from)?)
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
