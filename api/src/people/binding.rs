//! Removes a person's WeChat binding and ends their sessions.

use chrono::{DateTime, Utc};
use entity::ids::PersonId;
use entity::kinds::{ActKind, Role};
use entity::person;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait};
use serde_json::json;

use crate::app::App;
use crate::audit_log::{self, AuditActor, AuditEntry};
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, Result};
use crate::people::{sessions, store};

/// Removes the caller's own binding.
pub async fn unbind_own(app: &App, caller: &Caller, now: DateTime<Utc>) -> Result<()> {
    let txn = db::write(&app.db).await?;
    unbind(&txn, caller.person, "unbound", now).await?;
    Ok(txn.commit().await?)
}

/// Removes another person's binding (admin), e.g. after a lost phone or a new WeChat account.
pub async fn unbind_other(app: &App, caller: &Caller, person: PersonId, now: DateTime<Utc>) -> Result<()> {
    caller.require(Role::Admin)?;
    if store::person(&app.db, person).await?.is_none() {
        return Err(Error::not_found());
    }
    let txn = db::write(&app.db).await?;
    unbind(&txn, person, "unbound_by_admin", now).await?;
    let act = AuditEntry {
        by: AuditActor::Person(caller.person),
        kind: ActKind::PersonUnbound,
        subject: "",
        detail: json!({ "person": person }),
    };
    audit_log::record(&txn, act, now).await?;
    txn.commit().await?;
    tracing::info!(admin = %caller.person, person = %person, "wechat binding removed");
    Ok(())
}

async fn unbind(
    txn: &impl ConnectionTrait,
    person: PersonId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    store::unbind(txn, Condition::all().add(person::Column::Id.eq(person))).await?;
    sessions::end_all(txn, person, reason, now).await?;
    Ok(())
}
