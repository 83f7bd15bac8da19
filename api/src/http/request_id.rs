//! Request ids: the client's own if well formed, or the trace id of its `traceparent` (W3C), otherwise a new one.
//!
//! The id is in the response header, in every problem document, in every log line of the request, and in the jobs, pushes
//! and webhooks' deliveries that the request causes.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use tracing::Instrument;
use uuid::Uuid;

use crate::http::metrics::mask_method;

pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
const MAX_LEN: usize = 64;

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request being answered; empty outside of one.
#[must_use]
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// The id of the request that caused the running work: the one being answered, or the one that a running job stems from.
/// `None` if there is no such request.
#[must_use]
pub fn cause() -> Option<String> {
    Some(current()).filter(|id| !id.is_empty())
}

/// Runs work that the request with this id caused, or none.
pub async fn caused_by<F: Future>(id: Option<String>, work: F) -> F::Output {
    CURRENT.scope(id.unwrap_or_default(), work).await
}

/// Gives the request its id and logs one line when it is answered. The line has the route's pattern, not
/// the address: addresses hold places and ids.
pub async fn middleware(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    mask_method(&mut request);
    let headers = request.headers();
    let id = headers
        .get(&HEADER)
        .and_then(well_formed)
        .or_else(|| headers.get(&TRACE_PARENT).and_then(trace_id))
        .unwrap_or_else(|| Uuid::now_v7().to_string());
    let route = request.match_pattern().unwrap_or_else(|| "-".to_owned());
    let span = tracing::info_span!("request", request_id = %id, method = %request.method(), route = %route);
    let started = std::time::Instant::now();
    CURRENT
        .scope(
            id.clone(),
            async move {
                let mut response = next.call(request).await?;
                if let Ok(value) = HeaderValue::from_str(&id) {
                    response.headers_mut().insert(HEADER, value);
                }
                let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
                tracing::info!(status = response.status().as_u16(), micros, "request answered");
                Ok(response)
            }
            .instrument(span),
        )
        .await
}

fn well_formed(value: &HeaderValue) -> Option<String> {
    let text = value.to_str().ok()?;
    let fits = (8..=MAX_LEN).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    fits.then(|| text.to_owned())
}

/// Reads the trace id of `version-traceid-parentid-flags`.
fn trace_id(value: &HeaderValue) -> Option<String> {
    let mut parts = value.to_str().ok()?.split('-');
    let (version, trace, parent) = (parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_valid = is_hex(version, 2)
        && version != "ff"
        && is_hex(trace, 32)
        && is_hex(parent, 16)
        && trace.bytes().any(|b| b != b'0');
    is_valid.then(|| trace.to_owned())
}
