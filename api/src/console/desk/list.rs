//! The rows of a tab: what waits, since when, until when, and who works on it.

use chrono::{DateTime, Utc};
use entity::kinds::{ContentCheck, Light};

use super::tabs::Tab;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::console::labels::{self, Markup};
use crate::console::orders::rows;
use crate::console::routes::visitor::ConsoleUser;
use crate::console::url_query::encoded;
use crate::content::claims;
use crate::content::review::{self, ReviewItem};
use crate::error::Result;
use crate::hotline::queue::service::{self, ItemContext, PendingRequest};
use crate::http::paging::Paging;
use crate::people::claims::Claim;
use crate::sites::unhandled as messages;
use crate::sites::view::MessageView;

/// Rows on a page.
const PAGE: u64 = 30;

pub struct Row {
    /// The order's number, or the matter's id.
    pub key: String,
    pub href: String,
    /// Whether opening it claims it.
    pub claims: bool,
    pub title: String,
    pub marks: Vec<String>,
    pub said: String,
    pub about: String,
    pub why: String,
    /// Until when it should be done.
    pub by: Option<Markup>,
    /// Who else works on it, and until when.
    pub held: Option<String>,
    pub mine: bool,
    /// Number to call, if the report tells of an emergency: the page sounds an alarm when such a row arrives.
    pub emergency: Option<String>,
}

#[derive(Default)]
pub struct TabRows {
    pub rows: Vec<Row>,
    /// The address of the further rows.
    pub more: Option<String>,
}

/// A page of the tab.
pub async fn read(visitor: &ConsoleUser, tab: Tab, cursor: Option<String>) -> Result<TabRows> {
    let paging = Paging {
        limit: Some(PAGE),
        cursor,
    };
    let (app, caller) = (&visitor.app, &visitor.caller);
    let told = RowBuilder {
        city: &app.state::<CityHandle>().load(),
        now: visitor.now,
        tab,
    };
    let (rows, cursor) = match tab {
        Tab::Messages => {
            let page = messages::list(app, caller, &paging).await?;
            let rows = page.items.into_iter().map(|message| told.message(message));
            (rows.collect(), page.next_cursor)
        }
        Tab::Reviews => {
            let page = review::list(app, caller, None, &paging).await?;
            let held = claims::of(app, caller, page.items.iter().map(|(check, _)| check.id)).await?;
            let row = |reviewed: ReviewItem| {
                let claim = held.get(&reviewed.0.id.to_string());
                told.review(reviewed, claim)
            };
            (page.items.into_iter().map(row).collect(), page.next_cursor)
        }
        _ => {
            let queue = service::list(app, caller, tab.kinds(), paging.after()?, PAGE).await?;
            let rows = queue.page.items.into_iter().map(|item| told.order(item));
            (rows.collect(), queue.page.next_cursor)
        }
    };
    let more = cursor.map(|cursor| format!("{}&cursor={}", tab.address(), encoded(&cursor)));
    Ok(TabRows { rows, more })
}

/// Says a matter in one row.
struct RowBuilder<'a> {
    city: &'a City,
    now: DateTime<Utc>,
    tab: Tab,
}

