//! Files as offices send them, and what each must come to.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use rust_xlsxwriter::{Format, Workbook, Worksheet};

use tables::kinds::roster::{Column, DELEGATES, STAFF};
use tables::{Choice, Fault, Table, read};

const HEADINGS: [&str; 6] = ["姓名", "手机号", "角色", "层级", "选举单位", "区县"];

fn delegates(bytes: &[u8]) -> Result<Table<Column>, Vec<Fault>> {
    read(bytes, &DELEGATES, Choice::Only)
}

/// Names and phone numbers.
fn people(bytes: &[u8]) -> Vec<(String, String)> {
    let table = delegates(bytes).unwrap();
    let person = |row: &tables::Row<Column>| {
        (
            row.text(Column::Name).to_owned(),
            row.text(Column::Phone).to_owned(),
        )
    };
    table.rows.iter().map(person).collect()
}

fn codes(bytes: &[u8]) -> Vec<(usize, &'static str)> {
    let faults = delegates(bytes).map(|_| ()).unwrap_err();
    faults.iter().map(|fault| (fault.line, fault.code)).collect()
}

fn person(number: u32) -> [String; 6] {
    [
        format!("测试{number}"),
        format!("1380000{number:04}"),
        "代表".to_owned(),
        "县".to_owned(),
        format!("第{number}选区"),
        "老城区".to_owned(),
    ]
}

fn write_people(sheet: &mut Worksheet, heading: u32, people: u32) {
    for (column, text) in (0..).zip(HEADINGS) {
        sheet.write(heading, column, text).unwrap();
    }
    for number in 1..=people {
        for (column, text) in (0..).zip(person(number)) {
            sheet.write(heading + number, column, text).unwrap();
        }
    }
}

#[test]
fn every_delimiter_is_found() {
    for delimiter in [",", "\t", ";", "|", "，"] {
        let line = |cells: [&str; 3]| format!("{}\r\n", cells.join(delimiter));
        let text = line(["姓名", "手机号", "层级"]) + &line(["甲", "13800000001", "市"]);
        assert_eq!(
            people(text.as_bytes()),
            [("甲".to_owned(), "13800000001".to_owned())]
        );
        let declared = format!("sep={delimiter}\n{text}");
        let table = delegates(declared.as_bytes()).unwrap();
        assert_eq!((table.header_row, table.rows[0].line), (2, 3), "{delimiter:?}");
    }
    // Semicolons in a table of commas are text.
    let text = "姓名,手机号,选举单位\n甲,13800000001,一团;二团;三团\n";
    assert_eq!(
        delegates(text.as_bytes()).unwrap().rows[0].text(Column::ElectoralUnit),
        "一团;二团;三团"
    );
}

#[test]
fn lines_are_counted_as_the_spreadsheet_counts() {
    for end in ["\n", "\r\n", "\r"] {
        let text = [
            "人大代表名册",
            "",
            "姓名,手机号",
            "甲,1",
            "",
            "\"乙\n丙\",2",
            "丁,3",
        ]
        .join(end);
        let table = delegates(text.as_bytes()).unwrap();
        let lines: Vec<_> = table.rows.iter().map(|row| row.line).collect();
        assert_eq!((table.header_row, lines), (3, vec![4, 6, 8]), "{end:?}");
        assert_eq!(table.rows[1].text(Column::Name), "乙\n丙");
    }
}

#[test]
fn a_quote_without_its_partner_is_a_fault_with_its_line() {
    let heading = "姓名,手机号,角色,层级,选举单位,区县";
    let line = |name: &str, unit: &str| format!("{name},13810000021,代表,市,{unit},洛龙区");
    for (rows, wanted) in [
        // Never closed: at the start, in the middle, in the last cell.
        (vec![line("\"辛二", "一团"), line("辛三", "一团")], 2),
        (
            vec![line("辛一", "一团"), line("辛二", "\"一团"), line("辛三", "一团")],
            3,
        ),
        (
            vec![
                "辛二,13810000022,代表,市,一团,\"洛龙区".to_owned(),
                line("辛三", "一团"),
            ],
            2,
        ),
        // Closed by the next row's opening quote.
        (
            vec![
                line("辛二", "\"一团"),
                line("辛三", "\"一团"),
                line("辛四", "一团"),
            ],
            2,
        ),
        // Closed by a quote at the end of a cell: the rows between would vanish.
        (
            vec![
                line("辛二", "\"一团"),
                line("辛三", "一团\""),
                line("辛四", "一团"),
            ],
            2,
        ),
        (
            vec![
                line("辛一", "一团"),
                line("\"辛二", "一团"),
                line("辛三", "一团"),
                line("辛四\"", "一团"),
            ],
            3,
        ),
    ] {
        let text = format!("{heading}\r\n{}\r\n", rows.join("\r\n"));
        assert_eq!(codes(text.as_bytes()), [(wanted, "open_quote")], "{text}");
    }
    assert_eq!(
        codes("姓名,手机号\n\"甲\"乙,1\n".as_bytes()),
        [(2, "misplaced_quote")]
    );
    let fault = &delegates(format!("{heading}\n\"辛二,1\n").as_bytes())
        .map(|_| ())
        .unwrap_err()[0];
    assert_eq!(fault.column.as_deref(), Some("姓名"));
}

