//! `/sandbox/wechat/…`: WeChat's own paths. `/sandbox/…`: the controls. All of it is 404 outside of sandbox
//! mode.

use std::collections::HashMap;

use actix_web::guard;
use actix_web::http::header::LOCATION;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Bytes, Data, Json, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::time::{LocalZone, local};
use crate::wechat::sandbox::Sandbox;
use crate::wechat::sandbox::call::{Reply, SandboxRequest};
use crate::wechat::sandbox::controls::{
    self, ClockRequest, GrantRequest, LoginCodeRequest, PhoneCodeRequest, PushRequest,
};
use crate::wechat::sandbox::faults::InjectedFault;
use crate::wechat::sandbox::official_controls::OfficialAct;
use crate::wechat::sandbox::templates::SandboxTemplate;

const SANDBOX: &str = "/sandbox";
const WECHAT: &str = "/wechat";

pub fn configure(service: &mut ServiceConfig) {
    service.service(
        web::scope(SANDBOX)
            .guard(guard::fn_guard(|context| {
                let app = context.app_data::<Data<App>>();
                app.is_some_and(|app| app.state::<Option<Sandbox>>().is_some())
            }))
            // Not a path with a tail: each call of it would cost a warning of the metrics.
            .service(web::scope(WECHAT).default_service(web::route().to(wechat)))
            .route("/people", web::get().to(people))
            .route("/login-codes", web::post().to(login_codes))
            .route("/phone-codes", web::post().to(phone_codes))
            .route("/subscriptions", web::post().to(subscriptions))
            .route("/messages", web::get().to(messages))
            .route("/faults", web::get().to(faults))
            .route("/faults", web::post().to(add_fault))
            .route("/faults", web::delete().to(clear_faults))
            .route("/clock", web::get().to(clock))
            .route("/clock", web::post().to(move_clock))
            // Beyond the contract, for tests.
            .route("/official", web::get().to(official))
            .route("/official", web::post().to(act_on_official))
            .route("/official/connect/oauth2/authorize", web::get().to(authorize))
            .route("/calls", web::get().to(calls))
            .route("/rules", web::get().to(rules))
            .route("/rules", web::post().to(change_rules))
            .route("/templates", web::post().to(set_templates))
            .route("/token/revoke", web::post().to(revoke_token))
            .route("/pushes", web::post().to(push)),
    );
}

fn sandbox(app: &App) -> Result<&Sandbox> {
    app.state::<Option<Sandbox>>()
        .as_ref()
        .ok_or_else(Error::not_found)
}

async fn wechat(app: Data<App>, request: HttpRequest, body: Bytes) -> Result<HttpResponse> {
    let query = Query::<HashMap<String, String>>::from_query(request.query_string());
    let call = SandboxRequest {
        is_post: request.method() == Method::POST,
        path: request
            .path()
            .trim_start_matches(SANDBOX)
            .trim_start_matches(WECHAT)
            .to_owned(),
        query: query.map(Query::into_inner).unwrap_or_default(),
        body,
    };
    let reply = sandbox(&app)?.call(call).await.ok_or_else(Error::not_found)?;
    Ok(respond(reply))
}

fn respond(reply: Reply) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    response.content_type(reply.content_type);
    if reply.cut {
        // A body that breaks off takes the connection with it.
        let lost = futures_util::stream::once(async {
            Err::<Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
        });
        return response.streaming(lost);
    }
    response.body(reply.body)
}

async fn people(app: Data<App>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.people()))
}

async fn login_codes(app: Data<App>, wanted: Json<LoginCodeRequest>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.login_code(wanted.into_inner())?))
}

async fn phone_codes(app: Data<App>, wanted: Json<PhoneCodeRequest>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.phone_code(wanted.into_inner())?))
}

async fn subscriptions(app: Data<App>, wanted: Json<GrantRequest>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.grant(wanted.into_inner()).await?))
}

#[derive(Deserialize)]
struct OfPerson {
    openid: Option<String>,
}

async fn messages(app: Data<App>, of: Query<OfPerson>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.messages(of.openid.as_deref())))
}

async fn faults(app: Data<App>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.faults()))
}

async fn add_fault(app: Data<App>, fault: Json<InjectedFault>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.add_fault(fault.into_inner())?))
}

async fn clear_faults(app: Data<App>) -> Result<HttpResponse> {
    sandbox(&app)?.clear_faults();
    Ok(HttpResponse::NoContent().finish())
}

async fn clock(app: Data<App>) -> Result<HttpResponse> {
    sandbox(&app)?;
    Ok(shown(&app, app.clock.now()))
}

async fn move_clock(app: Data<App>, wanted: Json<ClockRequest>) -> Result<HttpResponse> {
    sandbox(&app)?;
    let now = controls::move_clock(&app, wanted.into_inner()).await?;
    Ok(shown(&app, now))
}

fn shown(app: &App, now: DateTime<Utc>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "now": local(now, app.state::<LocalZone>().0) }))
}

async fn calls(app: Data<App>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.calls()))
}

async fn official(app: Data<App>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.official()))
}

async fn act_on_official(app: Data<App>, act: Json<OfficialAct>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.official_act(act.into_inner())))
}

/// WeChat's page that sends the browser back; it shows nothing for `snsapi_base`.
async fn authorize(app: Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    let back = sandbox(&app)?.authorize(request.query_string());
    Ok(match back {
        Some(back) => HttpResponse::Found().insert_header((LOCATION, back)).finish(),
        None => HttpResponse::Ok().body("该链接无法访问"),
    })
}

async fn rules(app: Data<App>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.rules()))
}

async fn change_rules(app: Data<App>, changes: Json<Value>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.change_rules(&changes)?))
}

async fn set_templates(app: Data<App>, templates: Json<Vec<SandboxTemplate>>) -> Result<HttpResponse> {
    sandbox(&app)?.set_templates(templates.into_inner());
    Ok(HttpResponse::NoContent().finish())
}

async fn revoke_token(app: Data<App>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.revoke_token()))
}

async fn push(app: Data<App>, wanted: Json<PushRequest>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.push(wanted.into_inner()).await?))
}
