//! Requests to the embedded store whose bodies must arrive at a minimum rate; a stalled one is answered 408.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{CONNECTION, HeaderValue};
use hyper::{Request, StatusCode};
use s3s::service::S3Service;
use s3s::{HttpError, HttpResponse};
use tokio::time::{Instant, Sleep, sleep};

use crate::config::PaceLimits;
use crate::http::pace::Pace;

/// Serves one request, its body kept to the pace of `limits`.
pub async fn serve(
    service: S3Service,
    request: Request<Incoming>,
    limits: PaceLimits,
) -> Result<HttpResponse, HttpError> {
    let late = Arc::new(AtomicBool::new(false));
    let paced = |inner| Paced {
        inner,
        pace: Pace::new(limits),
        wait: None,
        late: Arc::clone(&late),
    };
    let request = request.map(|body| s3s::Body::http_body(paced(body)));
    let answered = service.call(request).await;
    if !late.load(Ordering::Relaxed) {
        return answered;
    }
    let mut refusal = HttpResponse::new(s3s::Body::empty());
    *refusal.status_mut() = StatusCode::REQUEST_TIMEOUT;
    refusal
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    Ok(refusal)
}

struct Paced {
    inner: Incoming,
    pace: Pace,
    wait: Option<(Instant, Pin<Box<Sleep>>)>,
    late: Arc<AtomicBool>,
}

#[derive(Debug, thiserror::Error)]
enum BodyError {
    #[error("the body came too slowly")]
    TooSlow,
    #[error(transparent)]
    Connection(#[from] hyper::Error),
}

impl Body for Paced {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        match Pin::new(&mut this.inner).poll_frame(cx) {
            Poll::Ready(frame) => {
                let waited = this.wait.take().map(|(since, _)| since.elapsed());
                let bytes = match &frame {
                    Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
                    _ => 0,
                };
                this.pace.record(bytes, waited.unwrap_or_default());
                Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)))
            }
            Poll::Pending => {
                let allowed = this.pace.next_wait();
                let (_, timer) = this
                    .wait
                    .get_or_insert_with(|| (Instant::now(), Box::pin(sleep(allowed))));
                if timer.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                this.late.store(true, Ordering::Relaxed);
                Poll::Ready(Some(Err(BodyError::TooSlow)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
