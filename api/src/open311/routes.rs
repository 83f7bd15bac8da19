//! `/open311/v2/discovery`, `/services`, `/services/{code}`, `/requests`, `/requests/{id}`, `/tokens/{token}`, each as
//! `.json` and `.xml`.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use futures_util::StreamExt as _;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::error::{Error, ErrorKind, Rejection, Result};
use crate::http::connections;
use crate::http::multipart::{BodyMemory, BoundedForm, FileBytes};
use crate::http::problem::RETRY_SECS;
use crate::open311::form;
use crate::open311::format::{ElementNames, Format};
use crate::open311::service::{self, RequestsQuery};
use crate::open311::submit::{self, Attached, Filed};
use crate::people::clients::service as clients;
use crate::photos::limits::MAX_PHOTO_BYTES;

const SERVICES: ElementNames = ElementNames {
    plural: "services",
    singular: "service",
};
const REQUESTS: ElementNames = ElementNames {
    plural: "service_requests",
    singular: "request",
};
const ERRORS: ElementNames = ElementNames {
    plural: "errors",
    singular: "error",
};
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";
/// Maximum size of a form with the longest texts.
const MAX_FORM_BYTES: usize = 64 * 1024;
/// Maximum number of significant characters of `Idempotency-Key`.
const MAX_KEY_CHARS: usize = 64;

pub fn configure(service: &mut ServiceConfig) {
    service
        .service(discover)
        .service(list_services)
        .service(show_service)
        .service(list_requests)
        .service(show_request)
        .service(file_report)
        .service(show_token);
}

#[get("/open311/v2/services.{format:json|xml}")]
async fn list_services(app: web::Data<App>, format: web::Path<String>) -> HttpResponse {
    let services = service::services(&app);
    answer(&format, SERVICES, Ok(services))
}

#[get("/open311/v2/services/{code:[^/.]+}.{format:json|xml}")]
async fn show_service(app: web::Data<App>, path: web::Path<(String, String)>) -> HttpResponse {
    let (code, format) = path.into_inner();
    match service::service(&app, &code) {
        Ok(found) => one(&format, "service_definition", &found),
        Err(_) => fault(&format, StatusCode::NOT_FOUND, "service_code was not found"),
    }
}

/// Also mounted at the root of the server, where clients look for it.
#[get("/open311/{path:v2/discovery|discovery}.{format:json|xml}")]
async fn discover(app: web::Data<App>, path: web::Path<(String, String)>) -> HttpResponse {
    let (_, format) = path.into_inner();
    one(&format, "discovery", &service::discovery(&app))
}

fn one(format: &str, name: &str, item: &Map<String, Value>) -> HttpResponse {
    let format = Format::named(format).unwrap_or(Format::Json);
    HttpResponse::Ok()
        .content_type(format.content_type())
        .body(format.write_one(name, item))
}

#[get("/open311/v2/requests.{format:json|xml}")]
async fn list_requests(
    app: web::Data<App>,
    format: web::Path<String>,
    asked: Result<web::Query<RequestsQuery>, actix_web::Error>,
) -> HttpResponse {
    let found = match asked {
        Ok(asked) => service::requests(&app, &asked, app.clock.now()).await,
        Err(_) => Err(Error::refused(
            ErrorKind::Malformed,
            "bad_filter",
            "a parameter is unknown or cannot be read",
        )),
    };
    answer(&format, REQUESTS, found)
}

#[get("/open311/v2/requests/{number:[^/.]+}.{format:json|xml}")]
async fn show_request(app: web::Data<App>, path: web::Path<(String, String)>) -> HttpResponse {
    let (number, format) = path.into_inner();
    let found = service::request_of(&app, &number, app.clock.now()).await;
    answer(&format, REQUESTS, found)
}

/// Files a report of a client whose key has the scope `open311`.
#[post("/open311/v2/requests.{format:json|xml}")]
async fn file_report(
    app: web::Data<App>,
    format: web::Path<String>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let item = match take_report(&app, &request, body).await {
        Ok(Filed::Order(number)) => json!({ "service_request_id": number }),
        Ok(Filed::Token(token)) => json!({ "token": token }),
        Err(error) => return answer(&format, REQUESTS, Err(error)),
    };
    let mut fields = item.as_object().cloned().unwrap_or_default();
    fields.insert("service_notice".to_owned(), Value::from(""));
    fields.insert("account_id".to_owned(), Value::from(""));
    body_of(&format, StatusCode::CREATED, REQUESTS, &[fields])
}

async fn take_report(app: &App, request: &HttpRequest, body: web::Payload) -> Result<Filed> {
    let content_type = request.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or(FORM);
    let content_type = content_type.to_ascii_lowercase();
    let (mut sent, media) = if content_type.starts_with(MULTIPART) {
        read_multipart(app, BoundedForm::new(request, body)).await?
    } else if content_type.starts_with(FORM) {
        (fields(&read_form(body).await?), None)
    } else {
        let detail = "send the report as application/x-www-form-urlencoded or multipart/form-data";
        return Err(refused(ErrorKind::UnsupportedMedia, detail));
    };
    sent.extend(fields(request.query_string().as_bytes()));
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let bearer = header("authorization")
        .and_then(|value| value.split_once(' '))
        .map(|(_, key)| key.trim());
    let api_key = sent
        .iter()
        .find(|(name, _)| name == "api_key")
        .map(|(_, key)| key.as_str());
    let key = bearer.or(api_key).filter(|key| clients::is_key(key));
    let key = key.ok_or_else(|| refused(ErrorKind::Forbidden, "api_key is missing or invalid"))?;
    let caller = clients::authenticate(app, key, request.method().as_str(), request.path()).await?;
    connections::mark_identified(request);
    let report = form::read(sent.into_iter())?;
    let key = header("idempotency-key").map(|key| key.chars().take(MAX_KEY_CHARS).collect());
    submit::file(app, &caller, report, Attached { key, media }).await
}

