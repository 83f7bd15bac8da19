//! `GET|POST /sites`, `GET|PUT /sites/{code}`, `GET /sites/{code}/sheet.pdf`.
//!
//! Residents' calls are in `routes/residents.rs`, those of the sites' delegates in `routes/messages.rs`, the page of an
//! ordinary QR code in `routes/pages.rs`.

use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::idempotency::{IdempotencyKey, fingerprint};
use crate::http::paging::{Page, Paging};
use crate::http::problem::Problem;
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::orders::submit::IdempotencyScope;
use crate::orders::submit::draft::GivenPoint;
use crate::sites::message_limits::MessageLimits;
use crate::sites::service::{self, NewSite};
use crate::sites::sheets;
use crate::sites::view::{PublicSite, SiteView, VisitedSite};

pub mod messages;
pub mod pages;
pub mod residents;

/// A site as an admin describes it.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct SiteForm {
    #[schema(min_length = 2, max_length = 60)]
    pub name: String,
    /// `liaison_station`, `bus_stop`, `school_gate`, `tunnel`, `building_site`, `residential_area`, `market`,
    /// `service_hall`, `other`; the last when left out.
    #[schema(max_length = 32)]
    pub kind: Option<String>,
    pub location: GivenPoint,
    #[schema(max_length = 200)]
    pub address: Option<String>,
    /// The default category of reports from here, by code or name.
    #[schema(max_length = 64)]
    pub category: Option<String>,
    /// Which gets them, by name or code; else the duty table decides.
    #[schema(max_length = 64)]
    pub unit: Option<String>,
    /// Who reads residents' messages: each by id or phone number. Nobody: the delegates of its county.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub delegates: Vec<String>,
    /// Default true. A site that is not active cannot be scanned.
    pub active: Option<bool>,
}

impl From<SiteForm> for NewSite {
    fn from(form: SiteForm) -> Self {
        let SiteForm {
            name,
            kind,
            location,
            address,
            category,
            unit,
            delegates,
            active,
        } = form;
        Self {
            name,
            kind: kind.unwrap_or_else(|| "other".to_owned()),
            location,
            address,
            category,
            unit,
            delegates,
            active: active.unwrap_or(true),
        }
    }
}

/// Returns the public data of a site
#[utoipa::path(
    tag = "sites",
    params(("code" = String, Path)),
    responses(
        (status = 200, body = VisitedSite),
        (status = 404, description = "No such site, or no longer", body = Problem, content_type = "application/problem+json"),
    ),
    security(())
)]
#[get("/sites/{code}")]
pub async fn show_site(app: web::Data<App>, code: web::Path<String>) -> Result<web::Json<VisitedSite>> {
    let site = service::active(&app, &code).await?;
    Ok(web::Json(VisitedSite {
        site: PublicSite::of(&app, &site),
        limits: MessageLimits::PRODUCT,
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SitesQuery {
    #[param(required = false)]
    pub active: Option<bool>,
}

/// All sites, by code.
#[utoipa::path(
    tag = "sites",
    params(SitesQuery, Paging),
    responses((status = 200, body = Page<SiteView>), ReadErrors),
    security(("bearer" = []))
)]
#[get("/sites")]
pub async fn list_sites(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<SitesQuery>,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<SiteView>>> {
    let page = service::list(&app, &caller, query.active, None, &paging).await?;
    Ok(web::Json(page))
}

/// Makes a site; its code is made too.
#[utoipa::path(
    tag = "sites",
    request_body = SiteForm,
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 128 visible characters")),
    responses((status = 201, body = SiteView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/sites")]
pub async fn create_site(
    app: web::Data<App>,
    caller: Caller,
    key: IdempotencyKey,
    body: web::Json<SiteForm>,
) -> Result<HttpResponse> {
    let body = body.into_inner();
    let fingerprint = fingerprint("POST /sites", &body);
    let claim = key.0.map(|key| IdempotencyScope {
        person: caller.person,
        key,
        fingerprint,
    });
    let answer = service::create(&app, &caller, body.into(), claim.as_ref()).await?;
    Ok(answer.respond())
}

/// Changes a site, or takes it out of use. The code stays: it is printed.
#[utoipa::path(
    tag = "sites",
    request_body = SiteForm,
    params(("code" = String, Path)),
    responses((status = 200, body = SiteView), WriteErrors),
    security(("bearer" = []))
)]
#[put("/sites/{code}")]
pub async fn change_site(
    app: web::Data<App>,
    caller: Caller,
    code: web::Path<String>,
    body: web::Json<SiteForm>,
) -> Result<web::Json<SiteView>> {
    let view = service::change(&app, &caller, &code, body.into_inner().into()).await?;
    Ok(web::Json(view))
}

/// The site's sheet for the printer.
#[utoipa::path(
    tag = "sites",
    params(("code" = String, Path)),
    responses((status = 200, content_type = "application/pdf", description = "A4"), ReadErrors),
    security(("bearer" = []))
)]
#[get("/sites/{code}/sheet.pdf")]
pub async fn print_site(
    app: web::Data<App>,
    caller: Caller,
    code: web::Path<String>,
) -> Result<HttpResponse> {
    let pdf = sheets::of_code(&app, &caller, &code).await?;
    Ok(HttpResponse::Ok().content_type("application/pdf").body(pdf))
}
