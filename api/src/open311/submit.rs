//! Files a report of an API client. If the client may file orders, the report becomes an order of the delegate whose
//! phone number it has. Otherwise it becomes a resident's message to a site, which a delegate may adopt.

use entity::ids::PersonId;
use entity::kinds::Datum;
use entity::site;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::error::{Error, ErrorKind, Result};
use crate::hotline::callers::{self, CallerNumber};
use crate::hotline::service::{self as hotline, Call, Filer};
use crate::http::multipart::{BodyMemory, FileBytes};
use crate::open311::form::{FormFault, Report};
use crate::orders::submit::draft::GivenPoint;
use crate::orders::submit::routing;
use crate::people::clients::scopes::ClientScope;
use crate::people::clients::service as clients;
use crate::photos::limits::MAX_PHOTO_BYTES;
use crate::photos::service::{self as photos, DeclaredMetadata};
use crate::sites::messages::{self, NewMessage};
use crate::sites::repetition::{self, Repetition};
use crate::sites::service as sites;
use crate::sites::visits::Device;
use crate::webhooks::sender::{FetchFault, Sender};

/// Maximum distance of a report's site.
const MAX_SITE_DISTANCE_M: f64 = 3_000.0;
/// The hotline's response to a number that no delegate has.
const NOT_A_DELEGATE: &str = "caller_not_on_roster";

/// The client's receipt for a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filed {
    /// The number of the order.
    Order(String),
    /// The receipt of the message; it leads to the order later.
    Token(String),
}

/// A report with what its codes name.
struct Named<'a> {
    report: &'a Report,
    service_name: &'a str,
    /// The site of `address_id`.
    site: Option<site::Model>,
}

/// The parts of a request that are not fields of the report.
#[derive(Debug, Default)]
pub struct Attached {
    /// The client's own id of the request (`Idempotency-Key`), which makes a repetition harmless.
    pub key: Option<String>,
    /// A photo in the form.
    pub media: Option<FileBytes>,
}

impl From<FormFault> for Error {
    fn from(fault: FormFault) -> Self {
        Self::refused(ErrorKind::Malformed, "bad_report", fault.to_string())
    }
}

/// Files a report.
/// # Errors
/// 400 for a report without a place or with media that cannot be fetched, 404 for an unknown kind or site, 429 over the limits.
pub async fn file(app: &App, caller: &Caller, report: Report, attached: Attached) -> Result<Filed> {
    let city = app.state::<CityHandle>().load();
    let kind = city
        .categories
        .leaves()
        .find(|leaf| leaf.code == report.service_code);
    let unknown = || {
        Error::refused(
            ErrorKind::NotFound,
            "unknown_service",
            "service_code was not found",
        )
    };
    let service_name = kind.ok_or_else(unknown)?.name.clone();
    if !report.has_place() {
        return Err(no_place());
    }
    let named = Named {
        report: &report,
        service_name: &service_name,
        site: named_site(app, &report).await?,
    };
    if report.phone.is_some() && clients::has_scope(app, caller, ClientScope::OrdersWrite).await? {
        match order(app, caller, &named, &attached).await {
            Err(error) if error.code() == Some(NOT_A_DELEGATE) => {}
            filed => return filed,
        }
    }
    message(app, caller, named, attached).await
}

/// Returns the active site that `address_id` names; `None` without one.
/// # Errors
/// `unknown_site` (404).
async fn named_site(app: &App, report: &Report) -> Result<Option<site::Model>> {
    let Some(code) = &report.address_id else {
        return Ok(None);
    };
    match sites::active(app, code).await {
        Ok(site) => Ok(Some(site)),
        Err(Error::Refused(refused)) if refused.kind == ErrorKind::NotFound => {
            let detail = "没有 address_id 所指的点位，或者这个点位已停用。";
            Err(Error::refused(ErrorKind::NotFound, "unknown_site", detail))
        }
        Err(error) => Err(error),
    }
}

/// Files a delegate's order as an operator files a call.
async fn order(app: &App, caller: &Caller, named: &Named<'_>, attached: &Attached) -> Result<Filed> {
    let report = named.report;
    let client = clients::client_of(app, caller).await?.to_string();
    let client: String = client.chars().take(8).collect();
    let call_id = Report::call_id(&client, attached.key.as_deref(), app.clock.now());
    let phone = report.phone.clone().unwrap_or_default();
    let media = attached.media.as_ref();
    let fingerprint = fingerprint(named, media);
    let mut photos = Vec::new();
    if (media.is_some() || report.media_url.is_some())
        && let Some(delegate) = delegate_of(app, &phone).await?
    {
        if let Some(number) = hotline::filed_before(app, delegate, &call_id, &fingerprint).await? {
            return Ok(Filed::Order(number));
        }
        let fetched;
        let file = match (media, &report.media_url) {
            (None, Some(url)) => {
                fetched = fetch(app, url).await?;
                Some(&fetched)
            }
            (sent, _) => sent,
        };
        if let Some(file) = file {
            let (claims, now) = (DeclaredMetadata::default(), app.clock.now());
            let stored = photos::store(app, Some(caller.person), file, claims, now).await?;
            photos.push(stored.photo.id);
        }
    }
    let call = Call {
        caller_phone: phone,
        call_id,
        number: None,
        description: report.words(named.service_name),
        location: report.point.map(|(longitude, latitude)| GivenPoint {
            longitude,
            latitude,
            datum: Datum::Wgs84,
            accuracy_m: None,
        }),
        address: report.address.clone(),
        site_code: site_of_order(named),
        category: Some(report.service_code.clone()),
        occurred_at: None,
        confidential: false,
        delegate: None,
        identity_confirmed: None,
        remember_number: false,
    };
    let answer = hotline::file_with_photos(app, Filer::Operator(caller), call, fingerprint, photos).await?;
    Ok(Filed::Order(answer.body.number))
}

