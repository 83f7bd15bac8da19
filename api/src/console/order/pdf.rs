//! The order's file on paper: what its page says, for the folder and for the meeting.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::page_model::{OrderPageModel, Step};
use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::error::{Error, ErrorKind, Result};
use crate::orders::Actor;
use crate::orders::view::read;

const NO_FONT_RETRY_SECS: u64 = 3600;

/// A4, as the actor may read the order.
pub async fn pdf(app: &App, actor: &Actor, number: &str, now: DateTime<Utc>) -> Result<Vec<u8>> {
    let order = read::detail(app, actor, number).await?;
    let timeline = read::timeline(app, actor, number).await?;
    let city = app.state::<CityHandle>().load();
    let sheet = OrderPageModel::new(&order, timeline, now, city.zone());
    let printed_at = now.with_timezone(&city.zone()).format("%Y年%-m月%-d日 %H:%M");
    let data = data(sheet, &city.meta.name, &printed_at.to_string());
    let rendered = tokio::task::spawn_blocking(move || pdf::render(pdf::Template::OrderFile, &data)).await;
    rendered
        .map_err(anyhow::Error::from)?
        .map_err(|error| match error {
            pdf::Error::NoChineseFont => {
                let kind = ErrorKind::Unavailable {
                    retry_after_secs: NO_FONT_RETRY_SECS,
                };
                let detail = "服务器没有安装中文字体，请管理员安装 fonts-noto-cjk。";
                Error::refused(kind, "no_chinese_font", detail)
            }
            other => anyhow::Error::from(other).into(),
        })
}

/// As the template reads it; the history in its own order, which on the page is turned round.
fn data(sheet: OrderPageModel, city: &str, printed_at: &str) -> Value {
    let pairs = |facts: Vec<(&'static str, String)>| -> Vec<Value> {
        facts
            .into_iter()
            .map(|(name, text)| json!([name, text]))
            .collect()
    };
    let steps = sheet.steps.into_iter().rev();
    let replies = sheet.replies.into_iter().rev();
    json!({
        "city": city,
        "printed_at": printed_at,
        "number": sheet.number,
        "status": sheet.status,
        "marks": sheet.marks,
        "description": sheet.description,
        "facts": pairs(sheet.facts),
        "why": pairs(sheet.why),
        "clocks": sheet.clocks.into_iter().rev().map(|clock| json!({
            "title": clock.title, "due": clock.due, "state": clock.state, "explanation": clock.explanation,
        })).collect::<Vec<_>>(),
        "replies": replies.map(|reply| json!({
            "unit": reply.unit, "at": reply.at, "public": reply.public, "account": reply.account,
        })).collect::<Vec<_>>(),
        "verdicts": sheet.verdicts.into_iter().rev().map(|verdict| json!({
            "result": verdict.result, "solved": verdict.solved, "at": verdict.at, "comment": verdict.comment,
        })).collect::<Vec<_>>(),
        "steps": steps.map(|Step { title, at, who, note, .. }| json!({
            "title": title, "at": at, "who": who, "note": note,
        })).collect::<Vec<_>>(),
    })
}