#[test]
fn a_cell_of_several_lines_is_no_fault() {
    let text = "姓名,手机号,选举单位\n甲,1,\"第一行\n第二行, 有逗号\"\n\"乙\"\"丙\" ,2,\n";
    let table = delegates(text.as_bytes()).unwrap();
    assert_eq!(
        table.rows[0].text(Column::ElectoralUnit),
        "第一行\n第二行, 有逗号"
    );
    assert_eq!(table.rows[1].text(Column::Name), "乙\"丙");
}

#[test]
fn rights_are_never_passed_over() {
    let table = delegates("姓名,手机号,*角色,层级\n甲,1,人大常委会,市\n".as_bytes()).unwrap();
    assert_eq!(table.rows[0].text(Column::Role), "人大常委会");
    let table = delegates("姓名,手机号,在册（是/否）\n甲,1,否\n".as_bytes()).unwrap();
    assert_eq!(table.rows[0].text(Column::OnRoster), "否");
    for heading in ["系统角色", "角色权限", "目前是否在册", "代表层级（新）", "在册？"]
    {
        let text = format!("姓名,手机号,{heading}\n甲,1,否\n");
        match delegates(text.as_bytes()) {
            Ok(table) => assert!(
                table.has(Column::OnRoster) || table.has(Column::Level),
                "{heading}"
            ),
            Err(faults) => {
                assert_eq!(
                    (faults[0].line, faults[0].code),
                    (1, "rights_column_unclear"),
                    "{heading}"
                );
                assert_eq!(faults[0].column.as_deref(), Some(heading));
            }
        }
    }
    assert_eq!(
        codes("姓名,手机号,角色,身份\n甲,1,代表,管理员\n".as_bytes()),
        [(2, "columns_differ")]
    );
    let staff = read("姓名,手机号\n甲,1\n".as_bytes(), &STAFF, Choice::Only)
        .map(|_| ())
        .unwrap_err();
    assert_eq!(staff[0].code, "missing_column");
}

#[test]
fn the_more_specific_heading_wins_and_the_other_is_named() {
    let table = delegates("联系电话,姓名,手机号,性别\n0379-63938888,甲,13800000004,男\n".as_bytes()).unwrap();
    assert_eq!(table.rows[0].text(Column::Phone), "13800000004");
    assert_eq!(table.unused_columns, ["联系电话", "性别"]);
    let table = delegates("姓名,手机号,代表团,选区,\n甲,1,一团,二区,旁注\n".as_bytes()).unwrap();
    assert_eq!(table.rows[0].text(Column::ElectoralUnit), "二区");
    assert_eq!(table.unused_columns, ["代表团", "第 5 列（没有表头）"]);
}

#[test]
fn a_heading_that_is_close_is_asked_about() {
    let table = delegates("姓名,手机号,选举单位的\n甲,1,一团\n".as_bytes()).unwrap();
    assert_eq!(table.questions[0].suggests, "选举单位");
    let faults = delegates("姓名,手机号玛,层级\n甲,1,市\n".as_bytes())
        .map(|_| ())
        .unwrap_err();
    assert_eq!(faults[0].code, "missing_column");
    assert!(faults[0].detail.contains("「手机号玛」是否就是"), "{}", faults[0]);
}

#[test]
fn what_is_no_roster_is_said_in_words() {
    for (bytes, wanted) in [
        (&b""[..], (1, "empty_file")),
        (b"\n\n", (1, "empty_file")),
        ("姓名,手机号\n".as_bytes(), (1, "no_rows")),
        ("甲,乙\n丙,丁\n".as_bytes(), (1, "no_heading")),
        (&[0xD0, 0xCF, 0x11, 0xE0, 0][..], (1, "old_excel")),
        (b"<html><table><tr><td>", (1, "not_a_table")),
        (b"PK\x03\x04rubbish", (1, "damaged_workbook")),
        ("姓名,手机号\n甲,#N/A\n".as_bytes(), (2, "formula_error")),
        ("姓名,手机号\n甲,_x0000_\n".as_bytes(), (2, "nul_character")),
    ] {
        let found = codes(bytes);
        assert_eq!(found, [wanted], "{bytes:?}");
    }
    let wide = format!("姓名,手机号\n甲,1{}旁\n", ",".repeat(300));
    assert_eq!(codes(wide.as_bytes()), [(2, "too_many_columns")]);
    let long = format!("姓名,手机号\n{},1\n", "甲".repeat(10_001));
    assert_eq!(codes(long.as_bytes()), [(2, "cell_too_long")]);
    let tall = format!("姓名,手机号\n{}甲,1\n", "\n".repeat(50_000));
    assert_eq!(codes(tall.as_bytes()), [(50_002, "too_many_rows")]);
}

