//! `/console/login`, `/console/sessions`. A session's secret is in a cookie that scripts cannot read.

use crate::http::budgets::Budgets;
use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{ACCEPT, USER_AGENT};
use actix_web::web::{Data, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use entity::ids::SessionId;
use serde::Deserialize;
use serde_json::json;

use super::origin;
use super::service::{self, CastGroup, RosteredPerson};
use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::console::assets::{self, Assets};
use crate::console::labels::{self, Markup};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, is_ours, page, see_other};
use crate::console::routes::submission::{FormData, check, read_texts};
use crate::console::routes::visitor::ConsoleUser;
use crate::error::Error;
use crate::http::budgets::Purchase;
use crate::http::client_address::{client_address, client_ip};
use crate::orders::search::workload;
use crate::people::extract::COOKIE;
use crate::people::login_requests::service as requests;
use crate::people::login_requests::service::PollResult;
use crate::people::sessions;
use crate::sealing::Sealer;
use crate::sites::keepers;
use crate::wechat::sandbox::Sandbox;

/// Holds the secret of the request that this browser has begun.
const LOGIN_COOKIE: &str = "zhitong_login";
/// A console session ends with the working day; the cookie does not outlive it.
const COOKIE_HOURS: i64 = 12;

#[derive(Deserialize)]
pub struct SignInQuery {
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    assets: &'static Assets,
    city: String,
    code: Markup,
    origin: String,
    number: u8,
    expires: String,
    expires_at: String,
    next: String,
    csrf: String,
    suggested: Vec<RosteredPerson>,
    groups: Vec<CastGroup>,
}

/// Shows the code to scan. A signed-in person is redirected to the requested page.
#[get("/login")]
pub async fn show(
    app: Data<App>,
    request: HttpRequest,
    wanted: Query<SignInQuery>,
    visitor: Result<ConsoleUser, PageError>,
) -> Result<HttpResponse, PageError> {
    let next = address(wanted.into_inner().next);
    if visitor.is_ok() {
        return Ok(see_other(&next));
    }
    let (now, zone) = (app.clock.now(), app.state::<CityHandle>().load().zone());
    let held = request.cookie(LOGIN_COOKIE);
    let origin = origin_of(&app, &request);
    let begun = match service::resume(&app, held.as_ref().map(Cookie::value), now).await? {
        Some(begun) => begun,
        None => {
            let address = client_address(&request, &app.config.http.trusted_proxies);
            let _spent = app.state::<Budgets>().take(Purchase::SignInPage, address)?;
            requests::begin(&app, &origin, now).await?
        }
    };
    let groups = service::cast(&app);
    let suggested = if groups.is_empty() {
        Vec::new()
    } else {
        let workloads = workload::workloads(&app.db).await?;
        service::suggested(&app, &workloads, &keepers::names(&app).await?)
    };
    let mut response = page(&SignInPage {
        assets: assets::addresses(),
        city: app.state::<CityHandle>().load().meta.name.clone(),
        code: service::picture(&service::scan_address(&app, &begun.code))?,
        origin,
        number: begun.number,
        expires: labels::when(begun.expires_at, now, zone),
        expires_at: begun.expires_at.to_rfc3339(),
        next,
        csrf: anonymous_token(&app, &begun.secret),
        suggested,
        groups,
    })?;
    let cookie = cookie(&app, LOGIN_COOKIE, begun.secret);
    response.add_cookie(&cookie).map_err(anyhow::Error::from)?;
    Ok(response)
}

/// The browser asks whether somebody has confirmed: the script for JSON, the button for a page.
#[post("/login/claim")]
pub async fn claim(app: Data<App>, request: HttpRequest, body: Payload) -> Result<HttpResponse, PageError> {
    let next = address(read_texts(body).await?.some("next").map(str::to_owned));
    let asks_json = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accepted| accepted.contains("json"));
    let held = request.cookie(LOGIN_COOKIE);
    let claimed = match &held {
        Some(secret) => requests::claim(&app, secret.value(), app.clock.now()).await,
        None => Err(Error::not_found()),
    };
    let (state, session) = match claimed {
        Ok(PollResult::Waiting) => ("waiting", None),
        Ok(PollResult::SignedIn(secret)) => ("signed_in", Some(secret)),
        Err(Error::Refused(_)) => ("expired", None),
        Err(broken) => return Err(broken.into()),
    };
    let mut response = match (asks_json, &session) {
        (true, _) => HttpResponse::Ok().json(json!({ "state": state, "next": next })),
        (false, Some(_)) => see_other(&next),
        (false, None) => see_other("/console/login"),
    };
    if let Some(secret) = session {
        sign_in(&app, &mut response, secret)?;
    }
    Ok(response)
}

