//! Pure: tables of areas, categories and units: the same columns of counts and rates for each.

use crate::insight::reports::body::{Block, Run, Table};
use crate::insight::reports::slice::{Dimension, Measure, Slice};
use crate::insight::reports::writer::ReportWriter;

/// Rows on paper.
const ROWS: usize = 6;
/// Rows in the workbook.
const MAX_ROWS: usize = 500;

/// The content of a column.
pub enum Column {
    Count(&'static str, Measure),
    /// Arrivals of the previous period.
    Before,
    Rate(&'static str, Measure, Measure),
}

/// The first rows of a ranking.
pub fn table(
    w: &mut ReportWriter<'_>,
    caption: &str,
    first: &str,
    ranked: &[(Dimension, u64)],
    columns: &[Column],
) -> Block {
    let mut heads = vec![first.to_owned()];
    heads.extend(columns.iter().map(|column| match column {
        Column::Count(name, _) | Column::Rate(name, ..) => (*name).to_owned(),
        Column::Before => w.from.period.before_said().to_owned(),
    }));
    let mut rows = Vec::new();
    for (of, _) in ranked.iter().take(MAX_ROWS) {
        let mut row = vec![Run::text(w.name(of))];
        for column in columns {
            row.push(cell(w, of, column));
        }
        rows.push(row);
    }
    let rest = ranked.len().saturating_sub(ROWS);
    let caption = if rest > 0 {
        format!("{caption}（前{ROWS}位，另有{rest}个见附表）")
    } else {
        caption.to_owned()
    };
    Block::Table(Table {
        caption,
        columns: heads,
        rows,
        shown: Some(ROWS),
    })
}

fn cell(w: &mut ReportWriter<'_>, of: &Dimension, column: &Column) -> Run {
    match column {
        Column::Count(_, measure) => w.number(&Slice::now(*measure).of(of.clone())),
        Column::Before => w.number(&Slice::before(Measure::Arrived).of(of.clone())),
        Column::Rate(_, part, whole) => w.rate(&Slice::now(*part).of(of.clone()), *whole),
    }
}
