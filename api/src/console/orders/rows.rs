//! An order in one line of a list.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::kinds::Status;

use crate::console::labels::{self, Markup};
use crate::orders::view::summary::OrderSummary;
use crate::orders::view::{DecisionView, OrderView};

#[derive(Clone, Debug)]
pub struct Row {
    pub number: String,
    pub href: String,
    pub lamp: Option<Markup>,
    /// Said where no deadline runs.
    pub still: &'static str,
    /// When it is due, in full.
    pub due: String,
    pub status: &'static str,
    pub since: String,
    pub summary: String,
    pub place: String,
    pub category: String,
    pub unit: String,
    pub created: String,
    pub channel: &'static str,
    pub marks: Vec<String>,
}

/// Characters of the description that a line shows.
const SUMMARY_CHARS: usize = 90;

#[must_use]
pub fn row(order: OrderSummary, now: DateTime<Utc>, zone: Tz) -> Row {
    let due_at = order.due_at.map(|due| due.to_utc());
    let over = order.status.is_over();
    let lamp = due_at
        .filter(|_| !over)
        .map(|due| labels::light_badge(order.light, &labels::left(due, now)));
    let place: Vec<String> = [order.area.map(|area| area.name), order.address]
        .into_iter()
        .flatten()
        .collect();
    Row {
        href: format!("/console/orders/{}", order.number),
        lamp,
        still: still(order.status),
        due: due_at.map(|due| labels::due(due, now, zone)).unwrap_or_default(),
        status: order.status.label(),
        since: if over {
            String::new()
        } else {
            format!("已 {}", labels::span(now - order.stage_since.to_utc()))
        },
        summary: shortened(&order.description),
        place: place.join(" · "),
        category: order.category.name.unwrap_or_else(|| "类别未定".to_owned()),
        unit: order
            .unit
            .map_or_else(|| Status::Triage.label().to_owned(), |unit| unit.name),
        created: labels::when(order.created_at.to_utc(), now, zone),
        channel: order.channel.label(),
        marks: marks(
            order.round,
            order.difficult,
            order.tracked,
            order.endorsements.count,
        ),
        number: order.number,
    }
}

/// Why no deadline runs.
fn still(status: Status) -> &'static str {
    match status {
        Status::Closed | Status::Cancelled => status.label(),
        Status::Replied => "待评价",
        Status::Triage | Status::Submitted => Status::Triage.label(),
        Status::Dispatched | Status::InProgress => "未计时",
    }
}

/// Returns the marks of an order.
#[must_use]
pub fn marks(round: i32, difficult: bool, tracked: bool, endorsements: u64) -> Vec<String> {
    let mut marks = Vec::new();
    if round > 1 {
        marks.push(format!("第 {round} 次办理"));
    }
    if difficult {
        marks.push("疑难".to_owned());
    }
    if tracked {
        marks.push("重点跟踪".to_owned());
    }
    if endorsements > 0 {
        marks.push(format!("附议 {endorsements}"));
    }
    marks
}

/// The marks of an order on its own page: watch lists besides.
#[must_use]
pub fn order_marks(order: &OrderView) -> Vec<String> {
    let endorsements = order.endorsements.count;
    let mut marks = marks(order.round, order.difficult, order.tracked, endorsements);
    let watched = order.watched.iter();
    marks.extend(watched.map(|place| format!("重点监管：{}", place.subject)));
    marks
}

/// An administrative decision in a line, and the address of its document.
#[must_use]
pub fn decision_line(decision: &DecisionView) -> (String, Option<String>) {
    let line = format!(
        "{} {}（{}）",
        decision.title, decision.document_number, decision.date
    );
    let file = decision.file.as_ref();
    (line, file.map(|file| format!("/console/files/{}", file.id)))
}

/// The beginning of a text, as much as a line shows.
#[must_use]
pub fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(SUMMARY_CHARS).collect();
    if text.chars().nth(SUMMARY_CHARS).is_some() {
        short.push('…');
    }
    short
}
