//! Where the headings of a sheet are: in one row or two, below titles.

use crate::headings::{Field, Kind, Match, matched, says_nothing};
use crate::sheet::{RawRow, Sheet};

/// The headings are in one of the first rows that hold anything.
pub const HEADING_ROWS: usize = 30;

/// Where the headings are and what they mean.
pub struct Headings {
    /// First line.
    pub first_line: usize,
    /// Last line.
    pub last_line: usize,
    /// Column, its text, its meaning.
    pub columns: Vec<(usize, String, Match)>,
}

impl Headings {
    /// Returns the number of fields with a heading.
    pub fn fields(&self) -> usize {
        let mut found: Vec<_> = self
            .columns
            .iter()
            .filter_map(|(_, _, matched)| match matched {
                Match::Field { field, .. } => Some(*field),
                _ => None,
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found.len()
    }

    /// Returns the required fields without a heading, each with its index.
    pub fn missing<'k, F>(&self, kind: &'k Kind<F>) -> Vec<(usize, &'k Field<F>)> {
        let has = |index: usize| {
            self.columns
                .iter()
                .any(|(_, _, m)| matches!(m, Match::Field { field, .. } if *field == index))
        };
        let required = kind.fields.iter().enumerate().filter(|(_, field)| field.required);
        required.filter(|(index, _)| !has(*index)).collect()
    }
}

/// The most fields that one of the first rows names.
pub fn best_score<F: Copy + Eq>(rows: &[RawRow], kind: &Kind<F>) -> usize {
    let scores = rows
        .iter()
        .take(HEADING_ROWS)
        .map(|row| single(row, kind).fields());
    scores.max().unwrap_or(0)
}

fn single<F>(row: &RawRow, kind: &Kind<F>) -> Headings {
    let meaning = |(column, text): &(usize, String)| (*column, text.clone(), matched(text, kind));
    Headings {
        first_line: row.line,
        last_line: row.line,
        columns: row.cells.iter().map(meaning).collect(),
    }
}

/// Headings of two rows: the lower one says more, the upper one groups.
fn double<F>(sheet: &Sheet, upper: &RawRow, lower: &RawRow, kind: &Kind<F>) -> Headings {
    let mut at: Vec<usize> = upper
        .cells
        .iter()
        .chain(&lower.cells)
        .map(|(at, _)| *at)
        .collect();
    at.sort_unstable();
    at.dedup();
    let meaning = |column: usize| {
        let own = upper.cell(column);
        let group = if own.is_empty() {
            sheet.merged_text(upper.line, column)
        } else {
            own
        };
        let below = lower.cell(column);
        if says_nothing(below) {
            return (column, group.to_owned(), matched(group, kind));
        }
        let alone = matched(below, kind);
        let together = matched(&format!("{group}{below}"), kind);
        let best = match (alone, together) {
            (Match::Field { .. }, _) => alone,
            (_, Match::Field { .. }) => together,
            _ => alone,
        };
        (column, below.to_owned(), best)
    };
    Headings {
        first_line: upper.line,
        last_line: lower.line,
        columns: at.into_iter().map(meaning).collect(),
    }
}

/// The headings of a sheet, if every required column is there; else the row that comes closest.
pub fn headings<F: Copy + Eq>(sheet: &Sheet, kind: &Kind<F>) -> Result<Headings, Option<Headings>> {
    let mut closest: Option<Headings> = None;
    for (index, row) in sheet.rows.iter().enumerate().take(HEADING_ROWS) {
        let one = single(row, kind);
        let next = sheet.rows.get(index + 1).filter(|next| next.line == row.line + 1);
        if let Some(next) = next {
            let below = single(next, kind).fields();
            let two = double(sheet, row, next, kind);
            if below > 0
                && two.missing(kind).is_empty()
                && two.fields() >= one.fields()
                && two.fields() > below
            {
                return Ok(two);
            }
        }
        if one.missing(kind).is_empty() {
            return Ok(one);
        }
        if one.fields() > closest.as_ref().map_or(0, Headings::fields) {
            closest = Some(one);
        }
    }
    Err(closest)
}
