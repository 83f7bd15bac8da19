//! Two secrets: the *scan code* is visible on the screen, the *browser's secret* never leaves the browser.
//!
//! The code is derived from the secret by a keyed hash, so one row keyed by the code's hash serves both, and a person
//! who photographs the screen cannot claim the session.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::PersonId;
use entity::kinds::{ActKind, LoginRequestKind, Role, SessionKind};
use entity::{login_request, person};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::app::App;
use crate::audit_log::{self, AuditActor, AuditEntry};
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, ErrorKind, Refusal, Result};
use crate::people::login_requests::number_match::Numbers;
use crate::people::login_requests::store;
use crate::people::sessions::{self, NewSession};
use crate::people::store as people;
use crate::people::tokens::{hash_secret, random_secret};
use crate::sealing::Phone;
use crate::sealing::Sealer;
use crate::wechat::sandbox::Sandbox;

/// How long the code on the screen can be scanned.
const SCAN_TTL: TimeDelta = TimeDelta::minutes(5);
/// A reloaded page shows the same code if it remains valid at least this long.
const RESUMABLE: TimeDelta = TimeDelta::minutes(1);
/// How long an admin's link can be opened.
const LINK_TTL: TimeDelta = TimeDelta::minutes(15);
/// Retention of old requests, for the investigation of suspicious sign-ins.
const RETENTION: TimeDelta = TimeDelta::days(7);
/// 128 bits, as hex.
const CODE_CHARS: usize = 32;
const MAX_ORIGIN_CHARS: usize = 120;

/// A new sign-in request for the page.
#[derive(Clone, Debug)]
pub struct StartedRequest {
    /// Shown as a code to scan.
    pub code: String,
    /// Kept by the browser, for [`claim`].
    pub secret: String,
    /// Shown beside the code; the phone asks for it.
    pub number: u8,
    pub expires_at: DateTime<Utc>,
}

/// A sign-in request as the phone shows it before the confirmation.
#[derive(Clone, Debug)]
pub struct PendingRequest {
    pub origin: Option<String>,
    /// One of them is the browser's.
    pub numbers: [u8; 3],
    /// Abilities of the session.
    pub allows: &'static str,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PollResult {
    /// Nobody has confirmed yet.
    Waiting,
    /// The value of the cookie [`crate::people::extract::COOKIE`].
    SignedIn(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Expired,
    Used,
    WrongNumber,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Expired => "login_request_expired",
            Self::Used => "login_request_used",
            Self::WrongNumber => "login_number_wrong",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Expired => "登录码已过期，请刷新页面后重新扫码。",
            Self::Used => "登录码已被使用，请刷新页面后重新扫码。",
            Self::WrongNumber => {
                "数字与电脑上显示的不一致，这次登录已取消。如果不是您本人在登录，请不要再确认。"
            }
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Conflict
    }
}

/// Begins a sign-in request of a browser. `origin` is its name and address.
pub async fn begin(app: &App, origin: &str, now: DateTime<Utc>) -> Result<StartedRequest> {
    let secret = random_secret();
    let code = scan_code(app, &secret);
    let expires_at = now + SCAN_TTL;
    let row = login_request::Model {
        code_hash: hash_secret(&code),
        kind: LoginRequestKind::Scan,
        created_at: now,
        expires_at,
        origin: Some(origin.chars().take(MAX_ORIGIN_CHARS).collect()),
        approved_by: None,
        approved_at: None,
        used_at: None,
    };
    let txn = db::write(&app.db).await?;
    store::purge_expired(&txn, now - RETENTION).await?;
    store::insert(&txn, row).await?;
    txn.commit().await?;
    Ok(StartedRequest {
        number: numbers(app, &code).shown,
        code,
        secret,
        expires_at,
    })
}

