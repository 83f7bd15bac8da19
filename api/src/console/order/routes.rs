//! `/console/orders/{number}`: the order, its moves, and both of its papers.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post};
use askama::Template;

use super::actions::{self, ActionForm};
use super::forms::OrderForms;
use super::map;
use super::page_model::OrderPageModel;
use crate::city::snapshot::CityHandle;
use crate::console::forms::{Form, FormFields};
use crate::console::labels::Markup;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::Error;
use crate::orders::view::{OrderView, read};
use crate::supervision::print;

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage {
    frame: PageContext,
    sheet: OrderPageModel,
    map: Option<Markup>,
    forms: Vec<Form>,
    pdf: String,
}

/// A rejected form: the action, the entries and the error.
struct Refused<'a> {
    action: &'a str,
    entries: &'a FormFields,
    error: &'a Error,
}

#[get("/orders/{number}")]
pub async fn show(visitor: ConsoleUser, number: Path<String>) -> Result<HttpResponse, PageError> {
    let order = read::detail(&visitor.app, &visitor.actor(), &number).await?;
    answer(&visitor, order, None, StatusCode::OK).await
}

async fn answer(
    visitor: &ConsoleUser,
    order: OrderView,
    refused: Option<Refused<'_>>,
    status: StatusCode,
) -> Result<HttpResponse, PageError> {
    let timeline = read::timeline(&visitor.app, &visitor.actor(), &order.number).await?;
    let city = visitor.app.state::<CityHandle>().load();
    let mut frame = visitor.frame(Section::Orders, format!("工单 {}", order.number));
    let desk = OrderForms {
        order: &order,
        csrf: &frame.csrf,
        unit: visitor.caller.unit,
    };
    let mut forms = desk.forms();
    if let Some(refused) = refused {
        frame.done = None;
        restore_form(&mut forms, &desk, &refused);
    }
    // A single form is unfolded.
    if let [only, rest @ ..] = forms.as_mut_slice()
        && rest.iter().all(|form| form.id == "notes")
    {
        only.open = true;
    }
    let page = OrderPage {
        map: map::draw(&city, order.area.as_ref(), order.location.as_ref()),
        sheet: OrderPageModel::new(&order, timeline, visitor.now, city.zone()),
        pdf: format!("/console/orders/{}/pdf", order.number),
        forms,
        frame,
    };
    with_status(status, &page)
}

/// Puts the refused form back as it was filled in; a move that is not open any more is shown all the same, so
/// that nothing typed is lost.
fn restore_form(forms: &mut Vec<Form>, desk: &OrderForms<'_>, refused: &Refused<'_>) {
    let at = forms.iter().position(|form| form.id == refused.action);
    let form = match at {
        Some(at) => Some(forms.remove(at)),
        None => desk.of(refused.action),
    };
    if let Some(form) = form {
        forms.insert(0, form.refused(refused.entries, refused.error));
    }
}

/// Makes a move and shows the order as it is then; refused, the form again with what was typed.
#[post("/orders/{number}/{action}")]
pub async fn act(
    visitor: ConsoleUser,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let (number, action) = path.into_inner();
    let actor = visitor.actor();
    let mut sent = FormData::read(&visitor, &request, body).await?;
    let made = match sent.photo_refused.take() {
        Some(refused) => Err(refused),
        None => {
            let asked = ActionForm {
                app: &visitor.app,
                actor: &actor,
                number: &number,
                entries: &sent.entries,
                photos: sent.photos.clone(),
            };
            actions::perform(&action, asked).await
        }
    };
    let error = match made {
        Ok(order) => {
            return Ok(see_other(&format!(
                "/console/orders/{}?done={action}",
                order.number
            )));
        }
        Err(error) => error,
    };
    // Who may not know of the order gets no page of it.
    let order = read::detail(&visitor.app, &actor, &number).await?;
    let status = error.status_code();
    if status.is_server_error() {
        tracing::error!(error = ?error, "console form failed");
    }
    let mut entries = sent.entries;
    entries.keep_photos(&sent.photos);
    let refused = Refused {
        action: &action,
        entries: &entries,
        error: &error,
    };
    answer(&visitor, order, Some(refused), status).await
}

/// The order's file on paper.
#[get("/orders/{number}/pdf")]
pub async fn pdf(visitor: ConsoleUser, number: Path<String>) -> Result<HttpResponse, PageError> {
    let bytes = super::pdf::pdf(&visitor.app, &visitor.actor(), &number, visitor.now).await?;
    Ok(HttpResponse::Ok().content_type("application/pdf").body(bytes))
}

/// The supervision order on paper.
#[get("/orders/{number}/supervision-orders/{no}/pdf")]
pub async fn supervision_pdf(
    visitor: ConsoleUser,
    path: Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    let (number, no) = path.into_inner();
    let bytes = print::pdf(&visitor.app, &visitor.actor(), &number, &no).await?;
    Ok(HttpResponse::Ok().content_type("application/pdf").body(bytes))
}
