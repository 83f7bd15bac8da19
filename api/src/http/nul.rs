//! Refuses NUL in paths, query strings and texts of bodies with 400: PostgreSQL stores no such text, and no person
//! writes one. Files may contain NUL.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, ResponseError as _};
use futures_util::Stream;

use crate::error::{Error, ErrorKind};

/// How a body writes a NUL.
#[derive(Clone, Copy)]
enum Notation {
    /// `\u0000`, or the byte itself, which is no JSON.
    Json,
    /// `%00`, or the byte itself.
    Form,
}

/// Finds a NUL in a body that arrives in pieces.
#[derive(Clone, Copy)]
struct Scanner {
    notation: Notation,
    /// Bytes of the escape that have been seen.
    seen: usize,
}

impl Scanner {
    fn finds(&mut self, bytes: &[u8]) -> bool {
        bytes.iter().any(|byte| *byte == 0 || self.escape(*byte))
    }

    fn escape(&mut self, byte: u8) -> bool {
        let escape: &[u8] = match self.notation {
            Notation::Json => b"\\u0000",
            Notation::Form => b"%00",
        };
        let expected = escape.get(self.seen).copied();
        self.seen = match (self.notation, self.seen, byte) {
            (_, seen, byte) if expected == Some(byte) => seen + 1,
            // An escaped backslash: the next byte is not part of an escape.
            (Notation::Json, 1, b'\\') => 0,
            (_, _, byte) => usize::from(escape.first() == Some(&byte)),
        };
        if self.seen == escape.len() {
            self.seen = 0;
            return true;
        }
        false
    }
}

/// A body that ends with an error at the first NUL.
struct Scanned {
    inner: Payload,
    scanner: Scanner,
    found: Rc<Cell<bool>>,
}

impl Stream for Scanned {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.found.get() {
            return Poll::Ready(None);
        }
        match Pin::new(&mut this.inner).poll_next(cx) {
            Poll::Ready(Some(Ok(bytes))) if this.scanner.finds(&bytes) => {
                this.found.set(true);
                let refused = std::io::Error::from(std::io::ErrorKind::InvalidData);
                Poll::Ready(Some(Err(PayloadError::Io(refused))))
            }
            other => other,
        }
    }
}

/// Answers `nul_character` (400) whatever the handler made of the body's end.
pub async fn middleware(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let escaped = |text: &str| text.contains("%00");
    if escaped(request.uri().path()) || escaped(request.query_string()) {
        return Ok(request
            .into_response(refusal().error_response())
            .map_into_right_body());
    }
    let found = Rc::new(Cell::new(false));
    let body = request.take_payload();
    match (notation(request.content_type()), body) {
        (_, Payload::None) => {}
        (None, body) => request.set_payload(body),
        (Some(notation), inner) => {
            let scanned = Scanned {
                inner,
                scanner: Scanner { notation, seen: 0 },
                found: Rc::clone(&found),
            };
            request.set_payload(Payload::Stream {
                payload: Box::pin(scanned),
            });
        }
    }
    let answered = next.call(request).await;
    if !found.get() {
        return answered.map(ServiceResponse::map_into_left_body);
    }
    let mut refused = refusal().error_response();
    // The rest of the body has not been read.
    refused.head_mut().set_connection_type(ConnectionType::Close);
    let (request, _) = answered?.into_parts();
    Ok(ServiceResponse::new(request, refused).map_into_right_body())
}

fn notation(content_type: &str) -> Option<Notation> {
    let mime = content_type.to_ascii_lowercase();
    if mime.ends_with("json") {
        Some(Notation::Json)
    } else {
        (mime == "application/x-www-form-urlencoded").then_some(Notation::Form)
    }
}

fn refusal() -> Error {
    let detail = "内容中有空字符（NUL），请删除后再提交。";
    Error::refused(ErrorKind::Malformed, "nul_character", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(notation: Notation, pieces: &[&str]) -> bool {
        let mut scanner = Scanner { notation, seen: 0 };
        pieces.iter().any(|piece| scanner.finds(piece.as_bytes()))
    }

    #[test]
    fn an_escaped_nul_is_found_wherever_the_body_is_cut() {
        let body = r#"{"text":"a\u0000b"}"#;
        for at in 0..body.len() {
            let (head, tail) = body.split_at(at);
            assert!(found(Notation::Json, &[head, tail]), "{at}");
        }
        assert!(found(Notation::Json, &[r"\\\u0000"]));
        assert!(found(Notation::Json, &["a\0"]));
        assert!(found(Notation::Form, &["text=a%", "00b"]));
        assert!(found(Notation::Form, &["text=%%00"]));
    }

    #[test]
    fn what_only_looks_like_it_passes() {
        for text in [r"\\u0000", r"\u000", r"u0000", r"\n0000", r"\u0001", "%0000"] {
            assert!(!found(Notation::Json, &[text]), "{text}");
        }
        for text in ["text=%25%30%30", "100%", "%0"] {
            assert!(!found(Notation::Form, &[text]), "{text}");
        }
    }
}