/// Returns the unused request again for a reloaded page, until it expires.
pub async fn resume(app: &App, secret: &str, now: DateTime<Utc>) -> Result<Option<StartedRequest>> {
    let code = scan_code(app, secret);
    match open_scan(&app.db, &code, now + RESUMABLE).await {
        Ok(request) => Ok(Some(StartedRequest {
            number: numbers(app, &code).shown,
            code,
            secret: secret.to_owned(),
            expires_at: request.expires_at,
        })),
        Err(Error::Refused(_)) => Ok(None),
        Err(broken) => Err(broken),
    }
}

fn numbers(app: &App, code: &str) -> Numbers {
    Numbers::from_hash(&app.state::<Sealer>().hash("console sign-in numbers", code))
}

fn scan_code(app: &App, secret: &str) -> String {
    let mut code = app.state::<Sealer>().hash("console scan code", secret);
    code.truncate(CODE_CHARS);
    code
}

/// Returns the request of a code, for the person who has scanned it.
pub async fn inspect(app: &App, code: &str, caller: &Caller, now: DateTime<Utc>) -> Result<PendingRequest> {
    let request = open_scan(&app.db, code, now).await?;
    Ok(PendingRequest {
        origin: request.origin,
        numbers: numbers(app, code).offered,
        allows: allows(caller.role),
        created_at: request.created_at,
        expires_at: request.expires_at,
    })
}

async fn open_scan(
    connection: &impl ConnectionTrait,
    code: &str,
    now: DateTime<Utc>,
) -> Result<login_request::Model> {
    let found = store::find(connection, &hash_secret(code)).await?;
    let request = found
        .filter(|request| request.kind == LoginRequestKind::Scan)
        .ok_or_else(Error::not_found)?;
    if request.expires_at <= now {
        return Err(Refused::Expired.into());
    }
    if request.used_at.is_some() {
        return Err(Refused::Used.into());
    }
    Ok(request)
}

/// Describes what a console session of this role can do, for the person who confirms it.
fn allows(role: Role) -> &'static str {
    match role {
        Role::Delegate => "查看和办理您反映的事项",
        Role::Handler => "查看和办理本单位的工单",
        Role::Operator => "查看全市工单，派单、回访和处理留言",
        Role::Supervisor => "查看监督范围内的工单，督办和评价",
        Role::Admin => "管理名册、派单目录和系统设置，查看全市工单",
    }
}

/// The one who scanned confirms with the number that the browser shows. Again by the same person changes nothing; a
/// wrong number uses the code up.
pub async fn approve(app: &App, code: &str, number: u8, caller: &Caller, now: DateTime<Utc>) -> Result<()> {
    let txn = db::write(&app.db).await?;
    let request = open_scan(&txn, code, now).await?;
    if number != numbers(app, code).shown {
        store::consume(&txn, &request.code_hash, now).await?;
        txn.commit().await?;
        tracing::warn!(person = %caller.person, "console sign in number wrong");
        return Err(Refused::WrongNumber.into());
    }
    if request.approved_by == Some(caller.person) {
        return Ok(());
    }
    if !store::approve(&txn, &request.code_hash, caller.person, now).await? {
        return Err(Refused::Used.into());
    }
    txn.commit().await?;
    tracing::info!(person = %caller.person, "console sign in approved");
    Ok(())
}

/// Returns the session if the request has been confirmed; only the first call gets it.
pub async fn claim(app: &App, secret: &str, now: DateTime<Utc>) -> Result<PollResult> {
    let code = scan_code(app, secret);
    let request = open_scan(&app.db, &code, now).await?;
    if request.approved_by.is_none() {
        return Ok(PollResult::Waiting);
    }
    consume(app, &request.code_hash, now)
        .await
        .map(PollResult::SignedIn)
}

/// Consumes a request and begins the session of the person who approved it. Returns the cookie's value.
async fn consume(app: &App, code_hash: &str, now: DateTime<Utc>) -> Result<String> {
    let txn = db::write(&app.db).await?;
    if !store::consume(&txn, code_hash, now).await? {
        return Err(Refused::Used.into());
    }
    let request = store::find(&txn, code_hash).await?;
    let request = request.ok_or_else(Error::not_found)?;
    let approved_by = request.approved_by.ok_or(Refused::Expired)?;
    // He may have left the roster in between.
    let person = people::lock_person(&txn, approved_by).await?;
    let person = person.ok_or(Refused::Expired)?;
    let new = console_session(person.id, request.origin.as_deref());
    let grant = sessions::begin(app, &txn, new, now).await?;
    txn.commit().await?;
    Ok(grant.refresh_token)
}

