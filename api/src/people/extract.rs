//! Who is asking: the extractor every handler begins with.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HOST, ORIGIN};
use actix_web::{FromRequest, HttpRequest, web};
use entity::ids::SessionId;
use entity::kinds::SessionKind;

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, ErrorKind, Result};
use crate::people::clients::service as clients;
use crate::people::store;
use crate::people::tokens::Tokens;
use crate::people::tokens::{self, TokenError};

/// The console's cookie; its value is the session's secret, kept as a hash in `refresh_token`.
pub const COOKIE: &str = "zhitong_session";

impl FromRequest for Caller {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { identify(&request).await })
    }
}

async fn identify(request: &HttpRequest) -> Result<Caller> {
    let app = request
        .app_data::<web::Data<App>>()
        .ok_or_else(|| anyhow::anyhow!("no application"))?;
    let header = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = header.and_then(|text| text.strip_prefix("Bearer "));
    if let Some(key) = token.map(str::trim).filter(|token| clients::is_key(token)) {
        return clients::authenticate(app, key, request.method().as_str(), request.path()).await;
    }
    let session = match token {
        Some(token) => of_token(app, token)?,
        None => match request.cookie(COOKIE) {
            Some(cookie) => {
                refuse_other_sites(request)?;
                of_cookie(app, cookie.value()).await?
            }
            None => {
                return Err(Error::refused(
                    ErrorKind::NotSignedIn,
                    "not_signed_in",
                    "请先登录。",
                ));
            }
        },
    };
    let (session, person) = store::signed_in(&app.db, session, app.clock.now())
        .await?
        // A mini-program's refresh token is no cookie.
        .filter(|(session, _)| token.is_some() || session.kind == SessionKind::Console)
        .ok_or_else(|| {
            Error::refused(
                ErrorKind::NotSignedIn,
                "session_ended",
                "登录已失效，请重新登录。",
            )
        })?;
    Ok(Caller::of(person, session.id))
}

fn of_token(app: &App, token: &str) -> Result<SessionId> {
    let claims = app
        .state::<Tokens>()
        .verify(token.trim(), app.clock.now())
        .map_err(|bad| match bad {
            TokenError::Expired => Error::refused(
                ErrorKind::NotSignedIn,
                "token_expired",
                "登录已过期，请刷新后再试。",
            ),
            TokenError::Invalid => Error::refused(
                ErrorKind::NotSignedIn,
                "token_invalid",
                "登录凭证无效，请重新登录。",
            ),
        })?;
    Ok(claims.sid)
}

async fn of_cookie(app: &App, secret: &str) -> Result<SessionId> {
    let session = store::session_of_secret(&app.db, &tokens::hash_secret(secret)).await?;
    session.ok_or_else(|| {
        Error::refused(
            ErrorKind::NotSignedIn,
            "session_ended",
            "登录已失效，请重新登录。",
        )
    })
}

/// A browser sends the cookie along with a form of any site, so what changes something must come from a
/// page of ours. Bearer tokens are never sent by a browser on its own and need no such check.
fn refuse_other_sites(request: &HttpRequest) -> Result<()> {
    if request.method().is_safe() {
        return Ok(());
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let fetched_by_us = header("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let origin = header(ORIGIN.as_str()).and_then(|origin| origin.split_once("://"));
    let host_is_ours = match (header(ORIGIN.as_str()), origin) {
        (None, _) => true,
        (Some(_), Some((_, host))) => Some(host) == header(HOST.as_str()),
        (Some(_), None) => false,
    };
    if fetched_by_us && host_is_ours {
        Ok(())
    } else {
        Err(Error::refused(
            ErrorKind::Forbidden,
            "cross_site",
            "请求来自其他网站，已拒绝。",
        ))
    }
}
