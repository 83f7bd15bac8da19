//! A long workbook, read row by row: memory holds its shared strings and one block of rows.

use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Reader as _, Xlsx};

use crate::headings::Kind;
use crate::sheet::{Merge, RawRow, Sheet, too_many_merged};
use crate::stream::Source;
use crate::table::{self, Row, SheetLayout, TableInfo, Understood};
use crate::unpacked::{self, LongLimits, damaged};
use crate::workbook::{self, Filled, filled};
use crate::{Choice, Fault, HeadingMap, Limits};

const LIMITS: Limits = Limits::LONG_WORKBOOK;
/// Rows of a block.
const BLOCK_ROWS: usize = 2_000;
/// Bytes of text of a block, at which it ends early.
const BLOCK_BYTES: usize = 4 << 20;
/// Rows of each sheet by which its headings are understood.
const FIRST_ROWS: usize = 500;
/// Bytes of text of these rows, at which they end early.
const FIRST_BYTES: usize = 1 << 20;

type Book = Xlsx<Box<dyn Source>>;

/// The sheets to read, and the headings of another system.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Which sheet.
    pub choice: Choice<'a>,
    /// Other headings.
    pub map: &'a HeadingMap,
}

/// A part of a workbook, in the order of reading.
#[derive(Debug)]
pub enum Part<F: 'static> {
    /// The headings are understood. Lines that hold no data are not known yet.
    Opened(TableInfo),
    /// Rows, at least one.
    Rows(Vec<Row<F>>),
}

/// Reads the table of `kind`: `take` receives its parts until it returns `false`.
///
/// The headings are understood by the first 500 rows of each sheet.
///
/// # Errors
/// Faults of the file, or of the first block that has any.
pub fn read<F: Copy + Eq>(
    mut source: Box<dyn Source>,
    kind: &Kind<F>,
    wanted: Wanted<'_>,
    take: &mut dyn FnMut(Part<F>) -> bool,
) -> Result<(), Vec<Fault>> {
    unpacked::check_long(&mut *source, LongLimits::PRODUCT)?;
    // The reader panics on some damaged references; that is a damaged file and no fault of the product.
    let read = AssertUnwindSafe(|| read_measured(source, kind, wanted, take));
    catch_unwind(read).unwrap_or_else(|_| Err(damaged()))
}

fn read_measured<F: Copy + Eq>(
    source: Box<dyn Source>,
    kind: &Kind<F>,
    wanted: Wanted<'_>,
    take: &mut dyn FnMut(Part<F>) -> bool,
) -> Result<(), Vec<Fault>> {
    let mut book: Book = Xlsx::new(source).map_err(|_| damaged())?;
    let mut sheets = beginnings(&mut book)?;
    wanted
        .map
        .apply(sheets.iter_mut().map(|sheet| &mut sheet.rows), kind)?;
    let (layouts, info) = table::layouts(sheets, kind, wanted.choice)?;
    if !take(Part::Opened(info)) {
        return Ok(());
    }
    let several = layouts.len() > 1;
    for mut layout in layouts {
        let merges = Merges::below(layout.last_heading, std::mem::take(&mut layout.merges));
        let mut blocks = Blocks {
            name: Some(layout.name.as_str()).filter(|_| several),
            layout: &layout,
            kind,
            merges,
            rows: Vec::new(),
            bytes: 0,
            faults: Vec::new(),
            take: &mut *take,
        };
        if !blocks.sheet(&mut book)? {
            return Ok(());
        }
    }
    Ok(())
}

/// The first rows of each worksheet, with its merged cells.
fn beginnings(book: &mut Book) -> Result<Vec<Sheet>, Vec<Fault>> {
    workbook::read_sheets(book, |book, name| {
        let (mut rows, mut bytes) = (Vec::new(), 0);
        visit(book, name, &mut |row| {
            bytes += size(&row);
            rows.push(row);
            Ok(rows.len() < FIRST_ROWS && bytes < FIRST_BYTES)
        })?;
        Ok(rows)
    })
}

/// Bytes of the texts of a row.
fn size(row: &RawRow) -> usize {
    row.cells.iter().map(|(_, text)| text.len()).sum()
}

