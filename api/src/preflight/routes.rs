//! Answers in the product's place while the check runs, so that its public address and its links to photos can be tried.

use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::ServerHandle;
use actix_web::http::header::{FORWARDED, X_FORWARDED_FOR};
use actix_web::{App as ActixApp, HttpRequest, HttpResponse, HttpServer, get, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::objects::client::ObjectStore;
use crate::preflight::rules::Arrival;

/// The answers of the check, and how a request has arrived.
pub(super) struct Probe {
    /// Known to this process only, or `ok`, which the product answers.
    word: String,
    objects: Option<ObjectStore>,
    now: DateTime<Utc>,
    arrival: Mutex<Option<Arrival>>,
}

impl Probe {
    /// `is_served`: by this process, and not by a product that runs already.
    pub(super) fn new(objects: Option<ObjectStore>, now: DateTime<Utc>, is_served: bool) -> Self {
        let word = if is_served {
            Uuid::new_v4().to_string()
        } else {
            "ok".to_owned()
        };
        Self {
            word,
            objects,
            now,
            arrival: Mutex::default(),
        }
    }

    pub(super) fn is_ours(&self, body: &[u8]) -> bool {
        body == self.word.as_bytes()
    }

    pub(super) fn arrival(&self) -> Option<Arrival> {
        *self.arrival.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
struct Signed {
    #[serde(default)]
    until: i64,
    #[serde(default)]
    sig: String,
}

#[get("/healthz")]
async fn healthz(probe: web::Data<Probe>, request: HttpRequest) -> String {
    let headers = request.headers();
    let arrival = request.peer_addr().map(|peer| Arrival {
        peer: peer.ip().to_canonical(),
        is_forwarded: headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(FORWARDED),
    });
    *probe.arrival.lock().unwrap_or_else(PoisonError::into_inner) = arrival;
    probe.word.clone()
}

#[get("/media/{key:.+}")]
async fn media(probe: web::Data<Probe>, key: web::Path<String>, signed: web::Query<Signed>) -> HttpResponse {
    let Some(objects) = &probe.objects else {
        return HttpResponse::NotFound().finish();
    };
    match objects.check_link(&key, signed.until, &signed.sig, probe.now) {
        Some(Ok(_)) => {}
        Some(Err(_)) => return HttpResponse::Forbidden().finish(),
        None => return HttpResponse::NotFound().finish(),
    }
    match objects.get(&key).await {
        Ok(bytes) => HttpResponse::Ok().body(bytes),
        Err(_) => HttpResponse::NotFound().finish(),
    }
}

/// Serves until the handle says stop.
pub(super) fn serve(listener: TcpListener, probe: Arc<Probe>) -> std::io::Result<ServerHandle> {
    let data = web::Data::from(probe);
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(data.clone())
            .service(healthz)
            .service(media)
    })
    .workers(1)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(handle)
}
