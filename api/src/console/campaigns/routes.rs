//! `/console/campaigns`, `/console/tasks`, and the documents of matters.

use actix_web::ResponseError as _;
use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use entity::ids::{CampaignId, FileId, MeasureId};
use entity::kinds::Role;
use serde::Deserialize;

use super::{actions, list, page_model, tasks};
use crate::console::forms::FormFields;
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, Result};
use crate::files;
use crate::people::directory;
use crate::supervision::campaigns::access;
use crate::supervision::campaigns::service::{self, NewCampaign};
use crate::supervision::measures::done::{self, Report};
use crate::supervision::measures::verify::{self, Verification};
use crate::supervision::measures::view as measures;
use crate::supervision::opinions::decide::{self, ReplyDecision};
use crate::supervision::opinions::reply::{self, NewOpinionReply};
use crate::supervision::opinions::{print, view as opinions};

fn query(request: &HttpRequest) -> Result<FormFields, PageError> {
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
    Ok(FormFields::new(
        pairs.map_err(|_| PageError::unreadable())?.into_inner(),
    ))
}

#[derive(Deserialize)]
pub struct NamePart {
    #[serde(default)]
    q: String,
}

/// Proposes delegates and committee members by part of their name.
#[get("/roster-names")]
pub async fn roster_names(visitor: ConsoleUser, query: Query<NamePart>) -> Result<HttpResponse, PageError> {
    let items = directory::propose(&visitor.app, &visitor.caller, &query.q).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": items })))
}

#[get("/campaigns")]
pub async fn list_all(visitor: ConsoleUser, request: HttpRequest) -> Result<HttpResponse, PageError> {
    page(&list::page(&visitor, &query(&request)?, None).await?)
}

#[post("/campaigns")]
pub async fn open(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    let entries = &sent.entries;
    match open_one(&visitor, entries).await {
        Ok(id) => Ok(see_other(&format!("{}/{id}?done=campaign_opened", list::PATH))),
        Err(error @ Error::Refused(_)) => {
            let again = list::page(&visitor, &FormFields::default(), Some((entries, &error))).await?;
            with_status(error.status_code(), &again)
        }
        Err(error) => Err(error.into()),
    }
}

async fn open_one(visitor: &ConsoleUser, entries: &FormFields) -> Result<CampaignId> {
    visitor.caller.require(Role::Supervisor)?;
    let text = |name: &str| entries.some(name).map(str::to_owned);
    let numbers = list::numbers(entries.text("numbers"));
    let orders = if numbers.is_empty() {
        Vec::new()
    } else {
        service::orders_by_number(&visitor.app, &visitor.actor(), numbers).await?
    };
    let new = NewCampaign {
        title: entries.text("title").to_owned(),
        kind: text("kind"),
        area: text("area"),
        purpose: entries.text("purpose").to_owned(),
        committee: text("committee"),
        parent: None,
    };
    let row = service::open(&visitor.app, &visitor.caller, new, orders, visitor.now).await?;
    Ok(row.id)
}

#[get("/campaigns/{id}")]
pub async fn show(visitor: ConsoleUser, id: Path<CampaignId>) -> Result<HttpResponse, PageError> {
    let row = access::visible(&visitor.app, &visitor.caller, *id).await?;
    page(&page_model::page(&visitor, row, None).await?)
}

#[post("/campaigns/{id}/{action}")]
pub async fn act(
    visitor: ConsoleUser,
    path: Path<(CampaignId, String)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let (id, action) = path.into_inner();
    let mut sent = FormData::read(&visitor, &request, body).await?;
    let done = match sent.photo_refused.take() {
        Some(error) => Err(error),
        None => actions::perform(&visitor, id, &action, &sent).await,
    };
    match done {
        Ok(done) => Ok(see_other(&format!("{}/{id}?done={done}", list::PATH))),
        Err(error) => shown_again(&visitor, id, &action, &sent.entries, error).await,
    }
}

