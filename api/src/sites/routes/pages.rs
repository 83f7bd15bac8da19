//! The page that an ordinary QR code opens in any browser. It is the same for every site; its script asks the API. Inside
//! WeChat it recognises delegates if `WECHAT_OA_WEB_SIGN_IN` is set.

use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType, HeaderValue, LOCATION, REFERRER_POLICY, USER_AGENT,
};
use actix_web::web::{self, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::app::App;
use crate::error::{Error, ErrorKind, Result};
use crate::http::budgets::{Budgets, Purchase};
use crate::http::client_address::client_address;
use crate::official::web_sign_in::{self, Return};
use crate::photos::service::converts_heic;
use crate::sites::code;
use crate::sites::page_visitor::{self, Visitor};

const PAGE: &str = include_str!("../../../scan/index.html");
/// Photos that the page offers; HEIC only where it can be converted.
const PHOTO_TYPES: &str = "image/jpeg,image/png,image/webp";
const SCRIPT: &str = include_str!("../../../scan/scan.js");
const STYLE: &str = include_str!("../../../scan/scan.css");
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const AN_HOUR: &str = "public, max-age=3600";
/// Where the page has the delegate's way.
const DELEGATE: &str = "<!-- delegate -->";
/// Cookies: the state of a round trip to WeChat, and who came back.
const STATE: &str = "scan_state";
const VISITOR: &str = "scan_visitor";

pub fn configure(service: &mut ServiceConfig) {
    // The two files first: their names could be a site's code.
    service.service(script).service(style).service(page);
}

/// The parameters that WeChat adds when it sends the browser back, and the page's own.
#[derive(Default, Deserialize)]
struct ScanQuery {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    /// The delegate opens the mini-program.
    #[serde(default)]
    open: String,
}

/// A request for the page of one site, if pages ask who opens them.
struct Opened<'a> {
    app: &'a App,
    request: &'a HttpRequest,
    site: String,
    now: DateTime<Utc>,
}

#[get("/scan/{code}")]
async fn page(app: web::Data<App>, site: web::Path<String>, request: HttpRequest) -> Result<HttpResponse> {
    let site = code::read(&site).filter(|_| web_sign_in::is_on(&app));
    let Some(site) = site else {
        return Ok(show(&app, StatusCode::OK, ""));
    };
    let opened = Opened {
        app: &app,
        request: &request,
        site,
        now: app.clock.now(),
    };
    // Other parameters are appended by WeChat when the page is shared.
    let query = Query::<ScanQuery>::from_query(request.query_string());
    let query = query.map(Query::into_inner).unwrap_or_default();
    let mut response = opened.respond(&query).await?;
    let never = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, never);
    Ok(response)
}

