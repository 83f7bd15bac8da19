//! Rosters as offices dress them: numbered and bilingual headings, titles, groups, merged cells.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use rust_xlsxwriter::{Format, Workbook};

use tables::kinds::roster::{Column, DELEGATES};
use tables::{Choice, Fault, Table, read};

fn delegates(bytes: &[u8]) -> Result<Table<Column>, Vec<Fault>> {
    read(bytes, &DELEGATES, Choice::Only)
}

/// Names and phone numbers.
fn people(bytes: &[u8]) -> Vec<(String, String)> {
    let table = delegates(bytes).unwrap();
    let cells =
        |row: &tables::Row<Column>| [Column::Name, Column::Phone].map(|column| row.text(column).to_owned());
    table
        .rows
        .iter()
        .map(cells)
        .map(|[name, phone]| (name, phone))
        .collect()
}

/// Changes that an office makes to a roster before it sends it.
#[test]
fn headings_are_understood_however_they_are_dressed() {
    for headings in [
        "1.姓名,2.手机号码,3.层级",
        "姓名（必填）,手机号必填,层级 选填",
        "姓名 Name,手机号 Mobile,层级 Level",
        "Full Name,Mobile Phone,Level",
        "人大代表姓名,手机/电话,人大级别",
        "▲姓名,● 本人手机号码,代表层级",
    ] {
        let text = format!("{headings}\n甲,13800000001,市\n");
        assert_eq!(
            people(text.as_bytes()),
            [("甲".to_owned(), "13800000001".to_owned())],
            "{headings}"
        );
        let table = delegates(text.as_bytes()).unwrap();
        assert!(
            table.has(Column::Level) && table.unused_columns.is_empty(),
            "{headings}"
        );
    }
}

/// A title, a date, a merged group over two columns, and a merged heading over two rows.
#[test]
fn a_form_with_a_title_and_groups_is_read() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 4, "某县人大代表名册", &plain).unwrap();
    sheet.write(1, 0, "填表日期：2025年9月8日").unwrap();
    sheet.merge_range(2, 0, 3, 0, "序号", &plain).unwrap();
    sheet.merge_range(2, 1, 3, 1, "姓名*", &plain).unwrap();
    sheet.merge_range(2, 2, 2, 3, "联系方式", &plain).unwrap();
    sheet.write(3, 2, "手机（11位）").unwrap();
    sheet.write(3, 3, "办公电话").unwrap();
    sheet.merge_range(2, 4, 3, 4, "代表\n层级", &plain).unwrap();
    for (row, name) in (4..).zip(["甲", "乙"]) {
        sheet.write(row, 0, row - 3).unwrap();
        sheet.write(row, 1, name).unwrap();
        sheet.write(row, 2, 13_800_000_001_f64 + f64::from(row)).unwrap();
        sheet.write(row, 3, "0379-63938888").unwrap();
    }
    sheet.merge_range(4, 4, 5, 4, "市", &plain).unwrap();
    sheet.write(6, 0, "合计：2人").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let table = delegates(&bytes).unwrap();
    let level = |row: &tables::Row<Column>| row.text(Column::Level).to_owned();
    assert_eq!(table.rows.iter().map(level).collect::<Vec<_>>(), ["市", "市"]);
    assert_eq!(people(&bytes)[1], ("乙".to_owned(), "13800000006".to_owned()));
    assert_eq!((table.header_row, table.skipped_lines.as_slice()), (3, &[7][..]));
    assert!(
        table
            .unused_columns
            .iter()
            .any(|column| column.contains("办公电话")),
        "{:?}",
        table.unused_columns
    );
}