/// The matter's page with the form that was refused.
async fn shown_again(
    visitor: &ConsoleUser,
    id: CampaignId,
    form: &str,
    entries: &FormFields,
    error: Error,
) -> Result<HttpResponse, PageError> {
    if !matches!(error, Error::Refused(_)) {
        return Err(error.into());
    }
    let row = access::visible(&visitor.app, &visitor.caller, id).await?;
    let again = page_model::page(visitor, row, Some((form, entries, &error))).await?;
    with_status(error.status_code(), &again)
}

#[get("/opinions/{file}")]
pub async fn letter(visitor: ConsoleUser, file: Path<String>) -> Result<HttpResponse, PageError> {
    let number = file.strip_suffix(".pdf").ok_or_else(PageError::not_found)?;
    let pdf = print::pdf(&visitor.app, &visitor.caller, number).await?;
    Ok(HttpResponse::Ok().content_type("application/pdf").body(pdf))
}

#[get("/files/{id}")]
pub async fn download(visitor: ConsoleUser, id: Path<FileId>) -> Result<HttpResponse, PageError> {
    Ok(files::routes::answer(&visitor.app, &visitor.caller, *id).await?)
}

#[get("/tasks")]
pub async fn show_tasks(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    page(&tasks::page(&visitor, None).await?)
}

#[post("/opinions/{no}/{action}")]
pub async fn act_on_opinion(
    visitor: ConsoleUser,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let (no, action) = path.into_inner();
    let sent = FormData::read(&visitor, &request, body).await?;
    let (app, caller, now) = (&visitor.app, &visitor.caller, visitor.now);
    let campaign = opinions::show(app, caller, &no).await?.campaign;
    let note = sent.entries.text("note");
    let done = match action.as_str() {
        "reply" => {
            let new = NewOpinionReply {
                text: sent.entries.text("text"),
                files: sent.files.clone(),
            };
            reply::reply(app, caller, &no, new, now)
                .await
                .map(|_| "opinion_replied")
        }
        "acceptance" => {
            let decision = ReplyDecision {
                accepted: sent.entries.text("accepted") == "yes",
                note,
            };
            let decided = decide::decide(app, caller, &no, decision, now).await;
            decided.map(|_| "opinion_decided")
        }
        _ => return Err(PageError::not_found()),
    };
    let form = format!("{action}-{no}");
    settled(&visitor, campaign, &form, &sent.entries, done).await
}

#[post("/measures/{id}/{action}")]
pub async fn act_on_measure(
    visitor: ConsoleUser,
    path: Path<(MeasureId, String)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let (id, action) = path.into_inner();
    let sent = FormData::read(&visitor, &request, body).await?;
    let (app, caller, now) = (&visitor.app, &visitor.caller, visitor.now);
    let entries = &sent.entries;
    let campaign = measures::show(app, caller, id).await?.campaign;
    let done = match action.as_str() {
        "done" => {
            let report = Report {
                text: entries.text("text").to_owned(),
                photos: sent.photos.clone(),
                files: sent.files.clone(),
            };
            done::report(app, caller, id, report, now)
                .await
                .map(|_| "measure_done")
        }
        "verify" => {
            let verification = Verification {
                passed: entries.text("passed") == "yes",
                note: entries.text("note"),
            };
            verify::verify(app, caller, id, verification, now)
                .await
                .map(|_| "measure_decided")
        }
        _ => return Err(PageError::not_found()),
    };
    settled(&visitor, campaign, &format!("{action}-{id}"), entries, done).await
}

/// A unit goes back to its tasks, a supervisor to the matter.
async fn settled(
    visitor: &ConsoleUser,
    campaign: CampaignId,
    form: &str,
    entries: &FormFields,
    done: Result<&'static str>,
) -> Result<HttpResponse, PageError> {
    let unit = visitor.caller.role == Role::Handler;
    match done {
        Ok(done) if unit => Ok(see_other(&format!("{}?done={done}", tasks::PATH))),
        Ok(done) => Ok(see_other(&format!("{}/{campaign}?done={done}", list::PATH))),
        Err(error @ Error::Refused(_)) if unit => {
            let again = tasks::page(visitor, Some((form, entries, &error))).await?;
            with_status(error.status_code(), &again)
        }
        Err(error) => shown_again(visitor, campaign, form, entries, error).await,
    }
}
