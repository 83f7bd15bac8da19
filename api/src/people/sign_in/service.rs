//! Identifies the person of a login code, and binds them the first time.

use chrono::{DateTime, Utc};
use entity::kinds::SessionKind;
use entity::person;
use sea_orm::{ConnectionTrait, SqlErr};

use crate::app::App;
use crate::db;
use crate::error::{Error, ErrorKind, Refusal, Result};
use crate::official::followers::{self, SignedIn};
use crate::people::sessions::{self, Grant, NewSession};
use crate::people::sign_in::ticket;
use crate::people::store;
use crate::sealing::Sealer;
use crate::sealing::{OpenId, Phone};
use crate::wechat::CallError;
use crate::wechat::WeChat;

/// The mainland's country code, required of everyone on a roster.
const COUNTRY_CODE: &str = "86";

/// How a login code ends.
#[derive(Debug)]
pub enum SignIn {
    SignedIn(Box<person::Model>, Grant),
    /// Nobody is bound to this WeChat account yet.
    BindRequired {
        ticket: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    LoginCode,
    PhoneCode,
    BlockedByWeChat,
    NotOnRoster,
    PersonBoundElsewhere,
    WeChatBoundToAnother,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::LoginCode => "login_code_invalid",
            Self::PhoneCode => "phone_code_invalid",
            Self::BlockedByWeChat => "blocked_by_wechat",
            Self::NotOnRoster => "not_on_roster",
            Self::PersonBoundElsewhere | Self::WeChatBoundToAnother => "already_bound",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::LoginCode => "登录凭证已失效，请重新登录。",
            Self::PhoneCode => "手机号授权已失效，请重新授权手机号。",
            Self::BlockedByWeChat => "微信限制了这个账号的登录，请联系微信客服。",
            Self::NotOnRoster => "您的手机号不在名册上，系统没有保存您的任何信息。如有疑问请联系系统管理员。",
            Self::PersonBoundElsewhere => {
                "您的名册信息已绑定另一个微信号。请用原微信号在“我的”中解除绑定，或联系系统管理员解除。"
            }
            Self::WeChatBoundToAnother => {
                "这个微信号已绑定名册上的另一个人。请先解除绑定，或联系系统管理员。"
            }
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::LoginCode => ErrorKind::NotSignedIn,
            Self::PhoneCode => ErrorKind::Rule,
            Self::BlockedByWeChat | Self::NotOnRoster => ErrorKind::Forbidden,
            Self::PersonBoundElsewhere | Self::WeChatBoundToAnother => ErrorKind::Conflict,
        }
    }
}

/// Signs in with a code of `wx.login`.
pub async fn sign_in(app: &App, code: &str, client: Option<&str>, now: DateTime<Utc>) -> Result<SignIn> {
    let session = app
        .state::<WeChat>()
        .session_of_code(code)
        .await
        .map_err(login_refused)?;
    let account = ticket::Account {
        openid: OpenId::new(session.openid),
        unionid: session.unionid,
    };
    let hash = app.state::<Sealer>().openid_hash(&account.openid);
    if let Some(person) = store::person_by_openid(&app.db, &hash).await? {
        let txn = db::write(&app.db).await?;
        // Again, and held: the roster may have changed since.
        let held = store::lock_person(&txn, person.id).await?;
        if let Some(person) = held.filter(|person| person.openid_hash.as_ref() == Some(&hash)) {
            let grant = begin(app, &txn, &person, client, now).await?;
            record_union(app, &txn, &person, &account, now).await?;
            txn.commit().await?;
            return Ok(SignIn::SignedIn(Box::new(person), grant));
        }
    }
    let ticket = ticket::issue(app.state::<Sealer>(), &account, now).map_err(anyhow::Error::from)?;
    Ok(SignIn::BindRequired { ticket })
}

/// The official account finds the person by it.
async fn record_union(
    app: &App,
    txn: &impl ConnectionTrait,
    person: &person::Model,
    account: &ticket::Account,
    now: DateTime<Utc>,
) -> Result<()> {
    let signed_in = SignedIn {
        person: person.id,
        openid: &account.openid,
        unionid: account.unionid.as_deref(),
    };
    followers::record_union(app, txn, signed_in, now).await
}

async fn begin(
    app: &App,
    txn: &impl ConnectionTrait,
    person: &person::Model,
    client: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Grant> {
    let new = NewSession {
        person: person.id,
        kind: SessionKind::MiniProgram,
        client,
    };
    sessions::begin(app, txn, new, now).await
}

/// Binds the WeChat account of the ticket to the person whose phone number the code verifies, and signs in.
pub async fn bind(
    app: &App,
    bind_ticket: &str,
    phone_code: &str,
    client: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(person::Model, Grant)> {
    let account = ticket::read(app.state::<Sealer>(), bind_ticket, now)?;
    let verified = app
        .state::<WeChat>()
        .phone_number(phone_code, Some(account.openid.expose()))
        .await
        .map_err(phone_refused)?;
    let phone = Some(verified)
        .filter(|verified| verified.country_code.trim_start_matches('+') == COUNTRY_CODE)
        .and_then(|verified| Phone::parse(&verified.number))
        .ok_or(Refused::NotOnRoster)?;
    let txn = db::write(&app.db).await?;
    let found = store::person_by_phone(&txn, &app.state::<Sealer>().phone_hash(&phone)).await?;
    let person = found.ok_or(Refused::NotOnRoster)?;
    bind_openid(app, &txn, &person, &account.openid, now).await?;
    record_union(app, &txn, &person, &account, now).await?;
    let grant = begin(app, &txn, &person, client, now).await?;
    txn.commit().await?;
    tracing::info!(person = %person.id, "wechat account bound");
    Ok((person, grant))
}

async fn bind_openid(
    app: &App,
    txn: &impl ConnectionTrait,
    person: &person::Model,
    openid: &OpenId,
    now: DateTime<Utc>,
) -> Result<()> {
    let hash = app.state::<Sealer>().openid_hash(openid);
    if person.openid_hash.as_ref() == Some(&hash) {
        return Ok(());
    }
    let sealed = app
        .state::<Sealer>()
        .seal(openid.expose().as_bytes())
        .map_err(anyhow::Error::from)?;
    match store::bind(txn, person.id, sealed, &hash, now).await {
        Ok(true) => Ok(()),
        // Two concurrent calls bind one person, and the second finds them bound: by another phone, or by their own
        // double tap.
        Ok(false) => {
            let held = store::lock_person(txn, person.id).await?;
            let by_himself = held.is_some_and(|person| person.openid_hash.as_ref() == Some(&hash));
            if by_himself {
                Ok(())
            } else {
                Err(Refused::PersonBoundElsewhere.into())
            }
        }
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Err(Refused::WeChatBoundToAnother.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn login_refused(error: CallError) -> Error {
    match error.errcode() {
        Some(40029 | 40163) => Refused::LoginCode.into(),
        Some(40226) => Refused::BlockedByWeChat.into(),
        _ => to_error(error),
    }
}

fn phone_refused(error: CallError) -> Error {
    match error.errcode() {
        // 40013: a code of another mini-program; 44002, 47001: not a code at all.
        Some(40029 | 40163 | 40013 | 44002 | 47001) => Refused::PhoneCode.into(),
        Some(40226) => Refused::BlockedByWeChat.into(),
        _ => to_error(error),
    }
}

fn to_error(error: CallError) -> Error {
    tracing::warn!(error = %error, "wechat sign in failed");
    error.into()
}