impl RowBuilder<'_> {
    fn when(&self, at: DateTime<Utc>) -> String {
        labels::when(at, self.now, self.city.zone())
    }

    fn order(&self, item: ItemContext) -> Row {
        let (why, act_by, since) = (why(self.city, &item), item.entry.act_by, item.entry.since);
        let emergency = item
            .order
            .emergency
            .as_ref()
            .map(|emergency| emergency.call.clone());
        let row = rows::row(item.order, self.now, self.city.zone());
        let about = [row.place, row.category, format!("{}起等待", self.when(since))];
        Row {
            href: self.tab.page(&row.number),
            claims: true,
            title: row.number.clone(),
            key: row.number,
            marks: row.marks,
            said: row.summary,
            about: joined(about),
            why,
            by: Some(self.by(act_by)),
            held: item.claim.as_ref().and_then(|claim| self.held(claim)),
            mine: item.claim.is_some_and(|claim| claim.mine),
            emergency,
        }
    }

    fn by(&self, act_by: DateTime<Utc>) -> Markup {
        let left = labels::left(act_by, self.now);
        if act_by <= self.now {
            labels::light_badge(Light::Red, &left)
        } else {
            Markup(left)
        }
    }

    fn held(&self, claim: &Claim) -> Option<String> {
        (!claim.mine).then(|| held(&claim.by, &self.when(claim.until)))
    }

    fn message(&self, message: MessageView) -> Row {
        let key = message.id.to_string();
        let photos = message.photos.len();
        let sent = self.when(message.created_at.to_utc());
        Row {
            href: self.tab.page(&key),
            claims: false,
            title: message.site.name,
            marks: pictures(photos),
            said: rows::shortened(&message.text),
            about: format!("{sent}留言"),
            why: message_state(message.content_check).to_owned(),
            by: None,
            held: None,
            mine: false,
            emergency: None,
            key,
        }
    }

    fn review(&self, (check, photos): ReviewItem, claim: Option<&Claim>) -> Row {
        let key = check.id.to_string();
        Row {
            href: self.tab.page(&key),
            claims: true,
            title: check.title,
            marks: pictures(photos.len()),
            said: rows::shortened(&check.text),
            about: format!("{}提交", self.when(check.created_at)),
            why: check_state(check.state).to_owned(),
            by: None,
            held: claim.and_then(|claim| self.held(claim)),
            mine: claim.is_some_and(|claim| claim.mine),
            emergency: None,
            key,
        }
    }
}

/// Who is in the way.
#[must_use]
pub fn held(by: &str, until: &str) -> String {
    format!("{by}正在处理，到 {until} 为止")
}

fn joined(parts: impl IntoIterator<Item = String>) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

fn pictures(count: usize) -> Vec<String> {
    if count == 0 {
        Vec::new()
    } else {
        vec![format!("{count} 张照片")]
    }
}

/// Why the order is on the desk, in one line.
fn why(city: &City, item: &ItemContext) -> String {
    let unit = |id| city.unit(id).map_or("承办单位", |unit| unit.name.as_str());
    match (&item.entry.asked, &item.returned) {
        (PendingRequest::Extension(asked), _) => {
            format!(
                "{}申请延长 {} 个工作日：{}",
                unit(asked.unit_id),
                asked.days,
                asked.reason
            )
        }
        (PendingRequest::Call(call), _) if call.tries > 0 => match &call.outcome {
            Some(outcome) => format!("已拨打 {} 次：{outcome}", call.tries),
            None => format!("已拨打 {} 次", call.tries),
        },
        (PendingRequest::Call(_), _) => "代表还没有评价，请电话回访。".to_owned(),
        (PendingRequest::Unit, Some(returned)) => {
            format!("{}退回：{}", unit(returned.unit_id), returned.reason)
        }
        (PendingRequest::Unit, None) => item.reason.clone().unwrap_or_default(),
    }
}

/// How far a message has come.
#[must_use]
pub fn message_state(check: ContentCheck) -> &'static str {
    match check {
        ContentCheck::Pass => "点位代表可以看到，等待代表采纳或答复。",
        ContentCheck::Risky => "内容复核未通过，不展示。",
        _ => "等待内容复核，代表还看不到。",
    }
}

/// Returns the label of the content check's state.
#[must_use]
pub fn check_state(check: ContentCheck) -> &'static str {
    match check {
        ContentCheck::Pending => "微信正在检查，还没有结论。",
        ContentCheck::Review => "微信拿不准，需要人工判断。",
        ContentCheck::Unavailable => "微信没有给出结论，需要人工判断。",
        ContentCheck::Pass => "已通过。",
        ContentCheck::Risky => "不予展示。",
    }
}
