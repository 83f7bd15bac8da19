//! A sheet as sparse rows, and the values of merged cells carried down.

use crate::{Fault, Limits};

/// A sheet as it was read.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// None: delimited text.
    pub name: Option<String>,
    /// Whether Excel hides it.
    pub hidden: bool,
    /// Non-empty rows by line.
    pub rows: Vec<RawRow>,
    /// Merged cells.
    pub merges: Vec<Merge>,
}

/// A row as it was read.
#[derive(Clone, Debug, Default)]
pub struct RawRow {
    /// As the spreadsheet counts, from 1.
    pub line: usize,
    /// Non-empty cells by column, from 0.
    pub cells: Vec<(usize, String)>,
}

impl RawRow {
    /// Returns the text of a cell, empty if there is none.
    pub fn cell(&self, column: usize) -> &str {
        let at = self.cells.binary_search_by_key(&column, |(column, _)| *column);
        at.ok()
            .and_then(|at| self.cells.get(at))
            .map_or("", |(_, text)| text.as_str())
    }

    /// Sets the text of a cell.
    pub fn put(&mut self, column: usize, text: &str) {
        match self.cells.binary_search_by_key(&column, |(column, _)| *column) {
            Ok(at) => {
                if let Some((_, held)) = self.cells.get_mut(at) {
                    text.clone_into(held);
                }
            }
            Err(at) => self.cells.insert(at, (column, text.to_owned())),
        }
    }
}

/// A merged range; lines count from 1, columns from 0, ends included.
#[derive(Clone, Copy, Debug)]
pub struct Merge {
    /// First line.
    pub first_line: usize,
    /// Last line.
    pub last_line: usize,
    /// First column.
    pub first_column: usize,
    /// Last column.
    pub last_column: usize,
}

/// The fault of too many merged cells, at the line of one.
pub fn too_many_merged(line: usize) -> Vec<Fault> {
    let detail = "合并单元格太多，请取消合并后再导入。";
    vec![Fault::line(line, "too_many_cells", detail)]
}

impl Sheet {
    /// The top-left text of the merge that covers a cell of a heading.
    pub fn merged_text(&self, line: usize, column: usize) -> &str {
        let covers = |merge: &&Merge| {
            (merge.first_line..=merge.last_line).contains(&line)
                && (merge.first_column..=merge.last_column).contains(&column)
        };
        let merge = self.merges.iter().find(covers);
        let row = merge.and_then(|merge| self.row(merge.first_line));
        merge
            .zip(row)
            .map_or("", |(merge, row)| row.cell(merge.first_column))
    }

    fn row(&self, line: usize) -> Option<&RawRow> {
        let at = self.rows.binary_search_by_key(&line, |row| row.line).ok()?;
        self.rows.get(at)
    }

    /// Gives each row below `heading` that lies in a vertical merge the text of its top cell. Rows that have nothing of
    /// their own stay absent.
    pub fn carry_down(&mut self, heading: usize, limits: &Limits) -> Result<(), Vec<Fault>> {
        let mut room = limits.cells;
        for merge in std::mem::take(&mut self.merges) {
            if merge.last_line == merge.first_line || merge.first_line <= heading {
                continue;
            }
            let text = self
                .row(merge.first_line)
                .map(|row| row.cell(merge.first_column).to_owned())
                .unwrap_or_default();
            let from = self.rows.partition_point(|row| row.line <= merge.first_line);
            let to = self.rows.partition_point(|row| row.line <= merge.last_line);
            let left = room.checked_sub(to.saturating_sub(from));
            room = left.ok_or_else(|| too_many_merged(merge.first_line))?;
            if text.is_empty() {
                continue;
            }
            for row in self.rows.get_mut(from..to).unwrap_or_default() {
                row.put(merge.first_column, &text);
            }
        }
        Ok(())
    }
}