fn fields(text: &[u8]) -> Vec<(String, String)> {
    let pairs = url::form_urlencoded::parse(text);
    pairs
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

async fn read_form(mut body: web::Payload) -> Result<Vec<u8>> {
    let too_large = || refused(ErrorKind::TooLarge, "the form is too large or was cut off");
    let mut read = Vec::new();
    while let Some(part) = body.next().await {
        read.extend_from_slice(&part.map_err(|_| too_large())?);
        if read.len() > MAX_FORM_BYTES {
            return Err(too_large());
        }
    }
    Ok(read)
}

/// Reads a form with one photo as a file, for clients without an address for it.
async fn read_multipart(
    app: &App,
    mut form: BoundedForm,
) -> Result<(Vec<(String, String)>, Option<FileBytes>)> {
    let (mut sent, mut media) = (Vec::new(), None);
    while let Some(field) = form.next().await? {
        if field.file_name().is_none() {
            let name = field.name().to_owned();
            sent.push((name, form.text(field, MAX_FORM_BYTES).await?));
            continue;
        }
        if media.is_some() {
            return Err(refused(ErrorKind::Malformed, "more than one file was sent"));
        }
        let share = app.state::<BodyMemory>().begin(false);
        let bytes = field.file(MAX_PHOTO_BYTES, share).await?;
        media = Some(bytes.ok_or_else(|| refused(ErrorKind::TooLarge, "the file is too large"))?);
    }
    Ok((sent, media))
}

fn refused(kind: ErrorKind, detail: &str) -> Error {
    Error::refused(kind, "bad_report", detail)
}

/// Returns the order that a report has become.
#[get("/open311/v2/tokens/{token:[^/.]+}.{format:json|xml}")]
async fn show_token(app: web::Data<App>, path: web::Path<(String, String)>) -> HttpResponse {
    let (token, format) = path.into_inner();
    match submit::number_of_token(&app, &token).await {
        Ok(number) => {
            let mut item = Map::from_iter([("token".to_owned(), Value::from(token))]);
            // An empty element would be an id for clients that read XML into hashes.
            item.extend(number.map(|number| ("service_request_id".to_owned(), Value::from(number))));
            body_of(&format, StatusCode::OK, REQUESTS, &[item])
        }
        Err(Error::Refused(refused)) if refused.kind == ErrorKind::NotFound => {
            fault(&format, StatusCode::NOT_FOUND, "token was not found")
        }
        Err(error) => answer(&format, REQUESTS, Err(error)),
    }
}

fn answer(format: &str, names: ElementNames, found: Result<Vec<Map<String, Value>>>) -> HttpResponse {
    match found {
        Ok(items) => body_of(format, StatusCode::OK, names, &items),
        Err(Error::Refused(refused)) => refusal(format, &refused),
        Err(error) if error.failure().is_temporary() => {
            tracing::warn!(%error, "database unavailable");
            let mut answer = fault(format, StatusCode::SERVICE_UNAVAILABLE, "try again later");
            let seconds = HeaderValue::from(RETRY_SECS);
            answer.headers_mut().insert(RETRY_AFTER, seconds);
            answer
        }
        Err(error) => {
            tracing::error!(error = %error, "open311 request failed");
            fault(
                format,
                StatusCode::INTERNAL_SERVER_ERROR,
                "something went wrong on our side",
            )
        }
    }
}

/// Converts a refusal to GeoReport: 403 for a missing or wrong key, 400 for faults of the report.
fn refusal(format: &str, refused: &Rejection) -> HttpResponse {
    let details: Vec<&str> = refused.errors.iter().map(|fault| fault.detail.as_str()).collect();
    let detail = match (refused.kind, refused.code) {
        (ErrorKind::NotFound, "not_found") => "service_request_id was not found".to_owned(),
        _ if details.is_empty() => refused.detail.clone(),
        _ => details.join(" "),
    };
    let status = match refused.kind {
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::NotSignedIn | ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ErrorKind::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut answer = fault(format, status, &detail);
    if let ErrorKind::TooMany { retry_after_secs } | ErrorKind::Unavailable { retry_after_secs } =
        refused.kind
    {
        answer
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(retry_after_secs));
    }
    answer
}

/// Returns an error in GeoReport's form.
fn fault(format: &str, status: StatusCode, description: &str) -> HttpResponse {
    let item = json!({ "code": status.as_u16(), "description": description });
    let items: Vec<_> = item.as_object().cloned().into_iter().collect();
    body_of(format, status, ERRORS, &items)
}

fn body_of(
    format: &str,
    status: StatusCode,
    names: ElementNames,
    items: &[Map<String, Value>],
) -> HttpResponse {
    let format = Format::named(format).unwrap_or(Format::Json);
    HttpResponse::build(status)
        .content_type(format.content_type())
        .body(format.write(names, items))
}
