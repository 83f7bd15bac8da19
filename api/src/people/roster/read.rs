//! A file, whatever it is, as lines of text: CSV in UTF-8 or GBK, or the first sheet of an XLSX.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};

use crate::people::roster::Fault;
use crate::people::roster::columns::{Column, Columns};

const ZIP_MAGIC: &[u8] = b"PK\x03\x04";
const OLD_EXCEL_MAGIC: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];
/// The headings stand in one of the first lines; a title may stand above them.
const HEADING_LINES: usize = 5;

pub struct Table {
    pub columns: Columns,
    pub rows: Vec<Row>,
}

pub struct Row {
    /// As the spreadsheet counts.
    pub line: usize,
    cells: Vec<String>,
}

impl Row {
    /// The cell's text, trimmed; empty when there is no such column.
    pub fn text(&self, columns: &Columns, column: Column) -> &str {
        let cell = columns.position(column).and_then(|at| self.cells.get(at));
        cell.map_or("", |text| text.trim())
    }
}

pub fn table(bytes: &[u8]) -> Result<Table, Vec<Fault>> {
    let mut lines = if bytes.starts_with(ZIP_MAGIC) {
        xlsx(bytes)?
    } else if bytes.starts_with(OLD_EXCEL_MAGIC) {
        return Err(whole("这是旧版 .xls 文件，请另存为 .xlsx 或 CSV 后再导入。"));
    } else {
        csv_lines(bytes)?
    };
    lines.retain(|row| row.cells.iter().any(|cell| !cell.trim().is_empty()));
    let heading = lines
        .iter()
        .take(HEADING_LINES)
        .position(|row| Columns::is_heading(&row.cells));
    let Some(heading) = heading else {
        return Err(whole("没有找到表头：至少要有「姓名」和「手机号」两列。"));
    };
    let mut lines = lines.into_iter().skip(heading);
    let columns = match lines.next() {
        Some(row) => Columns::read(&row.cells).map_err(|fault| {
            vec![Fault {
                line: row.line,
                ..fault
            }]
        })?,
        None => return Err(whole("文件是空的。")),
    };
    let rows: Vec<_> = lines.collect();
    if rows.is_empty() {
        return Err(whole("表头下面没有内容。"));
    }
    Ok(Table { columns, rows })
}

fn whole(reason: &str) -> Vec<Fault> {
    vec![Fault {
        line: 1,
        column: None,
        reason: reason.to_owned(),
    }]
}

fn csv_lines(bytes: &[u8]) -> Result<Vec<Row>, Vec<Fault>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // What Chinese Excel writes when asked for CSV.
        Err(_) => match encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) => text.into_owned(),
            None => return Err(whole("文件编码既不是 UTF-8 也不是 GBK，请另存后再导入。")),
        },
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| whole("CSV 格式无法读取，请检查引号是否成对。"))?;
        let line = record.position().map_or(0, |at| line_of(at, &text));
        rows.push(Row {
            line,
            cells: record.iter().map(str::to_owned).collect(),
        });
    }
    Ok(rows)
}

/// A record's position is that of the empty lines before it, if there are any.
fn line_of(at: &csv::Position, text: &str) -> usize {
    let from = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(from(at.byte())..).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    from(at.line()) + empty.filter(|byte| **byte == b'\n').count()
}

fn xlsx(bytes: &[u8]) -> Result<Vec<Row>, Vec<Fault>> {
    let unreadable = || whole("XLSX 文件无法读取，可能已损坏或设有密码。");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    let sheet = book
        .worksheet_range_at(0)
        .and_then(Result::ok)
        .ok_or_else(unreadable)?;
    // Lines above the first used cell are not in the range.
    let first = sheet.start().map_or(0, |(row, _)| row as usize);
    let rows = sheet.rows().enumerate().map(|(index, cells)| Row {
        line: first + index + 1,
        cells: cells.iter().map(text_of).collect(),
    });
    Ok(rows.collect())
}

/// Numbers without their decimals: a phone number arrives as a float.
fn text_of(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phones(bytes: &[u8]) -> Vec<(usize, String)> {
        let table = table(bytes).unwrap();
        let phone = |row: &Row| (row.line, row.text(&table.columns, Column::Phone).to_owned());
        table.rows.iter().map(phone).collect()
    }

    const CSV: &str = "姓名,手机号\n张三,13800000001\n\n李四,13800000002\n";

    #[test]
    fn csv_is_read_with_or_without_bom_and_from_gbk() {
        let wanted = [(2, "13800000001".to_owned()), (4, "13800000002".to_owned())];
        assert_eq!(phones(CSV.as_bytes()), wanted);
        assert_eq!(phones(format!("\u{feff}{CSV}").as_bytes()), wanted);
        let (gbk, _, _) = encoding_rs::GBK.encode(CSV);
        assert!(std::str::from_utf8(&gbk).is_err());
        assert_eq!(phones(&gbk), wanted);
    }

    #[test]
    fn a_spreadsheet_is_read_below_its_title_with_numbers_as_phones() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "人大代表名册").unwrap();
        sheet.write(2, 0, "姓名").unwrap();
        sheet.write(2, 1, "手机号").unwrap();
        sheet.write(3, 0, "张三").unwrap();
        sheet.write(3, 1, 13_800_000_001_f64).unwrap();
        sheet.write(5, 0, "李四").unwrap();
        sheet.write(5, 1, "138 0000 0002").unwrap();
        let bytes = book.save_to_buffer().unwrap();
        let wanted = [(4, "13800000001".to_owned()), (6, "138 0000 0002".to_owned())];
        assert_eq!(phones(&bytes), wanted);
    }

    #[test]
    fn what_is_no_roster_is_said_in_words() {
        for (bytes, reason) in [
            (&b""[..], "表头"),
            ("姓名,手机号\n".as_bytes(), "没有内容"),
            ("姓名,电话号码是\n张三,1".as_bytes(), "表头"),
            ("姓名,手机号,手机\n张三,1,1".as_bytes(), "重复"),
            (&[0xD0, 0xCF, 0x11, 0xE0, 0][..], ".xls"),
            (&b"PK\x03\x04rubbish"[..], "无法读取"),
            (&[0xFF, 0xFF, 0x2C, 0xFF][..], "编码"),
        ] {
            let faults = table(bytes).map(|_| ()).unwrap_err();
            assert!(faults[0].reason.contains(reason), "{faults:?} has no {reason}");
        }
    }
}