/// Returns the fingerprint of an order's request: its kind, words, place and photo.
fn fingerprint(named: &Named<'_>, media: Option<&FileBytes>) -> String {
    let Named { report, site, .. } = named;
    let sent = media.map(|file| hex::encode(Sha256::digest(&file.bytes)));
    let content = json!([
        report.service_code,
        report.attributes,
        report.description,
        report.point,
        report.address,
        site.as_ref().map(|site| &site.code),
        sent.as_ref().or(report.media_url.as_ref()),
    ]);
    hex::encode(Sha256::digest(content.to_string()))
}

/// Returns the site that gives an order its place; `None` if the report has a point, which is more exact.
fn site_of_order(named: &Named<'_>) -> Option<String> {
    let site = named.site.as_ref().filter(|_| named.report.point.is_none());
    site.map(|site| site.code.clone())
}

/// Returns the delegate with this number, or `None` if there is none or several.
async fn delegate_of(app: &App, phone: &str) -> Result<Option<PersonId>> {
    let number = CallerNumber::read(app, "phone", phone)?;
    let mut found = callers::delegates_by_number(app, &number).await?.into_iter();
    Ok(match (found.next(), found.next()) {
        (Some((delegate, _)), None) => Some(delegate.id),
        _ => None,
    })
}

/// Fetches the file at a report's `media_url`.
async fn fetch(app: &App, url: &str) -> Result<FileBytes> {
    let bytes = app.state::<Sender>().fetch(url, MAX_PHOTO_BYTES).await;
    let bytes = bytes.map_err(|fault| bad(media_fault(fault)))?;
    app.state::<BodyMemory>().of_bytes(bytes)
}

/// Files a resident's message to the site of the report's place.
async fn message(app: &App, caller: &Caller, named: Named<'_>, attached: Attached) -> Result<Filed> {
    let Attached { key, media } = attached;
    let Named {
        report,
        service_name,
        site,
    } = named;
    let site = match site {
        Some(site) => site,
        None => site_of(app, report).await?,
    };
    let sender = report.sender.as_deref().unwrap_or_default();
    let device = Device::Address(format!("open311:{}:{sender}", caller.session));
    let text = report.message(service_name)?;
    if let Some(key) = key.as_deref() {
        let again = Repetition {
            site: &site.code,
            device: &device,
            key,
            text: &text,
            has_photos: report.media_url.is_some() || media.is_some(),
        };
        if let Some(receipt) = repetition::first_receipt(app, again).await? {
            return Ok(Filed::Token(receipt.expose()));
        }
    }
    let mut photos = Vec::new();
    let file = match (media, &report.media_url) {
        (None, Some(url)) => Some(fetch(app, url).await?),
        (sent, _) => sent,
    };
    if let Some(file) = file {
        let photo = messages::upload(app, &site.code, &device, &file, DeclaredMetadata::default()).await?;
        photos.push(photo.id);
    }
    let new = NewMessage {
        text,
        contact: report.contact.clone(),
        photos,
    };
    let stored = messages::receive(app, &site.code, &device, new, key).await?;
    Ok(Filed::Token(stored.receipt.expose()))
}

/// Returns the site nearest to the report's point, or one of the area that its words name.
async fn site_of(app: &App, report: &Report) -> Result<site::Model> {
    match (report.point, &report.address) {
        (Some((longitude, latitude)), _) => {
            let nearest = sites::nearest(app, longitude, latitude, MAX_SITE_DISTANCE_M).await?;
            nearest.ok_or_else(|| bad("no site for reports is near this place"))
        }
        (None, Some(words)) => {
            let city = app.state::<CityHandle>().load();
            let place = routing::resolve(&city, None, None, words);
            let unclear = "address_string names no area of the city: send lat and long, or address_id";
            let county = place.county.ok_or_else(|| bad(unclear))?;
            let found = sites::of_area(app, &county, place.township.as_deref()).await?;
            found.ok_or_else(|| bad("no site for reports is in the area that address_string names"))
        }
        (None, None) => Err(no_place()),
    }
}

fn no_place() -> Error {
    bad("lat and long, address_string or address_id were not provided")
}

fn bad(detail: &str) -> Error {
    Error::refused(ErrorKind::Malformed, "bad_report", detail)
}

fn media_fault(fault: FetchFault) -> &'static str {
    match fault {
        FetchFault::NotAllowed => "media_url is not an address that may be fetched",
        FetchFault::TooLarge => "the file at media_url is too large",
        FetchFault::Unreachable => "media_url could not be fetched",
    }
}

/// Returns the number of the order that a message became, or `None` if it has not become one yet.
/// # Errors
/// 404 for an unknown token.
pub async fn number_of_token(app: &App, token: &str) -> Result<Option<String>> {
    let receipt = messages::status_by_receipt(app, token).await?;
    Ok(receipt.order.map(|order| order.number))
}
