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
use crate::db;
use crate::error::{Error, ErrorKind, Result};
use crate::http::connections;
use crate::http::origin::{self, Provenance};
use crate::people::clients::service as clients;
use crate::people::store;
use crate::people::tokens::Tokens;
use crate::people::tokens::{self, TokenError};

/// The console's cookie. Its value is the session's secret; `refresh_token` stores the hash.
pub const COOKIE: &str = "zhitong_session";

impl FromRequest for Caller {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = identify(&request).await?;
            db::identify_reader(caller.person);
            connections::mark_identified(&request);
            Ok(caller)
        })
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
    let token = header.and_then(bearer);
    if let Some(key) = token.filter(|token| clients::is_key(token)) {
        return clients::authenticate(app, key, request.method().as_str(), request.path()).await;
    }
    let session = match token {
        Some(token) => of_token(app, token)?,
        None => match request.cookie(COOKIE) {
            Some(cookie) => {
                refuse_other_sites(request, app)?;
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

/// The token of `Authorization: Bearer`; schemes have no case (RFC 9110, 11.1).
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim_start().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
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

/// Rejects changes from other sites: a browser sends the cookie with forms of any site. Bearer tokens are never sent
/// automatically and need no such check.
fn refuse_other_sites(request: &HttpRequest, app: &App) -> Result<()> {
    if request.method().is_safe() {
        return Ok(());
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let origins: Vec<&str> = request
        .headers()
        .get_all(ORIGIN)
        .map(|value| value.to_str().unwrap_or("?"))
        .collect();
    let origin = (!origins.is_empty()).then(|| origins.join(","));
    let proxies = &app.config.http.trusted_proxies;
    let through_proxy = request
        .peer_addr()
        .is_some_and(|peer| proxies.contains(peer.ip()));
    let provenance = Provenance {
        origin: origin.as_deref(),
        fetch_site: header("sec-fetch-site"),
        hosts: [
            header(HOST.as_str()),
            header("x-forwarded-host").filter(|_| through_proxy),
        ],
        public_url: &app.config.public_url,
        // Every form of the console has one, and its handlers check it.
        has_form_token: request.path().starts_with("/console/"),
    };
    if origin::is_ours(&provenance) {
        Ok(())
    } else {
        Err(Error::refused(
            ErrorKind::Forbidden,
            "cross_site",
            "请求来自其他网站，已拒绝。",
        ))
    }
}