impl Opened<'_> {
    fn path(&self) -> String {
        format!("/scan/{}", self.site)
    }

    async fn respond(&self, query: &ScanQuery) -> Result<HttpResponse> {
        if !query.state.is_empty() {
            return self.come_back(query).await;
        }
        let cookie = self.request.cookie(VISITOR);
        let visitor = cookie.and_then(|cookie| page_visitor::open(self.app, cookie.value(), self.now));
        let Some(visitor) = visitor else {
            return if is_wechat(self.request) {
                self.ask_wechat()
            } else {
                Ok(show(self.app, StatusCode::OK, ""))
            };
        };
        let Some(name) = page_visitor::delegate_name(self.app, visitor).await? else {
            return Ok(show(self.app, StatusCode::OK, ""));
        };
        if query.open.is_empty() {
            return Ok(greet(
                self.app,
                StatusCode::OK,
                &Greeting {
                    name: &name,
                    failed: false,
                },
            ));
        }
        self.open_mini_program(&name).await
    }

    fn ask_wechat(&self) -> Result<HttpResponse> {
        let begun = web_sign_in::begin(self.app, &self.path(), self.now)?;
        let cookie = cookie(self.app, STATE, begun.held, web_sign_in::LIFE);
        Ok(HttpResponse::Found()
            .insert_header((LOCATION, begun.address))
            .cookie(cookie)
            .finish())
    }

    /// Recognises the person whom WeChat names. A refused return shows the page for residents with 403; if WeChat does not
    /// respond, the page opens without a name.
    async fn come_back(&self, query: &ScanQuery) -> Result<HttpResponse> {
        let address = client_address(self.request, &self.app.config.http.trusted_proxies);
        let _spent = self.app.state::<Budgets>().take(Purchase::SiteVisit, address)?;
        let held = self.request.cookie(STATE);
        let back = Return {
            page: &self.path(),
            code: &query.code,
            state: &query.state,
            held: held.as_ref().map(Cookie::value),
        };
        let visitor = match web_sign_in::finish(self.app, back, self.now).await {
            Ok(found) => page_visitor::recognise(self.app, found).await?,
            Err(Error::Refused(refused)) if refused.kind == ErrorKind::Forbidden => {
                return Ok(show(self.app, StatusCode::FORBIDDEN, ""));
            }
            Err(error) => {
                tracing::warn!(%error, "web sign in failed");
                Visitor::Resident
            }
        };
        let value = page_visitor::seal(self.app, visitor, self.now)?;
        let mut spent = cookie(self.app, STATE, String::new(), TimeDelta::zero());
        spent.make_removal();
        Ok(HttpResponse::SeeOther()
            .insert_header((LOCATION, self.path()))
            .cookie(cookie(self.app, VISITOR, value, page_visitor::LIFE))
            .cookie(spent)
            .finish())
    }

    async fn open_mini_program(&self, name: &str) -> Result<HttpResponse> {
        let address = client_address(self.request, &self.app.config.http.trusted_proxies);
        let _spent = self.app.state::<Budgets>().take(Purchase::SiteVisit, address)?;
        match page_visitor::mini_program_link(self.app, &self.site).await {
            Ok(link) => Ok(HttpResponse::SeeOther().insert_header((LOCATION, link)).finish()),
            Err(error) => {
                tracing::warn!(%error, "mini program link unavailable");
                let greeting = Greeting { name, failed: true };
                Ok(greet(self.app, StatusCode::SERVICE_UNAVAILABLE, &greeting))
            }
        }
    }
}

/// The delegate's way, above the form for residents.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<section class="notice">
    <h2>{{ name }}代表，您好</h2>
    {% if failed %}<p role="alert">小程序暂时打不开，请稍后再试，或在微信里搜索小程序进入。</p>
    {% else %}<p>用小程序反映这里的问题，点位和类别自动填好，办理进展随时可查。</p>
    {% endif %}<a class="button" href="?open=1">打开小程序反映问题</a>
  </section>"#
)]
struct Greeting<'a> {
    name: &'a str,
    failed: bool,
}

fn greet(app: &App, status: StatusCode, greeting: &Greeting<'_>) -> HttpResponse {
    show(app, status, &greeting.render().unwrap_or_default())
}

/// The page, with the delegate's way if WeChat named one.
fn show(app: &App, status: StatusCode, delegate: &str) -> HttpResponse {
    let mut body = PAGE.replace(DELEGATE, delegate);
    if converts_heic(app) {
        body = body.replace(PHOTO_TYPES, &format!("{PHOTO_TYPES},image/heic,image/heif"));
    }
    HttpResponse::build(status)
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .content_type(ContentType::html())
        .body(body)
}

/// WeChat's browser; not WeCom's (企业微信), which says so too but knows no openids of an official account.
fn is_wechat(request: &HttpRequest) -> bool {
    let agent = request.headers().get(USER_AGENT);
    let agent = agent.and_then(|value| value.to_str().ok()).unwrap_or_default();
    agent.contains("MicroMessenger") && !agent.contains("wxwork")
}

fn cookie(app: &App, name: &'static str, value: String, life: TimeDelta) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/scan")
        .http_only(true)
        .secure(app.config.public_url.starts_with("https://"))
        .same_site(SameSite::Lax)
        .max_age(CookieAge::seconds(life.num_seconds()))
        .finish()
}

#[get("/scan/scan.js")]
async fn script() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, AN_HOUR))
        .content_type("text/javascript; charset=utf-8")
        .body(SCRIPT)
}

#[get("/scan/scan.css")]
async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, AN_HOUR))
        .content_type("text/css; charset=utf-8")
        .body(STYLE)
}
