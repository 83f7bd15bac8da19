//! Writes a plan: everything in one transaction and in statements of many rows.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::ids::PersonId;
use entity::kinds::ActKind;
use entity::{person, session};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::app::App;
use crate::audit_log::{self, AuditEntry};
use crate::db;
use crate::error::Result;
use crate::people::roster::check::Wanted;
use crate::people::roster::plan::{self, Line, Plan};
use crate::people::roster::{ImportError, Options, Progress, Report, Stage};
use crate::people::store;
use crate::sealing::Sealer;

/// Rows a statement: 19 columns × 500 = 9,500 values, below SQLite's 32,766 and PostgreSQL's 65,535.
const CHUNK: usize = 500;

pub async fn apply(
    app: &App,
    wanted: Vec<Wanted>,
    options: Options,
    now: DateTime<Utc>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report, ImportError> {
    let hashed = |wanted: Wanted| Line {
        phone_hash: app.state::<Sealer>().phone_hash(&wanted.phone),
        wanted,
    };
    let lines = wanted.into_iter().map(hashed).collect();
    let txn = db::write(&app.db).await?;
    let existing = person::Entity::find().all(&txn).await?;
    let mut plan = plan::plan(&existing, lines).map_err(ImportError::Faults)?;
    if options.keep_missing {
        plan.left.clear();
    }
    let report = report(&plan, &existing, options);
    if options.dry_run {
        return Ok(report);
    }
    remove(&txn, &plan.left, now).await?;
    write(app, &txn, plan, now, progress).await?;
    if let Some(by) = options.by
        && report.added + report.changed + report.left > 0
    {
        let act = AuditEntry {
            by,
            kind: ActKind::RosterImported,
            subject: "名册",
            detail: json!({ "added": report.added, "changed": report.changed, "left": report.left }),
        };
        audit_log::record(&txn, act, now).await?;
    }
    txn.commit().await?;
    Ok(report)
}

pub async fn roster_is_empty(app: &App) -> Result<bool> {
    Ok(person::Entity::find().one(&app.db).await?.is_none())
}

fn report(plan: &Plan, existing: &[person::Model], options: Options) -> Report {
    let left: HashSet<PersonId> = plan.left.iter().copied().collect();
    let leaving = existing.iter().filter(|person| left.contains(&person.id));
    Report {
        added: plan.added.len(),
        changed: plan.changed.len(),
        left: plan.left.len(),
        unchanged: plan.unchanged,
        dry_run: options.dry_run,
        left_names: leaving.map(|person| person.name.clone()).collect(),
    }
}

/// Off the roster: inactive, untied from WeChat, signed out everywhere. What he reported stays.
async fn remove(txn: &impl ConnectionTrait, left: &[PersonId], now: DateTime<Utc>) -> Result<()> {
    for ids in left.chunks(CHUNK) {
        let these = || Condition::all().add(person::Column::Id.is_in(ids.iter().copied()));
        store::unbind(txn, these()).await?;
        person::Entity::update_many()
            .col_expr(person::Column::Active, Expr::value(false))
            .col_expr(person::Column::RemovedAt, Expr::value(now))
            .col_expr(person::Column::UpdatedAt, Expr::value(now))
            .filter(these())
            .exec(txn)
            .await?;
        let sessions = Condition::all().add(session::Column::PersonId.is_in(ids.iter().copied()));
        store::end_sessions(txn, sessions, "left_roster", now).await?;
    }
    Ok(())
}

async fn write(
    app: &App,
    txn: &impl ConnectionTrait,
    plan: Plan,
    now: DateTime<Utc>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<()> {
    set_aside(txn, &plan.changed).await?;
    let mut rows: Vec<_> = plan.added.into_iter().chain(plan.changed).collect();
    let total = rows.len();
    let mut done = 0;
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(CHUNK));
        let chunk = std::mem::replace(&mut rows, rest);
        done += chunk.len();
        let models: Vec<_> = chunk
            .into_iter()
            .map(|(id, line)| row(app, id, line, now))
            .collect::<Result<_>>()?;
        upsert(txn, models).await?;
        progress(Progress {
            stage: Stage::Writing,
            done,
            total,
        });
    }
    Ok(())
}

/// Two people who have exchanged their numbers would each be refused for the other's: the numbers of all
/// who change are out of the way first (they are unique among the active only).
async fn set_aside(txn: &impl ConnectionTrait, changed: &[(PersonId, Line)]) -> Result<()> {
    for chunk in changed.chunks(CHUNK) {
        person::Entity::update_many()
            .col_expr(person::Column::Active, Expr::value(false))
            .filter(person::Column::Id.is_in(chunk.iter().map(|(id, _)| *id)))
            .exec(txn)
            .await?;
    }
    Ok(())
}

fn row(app: &App, id: PersonId, line: Line, now: DateTime<Utc>) -> Result<person::ActiveModel> {
    let Line { wanted, phone_hash } = line;
    let phone = wanted.phone.expose().as_bytes();
    let phone_sealed = app.state::<Sealer>().seal(phone).map_err(anyhow::Error::from)?;
    Ok(person::ActiveModel {
        id: Set(id),
        name: Set(wanted.name),
        role: Set(wanted.role),
        level: Set(wanted.level),
        unit_id: Set(wanted.unit),
        unit_head: Set(wanted.unit_head),
        area_code: Set(wanted.area),
        electoral_unit: Set(wanted.electoral_unit),
        committee: Set(wanted.committee),
        phone_sealed: Set(phone_sealed),
        phone_hash: Set(phone_hash),
        openid_sealed: Set(None),
        openid_hash: Set(None),
        bound_at: Set(None),
        roster_key: Set(wanted.roster_key),
        active: Set(true),
        created_at: Set(now),
        updated_at: Set(now),
        removed_at: Set(None),
    })
}

/// The WeChat binding and the date of creation of those we have are left as they are.
async fn upsert(txn: &impl ConnectionTrait, rows: Vec<person::ActiveModel>) -> Result<()> {
    use person::Column;
    let taken_over = [
        Column::Name,
        Column::Role,
        Column::Level,
        Column::UnitId,
        Column::UnitHead,
        Column::AreaCode,
        Column::ElectoralUnit,
        Column::Committee,
        Column::PhoneSealed,
        Column::PhoneHash,
        Column::RosterKey,
        Column::Active,
        Column::UpdatedAt,
        Column::RemovedAt,
    ];
    let known = OnConflict::column(Column::Id)
        .update_columns(taken_over)
        .to_owned();
    person::Entity::insert_many(rows)
        .on_conflict(known)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}
