//! `/healthz` answers while the process lives; `/readyz` proves that the database accepts a write and that the store
//! answers.

use crate::http::metrics::Metrics;
use crate::jobs::monitor::LaneLags;
use crate::objects::client::ObjectStore;
use crate::ops::disk_space::DiskSpace;
use std::fmt::Write as _;
use std::time::Duration;

use actix_web::{HttpResponse, get, web};
use serde::Serialize;

use crate::app::App;
use crate::error::{Error, ErrorKind, Result};
use crate::jobs::Lane;

/// A dependency that has not answered by then is down.
const TIMEOUT: Duration = Duration::from_secs(2);
/// A write on SQLite waits for those before it.
const WRITE_TIMEOUT: Duration = Duration::from_secs(4);

/// Which of the services that we depend on answer.
#[derive(Serialize)]
struct Readiness {
    database: &'static str,
    store: &'static str,
}

#[get("/healthz")]
pub async fn healthz() -> &'static str {
    "ok"
}

#[get("/readyz")]
pub async fn readyz(app: web::Data<App>) -> HttpResponse {
    let database = tokio::time::timeout(WRITE_TIMEOUT, app.db.accepts_writes(app.clock.now()))
        .await
        .unwrap_or(false);
    let store = tokio::time::timeout(TIMEOUT, app.state::<ObjectStore>().ready())
        .await
        .is_ok_and(|ready| ready.is_ok());
    let mut response = if database && store {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    response.json(Readiness {
        database: up(database),
        store: up(store),
    })
}

fn up(answers: bool) -> &'static str {
    if answers { "up" } else { "down" }
}

/// Served at an address of its own, for the operator's collector only.
#[get("/metrics")]
pub async fn metrics(app: web::Data<App>) -> Result<HttpResponse> {
    let mut text = app.state::<Metrics>().text()?;
    for lane in Lane::ALL {
        let (name, lag) = (lane.name(), app.state::<LaneLags>().seconds(lane));
        let _ = writeln!(text, "zhitong_job_lane_lag_seconds{{lane=\"{name}\"}} {lag}");
    }
    let _ = writeln!(
        text,
        "zhitong_disk_free_bytes {}",
        app.state::<DiskSpace>().free_bytes()
    );
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text))
}

/// Every path that is none of ours.
pub async fn unknown_path() -> Result<HttpResponse> {
    Err(Error::refused(
        ErrorKind::NotFound,
        "unknown_path",
        "没有这个地址。",
    ))
}
