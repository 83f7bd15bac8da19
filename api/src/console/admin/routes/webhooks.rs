//! `/console/admin/webhooks`: where other systems are called. A secret is shown once; each endpoint has its delivery log,
//! a test and a resend.

use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post};
use askama::Template;
use entity::ids::{WebhookDeliveryId, WebhookId};
use entity::kinds::{Role, WebhookDeliveryStatus};
use entity::{webhook_delivery, webhook_endpoint};

use super::connection::{boxes, sent_by_admin, trouble};
use crate::city::snapshot::CityHandle;
use crate::console::forms::{Choice, FormFields};
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, Result};
use crate::webhooks::endpoints::{self, ALL_EVENTS, NewEndpoint};
use crate::webhooks::event_type::EventType;
use crate::webhooks::retry::failure_text;
use crate::webhooks::worker;

const PATH: &str = "/console/admin/webhooks";

struct Line {
    href: String,
    url: String,
    description: String,
    events: String,
    state: &'static str,
    active: bool,
}

#[derive(Template)]
#[template(path = "admin_webhooks.html")]
struct WebhooksPage {
    frame: PageContext,
    lines: Vec<Line>,
    events: Vec<Choice>,
    entries: FormFields,
    everything: bool,
    trouble: Option<String>,
}

#[get("/admin/webhooks")]
pub async fn list(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    page(&webhooks_page(&visitor, FormFields::default()).await?)
}

async fn webhooks_page(visitor: &ConsoleUser, entries: FormFields) -> Result<WebhooksPage> {
    let endpoints = endpoints::list(&visitor.app).await?;
    let events = EventType::ALL.iter().map(|event| (event.as_str(), event.label()));
    let events = boxes(events, &entries, "event");
    let everything = entries.all("event").any(|name| name == ALL_EVENTS);
    Ok(WebhooksPage {
        frame: visitor.frame(Section::Webhooks, "事件推送"),
        lines: endpoints.iter().map(line).collect(),
        events,
        everything,
        entries,
        trouble: None,
    })
}

fn line(endpoint: &webhook_endpoint::Model) -> Line {
    Line {
        href: format!("{PATH}/{}", endpoint.id),
        url: endpoint.url.clone(),
        description: endpoint.description.clone().unwrap_or_default(),
        events: events(endpoint),
        state: state(endpoint),
        active: endpoint.active,
    }
}

fn events(endpoint: &webhook_endpoint::Model) -> String {
    let names: Vec<String> = serde_json::from_value(endpoint.events.clone()).unwrap_or_default();
    if names.iter().any(|name| name == ALL_EVENTS) {
        return "全部事件".to_owned();
    }
    let labels: Vec<&str> = names
        .iter()
        .filter_map(|name| EventType::parse(name))
        .map(EventType::label)
        .collect();
    labels.join("、")
}

fn state(endpoint: &webhook_endpoint::Model) -> &'static str {
    match (endpoint.active, endpoint.disabled_reason.as_deref()) {
        (true, _) if endpoint.failing_since.is_some() => "最近推送失败",
        (true, _) => "正常",
        (false, Some("gone")) => "已停用：对方答复不再接收（410）",
        (false, _) => "已停用：多日推送不成功",
    }
}

#[post("/admin/webhooks")]
pub async fn create(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = sent_by_admin(&visitor, &request, body).await?;
    let new = NewEndpoint {
        url: sent.entries.text("url").to_owned(),
        events: sent.entries.all("event").map(str::to_owned).collect(),
        description: sent.entries.some("description").map(str::to_owned),
        include_personal_data: sent.entries.ticked("include_personal_data"),
        linked_only: sent.entries.ticked("linked_only"),
    };
    match endpoints::create(&visitor.app, visitor.caller.person, new).await {
        Ok((endpoint, secret)) => {
            let mut shown = endpoint_page(&visitor, endpoint.id).await?;
            shown.secret = Some(secret.encoded());
            page(&shown)
        }
        Err(error @ Error::Refused(_)) => {
            let mut shown = webhooks_page(&visitor, sent.entries).await?;
            let status = error.status_code();
            shown.trouble = Some(trouble(error));
            with_status(status, &shown)
        }
        Err(broken) => Err(broken.into()),
    }
}

struct DeliveryLine {
    id: WebhookDeliveryId,
    message: String,
    event: String,
    status: &'static str,
    failed: bool,
    attempts: i32,
    answer: String,
    created: String,
    next: String,
    finished: bool,
}

