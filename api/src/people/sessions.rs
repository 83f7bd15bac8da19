//! Sessions: a short-lived access token and a rotating refresh token.
//!
//! Reuse of a spent refresh token ends the whole session, because a thief or the owner has a copy.
//! `docs/adr/refresh-repeat.md` explains why a repeat within seconds is accepted.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{PersonId, SessionId};
use entity::kinds::SessionKind;
use entity::{refresh_token, session};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait};

use crate::app::App;
use crate::db;
use crate::error::{Error, ErrorKind, Result};
use crate::people::store;
use crate::people::tokens::Tokens;
use crate::people::tokens::{ACCESS_TTL, hash_secret, random_secret};

/// A session that is not used for this long is over.
const SESSION_TTL: TimeDelta = TimeDelta::days(30);
/// A console session ends with the working day.
const CONSOLE_TTL: TimeDelta = TimeDelta::hours(12);
/// A client that lost the answer on a bad network repeats the same refresh at once; within this time the
/// repeat gets a new pair, and the pair that was lost is spent.
const REUSE_GRACE: TimeDelta = TimeDelta::seconds(20);
const MAX_CLIENT_CHARS: usize = 120;

/// The tokens of a new session.
#[derive(Clone, Debug)]
pub struct Grant {
    pub access_token: String,
    pub expires_in_secs: i64,
    pub refresh_token: String,
    pub session: SessionId,
}

/// A session to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    pub person: PersonId,
    pub kind: SessionKind,
    /// The device or address that asks for it, as the person sees it in the list of sessions.
    pub client: Option<&'a str>,
}

/// Begins a session inside the caller's transaction.
pub async fn begin(
    app: &App,
    connection: &impl ConnectionTrait,
    new: NewSession<'_>,
    now: DateTime<Utc>,
) -> Result<Grant> {
    let NewSession { person, kind, client } = new;
    let ttl = match kind {
        SessionKind::MiniProgram => SESSION_TTL,
        SessionKind::Console => CONSOLE_TTL,
    };
    let id = SessionId::generate();
    let row = session::ActiveModel {
        id: Set(id),
        person_id: Set(person),
        kind: Set(kind),
        created_at: Set(now),
        last_used_at: Set(now),
        expires_at: Set(now + ttl),
        ended_at: Set(None),
        ended_reason: Set(None),
        client: Set(client.map(|text| text.chars().take(MAX_CLIENT_CHARS).collect())),
    };
    session::Entity::insert(row)
        .exec_without_returning(connection)
        .await?;
    grant(app, connection, person, id, now).await
}

async fn grant(
    app: &App,
    connection: &impl ConnectionTrait,
    person: PersonId,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<Grant> {
    let secret = random_secret();
    let row = refresh_token::ActiveModel {
        token_hash: Set(hash_secret(&secret)),
        session_id: Set(session),
        issued_at: Set(now),
        spent_at: Set(None),
    };
    refresh_token::Entity::insert(row)
        .exec_without_returning(connection)
        .await?;
    let access_token = app.state::<Tokens>().issue(person, session, now)?;
    Ok(Grant {
        access_token,
        expires_in_secs: ACCESS_TTL.num_seconds(),
        refresh_token: secret,
        session,
    })
}

/// Rotates. The second use of a token ends the session, except for a repeat within seconds.
pub async fn refresh(app: &App, secret: &str, now: DateTime<Utc>) -> Result<(PersonId, Grant)> {
    let hash = hash_secret(secret);
    // Nonsense does not take the writer's turn.
    let known = refresh_token::Entity::find_by_id(hash.clone())
        .one(&app.db)
        .await?;
    known.ok_or_else(ended)?;
    let txn = db::write(&app.db).await?;
    let token = refresh_token::Entity::find_by_id(hash.clone())
        .one(&txn)
        .await?
        .ok_or_else(ended)?;
    let session = store::session(&txn, token.session_id).await?.ok_or_else(ended)?;
    // The console's cookie is a secret of the same kind, but it does not rotate.
    let rotates = session.kind == SessionKind::MiniProgram;
    let alive = rotates && session.ended_at.is_none() && session.expires_at > now;
    if !alive || store::person(&txn, session.person_id).await?.is_none() {
        return Err(ended());
    }
    let spent_by_us = store::mark_used(&txn, &hash, now).await?;
    let repeated = token.spent_at.is_some_and(|spent| now - spent <= REUSE_GRACE);
    if !spent_by_us && !repeated {
        let family = Condition::all().add(session::Column::Id.eq(session.id));
        store::end_sessions(&txn, family, "refresh_reused", now).await?;
        txn.commit().await?;
        tracing::warn!(session = %session.id, "spent refresh token reused");
        return Err(Error::refused(
            ErrorKind::NotSignedIn,
            "refresh_reused",
            "登录凭证被重复使用，为了安全请重新登录。",
        ));
    }
    if !spent_by_us {
        store::spend_all(&txn, session.id, now).await?;
    }
    let used = session::ActiveModel {
        id: Set(session.id),
        last_used_at: Set(now),
        expires_at: Set(now + SESSION_TTL),
        ..Default::default()
    };
    used.update(&txn).await?;
    let grant = grant(app, &txn, session.person_id, session.id, now).await?;
    txn.commit().await?;
    Ok((session.person_id, grant))
}

fn ended() -> Error {
    Error::refused(
        ErrorKind::NotSignedIn,
        "session_ended",
        "登录已失效，请重新登录。",
    )
}

/// A person's own living sessions, the latest used first.
pub async fn list_own(app: &App, person: PersonId, now: DateTime<Utc>) -> Result<Vec<session::Model>> {
    Ok(store::sessions(&app.db, person, now).await?)
}

/// Those of the sessions that are alive, and whose person is.
pub async fn active(app: &App, ids: &[SessionId], now: DateTime<Utc>) -> Result<Vec<SessionId>> {
    Ok(store::living_sessions(&app.db, ids, now).await?)
}

/// Signs out everywhere.
pub async fn end_all_own(app: &App, person: PersonId, now: DateTime<Utc>) -> Result<()> {
    end_all(&app.db, person, "signed_out_everywhere", now).await?;
    Ok(())
}

/// Ends the caller's session. Another person's session is unknown (404).
pub async fn end(app: &App, person: PersonId, id: SessionId, now: DateTime<Utc>) -> Result<()> {
    let own = Condition::all()
        .add(session::Column::Id.eq(id))
        .add(session::Column::PersonId.eq(person));
    match store::end_sessions(&app.db, own, "signed_out", now).await? {
        0 => Err(Error::not_found()),
        _ => Ok(()),
    }
}

/// Signs out everywhere, inside the caller's transaction.
pub async fn end_all(
    connection: &impl ConnectionTrait,
    person: PersonId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<u64> {
    let all = Condition::all().add(session::Column::PersonId.eq(person));
    Ok(store::end_sessions(connection, all, reason, now).await?)
}
