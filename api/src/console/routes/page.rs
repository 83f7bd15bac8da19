//! Answering with a page: the ordinary one, the one that says what went wrong, the way to the next one.

use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use askama::Template;

use crate::console::assets::{self, Assets};
use crate::error::Error;
use crate::http::request_id;

const HTML: &str = "text/html; charset=utf-8";

/// The error of a page handler.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Nobody is signed in; `next` is the requested page.
    #[error("not signed in")]
    SignIn { next: String },
    #[error(transparent)]
    Broken(#[from] Error),
}

impl From<anyhow::Error> for PageError {
    fn from(error: anyhow::Error) -> Self {
        Self::Broken(error.into())
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    assets: &'static Assets,
    heading: &'a str,
    detail: &'a str,
    request_id: String,
}

impl PageError {
    #[must_use]
    pub fn not_found() -> Self {
        Self::Broken(Error::not_found())
    }

    /// A query string that is none of ours.
    #[must_use]
    pub fn unreadable() -> Self {
        let kind = crate::error::ErrorKind::Malformed;
        Self::Broken(Error::refused(
            kind,
            "malformed_query",
            "这个地址无法读取，请从首页重新进入。",
        ))
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignIn { .. } => StatusCode::SEE_OTHER,
            Self::Broken(error) => error.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        let error = match self {
            Self::SignIn { next } => return see_other(&sign_in_address(next)),
            Self::Broken(error) => error,
        };
        // Logs faults of our own, once; the problem document itself is for programs.
        let problem = error.error_response();
        let status = problem.status();
        let detail = match error {
            Error::Refused(refused) => refused.detail.as_str(),
            _ if status == StatusCode::SERVICE_UNAVAILABLE => "系统暂时无法访问数据，请稍后再试。",
            Error::Database(_) | Error::Internal(_) => "系统出错了，已经记录。请稍后再试。",
        };
        let page = ErrorPage {
            assets: assets::addresses(),
            heading: heading(status),
            detail,
            request_id: request_id::current(),
        };
        let mut answer = HttpResponse::build(status);
        if let Some(seconds) = problem.headers().get(RETRY_AFTER) {
            answer.insert_header((RETRY_AFTER, seconds.clone()));
        }
        answer
            .content_type(HTML)
            .body(page.render().unwrap_or_else(|_| detail.to_owned()))
    }
}

fn heading(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "没有找到",
        StatusCode::FORBIDDEN => "不能进行这项操作",
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => "请稍后再试",
        status if status.is_server_error() => "出错了",
        _ => "没有成功",
    }
}

fn sign_in_address(next: &str) -> String {
    let mut query = String::from("/console/login");
    if next != "/console" && is_ours(next) {
        query.push_str("?next=");
        // Only what would end the value needs escaping: the rest is an address already.
        for c in next.chars() {
            match c {
                '%' => query.push_str("%25"),
                '&' => query.push_str("%26"),
                '#' => query.push_str("%23"),
                '+' => query.push_str("%2B"),
                other => query.push(other),
            }
        }
    }
    query
}

/// Whether an address is a page of the console; anything else would send people to another site.
#[must_use]
pub fn is_ours(address: &str) -> bool {
    let below = address.strip_prefix("/console");
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with('?'))
        && !address.contains(['\\', '\r', '\n'])
}

/// 200 with a page.
pub fn page(page: &impl Template) -> Result<HttpResponse, PageError> {
    with_status(StatusCode::OK, page)
}

pub fn with_status(status: StatusCode, page: &impl Template) -> Result<HttpResponse, PageError> {
    let text = page.render().map_err(anyhow::Error::from)?;
    Ok(HttpResponse::build(status).content_type(HTML).body(text))
}

/// After something was changed: the browser asks for the page anew, and "back" does not send it again.
#[must_use]
pub fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, address))
        .finish()
}

/// Below `/console`, but nothing of ours.
pub async fn unknown() -> Result<HttpResponse, PageError> {
    Err(PageError::not_found())
}
