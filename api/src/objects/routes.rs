//! `/media/…`: the embedded store's photos under the product's own address, for whoever has a signed link.

use crate::objects::client::ObjectStore;
use actix_web::body::SizedStream;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_SECURITY_POLICY, ETAG, HeaderMap, IF_NONE_MATCH,
    RANGE,
};
use actix_web::{HttpRequest, HttpResponse, route, web};
use serde::Deserialize;

use crate::app::App;
use crate::error::{Error, ErrorKind, Result};
use crate::objects::media::BadLink;

#[derive(Deserialize)]
pub struct Signed {
    /// Without a signature a link is a wrong one.
    #[serde(default)]
    until: i64,
    #[serde(default)]
    sig: String,
}

#[route("/media/{key:.+}", method = "GET", method = "HEAD")]
pub async fn show_media(
    app: web::Data<App>,
    key: web::Path<String>,
    signed: web::Query<Signed>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let left = app
        .state::<ObjectStore>()
        .check_link(&key, signed.until, &signed.sig, now)
        .ok_or_else(Error::not_found)?
        .map_err(refusal)?;
    let object = app.state::<ObjectStore>().open(&key).await?;
    let tag = format!("\"{}\"", object.header.entity_tag);
    let mut response = HttpResponse::Ok();
    response
        // Objects are addressed by their content and never change; the link's time is the cache's.
        .insert_header((CACHE_CONTROL, format!("private, max-age={left}, immutable")))
        .insert_header((ETAG, tag.clone()))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .content_type(object.header.content_type.clone().unwrap_or_default());
    if text(request.headers(), IF_NONE_MATCH.as_str()).is_some_and(|known| known.contains(&tag)) {
        return Ok(response
            .status(actix_web::http::StatusCode::NOT_MODIFIED)
            .finish());
    }
    let whole = object.length;
    let part = match text(request.headers(), RANGE.as_str()).map(|range| parse_range(range, whole)) {
        None | Some(Range::Whole) => 0..whole,
        Some(Range::Part(part)) => {
            let shown = format!("bytes {}-{}/{whole}", part.start, part.end - 1);
            response
                .status(actix_web::http::StatusCode::PARTIAL_CONTENT)
                .insert_header((CONTENT_RANGE, shown));
            part
        }
        Some(Range::Outside) => {
            return Ok(HttpResponse::RangeNotSatisfiable()
                .insert_header((CONTENT_RANGE, format!("bytes */{whole}")))
                .finish());
        }
    };
    let length = part.end - part.start;
    let bytes = object.stream(part).map_err(anyhow::Error::from)?;
    Ok(response.body(SizedStream::new(length, bytes)))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn refusal(bad: BadLink) -> Error {
    let code = match bad {
        BadLink::Expired => "link_expired",
        BadLink::Forged => "link_invalid",
    };
    Error::refused(ErrorKind::Forbidden, code, "图片链接已失效，请刷新页面。")
}

#[derive(Debug, PartialEq, Eq)]
enum Range {
    /// Not understood, or several parts: the whole is a right answer too.
    Whole,
    Part(std::ops::Range<u64>),
    Outside,
}

fn parse_range(text: &str, length: u64) -> Range {
    let Some((from, to)) = text
        .trim()
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
    else {
        return Range::Whole;
    };
    let part = match (from.trim().parse::<u64>(), to.trim().parse::<u64>()) {
        (Ok(from), Ok(to)) if from <= to => from..to.saturating_add(1).min(length),
        (Ok(from), Err(_)) if to.trim().is_empty() => from..length,
        (Err(_), Ok(last)) if from.trim().is_empty() => length.saturating_sub(last)..length,
        _ => return Range::Whole,
    };
    if part.is_empty() {
        Range::Outside
    } else {
        Range::Part(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_has_them() {
        for (text, wanted) in [
            ("bytes=0-99", Range::Part(0..100)),
            ("bytes=900-", Range::Part(900..1000)),
            ("bytes=-100", Range::Part(900..1000)),
            ("bytes=0-5000", Range::Part(0..1000)),
            ("bytes=-5000", Range::Part(0..1000)),
            ("bytes=1000-", Range::Outside),
            ("bytes=-0", Range::Outside),
            ("bytes=5-1", Range::Whole),
            ("bytes=0-1,5-9", Range::Whole),
            ("lines=1-2", Range::Whole),
        ] {
            assert_eq!(parse_range(text, 1000), wanted, "{text}");
        }
    }
}
