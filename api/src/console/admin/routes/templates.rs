//! `/console/admin/templates`: the message templates beside the WeChat account's, and how their pushes fare.

use actix_web::ResponseError as _;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use entity::kinds::{SecondChannel, SecondDeliveryStatus};

use crate::city::snapshot::CityHandle;
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::Error;
use crate::notices::MessageCatalog;
use crate::notices::second_channel::report::{self, RuleLine, SecondChannelReport};
use crate::notices::template_health::{self, DAYS, Health};

struct Line {
    health: Health,
    state: &'static str,
    checked: String,
    problems: Vec<String>,
}

#[derive(Template)]
#[template(path = "admin_templates.html")]
struct TemplatesPage {
    frame: PageContext,
    days: i64,
    lines: Vec<Line>,
    trouble: Option<String>,
    rules: Vec<RuleRow>,
    sends: Vec<SendRow>,
}

/// One rule of the second channel.
struct RuleRow {
    event: String,
    channel: &'static str,
    hours: i64,
    state: &'static str,
}

/// Messages of one channel that ended in one way.
struct SendRow {
    channel: &'static str,
    status: &'static str,
    count: i64,
}

#[get("/admin/templates")]
pub async fn show(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    page(&templates_page(&visitor).await?)
}

async fn templates_page(visitor: &ConsoleUser) -> Result<TemplatesPage, PageError> {
    let all = template_health::of_templates(&visitor.app, &visitor.caller, visitor.now).await?;
    let SecondChannelReport { rules, counts } = report::read(&visitor.app).await?;
    let send = |(kind, status, count): (SecondChannel, SecondDeliveryStatus, i64)| SendRow {
        channel: kind.label(),
        status: status.label(),
        count,
    };
    Ok(TemplatesPage {
        frame: visitor.frame(Section::Templates, "消息模板"),
        days: DAYS,
        lines: all.into_iter().map(|health| line(visitor, health)).collect(),
        trouble: None,
        rules: rules.into_iter().map(|rule| rule_row(visitor, &rule)).collect(),
        sends: counts.into_iter().map(send).collect(),
    })
}

fn rule_row(visitor: &ConsoleUser, rule: &RuleLine) -> RuleRow {
    RuleRow {
        event: visitor
            .app
            .state::<MessageCatalog>()
            .phrase(rule.event)
            .to_owned(),
        channel: rule.channel.label(),
        hours: rule.hours,
        state: if rule.configured { "启用" } else { "未开通" },
    }
}

fn line(visitor: &ConsoleUser, health: Health) -> Line {
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let checked = health.checked.as_ref();
    let problems = checked
        .map(|checked| checked.problems.clone())
        .unwrap_or_default();
    Line {
        state: match checked {
            None => "还没有检查过",
            Some(checked) if !checked.known => "微信没有这个模板",
            Some(_) if problems.is_empty() => "相符",
            Some(_) => "有出入",
        },
        checked: checked
            .map(|checked| labels::when(checked.at, visitor.now, zone))
            .unwrap_or_default(),
        problems,
        health,
    }
}

#[post("/admin/templates/check")]
pub async fn check(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    match template_health::check_now(&visitor.app, &visitor.caller, visitor.now).await {
        Ok(()) => Ok(see_other("/console/admin/templates?done=templates_checked")),
        Err(Error::Refused(refused)) if refused.code == "wechat_unavailable" => {
            let mut shown = templates_page(&visitor).await?;
            shown.trouble = Some(refused.detail.clone());
            with_status(Error::Refused(refused).status_code(), &shown)
        }
        Err(error) => Err(error.into()),
    }
}
