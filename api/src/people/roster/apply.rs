//! Writes a plan: everything in one transaction and in statements of many rows.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::ids::PersonId;
use entity::kinds::{ActKind, Status};
use entity::{order, person, session};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder as _, QuerySelect as _,
};
use serde_json::json;

use crate::app::App;
use crate::audit_log::{self, AuditEntry};
use crate::db;
use crate::error::Result;
use crate::jobs::queue::{NewJob, enqueue_all};
use crate::people::roster::check::Entries;
use crate::people::roster::plan::{self, File, HashedEntry, Off, Plan};
use crate::people::roster::{
    ImportError, Leaving, NotifyReporterLeft, Options, Progress, RosterSummary, Stage,
};
use crate::people::store;
use crate::sealing::Sealer;

/// Rows a statement: 19 columns × 500 = 9,500 values, below SQLite's 32,766 and PostgreSQL's 65,535.
const CHUNK: usize = 500;
/// Numbers of open orders that are named for one person; all of them are counted.
const MAX_NUMBERS: usize = 20;

pub async fn apply(
    app: &App,
    entries: Entries,
    options: Options,
    now: DateTime<Utc>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<RosterSummary, ImportError> {
    let file = hashed(app, entries, options);
    let txn = db::write(&app.db).await?;
    let existing = person::Entity::find().all(&txn).await?;
    let plan = plan::plan(&existing, file).map_err(ImportError::Faults)?;
    let report = report(&txn, &plan, &existing, options).await?;
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

fn hashed(app: &App, entries: Entries, options: Options) -> File {
    let lines = entries.wanted.into_iter().map(|wanted| HashedEntry {
        phone_hash: app.state::<Sealer>().phone_hash(&wanted.phone),
        wanted,
    });
    let off = entries.off.into_iter().map(|off| Off {
        phone_hash: off.phone.map(|phone| app.state::<Sealer>().phone_hash(&phone)),
        name: off.name,
    });
    File {
        lines: lines.collect(),
        off: off.collect(),
        keep_missing: options.keep_missing,
    }
}

pub async fn roster_is_empty(app: &App) -> Result<bool> {
    Ok(person::Entity::find().one(&app.db).await?.is_none())
}

async fn report(
    connection: &impl ConnectionTrait,
    plan: &Plan,
    existing: &[person::Model],
    options: Options,
) -> Result<RosterSummary> {
    let left: HashSet<PersonId> = plan.left.iter().copied().collect();
    let mut open = open_orders(connection, &plan.left).await?;
    let leaving = existing.iter().filter(|person| left.contains(&person.id));
    let left_people: Vec<_> = leaving
        .map(|person| {
            let numbers = open.remove(&person.id).unwrap_or_default();
            Leaving {
                name: person.name.clone(),
                role: person.role,
                open_orders: numbers.len(),
                numbers: numbers.into_iter().take(MAX_NUMBERS).collect(),
            }
        })
        .collect();
    Ok(RosterSummary {
        added: plan.added.len(),
        changed: plan.changed.len(),
        left: plan.left.len(),
        unchanged: plan.unchanged,
        dry_run: options.dry_run,
        left_names: left_people.iter().map(|person| person.name.clone()).collect(),
        left_people,
        taken_over: plan.taken_over.clone(),
        table: tables::TableInfo::default(),
    })
}

/// The numbers of the orders of each of these people that are not settled.
async fn open_orders(
    connection: &impl ConnectionTrait,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<String>>> {
    let mut open: HashMap<PersonId, Vec<String>> = HashMap::new();
    for ids in people.chunks(CHUNK) {
        let rows: Vec<(PersonId, String)> = order::Entity::find()
            .filter(order::Column::ReporterId.is_in(ids.iter().copied()))
            .filter(order::Column::Status.is_not_in(Status::OVER))
            .order_by_asc(order::Column::Number)
            .select_only()
            .columns([order::Column::ReporterId, order::Column::Number])
            .into_tuple()
            .all(connection)
            .await?;
        for (person, number) in rows {
            open.entry(person).or_default().push(number);
        }
    }
    Ok(open)
}

/// Removes people from the roster: inactive, without WeChat binding, signed out everywhere. Their reports stay; a job
/// notifies the operators of those that are open.
pub async fn remove(txn: &impl ConnectionTrait, left: &[PersonId], now: DateTime<Utc>) -> Result<()> {
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
    let reporters = open_orders(txn, left).await?.into_keys();
    let jobs = reporters.map(|person| NewJob::of::<NotifyReporterLeft>(&person, now));
    let mut jobs: Vec<_> = jobs.collect::<Result<_>>()?;
    while !jobs.is_empty() {
        let rest = jobs.split_off(jobs.len().min(CHUNK));
        enqueue_all(txn, std::mem::replace(&mut jobs, rest), now).await?;
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
    park_phone_hashes(txn, &plan.changed).await?;
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
async fn park_phone_hashes(txn: &impl ConnectionTrait, changed: &[(PersonId, HashedEntry)]) -> Result<()> {
    for chunk in changed.chunks(CHUNK) {
        person::Entity::update_many()
            .col_expr(person::Column::Active, Expr::value(false))
            .filter(person::Column::Id.is_in(chunk.iter().map(|(id, _)| *id)))
            .exec(txn)
            .await?;
    }
    Ok(())
}

fn row(app: &App, id: PersonId, line: HashedEntry, now: DateTime<Utc>) -> Result<person::ActiveModel> {
    let HashedEntry { wanted, phone_hash } = line;
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
