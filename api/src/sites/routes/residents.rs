//! Routes for residents without an account: a visit, photos, a message, and its state.

use crate::http::budgets::Budgets;
use crate::http::multipart::BodyMemory;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use entity::ids::PhotoId;
use entity::kinds::{ContentCheck, SiteMessageStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::city::emergencies::EmergencyView;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::http::budgets::Purchase;
use crate::http::client_address::client_address;
use crate::http::idempotency::IdempotencyKey;
use crate::http::multipart::BoundedForm;
use crate::http::problem::Problem;
use crate::http::responses::PublicErrors;
use crate::http::time::{LocalTime, local};
use crate::photos::limits::TextLimits;
use crate::photos::routes::{PhotoForm, PhotoView, read_form, view as photo_view};
use crate::sites::message_limits::MessageLimits;
use crate::sites::messages::{self, NewMessage, StoredMessage};
use crate::sites::service;
use crate::sites::view::{Named, ReceiptView};
use crate::sites::visits::{self, Device};

/// Carries what `POST /sites/{code}/visits` gave.
const VISIT: &str = "x-visit";

#[derive(Debug, Deserialize, ToSchema)]
pub struct BeginVisit {
    /// Of `wx.login`. Nobody is signed in by it.
    #[schema(min_length = 1, max_length = 128)]
    pub login_code: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct VisitBegun {
    /// To be sent as `X-Visit` with photos and the message.
    pub visit: String,
    /// Seconds.
    pub expires_in: i64,
    /// Photos of one message.
    pub max_photos: usize,
    /// Of the message's text.
    pub text: TextLimits,
}

/// Begins a resident's visit in the mini-program, so that WeChat can check their content at once and quotas apply to
/// their own phone. A message without a visit (a browser, or 503 because WeChat does not respond) is accepted too and
/// waits for an operator. A code that WeChat does not know fails with 422 `login_code_invalid`.
#[utoipa::path(
    tag = "sites",
    request_body = BeginVisit,
    params(("code" = String, Path)),
    responses((status = 201, body = VisitBegun), PublicErrors),
    security(())
)]
#[post("/sites/{code}/visits")]
pub async fn begin_visit(
    app: web::Data<App>,
    code: web::Path<String>,
    request: HttpRequest,
    body: web::Json<BeginVisit>,
) -> Result<HttpResponse> {
    let address = client_address(&request, &app.config.http.trusted_proxies);
    let _spent = app.state::<Budgets>().take(Purchase::SiteVisit, address)?;
    service::active(&app, &code).await?;
    let visit = visits::begin(&app, &body.login_code, app.clock.now()).await?;
    Ok(HttpResponse::Created().json(VisitBegun {
        visit,
        expires_in: visits::LIFE.num_seconds(),
        max_photos: MessageLimits::PRODUCT.photos,
        text: MessageLimits::PRODUCT.text,
    }))
}

fn device(app: &App, request: &HttpRequest) -> Result<Device> {
    let header = request.headers().get(VISIT);
    let visit = header.map(|value| value.to_str().unwrap_or_default());
    let address = client_address(request, &app.config.http.trusted_proxies);
    visits::device(app, visit, address, app.clock.now())
}

/// A photo for the message that is being written; removed after a day if none comes. At most 10 MB; a damaged one, one of
/// too many pixels, and a visit that is over (`visit_over`) are 422.
#[utoipa::path(
    tag = "sites",
    request_body(content = PhotoForm, content_type = "multipart/form-data"),
    params(("code" = String, Path), ("X-Visit" = Option<String>, Header)),
    responses((status = 201, description = "Stored", body = PhotoView), PublicErrors),
    security(())
)]
#[post("/sites/{code}/photos")]
pub async fn upload_site_photo(
    app: web::Data<App>,
    code: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse> {
    service::active(&app, &code).await?;
    let device = device(&app, &request)?;
    let form = BoundedForm::new(&request, payload);
    let (file, claims) = read_form(form, app.state::<BodyMemory>().begin(false)).await?;
    let photo = messages::upload(&app, &code, &device, &file, claims).await?;
    Ok(HttpResponse::Created().json(photo_view(&app, &photo).await?))
}

/// A resident's message.
#[derive(Debug, Deserialize, ToSchema)]
pub struct LeaveMessage {
    #[schema(min_length = 2, max_length = 1000)]
    pub text: String,
    /// A phone number or other contact; only the site's delegates read it.
    #[schema(max_length = 64)]
    pub contact: Option<String>,
    /// Uploaded before from the same phone at the same site.
    #[serde(default)]
    #[schema(max_items = 6)]
    pub photo_ids: Vec<PhotoId>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MessageLeft {
    /// The receipt for reading the message again; shown only once.
    pub receipt: String,
    pub state: SiteMessageStatus,
    /// 待审: it is shown to the delegates once it has been checked.
    pub in_review: bool,
    /// Set if the text tells of an emergency: nobody reads the message at once.
    #[schema(required = true)]
    pub emergency: Option<EmergencyView>,
    pub site: Named,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: LocalTime,
}

/// Leaves a message for the site's delegates, without an account. A photo that is not this phone's is 422 `photo_unknown`.
#[utoipa::path(
    tag = "sites",
    request_body = LeaveMessage,
    params(
        ("code" = String, Path),
        ("X-Visit" = Option<String>, Header),
        ("Idempotency-Key" = Option<String>, Header, description = "8 to 128 visible characters"),
    ),
    responses((status = 201, body = MessageLeft), PublicErrors),
    security(())
)]
#[post("/sites/{code}/messages")]
pub async fn leave_message(
    app: web::Data<App>,
    code: web::Path<String>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: web::Json<LeaveMessage>,
) -> Result<HttpResponse> {
    let device = device(&app, &request)?;
    let LeaveMessage {
        text,
        contact,
        photo_ids,
    } = body.into_inner();
    let new = NewMessage {
        text,
        contact,
        photos: photo_ids,
    };
    let left = messages::receive(&app, &code, &device, new, key.0).await?;
    let mut response = HttpResponse::Created();
    if left.replayed {
        response.insert_header(("Idempotency-Replayed", "true"));
    }
    Ok(response.json(to_response(&app, left)))
}

fn to_response(app: &App, left: StoredMessage) -> MessageLeft {
    MessageLeft {
        receipt: left.receipt.expose(),
        state: SiteMessageStatus::Received,
        in_review: left.check != ContentCheck::Pass,
        emergency: left.emergency,
        site: Named {
            code: left.site.code,
            name: left.site.name,
        },
        created_at: local(left.created_at, app.state::<CityHandle>().load().zone()),
    }
}

/// Returns the state of a message: received, adopted with the order's progress, answered, or refused
#[utoipa::path(
    tag = "sites",
    params(("receipt" = String, Path)),
    responses(
        (status = 200, body = ReceiptView),
        (status = 404, description = "No such receipt", body = Problem, content_type = "application/problem+json"),
    ),
    security(())
)]
#[get("/site-messages/receipts/{receipt}")]
pub async fn look_at_receipt(
    app: web::Data<App>,
    receipt: web::Path<String>,
) -> Result<web::Json<ReceiptView>> {
    Ok(web::Json(messages::status_by_receipt(&app, &receipt).await?))
}