#[test]
fn merged_cells_are_carried_down_within_the_merge() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, number) in (1..).zip(1..=8) {
        for (column, text) in (0..5).zip(person(number)) {
            sheet.write(row, column, text).unwrap();
        }
    }
    for (column, text) in (0..).zip(HEADINGS) {
        sheet.write(0, column, text).unwrap();
    }
    sheet.merge_range(1, 5, 7, 5, "老城区", &Format::new()).unwrap();
    // Below the last person: nobody comes into being from a merge alone.
    sheet.merge_range(9, 2, 30, 2, "代表", &Format::new()).unwrap();
    let table = delegates(&book.save_to_buffer().unwrap()).unwrap();
    let counties: Vec<_> = table.rows.iter().map(|row| row.text(Column::Area)).collect();
    assert_eq!(counties[..7], ["老城区"; 7]);
    assert_eq!(counties[7], "", "outside the merge");
    assert!(
        table
            .rows
            .iter()
            .skip(8)
            .all(|row| row.text(Column::Name).is_empty())
    );
}

#[test]
fn headings_of_two_rows_are_read_as_one() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet
        .merge_range(0, 0, 0, 4, "某区人大代表名册", &Format::new())
        .unwrap();
    sheet.merge_range(1, 0, 2, 0, "姓名", &Format::new()).unwrap();
    sheet.merge_range(1, 1, 1, 2, "联系方式", &Format::new()).unwrap();
    sheet.write(2, 1, "手机号").unwrap();
    sheet.write(2, 2, "办公电话").unwrap();
    sheet.write(1, 3, "层级").unwrap();
    sheet.write(3, 0, "甲").unwrap();
    sheet.write(3, 1, 13_800_000_001_f64).unwrap();
    sheet.write(3, 2, "0379-63938888").unwrap();
    sheet.write(3, 3, "市").unwrap();
    let table = delegates(&book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(
        (table.header_row, table.rows.len(), table.rows[0].line),
        (2, 1, 4)
    );
    assert_eq!(table.rows[0].text(Column::Phone), "13800000001");
    assert_eq!(table.rows[0].text(Column::Level), "市");
    assert_eq!(table.unused_columns, ["办公电话"]);
}

#[test]
fn cover_sheets_are_skipped_and_hidden_ones_named() {
    let mut book = Workbook::new();
    let cover = book.add_worksheet();
    cover.set_name("填表说明").unwrap();
    cover.write(0, 0, "填表说明").unwrap();
    let old = book.add_worksheet();
    old.set_name("旧名册").unwrap().set_hidden(true);
    write_people(old, 0, 1);
    let sheet = book.add_worksheet();
    sheet.set_name("名册").unwrap().set_active(true);
    write_people(sheet, 2, 8);
    sheet.write(12, 0, "注：本表一式两份").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let table = delegates(&bytes).unwrap();
    assert_eq!(
        (table.sheet.as_deref(), table.header_row, table.rows.len()),
        (Some("名册"), 3, 8)
    );
    assert_eq!(table.ignored_sheets, ["填表说明", "旧名册"]);
    assert_eq!(table.skipped_lines, [13]);
    // A hidden sheet is read when it is named.
    let named = read(&bytes, &DELEGATES, Choice::Named("旧名册")).unwrap();
    assert_eq!(named.rows.len(), 1);
    let faults = read(&bytes, &DELEGATES, Choice::Named("别的"))
        .map(|_| ())
        .unwrap_err();
    assert_eq!(faults[0].code, "unknown_sheet");
}

#[test]
fn several_rosters_are_asked_about_or_all_read() {
    let mut book = Workbook::new();
    for name in ["市级", "县级"] {
        write_people(book.add_worksheet().set_name(name).unwrap(), 0, 2);
    }
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(codes(&bytes), [(1, "several_sheets")]);
    let all = read(&bytes, &DELEGATES, Choice::All).unwrap();
    assert_eq!((all.sheet.as_deref(), all.rows.len()), (Some("市级、县级"), 4));
    assert_eq!(all.rows[3].sheet.as_deref(), Some("县级"));
}

#[test]
fn a_cell_in_the_far_corner_is_refused_and_takes_no_memory() {
    for (row, column, code) in [
        (1_048_575, 16_383, "too_many_rows"),
        (199_999, 701, "too_many_rows"),
        (5, 900, "too_many_columns"),
    ] {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        write_people(sheet, 0, 8);
        sheet.write(row, column, 1).unwrap();
        let found = codes(&book.save_to_buffer().unwrap());
        assert_eq!(found, [(row as usize + 1, code)]);
    }
}

#[test]
fn headings_that_are_printed_again_are_no_people() {
    let table = delegates("姓名,手机号\n甲,1\n姓名,手机号\n乙,2\n合计：2人\n".as_bytes()).unwrap();
    assert_eq!((table.rows.len(), table.skipped_lines), (2, vec![3, 5]));
}
