//! Which requests a replica of the database may answer: lists and counts that nobody acts on before they open one matter.
//!
//! A page of one matter, a search for the same matter and everything that a form begins with are read from the primary. So
//! is the live stream: it reads when the primary says that something has changed.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web;

use crate::app::App;
use crate::db::RequestReads;

/// Patterns of the routes, as `routes.rs` and `console/routes` put them together.
pub const MAY_LAG: [&str; 21] = [
    "/api/v1/appraisal",
    "/api/v1/campaigns",
    "/api/v1/hot-topics",
    "/api/v1/insight-reports",
    "/api/v1/insight-reports/{id}/figures/{key}",
    "/api/v1/me/activity",
    "/api/v1/measures",
    "/api/v1/opinions",
    "/api/v1/orders",
    "/api/v1/overview",
    "/api/v1/people/{id}/activity",
    "/console/appraisal",
    "/console/appraisal.xlsx",
    "/console/campaigns",
    "/console/delegates",
    "/console/insight/reports",
    "/console/insight/topics",
    "/console/orders",
    "/console/orders.csv",
    "/console/orders.xlsx",
    "/console/overview",
];

/// Names the request to the database layer, if there is a replica.
pub async fn middleware(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let app = request.app_data::<web::Data<App>>();
    let Some(db) = app.map(|app| app.db.clone()).filter(crate::db::Db::has_replica) else {
        return next.call(request).await;
    };
    let pattern = request.match_pattern();
    let is_list = pattern.is_some_and(|pattern| MAY_LAG.contains(&pattern.as_str()));
    let reads = RequestReads {
        may_lag: is_list && request.method() == Method::GET,
        may_write: !request.method().is_safe(),
    };
    db.in_request(reads, next.call(request)).await
}
