//! The roster for administrators: people, bindings and sessions. Phone numbers are masked, openids are not shown.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, SessionId, UnitId};
use entity::kinds::{ActKind, Role};
use entity::{person, session};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait};
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::audit_log::{self, AuditActor, AuditEntry};
use crate::caller::{Caller, OrderAccess};
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::{Error, FieldError, Result};
use crate::http::paging::{Page, Paging};
use crate::people::profile::{self, Profile};
use crate::people::{sessions, store};
use crate::sealing::Phone;

/// People of one unit that are shown; more is no unit.
const MAX_PER_UNIT: u64 = 200;
/// Maximum number of people to propose.
const MAX_PROPOSED: u64 = 12;

/// A person who is or was on the roster.
#[derive(Clone, Debug)]
pub struct DirectoryEntry {
    pub profile: Profile,
    pub bound_at: Option<DateTime<Utc>>,
    /// `None` while the person is on the roster.
    pub removed_at: Option<DateTime<Utc>>,
    pub on_roster: bool,
}

/// A search on the roster.
#[derive(Clone, Debug, Default)]
pub struct DirectoryFilter {
    /// Part of a name.
    pub q: Option<String>,
    pub role: Option<Role>,
    /// Those who have left instead of those who are there.
    pub left: bool,
}

/// People by name.
pub async fn search(
    app: &App,
    caller: &Caller,
    wanted: &DirectoryFilter,
    paging: &Paging,
) -> Result<Page<DirectoryEntry>> {
    caller.require(Role::Admin)?;
    let limit = paging.limit()?;
    let named = wanted.q.as_deref().map(tables::text::tidy_name);
    let which = Condition::all()
        .add(person::Column::Active.eq(!wanted.left))
        .add_option(named.map(|part| person::Column::Name.contains(part)))
        .add_option(wanted.role.map(|role| person::Column::Role.eq(role)));
    let rows = store::by_name(&app.db, which, paging.after()?, limit + 1).await?;
    let page = Page::from_rows(rows, limit, |row| (row.name.clone(), row.id));
    let items = page.items.into_iter().map(|row| listed(app, row));
    Ok(Page {
        items: items.collect::<Result<_>>()?,
        next_cursor: page.next_cursor,
    })
}

/// A person of the roster, proposed by part of their name.
#[derive(Clone, Debug, Serialize)]
pub struct ProposedPerson {
    pub name: String,
    /// The congress or committee that they belong to.
    pub label: String,
}

/// Delegates and members of standing committees whose names contain `part`: of the city, or of the county whose
/// committee asks.
pub async fn propose(app: &App, caller: &Caller, part: &str) -> Result<Vec<ProposedPerson>> {
    caller.require(Role::Supervisor)?;
    let part = tables::text::tidy_name(part);
    if part.is_empty() {
        return Ok(Vec::new());
    }
    let county = match caller.order_access() {
        OrderAccess::City => None,
        OrderAccess::Area(area) => Some(area),
        _ => return Ok(Vec::new()),
    };
    let which = Condition::all()
        .add(person::Column::Active.eq(true))
        .add(person::Column::Role.is_in([Role::Delegate, Role::Supervisor]))
        .add(person::Column::Name.contains(part))
        .add_option(county.map(|area| person::Column::AreaCode.eq(area)));
    let city = app.state::<CityHandle>().load();
    let rows = store::by_name(&app.db, which, None, MAX_PROPOSED).await?;
    let proposed = rows.into_iter().map(|row| {
        let area = row
            .area_code
            .as_deref()
            .map(|code| city.county_name(code).to_owned());
        let body = match row.role {
            Role::Delegate => row.level.map(|level| level.label().to_owned()),
            _ => row.committee.or_else(|| Some(row.role.label().to_owned())),
        };
        let label = [area, body].into_iter().flatten().collect::<Vec<_>>().join(" ");
        ProposedPerson {
            name: row.name,
            label,
        }
    });
    Ok(proposed.collect())
}