/// Visits the rows of a sheet that hold something, until `take` returns `false`; then returns `false` too.
fn visit(
    book: &mut Book,
    name: &str,
    take: &mut dyn FnMut(RawRow) -> Result<bool, Vec<Fault>>,
) -> Result<bool, Vec<Fault>> {
    let mut reader = book.worksheet_cells_reader(name).map_err(|_| damaged())?;
    let mut row = RawRow::default();
    while let Some(cell) = reader.next_cell().map_err(|_| damaged())? {
        let Some(Filled { line, column, text }) = filled(cell.get_position(), cell.get_value(), &LIMITS)?
        else {
            continue;
        };
        if line < row.line {
            let detail = "工作表里的行没有按顺序存放，请用 Excel 或 WPS 打开后另存再导入。";
            return Err(vec![Fault::line(line, "rows_out_of_order", detail)]);
        }
        if line > row.line {
            let next = RawRow {
                line,
                cells: Vec::new(),
            };
            let full = std::mem::replace(&mut row, next);
            if !full.cells.is_empty() && !take(full)? {
                return Ok(false);
            }
        }
        row.put(column, &text);
    }
    if row.cells.is_empty() { Ok(true) } else { take(row) }
}

/// The vertical merges of a sheet, whose text each row below takes.
struct Merges {
    /// By first line, the last first.
    waiting: Vec<Merge>,
    open: Vec<(Merge, String)>,
    room: usize,
}

impl Merges {
    fn below(heading: usize, mut merges: Vec<Merge>) -> Self {
        merges.retain(|merge| merge.last_line > merge.first_line && merge.first_line > heading);
        merges.sort_by_key(|merge| std::cmp::Reverse(merge.first_line));
        Self {
            waiting: merges,
            open: Vec::new(),
            room: LIMITS.cells,
        }
    }

    /// Gives a row the texts of the merges that it is in. Rows come in ascending order.
    fn carry(&mut self, row: &mut RawRow) -> Result<(), Vec<Fault>> {
        self.open.retain(|(merge, _)| merge.last_line >= row.line);
        let left = self.room.checked_sub(self.open.len());
        self.room = left.ok_or_else(|| too_many_merged(row.line))?;
        for (merge, text) in &self.open {
            row.put(merge.first_column, text);
        }
        while let Some(merge) = self.waiting.pop_if(|merge| merge.first_line <= row.line) {
            let text = row.cell(merge.first_column);
            // A merge whose first row holds nothing has nothing to give.
            if merge.first_line == row.line && !text.is_empty() {
                self.open.push((merge, text.to_owned()));
            }
        }
        Ok(())
    }
}

/// Gathers the rows of one sheet into blocks.
struct Blocks<'a, F: 'static> {
    /// Set if several sheets are read.
    name: Option<&'a str>,
    layout: &'a SheetLayout,
    kind: &'a Kind<F>,
    merges: Merges,
    rows: Vec<Row<F>>,
    bytes: usize,
    faults: Vec<Fault>,
    take: &'a mut dyn FnMut(Part<F>) -> bool,
}

