//! `/sandbox/sms/…`, `/sandbox/wecom/…` and the controls under `/sandbox/channels`; 404 unless `WECHAT_MODE=sandbox`.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::providers::{self, Headers};
use super::store::{ChannelSandbox, SentMessage};
use crate::app::App;
use crate::config::WeChatMode;
use crate::error::{Error, Result};

pub fn configure(service: &mut ServiceConfig) {
    service
        .service(send_sms)
        .service(give_token)
        .service(find_member)
        .service(send_card)
        .service(list_messages)
        .service(inject_faults);
}

fn sandbox(app: &App) -> Result<&ChannelSandbox> {
    if app.config.wechat.mode == WeChatMode::Sandbox {
        Ok(app.state::<ChannelSandbox>())
    } else {
        Err(Error::not_found())
    }
}

fn headers_of(request: &HttpRequest) -> Headers {
    let headers = request.headers().iter();
    let mut found: Headers = headers
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    found.insert("host".to_owned(), request.connection_info().host().to_owned());
    found
}

/// Keeps what a provider took, unless the next call is to fail.
fn settle(
    sandbox: &ChannelSandbox,
    read: std::result::Result<SentMessage, &str>,
) -> std::result::Result<usize, String> {
    match (sandbox.next_fault(), read) {
        (Some(code), _) => Err(code),
        (None, Ok(message)) => Ok(sandbox.keep(message)),
        (None, Err(code)) => Err(code.to_owned()),
    }
}

#[post("/sandbox/sms/{provider}")]
async fn send_sms(
    app: Data<App>,
    provider: Path<String>,
    request: HttpRequest,
    body: String,
) -> Result<HttpResponse> {
    let sandbox = sandbox(&app)?;
    let headers = headers_of(&request);
    let answer = match provider.as_str() {
        "tencent" => providers::tencent_answer(settle(sandbox, providers::tencent(&headers, &body))),
        "aliyun" => {
            let pairs = Query::<Vec<(String, String)>>::from_query(&body).map_err(|_| Error::not_found())?;
            let fields: BTreeMap<String, String> = pairs.into_inner().into_iter().collect();
            providers::aliyun_answer(settle(sandbox, providers::aliyun(&headers, &body, &fields)))
        }
        _ => return Err(Error::not_found()),
    };
    Ok(HttpResponse::Ok().json(answer))
}

#[derive(Deserialize)]
struct TokenQuery {
    #[serde(default)]
    corpsecret: String,
}

#[get("/sandbox/wecom/cgi-bin/gettoken")]
async fn give_token(app: Data<App>, query: Query<TokenQuery>) -> Result<HttpResponse> {
    sandbox(&app)?;
    let answer = if query.corpsecret == providers::KEY_SECRET {
        json!({ "errcode": 0, "errmsg": "ok", "access_token": providers::WECOM_TOKEN, "expires_in": 7200 })
    } else {
        json!({ "errcode": 40001, "errmsg": "invalid credential" })
    };
    Ok(HttpResponse::Ok().json(answer))
}

#[derive(Deserialize)]
struct CallQuery {
    #[serde(default)]
    access_token: String,
}

fn check_token(query: &CallQuery) -> Option<Value> {
    let wrong = query.access_token != providers::WECOM_TOKEN;
    wrong.then(|| json!({ "errcode": 40014, "errmsg": "invalid access_token" }))
}

#[post("/sandbox/wecom/cgi-bin/user/getuserid")]
async fn find_member(app: Data<App>, query: Query<CallQuery>, body: Json<Value>) -> Result<HttpResponse> {
    sandbox(&app)?;
    let phone = body.get("mobile").and_then(Value::as_str).unwrap_or_default();
    let answer = check_token(&query)
        .unwrap_or_else(|| json!({ "errcode": 0, "errmsg": "ok", "userid": format!("u{phone}") }));
    Ok(HttpResponse::Ok().json(answer))
}

#[post("/sandbox/wecom/cgi-bin/message/send")]
async fn send_card(app: Data<App>, query: Query<CallQuery>, body: Json<Value>) -> Result<HttpResponse> {
    let sandbox = sandbox(&app)?;
    if let Some(refused) = check_token(&query) {
        return Ok(HttpResponse::Ok().json(refused));
    }
    let fault = sandbox.next_fault().and_then(|code| code.parse::<i64>().ok());
    let answer = match fault.map_or_else(|| providers::wecom(&body), Err) {
        Ok(message) => {
            let serial = sandbox.keep(message);
            json!({ "errcode": 0, "errmsg": "ok", "msgid": format!("wecom-{serial}"), "invaliduser": "" })
        }
        Err(errcode) => json!({ "errcode": errcode, "errmsg": "refused" }),
    };
    Ok(HttpResponse::Ok().json(answer))
}

#[derive(Deserialize)]
struct MessagesQuery {
    phone: String,
}

/// Lists the messages for a phone number, the oldest first.
#[get("/sandbox/channels/messages")]
async fn list_messages(app: Data<App>, query: Query<MessagesQuery>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(sandbox(&app)?.messages(&query.phone)))
}

#[derive(Deserialize)]
struct FaultRequest {
    code: String,
    times: usize,
}

/// Makes the next calls fail with a provider's code.
#[post("/sandbox/channels/faults")]
async fn inject_faults(app: Data<App>, body: Json<FaultRequest>) -> Result<HttpResponse> {
    sandbox(&app)?.fail(&body.code, body.times);
    Ok(HttpResponse::Ok().json(json!({})))
}
