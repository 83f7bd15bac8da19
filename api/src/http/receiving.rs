//! Receiving request bodies: each must arrive at a minimum rate and by a deadline, or the request is answered 408 and
//! its connection closed. Whatever a handler holds for the request is freed with it.

use crate::http::connections::strangers::Strangers;
use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, ResponseError as _, web};
use futures_util::Stream;
use tokio::time::{Instant, Sleep, sleep};

use crate::app::App;
use crate::config::PaceLimits;
use crate::error::{Error, ErrorKind};
use crate::http::client_address::client_address;
use crate::http::connections::strangers::Slot;
use crate::http::connections::table::{Connection, Phase};
use crate::http::pace::Pace;

const RETRY_SECS: u64 = 5;

/// A body that keeps its sender to the pace.
struct Timed {
    inner: Payload,
    pace: Pace,
    /// The current wait and when it began.
    wait: Option<(Instant, Pin<Box<Sleep>>)>,
    late: Rc<Cell<bool>>,
    connection: Option<Arc<Connection>>,
}

impl Stream for Timed {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.late.get() {
            return Poll::Ready(None);
        }
        match Pin::new(&mut this.inner).poll_next(cx) {
            Poll::Ready(next) => {
                let waited = this.wait.take().map(|(since, _)| since.elapsed());
                let bytes = next
                    .as_ref()
                    .map_or(0, |chunk| chunk.as_ref().map_or(0, Bytes::len));
                this.pace.record(bytes, waited.unwrap_or_default());
                if let Some(connection) = &this.connection {
                    connection.enter(Phase::Working);
                }
                Poll::Ready(next)
            }
            Poll::Pending => {
                let allowed = this.pace.next_wait();
                let (_, timer) = this
                    .wait
                    .get_or_insert_with(|| (Instant::now(), Box::pin(sleep(allowed))));
                if timer.as_mut().poll(cx).is_pending() {
                    if let Some(connection) = &this.connection {
                        connection.wait_for_body();
                    }
                    return Poll::Pending;
                }
                this.late.set(true);
                let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
                Poll::Ready(Some(Err(PayloadError::Io(late))))
            }
        }
    }
}

/// Wraps the body, and answers 408 for one that came too slowly whatever the handler made of its end.
pub async fn middleware(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let connection = request.conn_data::<Arc<Connection>>().cloned();
    let _slot = enter(&request)?;
    let late = Rc::new(Cell::new(false));
    let body = request.take_payload();
    if !matches!(body, Payload::None) {
        let timed = Timed {
            inner: body,
            pace: Pace::new(limits(&request)),
            wait: None,
            late: Rc::clone(&late),
            connection: connection.clone(),
        };
        request.set_payload(Payload::Stream {
            payload: Box::pin(timed),
        });
    }
    if let Some(connection) = &connection {
        connection.enter(Phase::Working);
    }
    let answered = next.call(request).await;
    if let Some(connection) = &connection {
        connection.enter(Phase::Idle);
    }
    if !late.get() {
        return answered.map(ServiceResponse::map_into_left_body);
    }
    let mut refusal = too_slow().error_response();
    refusal.head_mut().set_connection_type(ConnectionType::Close);
    let (request, _) = answered?.into_parts();
    Ok(ServiceResponse::new(request, refusal).map_into_right_body())
}

fn limits(request: &ServiceRequest) -> PaceLimits {
    let app = request.app_data::<web::Data<App>>();
    app.map_or(PaceLimits::default(), |app| app.config.http.body)
}

/// Behind a proxy, a place among the requests of the client's address until the caller shows an account.
fn enter(request: &ServiceRequest) -> Result<Option<Slot>, Error> {
    let Some(app) = request.app_data::<web::Data<App>>() else {
        return Ok(None);
    };
    let http = &app.config.http;
    let through_proxy = request
        .peer_addr()
        .is_some_and(|peer| http.trusted_proxies.contains(peer.ip()));
    if !through_proxy {
        return Ok(None);
    }
    let address = client_address(request.request(), &http.trusted_proxies);
    let slot = app
        .state::<Strangers>()
        .enter(address, http.connections_per_address);
    let slot = slot.ok_or_else(too_many)?;
    request.extensions_mut().insert(slot.clone());
    Ok(Some(slot))
}

fn too_many() -> Error {
    let kind = ErrorKind::TooMany {
        retry_after_secs: RETRY_SECS,
    };
    Error::refused(
        kind,
        "too_many_connections",
        "同一网络地址的请求太多，请稍后再试。",
    )
}

fn too_slow() -> Error {
    let detail = "上传太慢或中断了，请检查网络后重试。";
    Error::refused(ErrorKind::TooSlow, "body_too_slow", detail)
}
