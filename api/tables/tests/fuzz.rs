//! Properties of the reader: it answers whatever it is given.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use proptest::prelude::*;
use rust_xlsxwriter::Workbook;
use tables::kinds::roster::{Column, DELEGATES};
use tables::{Choice, Fault, Table, read};

fn delegates(bytes: &[u8]) -> Result<Table<Column>, Vec<Fault>> {
    read(bytes, &DELEGATES, Choice::Only)
}

fn cell() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[甲乙丙a-z0-9 ,;\"|\t\n，]{0,12}").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever the bytes, the reader answers; every fault has a line, a code and a sentence.
    #[test]
    fn nothing_makes_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Err(faults) = delegates(&bytes) {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!(fault.line >= 1 && !fault.code.is_empty() && fault.detail.ends_with('。'), "{fault}");
            }
        }
    }

    /// Likewise for text that almost is a table.
    #[test]
    fn text_that_is_almost_a_table_is_answered(rows in proptest::collection::vec(proptest::collection::vec(cell(), 0..6), 0..8)) {
        let body: Vec<_> = rows.iter().map(|row| row.join(",")).collect();
        let _ = delegates(format!("姓名,手机号,角色\n{}", body.join("\n")).as_bytes());
    }

    /// Correctly quoted cells are read back, in every row, under every delimiter.
    #[test]
    fn quoted_cells_come_back(names in proptest::collection::vec("[甲乙丙丁a-z,;|\"，]{1,8}", 1..8), at in 0..5_usize) {
        let delimiter = [',', '\t', ';', '|', '，'][at];
        let mut text = format!("姓名{delimiter}手机号\n");
        for name in &names {
            text += &format!("\"{}\"{delimiter}13800000001\n", name.replace('"', "\"\""));
        }
        let table = delegates(text.as_bytes()).unwrap();
        let read: Vec<_> = table.rows.iter().map(|row| row.text(Column::Name).to_owned()).collect();
        prop_assert_eq!(read, names);
    }

    /// A damaged workbook is answered like any other file.
    #[test]
    fn a_damaged_workbook_is_answered(at in 0..6_000_usize, byte in any::<u8>()) {
        let mut bytes = workbook().to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = delegates(&bytes);
    }
}

fn workbook() -> &'static [u8] {
    static BYTES: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    BYTES.get_or_init(|| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for row in 0..3 {
            sheet.write(row, 0, if row == 0 { "姓名" } else { "甲" }).unwrap();
            sheet
                .write(row, 1, if row == 0 { "手机号" } else { "13800000001" })
                .unwrap();
        }
        book.save_to_buffer().unwrap()
    })
}
