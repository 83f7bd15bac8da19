//! The supervision order on paper, with the order's history.

use chrono::{DateTime, Utc};
use entity::kinds::SupervisionLevel;
use entity::supervision_order;
use serde_json::{Value, json};

use crate::app::App;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::error::{Error, ErrorKind, Result};
use crate::orders::Actor;
use crate::orders::history::labels;
use crate::orders::view::read::{self, TimelineItem};
use crate::supervision::supervision_orders;

/// The PDF, for those who see the order and read what is internal.
pub async fn pdf(app: &App, actor: &Actor, number: &str, supervision_number: &str) -> Result<Vec<u8>> {
    if !actor.is_staff() {
        return Err(Error::not_found());
    }
    let (order, _) = read::visible(app, actor, number).await?;
    let issued = supervision_orders::of_order(&app.db, &order).await?;
    let issued = issued
        .into_iter()
        .find(|o| o.number == supervision_number)
        .ok_or_else(Error::not_found)?;
    let history = read::timeline(app, actor, number).await?;
    let city = app.state::<CityHandle>().load();
    let data = json!({
        "city": city.meta.name,
        "number": issued.number,
        "order_number": order.number,
        "unit": city.unit(issued.unit_id).map(|unit| unit.name.clone()),
        "level": level(issued.level),
        "requirement": issued.requirement,
        "issued_at": date(&city, issued.issued_at),
        "due_at": date(&city, issued.due_at),
        "issuer": issuer(&issued),
        "description": order.description,
        "address": order.address,
        "answer": issued.answer,
        "history": steps(history),
    });
    render(pdf::Template::SupervisionOrder, data).await
}

/// The body that issued; rows of before it was recorded know only whether a person did.
fn issuer(issued: &supervision_order::Model) -> String {
    let otherwise = if issued.issued_by.is_some() {
        "人大常委会"
    } else {
        "系统自动发出（代表评价不满意）"
    };
    issued.issuer.clone().unwrap_or_else(|| otherwise.to_owned())
}

/// Renders a document off the async threads.
///
/// # Errors
/// `no_chinese_font` (503) if the machine has none.
pub(super) async fn render(template: pdf::Template, data: Value) -> Result<Vec<u8>> {
    let rendered = tokio::task::spawn_blocking(move || pdf::render(template, &data)).await;
    rendered
        .map_err(anyhow::Error::from)?
        .map_err(|error| match error {
            pdf::Error::NoChineseFont => {
                let kind = ErrorKind::Unavailable {
                    retry_after_secs: 3600,
                };
                Error::refused(
                    kind,
                    "no_chinese_font",
                    "服务器没有安装中文字体，请管理员安装 fonts-noto-cjk。",
                )
            }
            other => anyhow::Error::from(other).into(),
        })
}

/// The timeline as the template reads it: when, who, what, in Chinese.
fn steps(history: Vec<TimelineItem>) -> Value {
    let step = |item: TimelineItem| {
        let who = match (item.unit, item.name) {
            (Some(unit), _) => unit.name,
            (None, Some(name)) => format!("{} {name}", labels::role(item.role)),
            (None, None) => labels::role(item.role).to_owned(),
        };
        let at = item.at.format("%Y-%m-%d %H:%M").to_string();
        json!({ "at": at, "who": who, "what": item.title, "note": item.note })
    };
    history.into_iter().map(step).collect()
}

fn level(level: SupervisionLevel) -> &'static str {
    match level {
        SupervisionLevel::None | SupervisionLevel::Unit => "承办单位",
        SupervisionLevel::County => "县（区）人大",
        SupervisionLevel::City => "市人大",
    }
}

/// The day as people of the city write it.
fn date(city: &City, at: DateTime<Utc>) -> String {
    at.with_timezone(&city.zone())
        .format("%Y年%-m月%-d日")
        .to_string()
}
