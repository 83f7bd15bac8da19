//! `POST /sessions`, `/sessions/bind`, `/sessions/refresh`.

use crate::http::budgets::Budgets;
use actix_web::http::header::USER_AGENT;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, ErrorKind, FieldError, Result};
use crate::http::budgets::Purchase;
use crate::http::client_address::client_address;
use crate::http::problem::Problem;
use crate::people::profile::{self, Profile};
use crate::people::routes::Me;
use crate::people::sessions::{self, Grant};
use crate::people::sign_in::service::{self, SignIn};
use crate::people::sign_in::ticket::TICKET_TTL;

/// WeChat's codes and our tokens are far shorter.
const MAX_SECRET_CHARS: usize = 2048;

#[derive(Deserialize, ToSchema)]
struct LoginCode {
    /// From `wx.login`; good once, for five minutes.
    #[schema(min_length = 1, max_length = 2048)]
    code: String,
}

#[derive(Deserialize, ToSchema)]
struct BindRequest {
    #[schema(min_length = 1, max_length = 2048)]
    bind_ticket: String,
    /// From the `getPhoneNumber` button; not the login code.
    #[schema(min_length = 1, max_length = 2048)]
    phone_code: String,
}

#[derive(Deserialize, ToSchema)]
struct RefreshRequest {
    #[schema(min_length = 1, max_length = 2048)]
    refresh_token: String,
}

/// A session: `status` is `signed_in`.
#[derive(Serialize, ToSchema)]
struct SignedIn {
    /// Goes into `Authorization: Bearer`.
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    /// Valid once; each refresh returns the next one.
    refresh_token: String,
    user: Me,
}

#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
enum SignInAnswer {
    SignedIn(Box<SignedIn>),
    /// This WeChat account is not bound yet: ask for the phone number and call `/sessions/bind`.
    BindRequired {
        bind_ticket: String,
        /// Seconds.
        expires_in: i64,
    },
}

impl SignInAnswer {
    fn signed_in(profile: Profile, grant: Grant) -> Self {
        let Grant {
            access_token,
            expires_in_secs,
            refresh_token,
            session: _,
        } = grant;
        Self::SignedIn(Box::new(SignedIn {
            access_token,
            token_type: "Bearer",
            expires_in: expires_in_secs,
            refresh_token,
            user: profile.into(),
        }))
    }
}

/// Sign in with a WeChat login code
#[utoipa::path(
    tag = "Sign-in",
    request_body = LoginCode,
    responses(
        (status = 200, description = "Signed in, or the account must be bound first", body = SignInAnswer),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`login_code_invalid`: call wx.login again", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`blocked_by_wechat`", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Body too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_fields`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "WeChat's limit by the minute, or too many false codes from this address", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "WeChat does not answer", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/sessions")]
pub async fn sign_in(
    app: Data<App>,
    request: HttpRequest,
    body: Json<LoginCode>,
) -> Result<Json<SignInAnswer>> {
    check(&[("code", &body.code)])?;
    let now = app.clock.now();
    let address = client_address(&request, &app.config.http.trusted_proxies);
    let token = app.state::<Budgets>().take(Purchase::FalseLoginCode, address)?;
    let signed_in = service::sign_in(&app, &body.code, client(&request), now).await;
    if !is_false(&signed_in) {
        token.refund();
    }
    let answer = match signed_in? {
        SignIn::SignedIn(person, grant) => SignInAnswer::signed_in(profile::of(&app, *person)?, grant),
        SignIn::BindRequired { ticket } => SignInAnswer::BindRequired {
            bind_ticket: ticket,
            expires_in: TICKET_TTL.num_seconds(),
        },
    };
    Ok(Json(answer))
}

/// Bind the WeChat account to the roster by its phone number
#[utoipa::path(
    tag = "Sign-in",
    request_body = BindRequest,
    responses(
        (status = 200, description = "Signed in", body = SignInAnswer),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`bind_ticket_invalid`, `bind_ticket_expired`: sign in again", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`not_on_roster`; nothing is stored", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`already_bound`: one of the two is bound elsewhere", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Body too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`phone_code_invalid`: ask for the number again", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "WeChat's limit by the minute", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "WeChat does not answer", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/sessions/bind")]
pub async fn bind(
    app: Data<App>,
    request: HttpRequest,
    body: Json<BindRequest>,
) -> Result<Json<SignInAnswer>> {
    check(&[
        ("bind_ticket", &body.bind_ticket),
        ("phone_code", &body.phone_code),
    ])?;
    let now = app.clock.now();
    let bound = service::bind(&app, &body.bind_ticket, &body.phone_code, client(&request), now).await;
    let (person, grant) = bound?;
    Ok(Json(SignInAnswer::signed_in(profile::of(&app, person)?, grant)))
}

/// Get the next pair of tokens
#[utoipa::path(
    tag = "Sign-in",
    request_body = RefreshRequest,
    responses(
        (status = 200, description = "The next pair", body = SignInAnswer),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`session_ended`; `refresh_reused`: an old token came back and the session was ended", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Body too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_fields`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many false tokens from this address", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/sessions/refresh")]
pub async fn refresh(
    app: Data<App>,
    request: HttpRequest,
    body: Json<RefreshRequest>,
) -> Result<Json<SignInAnswer>> {
    check(&[("refresh_token", &body.refresh_token)])?;
    let address = client_address(&request, &app.config.http.trusted_proxies);
    let token = app
        .state::<Budgets>()
        .take(Purchase::FalseRefreshToken, address)?;
    let refreshed = sessions::refresh(&app, &body.refresh_token, app.clock.now()).await;
    if !is_false(&refreshed) {
        token.refund();
    }
    let (person, grant) = refreshed?;
    let profile = profile::of_id(&app, person).await?;
    Ok(Json(SignInAnswer::signed_in(profile, grant)))
}

/// Whether what was shown is none of ours; anything else, a fault of ours too, costs the caller nothing.
fn is_false<T>(answer: &Result<T>) -> bool {
    answer.as_ref().err().and_then(Error::kind) == Some(ErrorKind::NotSignedIn)
}

/// Returns the client's name for itself, shown in the list of sessions.
fn client(request: &HttpRequest) -> Option<&str> {
    request.headers().get(USER_AGENT)?.to_str().ok()
}

fn check(fields: &[(&str, &str)]) -> Result<()> {
    let bad = fields
        .iter()
        .filter(|(_, text)| text.trim().is_empty() || text.len() > MAX_SECRET_CHARS);
    let errors: Vec<_> = bad
        .map(|(field, _)| FieldError::new(*field, "bad_length", format!("{field} 应为 1 到 2048 个字符。")))
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(errors))
    }
}