#[derive(Template)]
#[template(path = "admin_webhook.html")]
struct WebhookPage {
    frame: PageContext,
    path: String,
    facts: Vec<(&'static str, String)>,
    log: Vec<DeliveryLine>,
    /// A secret that has just been made.
    secret: Option<String>,
}

#[get("/admin/webhooks/{id}")]
pub async fn show(visitor: ConsoleUser, id: Path<WebhookId>) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    page(&endpoint_page(&visitor, *id).await?)
}

async fn endpoint_page(visitor: &ConsoleUser, id: WebhookId) -> Result<WebhookPage> {
    let (endpoint, log) = endpoints::with_log(&visitor.app, id).await?;
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let when = |at| labels::when(at, visitor.now, zone);
    let personal = if endpoint.include_personal_data {
        "包括工单的文字、地址和位置"
    } else {
        "不含个人信息"
    };
    let orders = if endpoint.linked_only {
        "只推送对接单位的工单"
    } else {
        "推送全部工单"
    };
    let mut facts = vec![
        ("地址", endpoint.url.clone()),
        ("事件", events(&endpoint)),
        ("内容", personal.to_owned()),
        ("工单", orders.to_owned()),
        ("状态", state(&endpoint).to_owned()),
        ("建立", when(endpoint.created_at)),
    ];
    facts.extend(endpoint.failing_since.map(|at| ("失败起于", when(at))));
    let title = endpoint.description.clone().filter(|text| !text.is_empty());
    Ok(WebhookPage {
        frame: visitor.frame(Section::Webhooks, title.unwrap_or_else(|| endpoint.url.clone())),
        path: format!("{PATH}/{id}"),
        facts,
        log: log
            .into_iter()
            .map(|delivery| delivery_line(delivery, &when))
            .collect(),
        secret: None,
    })
}

fn delivery_line(
    delivery: webhook_delivery::Model,
    when: &impl Fn(chrono::DateTime<chrono::Utc>) -> String,
) -> DeliveryLine {
    let status = match delivery.status {
        WebhookDeliveryStatus::Waiting if delivery.attempts > 0 => "等待重试",
        WebhookDeliveryStatus::Waiting => "等待推送",
        WebhookDeliveryStatus::Delivered => "已送达",
        WebhookDeliveryStatus::Failed => "未送达",
    };
    let answer = match (delivery.last_status, delivery.last_error) {
        (_, Some(error)) => failure_text(error),
        (Some(status), None) => format!("HTTP {status}"),
        (None, None) => String::new(),
    };
    let label = EventType::parse(&delivery.event_type).map(EventType::label);
    DeliveryLine {
        message: worker::message_id(delivery.id),
        id: delivery.id,
        event: label.map_or(delivery.event_type, str::to_owned),
        status,
        failed: delivery.status == WebhookDeliveryStatus::Failed,
        attempts: delivery.attempts,
        answer,
        created: when(delivery.created_at),
        next: delivery.next_at.map(when).unwrap_or_default(),
        finished: delivery.finished_at.is_some(),
    }
}

/// Makes a new secret, which is shown once; both sign for a day.
#[post("/admin/webhooks/{id}/rotate")]
pub async fn rotate(
    visitor: ConsoleUser,
    id: Path<WebhookId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    sent_by_admin(&visitor, &request, body).await?;
    let secret = endpoints::rotate(&visitor.app, visitor.caller.person, *id).await?;
    let mut shown = endpoint_page(&visitor, *id).await?;
    shown.secret = Some(secret.encoded());
    page(&shown)
}

#[post("/admin/webhooks/{id}/test")]
pub async fn test(
    visitor: ConsoleUser,
    id: Path<WebhookId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    sent_by_admin(&visitor, &request, body).await?;
    endpoints::test(&visitor.app, *id).await?;
    Ok(see_other(&format!("{PATH}/{}?done=webhook_tested", *id)))
}

#[post("/admin/webhooks/{id}/delete")]
pub async fn delete(
    visitor: ConsoleUser,
    id: Path<WebhookId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    sent_by_admin(&visitor, &request, body).await?;
    endpoints::delete(&visitor.app, visitor.caller.person, *id).await?;
    Ok(see_other(&format!("{PATH}?done=webhook_deleted")))
}

#[post("/admin/webhooks/{id}/deliveries/{delivery}/resend")]
pub async fn resend(
    visitor: ConsoleUser,
    path: Path<(WebhookId, WebhookDeliveryId)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    sent_by_admin(&visitor, &request, body).await?;
    let (id, delivery) = path.into_inner();
    endpoints::resend(&visitor.app, id, delivery).await?;
    Ok(see_other(&format!("{PATH}/{id}?done=webhook_resent")))
}