fn console_session(person: PersonId, origin: Option<&str>) -> NewSession<'_> {
    NewSession {
        person,
        kind: SessionKind::Console,
        client: origin,
    }
}

/// Begins a session for a person of the sandbox, who has no phone to scan with. Returns the cookie's value. Fails in
/// live mode, for unknown people and for people on no roster.
pub async fn begin_as_sandbox_person(
    app: &App,
    openid: &str,
    origin: &str,
    now: DateTime<Utc>,
) -> Result<Option<String>> {
    let cast = app
        .state::<Option<Sandbox>>()
        .as_ref()
        .map(Sandbox::people)
        .unwrap_or_default();
    let phone = cast.iter().find(|person| person.openid == openid);
    let Some(phone) = phone.and_then(|person| Phone::parse(&person.phone)) else {
        return Ok(None);
    };
    let txn = db::write(&app.db).await?;
    let Some(person) = people::person_by_phone(&txn, &app.state::<Sealer>().phone_hash(&phone)).await? else {
        return Ok(None);
    };
    let grant = sessions::begin(app, &txn, console_session(person.id, Some(origin)), now).await?;
    txn.commit().await?;
    Ok(Some(grant.refresh_token))
}

/// Returns the code of a one-time link for the first admin. Returns `None` if the roster has no admin.
pub async fn admin_link(app: &App, now: DateTime<Utc>) -> Result<Option<String>> {
    let Some(admin) = store::first_admin(&app.db).await? else {
        return Ok(None);
    };
    make_link(app, AuditActor::CommandLine, &admin, now)
        .await
        .map(Some)
}

/// Returns the code of a one-time link for a person without a phone to scan with, made by an admin. It is recorded,
/// because it signs its holder in as that person.
pub async fn link_for(app: &App, caller: &Caller, id: PersonId, now: DateTime<Utc>) -> Result<String> {
    caller.require(Role::Admin)?;
    let person = people::person(&app.db, id).await?.ok_or_else(Error::not_found)?;
    make_link(app, AuditActor::Person(caller.person), &person, now).await
}

/// How long a link can be opened.
#[must_use]
pub fn link_minutes() -> i64 {
    LINK_TTL.num_minutes()
}

async fn make_link(app: &App, by: AuditActor, person: &person::Model, now: DateTime<Utc>) -> Result<String> {
    let code = random_secret();
    let origin = match by {
        AuditActor::CommandLine => "zhitong admin login-link",
        AuditActor::Person(_) => "系统管理员生成的一次性链接",
    };
    let row = login_request::Model {
        code_hash: hash_secret(&code),
        kind: LoginRequestKind::Link,
        created_at: now,
        expires_at: now + LINK_TTL,
        origin: Some(origin.to_owned()),
        approved_by: Some(person.id),
        approved_at: Some(now),
        used_at: None,
    };
    let txn = db::write(&app.db).await?;
    store::insert(&txn, row).await?;
    let act = AuditEntry {
        by,
        kind: ActKind::SignInLinkMade,
        subject: "",
        detail: json!({ "person": person.id }),
    };
    audit_log::record(&txn, act, now).await?;
    txn.commit().await?;
    Ok(code)
}

/// Opens an admin's link, once; gives the cookie's value. Call it from a confirmed form: programs that
/// preview links would use it up.
pub async fn claim_link(app: &App, code: &str, now: DateTime<Utc>) -> Result<String> {
    let request = store::find(&app.db, &hash_secret(code)).await?;
    let request = request
        .filter(|request| request.kind == LoginRequestKind::Link)
        .ok_or_else(Error::not_found)?;
    if request.expires_at <= now {
        return Err(Refused::Expired.into());
    }
    consume(app, &request.code_hash, now).await
}
