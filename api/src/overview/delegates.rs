//! 代表履职 of all delegates of a committee: who reported, endorsed and judged how much in a span.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::PersonId;
use entity::kinds::{PersonLevel, Role, Status};
use entity::{endorsement, order, verdict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::period::Window;
use crate::app::App;
use crate::caller::{Caller, OrderAccess};
use crate::city::snapshot::CityHandle;
use crate::deadlines::calendar::end_of_day;
use crate::error::{Error, Result};
use crate::people::profile::{self, DelegateName};

/// A city has 20,000 delegates of all levels.
const MOST: u64 = 25_000;

#[derive(Clone, Debug)]
pub struct DelegateLine {
    pub person: PersonId,
    pub name: String,
    pub level: Option<PersonLevel>,
    pub area: Option<String>,
    pub reported: i64,
    pub endorsed: i64,
    pub judged: i64,
    /// Answers that wait for a verdict now.
    pub to_judge: i64,
}

impl DelegateLine {
    #[must_use]
    pub fn done(&self) -> i64 {
        self.reported + self.endorsed + self.judged
    }
}

/// The delegates that the caller's committee follows, the most active first.
pub async fn list(app: &App, caller: &Caller, window: Window) -> Result<Vec<DelegateLine>> {
    caller.require(Role::Supervisor)?;
    let area = match caller.order_access() {
        OrderAccess::City => None,
        OrderAccess::Area(area) => Some(area),
        _ => return Err(Error::not_found()),
    };
    let zone = app.state::<CityHandle>().load().zone();
    let (from, before) = (
        end_of_day(window.previous().to, zone),
        end_of_day(window.to, zone),
    );
    let db = &app.db;
    let reported = reported(db, from, before).await?;
    let endorsed = endorsed(db, from, before).await?;
    let judged = judged(db, from, before).await?;
    let waiting = waiting(db).await?;
    let people = profile::delegate_names(app, area.as_deref(), MOST).await?;
    let city = app.state::<CityHandle>().load();
    let of =
        |counts: &HashMap<PersonId, i64>, person: PersonId| counts.get(&person).copied().unwrap_or_default();
    let line = |delegate: DelegateName| DelegateLine {
        reported: of(&reported, delegate.id),
        endorsed: of(&endorsed, delegate.id),
        judged: of(&judged, delegate.id),
        to_judge: of(&waiting, delegate.id),
        area: delegate.area_code.map(|code| city.county_name(&code).to_owned()),
        person: delegate.id,
        name: delegate.name,
        level: delegate.level,
    };
    let mut lines: Vec<DelegateLine> = people.into_iter().map(line).collect();
    lines.sort_by(|a, b| b.done().cmp(&a.done()).then_with(|| a.name.cmp(&b.name)));
    Ok(lines)
}

async fn reported(
    db: &impl ConnectionTrait,
    from: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Result<HashMap<PersonId, i64>> {
    let rows: Vec<(PersonId, i64)> = order::Entity::find()
        .select_only()
        .column(order::Column::ReporterId)
        .column_as(order::Column::Id.count(), "orders")
        .filter(order::Column::CreatedAt.gte(from))
        .filter(order::Column::CreatedAt.lt(before))
        .group_by(order::Column::ReporterId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn endorsed(
    db: &impl ConnectionTrait,
    from: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Result<HashMap<PersonId, i64>> {
    let rows: Vec<(PersonId, i64)> = endorsement::Entity::find()
        .select_only()
        .column(endorsement::Column::PersonId)
        .column_as(endorsement::Column::OrderId.count(), "orders")
        .filter(endorsement::Column::CreatedAt.gte(from))
        .filter(endorsement::Column::CreatedAt.lt(before))
        .group_by(endorsement::Column::PersonId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn judged(
    db: &impl ConnectionTrait,
    from: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Result<HashMap<PersonId, i64>> {
    let rows: Vec<(PersonId, i64)> = verdict::Entity::find()
        .select_only()
        .column(verdict::Column::PersonId)
        .column_as(verdict::Column::Id.count(), "verdicts")
        .filter(verdict::Column::CreatedAt.gte(from))
        .filter(verdict::Column::CreatedAt.lt(before))
        .group_by(verdict::Column::PersonId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn waiting(db: &impl ConnectionTrait) -> Result<HashMap<PersonId, i64>> {
    let rows: Vec<(PersonId, i64)> = order::Entity::find()
        .select_only()
        .column(order::Column::ReporterId)
        .column_as(order::Column::Id.count(), "orders")
        .filter(order::Column::Status.eq(Status::Replied))
        .group_by(order::Column::ReporterId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}
