//! `/console/messages`

use actix_web::ResponseError as _;
use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use entity::ids::{PersonId, SiteMessageId};
use entity::kinds::Role;
use serde::Deserialize;

use super::page_model::{self, PATH};
use crate::console::forms::FormFields;
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, Result};
use crate::http::fields::invalid;
use crate::sites::hand_over::hand_over;
use crate::sites::message_handling::{self, Adoption};

#[derive(Deserialize)]
pub struct ListQuery {
    #[serde(default)]
    tab: String,
    cursor: Option<String>,
}

#[get("/messages")]
pub async fn list_all(visitor: ConsoleUser, query: Query<ListQuery>) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Delegate)?;
    let ListQuery { tab, cursor } = query.into_inner();
    page(&page_model::all(&visitor, &tab, cursor).await?)
}

#[get("/messages/{id}")]
pub async fn show(visitor: ConsoleUser, id: Path<SiteMessageId>) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Delegate)?;
    page(&page_model::one(&visitor, *id, None).await?)
}

#[post("/messages/{id}/{action}")]
pub async fn act(
    visitor: ConsoleUser,
    path: Path<(SiteMessageId, String)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Delegate)?;
    let (id, action) = path.into_inner();
    let sent = FormData::read(&visitor, &request, body).await?;
    let done = match action.as_str() {
        "adopt" => adopt(&visitor, id, &sent.entries).await,
        "answer" => answer(&visitor, id, &sent.entries).await,
        "hand-over" => hand(&visitor, id, &sent.entries).await,
        _ => return Err(PageError::not_found()),
    };
    match done {
        Ok(address) => Ok(see_other(&address)),
        Err(error @ Error::Refused(_)) => {
            let refused = Some((action.as_str(), &sent.entries, &error));
            with_status(
                error.status_code(),
                &page_model::one(&visitor, id, refused).await?,
            )
        }
        Err(error) => Err(error.into()),
    }
}

async fn adopt(visitor: &ConsoleUser, id: SiteMessageId, given: &FormFields) -> Result<String> {
    let adoption = Adoption {
        category: given.some("category").map(str::to_owned),
        wants_follow_up: true,
        confidential: given.ticked("confidential"),
        ..Adoption::default()
    };
    let order = message_handling::adopt(&visitor.app, &visitor.caller, id, adoption).await?;
    Ok(format!(
        "/console/orders/{}?done=message_adopted",
        order.body.number
    ))
}

async fn answer(visitor: &ConsoleUser, id: SiteMessageId, given: &FormFields) -> Result<String> {
    message_handling::answer(&visitor.app, &visitor.caller, id, given.text("text")).await?;
    Ok(format!("{PATH}/{id}?done=message_answered"))
}

async fn hand(visitor: &ConsoleUser, id: SiteMessageId, given: &FormFields) -> Result<String> {
    let to: Option<PersonId> = given.text("to").parse().ok();
    let to = to.ok_or_else(|| invalid("to", "unknown_delegate", "请选择一位代表。"))?;
    hand_over(&visitor.app, &visitor.caller, id, to, given.text("note")).await?;
    Ok(format!("{PATH}/{id}?done=message_handed_over"))
}
