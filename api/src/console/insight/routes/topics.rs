//! `/console/insight/topics`: what keeps coming back, why it is believed to, and what an analyst says to it.

use actix_web::ResponseError as _;
use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use entity::ids::TopicId;
use entity::kinds::{Role, TopicStatus};

use crate::city::snapshot::{City, CityHandle};
use crate::console::campaigns::committees;
use crate::console::forms::{Field, Form, FormFields, Kind};
use crate::console::labels::{self, Markup};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, Result};
use crate::http::paging::Paging;
use crate::insight::alert_rules;
use crate::insight::reports::chart;
use crate::insight::topic_actions::{self, FromTopic};
use crate::insight::view::{self, TopicDetail, TopicView};

const PATH: &str = "/console/insight/topics";

struct Line {
    href: String,
    title: String,
    status: &'static str,
    orders: i32,
    delegates: i32,
    areas: String,
    why: String,
    last: String,
}

#[derive(Template)]
#[template(path = "topics.html")]
struct TopicsPage {
    frame: PageContext,
    lines: Vec<Line>,
    more: Option<String>,
}

/// The topics, the busiest first.
#[get("/insight/topics")]
pub async fn list(visitor: ConsoleUser, paging: Query<Paging>) -> Result<HttpResponse, PageError> {
    let found = view::page(&visitor.app, &visitor.caller, &paging).await?;
    let more = found.next_cursor.map(|cursor| format!("{PATH}?cursor={cursor}"));
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let line = |topic: TopicView| Line {
        href: format!("{PATH}/{}", topic.id),
        status: topic.status.label(),
        orders: topic.order_count,
        delegates: topic.delegate_count,
        areas: areas(&topic),
        why: why(&topic),
        last: labels::when(topic.last_at.to_utc(), visitor.now, zone),
        title: topic.title,
    };
    page(&TopicsPage {
        frame: visitor.frame(Section::Topics, "高频问题"),
        lines: found.items.into_iter().map(line).collect(),
        more,
    })
}

fn areas(topic: &TopicView) -> String {
    let told = topic
        .areas
        .iter()
        .map(|area| format!("{} {} 件", area.name, area.orders));
    told.collect::<Vec<_>>().join("，")
}

/// Why it is taken for more than chance, in a sentence.
fn why(topic: &TopicView) -> String {
    let what = topic.origin.label();
    let days = topic.window_days;
    let now = match topic.recent {
        0 => format!("最近 {days} 天没有新的反映"),
        recent => format!("最近 {days} 天 {recent} 件"),
    };
    match (topic.at_alert, topic.crossed_at) {
        (Some(then), Some(at)) => {
            let compared = alert_rules::compared(then.recent, then.expected);
            format!("{what}：{}提醒时{compared}；{now}", at.format("%Y年%-m月%-d日"))
        }
        _ if topic.status == TopicStatus::Watch => {
            let compared = alert_rules::compared(topic.recent, topic.expected);
            format!("{what}：最近 {days} 天{compared}；可能是偶然波动，只关注，不提醒")
        }
        _ => format!("{what}：{now}"),
    }
}

struct Gathered {
    number: String,
    status: &'static str,
    area: String,
    when: String,
}

#[derive(Template)]
#[template(path = "topic.html")]
struct TopicPage {
    frame: PageContext,
    facts: Vec<(&'static str, String)>,
    weeks: Markup,
    units: Vec<(String, i32)>,
    orders: Vec<Gathered>,
    campaign: Option<String>,
    forms: Vec<Form>,
}

#[get("/insight/topics/{id}")]
pub async fn show(visitor: ConsoleUser, id: Path<TopicId>) -> Result<HttpResponse, PageError> {
    page(&topic_page(&visitor, *id, None).await?)
}

async fn topic_page(
    visitor: &ConsoleUser,
    id: TopicId,
    refused: Option<(&str, &FormFields, &Error)>,
) -> Result<TopicPage, PageError> {
    let topic = topic_actions::visible(&visitor.app, &visitor.caller, id).await?;
    let area = topic_actions::confined_to(&visitor.caller)?;
    let TopicDetail {
        topic,
        orders,
        units,
        weeks,
        ..
    } = view::detail(&visitor.app, topic, area.as_deref()).await?;
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let frame = visitor.frame(Section::Topics, topic.title.clone());
    let mut forms = Vec::new();
    if visitor.caller.role == Role::Supervisor && !topic.dismissed && topic.merged_into.is_none() {
        let city = visitor.app.state::<CityHandle>().load();
        forms = forms_of(&city, &topic, &frame.csrf);
    }
    if let Some((id, entries, error)) = refused {
        let refuse = |form: Form| {
            if form.id == id {
                form.refused(entries, error)
            } else {
                form
            }
        };
        forms = forms.into_iter().map(refuse).collect();
    }
    let bars: Vec<_> = weeks
        .iter()
        .map(|week| chart::Bar {
            label: week.week.format("%-m/%-d").to_string(),
            value: u64::try_from(week.orders).unwrap_or(0),
            strong: true,
        })
        .collect();
    let gathered = orders.into_iter().map(|order| Gathered {
        number: order.number,
        status: order.status.label(),
        area: order.area.unwrap_or_default(),
        when: labels::when(order.created_at.to_utc(), visitor.now, zone),
    });
    Ok(TopicPage {
        facts: facts(&topic),
        // Made by ourselves, with every text in it escaped.
        weeks: Markup(chart::bars(&bars)),
        units: units.into_iter().map(|unit| (unit.name, unit.orders)).collect(),
        orders: gathered.collect(),
        campaign: topic.campaign.map(|id| format!("/console/campaigns/{id}")),
        forms,
        frame,
    })
}

fn facts(topic: &TopicView) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("状态", topic.status.label().to_owned()),
        ("为什么", why(topic)),
        (
            "涉及",
            format!("{} 位代表，{} 件工单", topic.delegate_count, topic.order_count),
        ),
        ("区县", areas(topic)),
        ("关键词", topic.keywords.join("、")),
    ];
    if let Some(kind) = &topic.kind {
        facts.push(("类", kind.clone()));
    }
    facts
}