/// Signs in as a person of the sandbox. Exists in sandbox mode only.
#[post("/login/sandbox")]
pub async fn sandbox(app: Data<App>, request: HttpRequest, body: Payload) -> Result<HttpResponse, PageError> {
    if app.state::<Option<Sandbox>>().is_none() {
        return Err(PageError::not_found());
    }
    let entries = read_texts(body).await?;
    let held = request.cookie(LOGIN_COOKIE);
    let token = held.map(|secret| anonymous_token(&app, secret.value()));
    check(token.as_deref().unwrap_or_default(), &entries)?;
    let origin = origin_of(&app, &request);
    let session =
        requests::begin_as_sandbox_person(&app, entries.text("person"), &origin, app.clock.now()).await?;
    let session = session.ok_or_else(PageError::not_found)?;
    let mut response = see_other(&address(entries.some("next").map(str::to_owned)));
    sign_in(&app, &mut response, session)?;
    Ok(response)
}

#[derive(Template)]
#[template(path = "sign_in_link.html")]
struct LinkPage {
    assets: &'static Assets,
    code: String,
}

/// An admin's one-time link. Opening it changes nothing: programs that preview links would use it up.
#[get("/login/{code}")]
pub async fn show_link(code: web::Path<String>) -> Result<HttpResponse, PageError> {
    page(&LinkPage {
        assets: assets::addresses(),
        code: code.into_inner(),
    })
}

/// The link's secret is what a forged form would have to know, so that no token is needed besides.
#[post("/login/{code}")]
pub async fn use_link(app: Data<App>, code: web::Path<String>) -> Result<HttpResponse, PageError> {
    let session = requests::claim_link(&app, &code, app.clock.now()).await?;
    let mut response = see_other("/console");
    sign_in(&app, &mut response, session)?;
    Ok(response)
}

#[derive(Template)]
#[template(path = "scanned.html")]
struct ScannedPage {
    assets: &'static Assets,
}

/// Where a camera other than the mini-program's arrives.
#[get("/scan/{code}")]
pub async fn scanned(_code: web::Path<String>) -> Result<HttpResponse, PageError> {
    page(&ScannedPage {
        assets: assets::addresses(),
    })
}

#[post("/sign-out")]
pub async fn sign_out(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    let caller = &visitor.caller;
    sessions::end(&visitor.app, caller.person, caller.session, visitor.now).await?;
    signed_out(&visitor.app)
}

struct ShownSession {
    id: SessionId,
    kind: &'static str,
    client: Option<String>,
    begun: String,
    used: String,
    until: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "sessions.html")]
struct SessionsPage {
    frame: PageContext,
    sessions: Vec<ShownSession>,
}

/// One's own living sessions.
#[get("/sessions")]
pub async fn own_sessions(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    let (now, zone) = (visitor.now, visitor.app.state::<CityHandle>().load().zone());
    let own = sessions::list_own(&visitor.app, visitor.caller.person, now).await?;
    let shown = own.into_iter().map(|session| ShownSession {
        id: session.id,
        kind: session.kind.label(),
        client: session.client,
        begun: labels::when(session.created_at, now, zone),
        used: labels::when(session.last_used_at, now, zone),
        until: labels::when(session.expires_at, now, zone),
        current: session.id == visitor.caller.session,
    });
    page(&SessionsPage {
        frame: visitor.frame(Section::Sessions, "登录的设备"),
        sessions: shown.collect(),
    })
}

#[post("/sessions/end-all")]
pub async fn end_all(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    sessions::end_all_own(&visitor.app, visitor.caller.person, visitor.now).await?;
    signed_out(&visitor.app)
}

#[post("/sessions/{id}/end")]
pub async fn end_session(
    visitor: ConsoleUser,
    id: web::Path<SessionId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    sessions::end(&visitor.app, visitor.caller.person, *id, visitor.now).await?;
    if *id == visitor.caller.session {
        return signed_out(&visitor.app);
    }
    Ok(see_other("/console/sessions?done=session_ended"))
}

fn address(next: Option<String>) -> String {
    next.filter(|next| is_ours(next))
        .unwrap_or_else(|| "/console".to_owned())
}

fn origin_of(app: &App, request: &HttpRequest) -> String {
    let agent = request
        .headers()
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let from = client_ip(request, &app.config.http.trusted_proxies);
    origin::describe(agent.unwrap_or_default(), from)
}

/// The token of the sign-in page's forms, before there is a session.
fn anonymous_token(app: &App, login_secret: &str) -> String {
    app.state::<Sealer>().hash("console sign-in form", login_secret)
}

fn cookie(app: &App, name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(app.config.public_url.starts_with("https://"))
        .same_site(SameSite::Lax)
        .max_age(CookieAge::hours(COOKIE_HOURS))
        .finish()
}

fn sign_in(app: &App, response: &mut HttpResponse, secret: String) -> Result<(), PageError> {
    let session = cookie(app, COOKIE, secret);
    response.add_cookie(&session).map_err(anyhow::Error::from)?;
    remove(app, response, LOGIN_COOKIE)
}

fn signed_out(app: &App) -> Result<HttpResponse, PageError> {
    let mut response = see_other("/console/login");
    remove(app, &mut response, COOKIE)?;
    Ok(response)
}

fn remove(app: &App, response: &mut HttpResponse, name: &'static str) -> Result<(), PageError> {
    let mut gone = cookie(app, name, String::new());
    gone.make_removal();
    response.add_cookie(&gone).map_err(anyhow::Error::from)?;
    Ok(())
}
