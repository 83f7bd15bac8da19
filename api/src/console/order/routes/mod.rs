//! `/console/orders/{number}`: the order, its moves, and both of its papers.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post};
use askama::Template;
use chrono_tz::Tz;
use entity::kinds::Role;

use super::actions::{self, ActionForm};
use super::forms::OrderForms;
use super::headline;
use super::page_model::OrderPageModel;
use super::times::RowFormatter;
use crate::city::snapshot::CityHandle;
use crate::console::campaigns::committees;
use crate::console::forms::{Field, Form, FormFields};
use crate::console::labels::Markup;
use crate::console::map::place as map;
use crate::console::map::sheet::NamedPlace;
use crate::console::map::townships;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::Error;
use crate::hotline::relay;
use crate::orders::view::read::TimelineItem;
use crate::orders::view::{OrderView, read};
use crate::photos::service::converts_heic;
use crate::supervision::print;

pub mod cover;

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage {
    frame: PageContext,
    sheet: OrderPageModel,
    map: Option<Markup>,
    /// Of the order's township.
    communities: Option<String>,
    /// The relay number and what is typed after it, for a unit that must contact the delegate.
    call: Option<(String, String)>,
    /// The one thing to do.
    next: Option<Form>,
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
    let committees = committees(&city, "暂不指定", order.committee.as_deref().unwrap_or_default());
    let desk = OrderForms {
        order: &order,
        csrf: &frame.csrf,
        unit: visitor.caller.unit,
        committees: &committees,
    };
    let mut forms = desk.forms();
    if let Some(refused) = refused {
        frame.done = None;
        restore_form(&mut forms, &desk, &refused);
    }
    let heic = converts_heic(&visitor.app);
    let mut forms: Vec<Form> = forms.into_iter().map(|form| form.offer_heic(heic)).collect();
    let times = RowFormatter {
        now: visitor.now,
        zone: city.zone(),
        on_paper: false,
    };
    let call = fill_contact(&mut forms, &timeline, visitor, &order, city.zone());
    let open: Vec<&str> = forms.iter().map(|form| form.id.as_str()).collect();
    let next = headline::next_action(visitor.caller.role, order.status, order.light, &open);
    let next = next.and_then(|action| forms.iter().position(|form| form.id == action));
    let next = next.map(|at| forms.remove(at));
    let places = places(visitor, &order).await?;
    let page = OrderPage {
        map: map::draw_with(&city, order.area.as_ref(), order.location.as_ref(), &places),
        communities: order
            .township
            .as_ref()
            .and_then(|township| map::communities(&city, &township.code)),
        sheet: OrderPageModel {
            covers: matches!(visitor.caller.role, Role::Operator | Role::Handler),
            ..OrderPageModel::new(&order, timeline, &times)
        },
        pdf: format!("/console/orders/{}/pdf", order.number),
        call,
        next,
        forms,
        frame,
    };
    with_status(status, &page)
}

/// Enters the last call through the relay into the reply, and says how to call. `None` if there is no relay, or no reply
/// that asks for a contact.
fn fill_contact(
    forms: &mut [Form],
    timeline: &[TimelineItem],
    visitor: &ConsoleUser,
    order: &OrderView,
    zone: Tz,
) -> Option<(String, String)> {
    let relay = visitor.app.config.relay_number.clone()?;
    let reply = forms.iter_mut().find(|form| form.id == "reply")?;
    let asks = |field: &Field| field.name == "contacted_at";
    if !reply.fields.iter().any(asks) {
        return None;
    }
    let last = timeline.iter().rfind(|item| item.action == relay::EVENT.as_str());
    if let Some(call) = last.filter(|_| reply.error.is_none()) {
        for field in &mut reply.fields {
            match field.name {
                "contacted_at" => {
                    field.value = call.at.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string();
                }
                "contacted_how" => "电话（中间号）".clone_into(&mut field.value),
                _ => {}
            }
        }
    }
    let start = order.number.len().saturating_sub(relay::TYPED_DIGITS);
    let typed = order.number.get(start..).unwrap_or_default().to_owned();
    Some((relay, typed))
}

/// Names of townships around the order, for its map.
async fn places(visitor: &ConsoleUser, order: &OrderView) -> Result<Vec<NamedPlace>, PageError> {
    let Some(area) = order.area.as_ref().filter(|_| order.location.is_some()) else {
        return Ok(Vec::new());
    };
    Ok(townships::of_area(&visitor.app, Some(&area.code), visitor.now).await?)
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
                files: sent.files.clone(),
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
