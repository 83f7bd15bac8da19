//! Exactly what is filtered, as a file: the same query as the list, page by page, so that memory stays bounded however
//! many orders there are. A short list is answered at once; a long one is read by a job in steps (`task.rs`), whose
//! rows wait in the object store (`store.rs` keeps how far it is); `workbook.rs` writes rows as XLSX, `spreadsheet_text.rs` (pure)
//! protects cells from spreadsheets.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::http::paging::Paging;
use crate::orders::rules::actor::Actor;
use crate::orders::search::filter::ListQuery;
use crate::orders::search::list;
use crate::orders::view::labels;
use crate::orders::view::summary::OrderSummary;
use spreadsheet_text::csv_cell;

pub mod job;
mod spreadsheet_text;
mod store;
pub mod workbook;

/// One page of the list.
const PAGE: u64 = 100;
/// Lists up to this length are returned at once: twenty pages, a second or two.
pub const AT_ONCE: u64 = 2_000;
/// Excel reads UTF-8 only with this mark in front.
const BOM: &str = "\u{feff}";

const HEADINGS: [&str; 16] = [
    "工单编号",
    "环节",
    "灯",
    "渠道",
    "轮次",
    "类别",
    "区县",
    "地点",
    "反映内容",
    "反映人",
    "承办单位",
    "期限",
    "疑难",
    "重点跟踪",
    "附议",
    "提交时间",
];

/// An order in cells, in the order of the headings.
pub type Cells = [String; 16];

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
            rows.extend(page.items.into_iter().map(|order| cells(order, zone)));
            self.cursor = page.next_cursor;
            self.over = self.cursor.is_none();
        }
        Ok(rows)
    }
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
    Ok(format!("{}{}", head()?, lines(&rows, csv_cell)?))
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

fn cells(order: OrderSummary, zone: Tz) -> Cells {
    let time = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
    let yes = |is: bool| if is { "是" } else { "" }.to_owned();
    [
        order.number,
        labels::status(order.status).to_owned(),
        labels::light(order.light).to_owned(),
        labels::channel(order.channel).to_owned(),
        order.round.to_string(),
        order.category.name.unwrap_or_default(),
        order.area.map(|area| area.name).unwrap_or_default(),
        order.address.unwrap_or_default(),
        order.description,
        order.reporter.map(|reporter| reporter.name).unwrap_or_default(),
        order.unit.map(|unit| unit.name).unwrap_or_default(),
        order.due_at.map(|due| time(due.to_utc())).unwrap_or_default(),
        yes(order.difficult),
        yes(order.tracked),
        order.endorsements.count.to_string(),
        time(order.created_at.to_utc()),
    ]
}

/// Returns the heading of a CSV file.
fn head() -> Result<String> {
    let headings = lines(&[HEADINGS.map(str::to_owned)], str::to_owned)?;
    Ok(format!("{BOM}{headings}"))
}

fn lines(rows: &[Cells], cell: fn(&str) -> String) -> Result<String> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        writer
            .write_record(row.iter().map(|text| cell(text)))
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
        let mut row = Cells::default();
        row[0] = "=HYPERLINK(\"x\")".to_owned();
        row[1] = "一，二".to_owned();
        row[2] = "a,\"b\"".to_owned();
        assert_eq!(
            lines(&[row], csv_cell).unwrap(),
            "\"'=HYPERLINK(\"\"x\"\")\",一，二,\"a,\"\"b\"\"\",,,,,,,,,,,,,\r\n"
        );
    }
}