impl<F: Copy + Eq> Blocks<'_, F> {
    /// Returns `false` if the receiver wants no more.
    fn sheet(&mut self, book: &mut Book) -> Result<bool, Vec<Fault>> {
        let (layout, name) = (self.layout, self.name);
        let named = |faults: Vec<Fault>| -> Vec<Fault> {
            let faults = faults.into_iter();
            faults.map(|fault| fault.sheet(name)).collect()
        };
        let goes_on = visit(book, &layout.name, &mut |row| self.row(row)).map_err(named)?;
        if goes_on { self.flush() } else { Ok(false) }
    }

    fn row(&mut self, mut row: RawRow) -> Result<bool, Vec<Fault>> {
        if row.line <= self.layout.last_heading {
            return Ok(true);
        }
        self.merges.carry(&mut row)?;
        match table::understood(&row, &self.layout.used, self.kind, self.name) {
            Understood::Row(understood) => {
                self.bytes += size(&row);
                self.rows.push(understood);
            }
            Understood::NoData | Understood::Nothing => {}
            Understood::Fault(fault) => self.faults.push(fault),
        }
        if self.rows.len() + self.faults.len() >= BLOCK_ROWS || self.bytes >= BLOCK_BYTES {
            self.flush()
        } else {
            Ok(true)
        }
    }

    fn flush(&mut self) -> Result<bool, Vec<Fault>> {
        if !self.faults.is_empty() {
            return Err(std::mem::take(&mut self.faults));
        }
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        Ok(rows.is_empty() || (self.take)(Part::Rows(rows)))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use rust_xlsxwriter::{Format, Workbook};

    use super::*;
    use crate::kinds::orders::{Column, ORDERS};

    const HEADINGS: [&str; 4] = ["工单编号", "反映内容", "受理时间", "办结时间"];

    /// A workbook with a cover sheet and a table below a title.
    fn file(rows: u32) -> Workbook {
        let mut book = Workbook::new();
        let cover = book.add_worksheet().set_name("封面").unwrap();
        cover.write(0, 0, "历史工单").unwrap();
        let sheet = book.add_worksheet().set_name("工单").unwrap();
        sheet.write(0, 0, "热线平台导出").unwrap();
        for (column, heading) in (0..).zip(HEADINGS) {
            sheet.write(1, column, heading).unwrap();
        }
        for nth in 0..rows {
            let row = nth + 2;
            sheet.write(row, 0, format!("OLD-{nth:07}")).unwrap();
            sheet.write(row, 1, format!("第{nth}处路灯\n不亮")).unwrap();
            sheet.write(row, 2, "2024-03-01 09:00").unwrap();
            sheet.write(row, 3, "2024-03-03 10:00").unwrap();
        }
        book
    }

    type Seen = (Option<TableInfo>, Vec<(usize, String, String)>, usize);

    /// How the table was read, its rows, and the number of blocks.
    fn seen(bytes: Vec<u8>, choice: Choice<'_>) -> Result<Seen, Vec<Fault>> {
        let map = HeadingMap::default();
        let (mut info, mut rows, mut blocks) = (None, Vec::new(), 0);
        let wanted = Wanted { choice, map: &map };
        read(Box::new(Cursor::new(bytes)), &ORDERS, wanted, &mut |part| {
            match part {
                Part::Opened(read) => info = Some(read),
                Part::Rows(block) => {
                    blocks += 1;
                    rows.extend(block.iter().map(seen_row));
                }
            }
            true
        })?;
        Ok((info, rows, blocks))
    }

    fn seen_row(row: &Row<Column>) -> (usize, String, String) {
        let text = |column| row.text(column).to_owned();
        (row.line, text(Column::Number), text(Column::Description))
    }

    #[test]
    fn a_long_workbook_is_read_in_blocks_as_it_is_read_as_a_whole() {
        let bytes = file(9_000).save_to_buffer().unwrap();
        let whole = crate::read(&bytes, &ORDERS, Choice::Only).unwrap();
        let (info, rows, blocks) = seen(bytes, Choice::Only).unwrap();
        assert_eq!(info, Some(whole.info()));
        assert_eq!(rows, whole.rows.iter().map(seen_row).collect::<Vec<_>>());
        assert_eq!((rows.len(), blocks), (9_000, 5));
    }

    #[test]
    fn merged_cells_give_their_text_to_the_rows_of_other_blocks() {
        let mut book = file(3_000);
        let sheet = book.worksheet_from_name("工单").unwrap();
        let format = Format::new();
        sheet
            .merge_range(1_000, 1, 2_500, 1, "同一件事", &format)
            .unwrap();
        let bytes = book.save_to_buffer().unwrap();
        let whole = crate::read(&bytes, &ORDERS, Choice::Only).unwrap();
        let (_, rows, blocks) = seen(bytes, Choice::Only).unwrap();
        assert_eq!(rows, whole.rows.iter().map(seen_row).collect::<Vec<_>>());
        let merged = rows.iter().filter(|(_, _, text)| text == "同一件事").count();
        assert_eq!((merged, blocks), (1_501, 2));
    }

    #[test]
    fn a_reading_ends_when_nobody_wants_more() {
        let bytes = file(9_000).save_to_buffer().unwrap();
        let map = HeadingMap::default();
        let wanted = Wanted {
            choice: Choice::Named("工单"),
            map: &map,
        };
        let mut parts = 0;
        let read = read(Box::new(Cursor::new(bytes)), &ORDERS, wanted, &mut |_| {
            parts += 1;
            parts < 2
        });
        assert_eq!((read, parts), (Ok(()), 2));
    }

    #[test]
    fn a_fault_far_into_the_file_is_named_by_its_line() {
        let mut book = file(5_000);
        let sheet = book.worksheet_from_name("工单").unwrap();
        sheet.write(4_500, 3, "#REF!").unwrap();
        let faults = seen(book.save_to_buffer().unwrap(), Choice::Only).unwrap_err();
        assert_eq!((faults[0].code, faults[0].line), ("formula_error", 4_501));
    }

    #[test]
    fn what_is_no_workbook_or_has_no_table_is_refused_in_words() {
        let faults = seen(b"PK\x03\x04rubbish".to_vec(), Choice::Only).unwrap_err();
        assert_eq!(faults[0].code, "damaged_workbook");
        let mut book = Workbook::new();
        book.add_worksheet();
        let faults = seen(book.save_to_buffer().unwrap(), Choice::Only).unwrap_err();
        assert_eq!(faults[0].code, "empty_file");
        let named = file(1).save_to_buffer().unwrap();
        let faults = seen(named, Choice::Named("没有")).unwrap_err();
        assert_eq!(faults[0].code, "unknown_sheet");
    }
}