fn forms_of(city: &City, topic: &TopicView, csrf: &str) -> Vec<Form> {
    let path = |what: &str| format!("{PATH}/{}/{what}", topic.id);
    let mut forms = Vec::new();
    if topic.campaign.is_none() {
        forms.push(
            Form::new("campaign", path("campaign"), "开展专项监督", csrf)
                .summary("以这个问题群的全部工单开展一项专项监督，相关单位和代表会收到通知。")
                .submit("开展")
                .field(
                    Field::new("title", "名称", Kind::Line)
                        .at_most(100)
                        .value(topic.title.clone()),
                )
                .field(
                    Field::new("purpose", "目的", Kind::Text)
                        .required()
                        .at_most(5_000),
                )
                .field(Field::new(
                    "committee",
                    "负责的委员会",
                    Kind::Pick(committees(city, "未指定", "")),
                )),
        );
    }
    forms.push(
        Form::new("rename", path("rename"), "改名", csrf)
            .summary("改过的名称不再由系统更新。")
            .field(
                Field::new("title", "名称", Kind::Line)
                    .required()
                    .at_most(100)
                    .value(topic.title.clone()),
            ),
    );
    forms.push(
        Form::new("dismiss", path("dismiss"), "不再关注", csrf)
            .summary("系统会记住，这个问题群不再提示。")
            .submit("不再关注")
            .field(Field::new("reason", "理由", Kind::Text).required().at_most(500)),
    );
    forms
}

/// Executes an analyst's action: `campaign`, `rename`, `dismiss`.
#[post("/insight/topics/{id}/{what}")]
pub async fn act(
    visitor: ConsoleUser,
    path: Path<(TopicId, String)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let (id, what) = path.into_inner();
    let sent = FormData::read(&visitor, &request, body).await?;
    match apply(&visitor, id, &what, &sent.entries).await {
        Ok(next) => Ok(see_other(&next)),
        Err(PageError::Broken(error @ Error::Refused(_))) => {
            let again = topic_page(&visitor, id, Some((&what, &sent.entries, &error))).await?;
            with_status(error.status_code(), &again)
        }
        Err(error) => Err(error),
    }
}

/// Applies the action and returns the next page.
async fn apply(
    visitor: &ConsoleUser,
    id: TopicId,
    what: &str,
    entries: &FormFields,
) -> Result<String, PageError> {
    let (app, caller, now) = (&visitor.app, &visitor.caller, visitor.now);
    match what {
        "campaign" => {
            let asked = FromTopic {
                title: entries.some("title").map(str::to_owned),
                purpose: entries.text("purpose").to_owned(),
                committee: entries.some("committee").map(str::to_owned),
            };
            let campaign = topic_actions::open_campaign(app, caller, id, asked, now).await?;
            Ok(format!("/console/campaigns/{}?done=campaign_opened", campaign.id))
        }
        "rename" => {
            topic_actions::rename(app, caller, id, entries.text("title"), now).await?;
            Ok(format!("{PATH}/{id}?done=topic_renamed"))
        }
        "dismiss" => {
            topic_actions::dismiss(app, caller, id, entries.text("reason"), now).await?;
            Ok(format!("{PATH}?done=topic_dismissed"))
        }
        _ => Err(PageError::not_found()),
    }
}
