//! The supervision order (督办单) as an official letter, with the order's history and photos as annexes.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::kinds::{PersonLevel, Role};
use entity::supervision_order;
use serde_json::{Value, json};

use crate::app::App;
use crate::city::snapshot::{City, CityHandle};
use crate::error::{Error, Result};
use crate::orders::Actor;
use crate::orders::paper::render::render;
use crate::orders::paper::{photos, times};
use crate::orders::view::read::{self, TimelineItem};
use crate::orders::view::{OrderView, VerdictView};
use crate::supervision::supervision_orders;

/// The PDF, for those who see the order and read what is internal.
pub async fn pdf(app: &App, actor: &Actor, number: &str, supervision_number: &str) -> Result<Vec<u8>> {
    if !actor.is_staff() {
        return Err(Error::not_found());
    }
    let (row, _) = read::visible(app, actor, number).await?;
    let issued = supervision_orders::of_order(&app.db, &row).await?;
    let issued = issued
        .into_iter()
        .find(|o| o.number == supervision_number)
        .ok_or_else(Error::not_found)?;
    let order = read::detail(app, actor, number).await?;
    let history = read::timeline(app, actor, number).await?;
    let city = app.state::<CityHandle>().load();
    let pictures = photos::of_order(app, &order, city.zone()).await?;
    let letter = Letter {
        issued: &issued,
        order: &order,
        zone: city.zone(),
    };
    let mut annexes = vec!["办理经过"];
    if !pictures.entries.is_empty() {
        annexes.push("现场照片");
    }
    let (issuer, signed) = issuer(&city, &issued, row.area_code.as_deref());
    let data = json!({
        "number": document_number(&issued.number),
        "title": "关于限期办理代表反映事项的督办单",
        "issuer": issuer,
        "signed": signed,
        "automatic": issued.issued_by.is_none(),
        "issued_on": times::day_of(issued.issued_at, city.zone()),
        "unit": city.unit(issued.unit_id).map_or("承办单位", |unit| unit.name.as_str()),
        "paragraphs": letter.paragraphs(),
        "annexes": annexes,
        "history": steps(history, city.zone()),
        "photos": pictures.entries,
    });
    render(pdf::Template::SupervisionOrder, data, pictures.images).await
}

/// The name at the head of the letter and the one above the date. A committee signs with its full name; where a verdict
/// issued the letter, the system is named. Rows from before the issuer was recorded know only whether a person did.
fn issuer(city: &City, issued: &supervision_order::Model, area: Option<&str>) -> (String, String) {
    if issued.issued_by.is_none() {
        let head = format!("{}人大代表反映事项督办", city.meta.name);
        let signed = issued.issuer.clone();
        return (head, signed.unwrap_or_else(|| "系统自动发出".to_owned()));
    }
    let organs = [city.organ(area), city.organ(None)];
    let known = organs
        .into_iter()
        .find(|organ| issued.issuer.as_ref() == Some(&organ.short));
    let name = match known {
        Some(organ) => organ.organ,
        None => issued.issuer.clone().unwrap_or_else(|| city.organ(None).organ),
    };
    (name.clone(), name)
}

/// `DB2025-0001` as a letter writes it: `督〔2025〕1号`.
fn document_number(number: &str) -> String {
    let parts = number.strip_prefix("DB").and_then(|rest| rest.split_once('-'));
    match parts {
        Some((year, nth)) => format!("督〔{year}〕{}号", nth.trim_start_matches('0')),
        None => number.to_owned(),
    }
}

/// The facts of the letter.
struct Letter<'a> {
    issued: &'a supervision_order::Model,
    order: &'a OrderView,
    zone: Tz,
}

impl Letter<'_> {
    fn paragraphs(&self) -> Vec<String> {
        let order = self.order;
        let place = order.address.as_deref();
        let place = place.map_or_else(String::new, |place| format!("，地点：{place}"));
        let mut said = vec![
            format!(
                "{}，{}通过“{}”反映以下事项（工单编号：{}，督办编号：{}{place}）：",
                self.day(order.created_at.to_utc()),
                self.reporter(),
                order.channel.label(),
                order.number,
                self.issued.number,
            ),
            order.description.clone(),
        ];
        said.extend(self.verdict());
        said.push("为推动问题切实解决，现将督办要求通知如下：".to_owned());
        said.extend(lines(&self.issued.requirement));
        said.push(format!(
            "请于{}前办理完毕并书面答复。",
            times::day(times::due_day(self.issued.due_at, self.zone))
        ));
        if let Some(answer) = &self.issued.answer {
            let at = self.issued.answered_at.map(|at| self.day(at)).unwrap_or_default();
            said.push(format!("你单位已于{at}答复：{answer}"));
        }
        said
    }

    fn reporter(&self) -> String {
        match &self.order.reporter {
            Some(reporter) => {
                let title = reporter.level.map_or(Role::Delegate.label(), PersonLevel::label);
                format!("{title}{}", reporter.name)
            }
            None => Role::Delegate.label().to_owned(),
        }
    }

    /// The verdict that the letter follows: the last one before it.
    fn verdict(&self) -> Option<String> {
        let before = |verdict: &&VerdictView| verdict.created_at.to_utc() <= self.issued.issued_at;
        let verdict = self.order.verdicts.iter().rfind(before)?;
        let comment = verdict.comment.as_deref().map(str::trim).unwrap_or_default();
        let comment = if comment.is_empty() {
            "。".to_owned()
        } else {
            format!("，代表意见：{}", ended(comment))
        };
        Some(format!(
            "{}，代表对第 {} 次办理的评价为“{}”，问题{}{comment}",
            self.day(verdict.created_at.to_utc()),
            verdict.round,
            verdict.result.label(),
            verdict.solved.label(),
        ))
    }

    fn day(&self, at: DateTime<Utc>) -> String {
        times::day_of(at, self.zone)
    }
}

fn lines(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
}

/// A sentence with its full stop.
fn ended(text: &str) -> String {
    if text.ends_with(['。', '！', '？', '…', '.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}。")
    }
}

/// The timeline as the template reads it: when, who, what, in Chinese.
fn steps(history: Vec<TimelineItem>, zone: Tz) -> Value {
    let step = |item: TimelineItem| {
        let who = match (item.unit, item.name) {
            (Some(unit), _) => unit.name,
            (None, Some(name)) => format!("{} {name}", item.role.label()),
            (None, None) => item.role.label().to_owned(),
        };
        let at = times::moment(item.at.to_utc(), zone);
        json!({ "at": at, "who": who, "what": item.title, "note": item.note })
    };
    history.into_iter().map(step).collect()
}
