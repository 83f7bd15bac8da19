//! Exactly what is filtered, as a file: the same query as the list, page by page, so that memory stays bounded however
//! many orders there are.
//!
//! A short list is answered at once; a long one is read by a job in steps (`job.rs`), whose rows wait in the object
//! store (`store.rs` keeps how far it is). `columns.rs` (pure) names the columns, `steps.rs` loads the times of every
//! step, `rights.rs` (pure) says for whom a file is, `workbook.rs` writes rows as XLSX.

use std::collections::HashMap;

use chrono_tz::Tz;
use tables::written::csv_cell;

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::http::paging::Paging;
use crate::orders::rules::actor::Actor;
use crate::orders::search::filter::ListQuery;
use crate::orders::search::list;
use crate::orders::view::summary::OrderSummary;
use columns::{COLUMNS, CellKind, Cells};
use steps::OrderSteps;

mod columns;
pub mod job;
mod rights;
mod steps;
mod store;
pub mod workbook;

/// One page of the list.
const PAGE: u64 = 100;
/// Lists up to this length are returned at once: twenty pages, a second or two.
pub const AT_ONCE: u64 = 2_000;
/// Excel reads UTF-8 only with this mark in front.
const BOM: &str = "\u{feff}";

/// The progress of reading a list.
struct PageReader<'a> {
    app: &'a App,
    actor: &'a Actor,
    query: &'a ListQuery,
    cursor: Option<String>,
    over: bool,
}

impl PageReader<'_> {
    /// The orders of the next pages, some more than `limit` at the very most; fewer when the list is over.
    async fn read(&mut self, limit: u64) -> Result<Vec<Cells>> {
        let zone = self.app.state::<CityHandle>().load().zone();
        let mut rows = Vec::new();
        while !self.over && (rows.len() as u64) < limit {
            let paging = Paging {
                limit: Some(PAGE),
                cursor: self.cursor.take(),
            };
            let page = list::list(self.app, self.actor, self.query, &paging).await?;
            rows.extend(rows_of(self.app, page.items, zone).await?);
            self.cursor = page.next_cursor;
            self.over = self.cursor.is_none();
        }
        Ok(rows)
    }
}

/// The orders of a page with their steps: five queries, however many they are.
async fn rows_of(app: &App, orders: Vec<OrderSummary>, zone: Tz) -> Result<Vec<Cells>> {
    let numbers: Vec<String> = orders.iter().map(|order| order.number.clone()).collect();
    let mut steps: HashMap<String, OrderSteps> = steps::load(&app.db, &numbers).await?;
    let row = |order: OrderSummary| {
        let steps = steps.remove(&order.number).unwrap_or_default();
        columns::cells(order, &steps, zone)
    };
    Ok(orders.into_iter().map(row).collect())
}

/// The whole of a short list.
async fn all(app: &App, actor: &Actor, query: &ListQuery) -> Result<Vec<Cells>> {
    let mut reader = PageReader {
        app,
        actor,
        query,
        cursor: None,
        over: false,
    };
    reader.read(AT_ONCE).await
}

/// A short list as CSV.
pub async fn csv(app: &App, actor: &Actor, query: &ListQuery) -> Result<String> {
    let rows = all(app, actor, query).await?;
    Ok(format!("{}{}", head()?, lines(&rows, protected)?))
}

/// A short list as a workbook.
pub async fn workbook(app: &App, actor: &Actor, query: &ListQuery) -> Result<Vec<u8>> {
    let rows = all(app, actor, query).await?;
    let written = tokio::task::spawn_blocking(move || {
        let mut book = Vec::new();
        workbook::write(rows.into_iter().map(|row| Ok(row.to_vec())), &mut book)?;
        Ok(book)
    });
    written.await.map_err(anyhow::Error::from)?
}

/// Returns the heading of a CSV file.
fn head() -> Result<String> {
    let headings = lines(&[COLUMNS.map(|column| column.heading.to_owned())], unchanged)?;
    Ok(format!("{BOM}{headings}"))
}

/// Protects what people wrote from the spreadsheet; what the product wrote needs no protection.
fn protected(kind: CellKind, cell: &str) -> String {
    match kind {
        CellKind::Day | CellKind::TimeOfDay => cell.to_owned(),
        CellKind::Text | CellKind::Number | CellKind::Time => csv_cell(cell),
    }
}

/// As it is, for a workbook, whose cells are texts by themselves, and for headings.
fn unchanged(_: CellKind, cell: &str) -> String {
    cell.to_owned()
}

fn lines(rows: &[Cells], cell: fn(CellKind, &str) -> String) -> Result<String> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        writer
            .write_record(
                row.iter()
                    .zip(&COLUMNS)
                    .map(|(text, column)| cell(column.kind, text)),
            )
            .map_err(anyhow::Error::from)?;
    }
    let bytes = writer.into_inner().map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(String::from_utf8(bytes).map_err(anyhow::Error::from)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays_text_in_a_spreadsheet() {
        let mut row = [const { String::new() }; COLUMNS.len()];
        row[0] = "=HYPERLINK(\"x\")".to_owned();
        row[1] = "一，二".to_owned();
        row[2] = "a,\"b\"".to_owned();
        let line = lines(&[row], protected).unwrap();
        assert!(
            line.starts_with("\"'=HYPERLINK(\"\"x\"\")\",一，二,\"a,\"\"b\"\"\",,")
                && line.ends_with(",\r\n"),
            "{line}"
        );
    }
}
