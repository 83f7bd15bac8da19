//! Exactly what is filtered, as a file: the same query as the list, page by page, so that memory stays bounded
//! however many orders there are. CSV flows out as it is read; a workbook is put together first and therefore
//! has a limit of its own.

use std::collections::VecDeque;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_util::Stream;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::app::App;
use crate::console::words;
use crate::error::{Error, Kind, Result};
use crate::http::paging::Paging;
use crate::orders::actor::Actor;
use crate::orders::filter::ListQuery;
use crate::orders::lifecycle::in_chinese;
use crate::orders::list;
use crate::orders::view::summary::OrderSummary;

/// One page of the list.
const PAGE: u64 = 100;
/// A workbook of this many orders takes some tens of megabytes while it is made; more goes as CSV.
pub const MOST_IN_WORKBOOK: usize = 20_000;
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

/// Where the reading of a list stands.
struct Reader {
    app: App,
    actor: Actor,
    query: ListQuery,
    cursor: Option<String>,
    over: bool,
}

impl Reader {
    fn new(app: &App, actor: Actor, query: ListQuery) -> Self {
        Self {
            app: app.clone(),
            actor,
            query,
            cursor: None,
            over: false,
        }
    }

    /// The next page; nothing when there is none.
    async fn next(&mut self) -> Result<Vec<OrderSummary>> {
        if self.over {
            return Ok(Vec::new());
        }
        let paging = Paging {
            limit: Some(PAGE),
            cursor: self.cursor.take(),
        };
        let page = list::list(&self.app, &self.actor, &self.query, &paging).await?;
        self.cursor = page.next_cursor;
        self.over = self.cursor.is_none();
        Ok(page.items)
    }
}

fn cells(order: OrderSummary, zone: Tz) -> [String; 16] {
    let time = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
    let yes = |is: bool| if is { "是" } else { "" }.to_owned();
    [
        order.number,
        in_chinese(order.status).to_owned(),
        words::light(order.light).to_owned(),
        words::channel(order.channel).to_owned(),
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

/// A text that a spreadsheet would take for a formula is marked as a text.
fn guarded(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn line(cells: &[impl AsRef<str>]) -> Result<String> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer
        .write_record(cells.iter().map(|cell| guarded(cell.as_ref())))
        .map_err(anyhow::Error::from)?;
    let bytes = writer.into_inner().map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(String::from_utf8(bytes).map_err(anyhow::Error::from)?)
}

/// The list as CSV, a page at a time. The first page is read before anything is answered, so that a wrong
/// filter is refused and not an empty file.
pub async fn csv(
    app: &App,
    actor: Actor,
    query: ListQuery,
) -> Result<impl Stream<Item = Result<Bytes>> + use<>> {
    let zone = app.city.load().zone();
    let mut reader = Reader::new(app, actor, query);
    let first = reader.next().await?;
    let ready = VecDeque::from([first]);
    let head = Some(format!("{BOM}{}", line(&HEADINGS)?));
    Ok(futures_util::stream::try_unfold(
        (reader, ready, head),
        move |(mut reader, mut ready, mut head)| async move {
            let orders = match ready.pop_front() {
                Some(orders) => orders,
                None => reader.next().await?,
            };
            let mut text = head.take().unwrap_or_default();
            for order in orders {
                text.push_str(&line(&cells(order, zone))?);
            }
            let more = !text.is_empty();
            Ok(more.then(|| (Bytes::from(text), (reader, ready, head))))
        },
    ))
}

/// The list as a workbook.
pub async fn workbook(app: &App, actor: Actor, query: ListQuery) -> Result<Vec<u8>> {
    let zone = app.city.load().zone();
    let mut reader = Reader::new(app, actor, query);
    let mut rows = Vec::new();
    loop {
        let page = reader.next().await?;
        if page.is_empty() {
            break;
        }
        rows.extend(page.into_iter().map(|order| cells(order, zone)));
        if rows.len() > MOST_IN_WORKBOOK {
            let detail = format!("符合条件的工单超过 {MOST_IN_WORKBOOK} 件，请缩小范围，或导出 CSV。");
            return Err(Error::refused(Kind::Rule, "too_many_orders", detail));
        }
    }
    let written = tokio::task::spawn_blocking(move || write(&rows)).await;
    Ok(written
        .map_err(anyhow::Error::from)?
        .map_err(anyhow::Error::from)?)
}

/// Column widths in characters, in the order of the headings.
const WIDTHS: [f64; 16] = [
    18.0, 9.0, 7.0, 12.0, 6.0, 18.0, 10.0, 28.0, 60.0, 10.0, 24.0, 17.0, 6.0, 9.0, 6.0, 17.0,
];

fn write(rows: &[[String; 16]]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("工单")?;
    let bold = Format::new().set_bold();
    for (column, (heading, width)) in (0_u16..).zip(HEADINGS.iter().zip(WIDTHS)) {
        sheet.write_string_with_format(0, column, *heading, &bold)?;
        sheet.set_column_width(column, width)?;
    }
    for (index, row) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(row) {
            sheet.write_string(index, column, cell)?;
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays_text_in_a_spreadsheet() {
        let cells = ["=HYPERLINK(\"x\")", "一，二", "a,\"b\""];
        assert_eq!(
            line(&cells).unwrap(),
            "\"'=HYPERLINK(\"\"x\"\")\",一，二,\"a,\"\"b\"\"\"\r\n"
        );
    }
}
