//! `/console/admin/templates`: the message templates beside the WeChat account's, and how their pushes fare.

use actix_web::ResponseError as _;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use crate::city::snapshot::CityHandle;
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::Error;
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
}

#[get("/admin/templates")]
pub async fn show(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    page(&templates_page(&visitor).await?)
}

async fn templates_page(visitor: &ConsoleUser) -> Result<TemplatesPage, PageError> {
    let all = template_health::of_templates(&visitor.app, &visitor.caller, visitor.now).await?;
    Ok(TemplatesPage {
        frame: visitor.frame(Section::Templates, "消息模板"),
        days: DAYS,
        lines: all.into_iter().map(|health| line(visitor, health)).collect(),
        trouble: None,
    })
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
