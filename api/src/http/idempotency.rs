//! `Idempotency-Key`: the same key and body by the same person give the same answer; the key is claimed and
//! the answer recorded inside the transaction that creates, so a crash leaves neither.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use chrono::{DateTime, TimeDelta, Utc};
use entity::idempotency_key;
use entity::ids::PersonId;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Result};

const KEY_TTL: TimeDelta = TimeDelta::hours(48);
const KEY_CHARS: std::ops::RangeInclusive<usize> = 8..=128;

/// The client's key, if it sent one: 8 to 128 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl FromRequest for IdempotencyKey {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(header) = request.headers().get("idempotency-key") else {
            return ready(Ok(Self(None)));
        };
        let text = header.to_str().unwrap_or_default();
        let fits = KEY_CHARS.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        ready(if fits {
            Ok(Self(Some(text.to_owned())))
        } else {
            Err(Error::refused(
                ErrorKind::Malformed,
                "malformed_idempotency_key",
                "Idempotency-Key 应为 8 到 128 个可见字符。",
            ))
        })
    }
}

impl IdempotencyKey {
    /// The key, or 400 where the contract wants one.
    pub fn required(self) -> Result<String> {
        self.0.ok_or_else(|| {
            Error::refused(
                ErrorKind::Malformed,
                "idempotency_key_required",
                "缺少 Idempotency-Key，请更新小程序后重试。",
            )
        })
    }
}

/// An answer to a creating call: new, or the first one again.
#[derive(Clone, Debug)]
pub struct StoredResponse<T> {
    pub status: u16,
    pub body: T,
    pub replayed: bool,
}

/// Identifies a request by what it asks for: the operation and the body.
pub fn fingerprint(operation: &str, body: &impl Serialize) -> String {
    let mut hash = Sha256::new();
    hash.update(operation.as_bytes());
    hash.update([0]);
    hash.update(serde_json::to_vec(body).unwrap_or_default());
    hex::encode(hash.finalize())
}

/// Claims a key inside the creating transaction. `Some` is the stored response, to be returned again; the database
/// serializes concurrent calls, so the second reads the response of the first.
pub async fn begin<T: DeserializeOwned>(
    connection: &impl ConnectionTrait,
    person: PersonId,
    key: &str,
    fingerprint: &str,
    now: DateTime<Utc>,
) -> Result<Option<StoredResponse<T>>> {
    let row = idempotency_key::ActiveModel {
        person_id: Set(person),
        key: Set(key.to_owned()),
        request_hash: Set(fingerprint.to_owned()),
        status: Set(None),
        body: Set(None),
        created_at: Set(now),
        expires_at: Set(now + KEY_TTL),
    };
    use idempotency_key::Column;
    // A key that has expired is as free as one that was never used.
    let expired = OnConflict::columns([Column::PersonId, Column::Key])
        .update_columns([
            Column::RequestHash,
            Column::Status,
            Column::Body,
            Column::CreatedAt,
            Column::ExpiresAt,
        ])
        .action_and_where(Expr::col((idempotency_key::Entity, Column::ExpiresAt)).lte(now))
        .to_owned();
    let claimed = idempotency_key::Entity::insert(row)
        .on_conflict(expired)
        .exec_without_returning(connection)
        .await?;
    if claimed > 0 {
        return Ok(None);
    }
    let first = find(connection, person, key).await?;
    let first = first.ok_or_else(|| anyhow::anyhow!("idempotency key vanished"))?;
    stored(first, fingerprint).map(Some)
}

/// The stored response to a key; `None` if the key is free.
///
/// For requests that change several things in transactions of their own: they look before they begin, and store the
/// answer with [`begin`] and [`complete`] when they are done.
pub async fn replay<T: DeserializeOwned>(
    connection: &impl ConnectionTrait,
    person: PersonId,
    key: &str,
    fingerprint: &str,
    now: DateTime<Utc>,
) -> Result<Option<StoredResponse<T>>> {
    let first = find(connection, person, key).await?;
    let first = first.filter(|first| first.expires_at > now);
    first.map(|first| stored(first, fingerprint)).transpose()
}

/// The refusal of a key that was used for another request.
pub fn key_reused() -> Error {
    let detail = "这个 Idempotency-Key 已用于另一次不同的提交。";
    Error::refused(ErrorKind::Rule, "idempotency_key_reused", detail)
}

async fn find(
    connection: &impl ConnectionTrait,
    person: PersonId,
    key: &str,
) -> Result<Option<idempotency_key::Model>> {
    let query = idempotency_key::Entity::find_by_id((person, key.to_owned()));
    Ok(query.one(connection).await?)
}

fn stored<T: DeserializeOwned>(
    first: idempotency_key::Model,
    fingerprint: &str,
) -> Result<StoredResponse<T>> {
    if first.request_hash != fingerprint {
        return Err(key_reused());
    }
    let (Some(status), Some(body)) = (first.status, first.body) else {
        return Err(anyhow::anyhow!("an idempotency key was committed without its answer").into());
    };
    let body = serde_json::from_str(&body).map_err(anyhow::Error::from)?;
    Ok(StoredResponse {
        status: u16::try_from(status).unwrap_or(200),
        body,
        replayed: true,
    })
}

/// Records the answer, in the same transaction as the change it reports.
pub async fn complete<T: Serialize>(
    connection: &impl ConnectionTrait,
    person: PersonId,
    key: &str,
    answer: &StoredResponse<T>,
) -> Result<()> {
    let body = serde_json::to_string(&answer.body).map_err(anyhow::Error::from)?;
    idempotency_key::Entity::update_many()
        .col_expr(
            idempotency_key::Column::Status,
            Expr::value(i32::from(answer.status)),
        )
        .col_expr(idempotency_key::Column::Body, Expr::value(body))
        .filter(idempotency_key::Column::PersonId.eq(person))
        .filter(idempotency_key::Column::Key.eq(key))
        .exec(connection)
        .await?;
    Ok(())
}

impl<T: Serialize> StoredResponse<T> {
    #[must_use]
    pub fn ok(body: T) -> Self {
        Self {
            status: 200,
            body,
            replayed: false,
        }
    }

    #[must_use]
    pub fn created(body: T) -> Self {
        Self {
            status: 201,
            body,
            replayed: false,
        }
    }

    #[must_use]
    pub fn respond(&self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        if self.replayed {
            response.insert_header(("Idempotency-Replayed", "true"));
        }
        response.json(&self.body)
    }
}
