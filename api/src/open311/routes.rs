//! `/open311/v2/discovery`, `/services`, `/services/{code}`, `/requests`, `/requests/{id}`, each as `.json` and `.xml`.

use actix_web::http::StatusCode;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get, post, web};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::error::{Error, ErrorKind, Result};
use crate::open311::format::Format;
use crate::open311::service::{self, RequestsQuery};

const SERVICES: (&str, &str) = ("services", "service");
const REQUESTS: (&str, &str) = ("service_requests", "request");
const ERRORS: (&str, &str) = ("errors", "error");
const READ_ONLY: &str =
    "reporting through Open311 is not offered: reports are made by delegates who have signed in";

pub fn configure(service: &mut ServiceConfig) {
    service
        .service(discover)
        .service(list_services)
        .service(show_service)
        .service(list_requests)
        .service(show_request)
        .service(refuse_report);
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

/// At the root of the server too, as clients look for it.
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

#[post("/open311/v2/requests.{format:json|xml}")]
async fn refuse_report(format: web::Path<String>) -> HttpResponse {
    fault(&format, StatusCode::METHOD_NOT_ALLOWED, READ_ONLY)
}

fn answer(format: &str, names: (&str, &str), found: Result<Vec<Map<String, Value>>>) -> HttpResponse {
    match found {
        Ok(items) => body(format, StatusCode::OK, names, &items),
        Err(Error::Refused(refused)) if refused.kind == ErrorKind::NotFound => {
            fault(format, StatusCode::NOT_FOUND, "service_request_id was not found")
        }
        Err(Error::Refused(refused)) => fault(format, StatusCode::BAD_REQUEST, &refused.detail),
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

/// An error as GeoReport has it.
fn fault(format: &str, status: StatusCode, description: &str) -> HttpResponse {
    let item = json!({ "code": status.as_u16(), "description": description });
    let items: Vec<_> = item.as_object().cloned().into_iter().collect();
    body(format, status, ERRORS, &items)
}

fn body(format: &str, status: StatusCode, names: (&str, &str), items: &[Map<String, Value>]) -> HttpResponse {
    let format = Format::named(format).unwrap_or(Format::Json);
    HttpResponse::build(status)
        .content_type(format.content_type())
        .body(format.write(names, items))
}
