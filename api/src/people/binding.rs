//! Untying a person from his WeChat account. His sessions end with it.

use chrono::{DateTime, Utc};
use entity::ids::PersonId;
use entity::kinds::Role;
use entity::person;
use sea_orm::{ColumnTrait, Condition};

use crate::app::App;
use crate::db;
use crate::error::{Error, Result};
use crate::people::rights::Caller;
use crate::people::{sessions, store};

/// By the person himself.
pub async fn unbind_own(app: &App, caller: &Caller, now: DateTime<Utc>) -> Result<()> {
    unbind(app, caller.person, "unbound", now).await
}

/// By an admin, for somebody who lost his phone or changed his WeChat account.
pub async fn unbind_other(app: &App, caller: &Caller, person: PersonId, now: DateTime<Utc>) -> Result<()> {
    caller.require(Role::Admin)?;
    if store::person(&app.db, person).await?.is_none() {
        return Err(Error::not_found());
    }
    unbind(app, person, "unbound_by_admin", now).await?;
    tracing::info!(admin = %caller.person, person = %person, "unbound by an admin");
    Ok(())
}

async fn unbind(app: &App, person: PersonId, reason: &str, now: DateTime<Utc>) -> Result<()> {
    let txn = db::write(&app.db).await?;
    store::unbind(&txn, Condition::all().add(person::Column::Id.eq(person))).await?;
    sessions::end_all(&txn, person, reason, now).await?;
    txn.commit().await?;
    Ok(())
}
