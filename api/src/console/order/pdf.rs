//! The order's file on paper: what its page says, for the folder and for the meeting.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::page_model::{OrderPageModel, Step};
use super::times::RowFormatter;
use crate::app::App;
use crate::audit_tree::checkpoints;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::orders::Actor;
use crate::orders::paper::render::render;
use crate::orders::paper::{photos, times};
use crate::orders::view::{DeadlineView, OrderView, read};

/// A4, as the actor may read the order.
pub async fn pdf(app: &App, actor: &Actor, number: &str, now: DateTime<Utc>) -> Result<Vec<u8>> {
    let order = read::detail(app, actor, number).await?;
    let timeline = read::timeline(app, actor, number).await?;
    let city = app.state::<CityHandle>().load();
    let pictures = photos::of_order(app, &order, city.zone()).await?;
    let times = RowFormatter {
        now,
        zone: city.zone(),
        on_paper: true,
    };
    let sheet = OrderPageModel::new(&order, timeline, &times);
    let record = checkpoints::foot(app, now).await?;
    let mut data = data(sheet);
    if let Some(fields) = data.as_object_mut() {
        let clocks = order.deadlines.iter().map(|row| clock(row, &times));
        fields.insert("city".to_owned(), json!(city.meta.name));
        fields.insert("record".to_owned(), json!(record));
        fields.insert("printed_at".to_owned(), json!(times::moment(now, city.zone())));
        fields.insert("clocks".to_owned(), clocks.collect());
        fields.insert("issued".to_owned(), issued(&order, &times));
        fields.insert("photos".to_owned(), json!(pictures.entries));
    }
    render(pdf::Template::OrderFile, data, pictures.images).await
}

/// The page as the template reads it; the history in its own order, which on the page is turned round.
fn data(sheet: OrderPageModel) -> Value {
    let pairs = |facts: Vec<(&'static str, String)>| -> Vec<Value> {
        facts
            .into_iter()
            .map(|(name, text)| json!([name, text]))
            .collect()
    };
    let steps = sheet.steps.into_iter().rev();
    let replies = sheet.replies.into_iter().rev();
    json!({
        "video": sheet.video.map(|video| video.on_paper),
        "number": sheet.number,
        "status": sheet.status,
        "marks": sheet.marks,
        "description": sheet.description,
        "facts": pairs(sheet.facts),
        "why": pairs(sheet.why),
        "replies": replies.map(|reply| json!({
            "unit": reply.unit, "at": reply.at, "public": reply.public, "account": reply.account,
            "contacted": reply.contacted, "round": reply.round,
            "decisions": reply.decisions.into_iter().map(|(line, _)| line).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "verdicts": sheet.verdicts.into_iter().rev().map(|verdict| json!({
            "result": verdict.result, "solved": verdict.solved, "process": verdict.process,
            "at": verdict.at, "comment": verdict.comment, "round": format!("第 {} 次办理", verdict.round),
        })).collect::<Vec<_>>(),
        "steps": steps.map(|Step { title, at, who, note, .. }| json!({
            "title": title, "at": at, "who": who, "note": note,
        })).collect::<Vec<_>>(),
    })
}

/// A deadline with what became of it.
fn clock(clock: &DeadlineView, times: &RowFormatter) -> Value {
    let (state, verdict) = match clock.stopped_at {
        Some(at) if at <= clock.due_at => (times.when(at), "按期"),
        Some(at) => (times.when(at), "超期"),
        None if clock.due_at.to_utc() < times.now => ("未停止".to_owned(), "超期"),
        None => ("未停止".to_owned(), "计时中"),
    };
    json!({
        "title": clock.kind.label(),
        "round": clock.round,
        "due": times.due(clock.due_at),
        "state": state,
        "verdict": verdict,
        "explanation": clock.explanation.get("text").and_then(Value::as_str).unwrap_or_default(),
    })
}

fn issued(order: &OrderView, times: &RowFormatter) -> Value {
    let issued = order.supervision_orders.iter().flatten();
    let shown = issued.map(|issued| {
        json!({
            "number": issued.number, "level": issued.level.label(), "requirement": issued.requirement,
            "due": times.due(issued.due_at), "answer": issued.answer,
        })
    });
    shown.collect()
}