/// Returns the people on the roster with this role.
pub async fn active_with_role(db: &impl ConnectionTrait, role: Role) -> Result<Vec<person::Model>> {
    let which = Condition::all()
        .add(person::Column::Active.eq(true))
        .add(person::Column::Role.eq(role));
    Ok(store::matching(db, which).await?)
}

/// Returns the people with this number. The number is never part of a URL.
pub async fn with_phone(app: &App, caller: &Caller, text: &str) -> Result<PersonId> {
    caller.require(Role::Admin)?;
    let fault = |code, detail: &str| Error::invalid(vec![FieldError::new("phone", code, detail)]);
    let phone = Phone::parse(text).ok_or_else(|| fault("malformed", "请填写完整的 11 位手机号。"))?;
    let found = profile::with_phone(app, &phone).await?;
    let found = found.ok_or_else(|| fault("not_on_roster", "名册上没有这个手机号。"))?;
    Ok(found.id)
}

/// Returns the people of a unit, its heads first.
pub async fn of_unit(app: &App, caller: &Caller, unit: UnitId) -> Result<Vec<DirectoryEntry>> {
    caller.require(Role::Admin)?;
    let which = Condition::all()
        .add(person::Column::Active.eq(true))
        .add(person::Column::UnitId.eq(unit));
    let rows = store::by_name(&app.db, which, None, MAX_PER_UNIT).await?;
    let mut people: Vec<DirectoryEntry> = rows
        .into_iter()
        .map(|row| listed(app, row))
        .collect::<Result<_>>()?;
    people.sort_by_key(|person| !person.profile.unit_head);
    Ok(people)
}

/// The names of the heads of these units.
pub async fn heads(app: &App, units: &[UnitId]) -> Result<HashMap<UnitId, Vec<String>>> {
    let which = Condition::all()
        .add(person::Column::Active.eq(true))
        .add(person::Column::UnitHead.eq(true))
        .add(person::Column::UnitId.is_in(units.iter().copied()));
    let limit = MAX_PER_UNIT * units.len() as u64;
    let mut heads: HashMap<UnitId, Vec<String>> = HashMap::new();
    for row in store::by_name(&app.db, which, None, limit).await? {
        if let Some(unit) = row.unit_id {
            heads.entry(unit).or_default().push(row.name);
        }
    }
    Ok(heads)
}

/// Returns one person with their active sessions.
pub async fn find_with_sessions(
    app: &App,
    caller: &Caller,
    id: PersonId,
    now: DateTime<Utc>,
) -> Result<(DirectoryEntry, Vec<session::Model>)> {
    let row = find_or_404(app, caller, id).await?;
    let living = sessions::list_own(app, id, now).await?;
    Ok((listed(app, row)?, living))
}

/// Ends one session of a person, or all of them.
pub async fn end_sessions(
    app: &App,
    caller: &Caller,
    id: PersonId,
    session: Option<SessionId>,
    now: DateTime<Utc>,
) -> Result<()> {
    find_or_404(app, caller, id).await?;
    let which = Condition::all()
        .add(session::Column::PersonId.eq(id))
        .add_option(session.map(|session| session::Column::Id.eq(session)));
    let txn = db::write(&app.db).await?;
    let ended = store::end_sessions(&txn, which, "ended_by_admin", now).await?;
    if ended == 0 {
        return match session {
            Some(_) => Err(Error::not_found()),
            None => Ok(()),
        };
    }
    let act = AuditEntry {
        by: AuditActor::Person(caller.person),
        kind: ActKind::SessionsEnded,
        subject: "",
        detail: json!({ "person": id, "sessions": ended }),
    };
    audit_log::record(&txn, act, now).await?;
    Ok(txn.commit().await?)
}

async fn find_or_404(app: &App, caller: &Caller, id: PersonId) -> Result<person::Model> {
    caller.require(Role::Admin)?;
    let found = store::people(&app.db, vec![id]).await?;
    found.into_iter().next().ok_or_else(Error::not_found)
}

fn listed(app: &App, row: person::Model) -> Result<DirectoryEntry> {
    Ok(DirectoryEntry {
        bound_at: row.bound_at,
        removed_at: row.removed_at,
        on_roster: row.active,
        profile: profile::of(app, row)?,
    })
}
