//! 代表履职: a delegate's activity, for the delegate and their committee only.

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId};
use entity::kinds::{PersonLevel, Role, Satisfaction, Solved, Status};
use entity::{endorsement, order, verdict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter, QuerySelect,
    QueryTrait as _,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::period::Window;
use super::view::Span;
use crate::app::App;
use crate::caller::{Caller, OrderAccess};
use crate::city::snapshot::CityHandle;
use crate::deadlines::calendar::end_of_day;
use crate::error::{Error, Result};
use crate::people::profile;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Activity {
    pub person: PersonId,
    pub name: String,
    pub level: Option<PersonLevel>,
    pub period: Span,
    /// Orders reported in the period, and their state.
    pub reported: ReportedCounts,
    /// Matters of others endorsed in the period.
    pub endorsed: u64,
    /// Verdicts given in the period.
    pub verdicts: VerdictCounts,
    /// Answers that wait for a verdict now, whenever reported.
    pub to_judge: u64,
    pub reported_ever: u64,
    pub endorsed_ever: u64,
}

#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(as = Reported)]
pub struct ReportedCounts {
    pub total: u64,
    pub open: u64,
    pub closed: u64,
    pub cancelled: u64,
    /// 疑难
    pub difficult: u64,
}

#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(as = Given)]
pub struct VerdictCounts {
    pub total: u64,
    pub satisfied: u64,
    pub basically_satisfied: u64,
    pub dissatisfied: u64,
    /// 解决
    pub solved: u64,
}

/// A delegate's own.
pub async fn own(app: &App, caller: &Caller, period: Window) -> Result<Activity> {
    caller.require(Role::Delegate)?;
    of(app, caller.person, period).await
}

/// Returns a delegate's activity for their committee: the city's committees see all, a county's those of the congresses
/// of the county and its townships.
pub async fn for_committee(app: &App, caller: &Caller, person: PersonId, period: Window) -> Result<Activity> {
    caller.require(Role::Supervisor)?;
    let delegate = profile::delegate(app, person)
        .await?
        .ok_or_else(Error::not_found)?;
    let own_orders = match caller.order_access() {
        OrderAccess::City => true,
        OrderAccess::Area(area) => {
            let local = matches!(delegate.level, Some(PersonLevel::County | PersonLevel::Township));
            local && delegate.area_code.as_deref() == Some(area.as_str())
        }
        _ => false,
    };
    if own_orders {
        of(app, person, period).await
    } else {
        Err(Error::not_found())
    }
}

async fn of(app: &App, person: PersonId, period: Window) -> Result<Activity> {
    let delegate = profile::delegate(app, person)
        .await?
        .ok_or_else(Error::not_found)?;
    let zone = app.state::<CityHandle>().load().zone();
    let (from, before) = (
        end_of_day(period.previous().to, zone),
        end_of_day(period.to, zone),
    );
    let db = &app.db;
    let reported = order::Entity::find().filter(order::Column::ReporterId.eq(person));
    let endorsed = endorsement::Entity::find().filter(endorsement::Column::PersonId.eq(person));
    Ok(Activity {
        person,
        name: delegate.name,
        level: delegate.level,
        period: period.into(),
        reported: reported_in(db, person, from, before).await?,
        endorsed: endorsed
            .clone()
            .filter(endorsement::Column::CreatedAt.gte(from))
            .filter(endorsement::Column::CreatedAt.lt(before))
            .count(db)
            .await?,
        verdicts: given_in(db, person, from, before).await?,
        to_judge: reported
            .clone()
            .filter(order::Column::Status.eq(Status::Replied))
            .count(db)
            .await?,
        reported_ever: reported.count(db).await?,
        endorsed_ever: endorsed.count(db).await?,
    })
}

async fn reported_in(
    db: &impl ConnectionTrait,
    person: PersonId,
    from: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Result<ReportedCounts> {
    let rows: Vec<(Status, bool)> = order::Entity::find()
        .select_only()
        .columns([order::Column::Status, order::Column::Difficult])
        .filter(order::Column::ReporterId.eq(person))
        .filter(order::Column::CreatedAt.gte(from))
        .filter(order::Column::CreatedAt.lt(before))
        .into_tuple()
        .all(db)
        .await?;
    let mut reported = ReportedCounts::default();
    for (status, difficult) in rows {
        reported.total += 1;
        reported.difficult += u64::from(difficult);
        *match status {
            Status::Closed => &mut reported.closed,
            Status::Cancelled => &mut reported.cancelled,
            _ => &mut reported.open,
        } += 1;
    }
    Ok(reported)
}

/// Found through the delegate's orders: nobody judges another's.
async fn given_in(
    db: &impl ConnectionTrait,
    person: PersonId,
    from: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Result<VerdictCounts> {
    let own_orders = order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .filter(order::Column::ReporterId.eq(person));
    let rows: Vec<(OrderId, Satisfaction, Solved)> = verdict::Entity::find()
        .select_only()
        .columns([
            verdict::Column::OrderId,
            verdict::Column::Result,
            verdict::Column::Solved,
        ])
        .filter(
            Condition::all()
                .add(verdict::Column::OrderId.in_subquery(own_orders.into_query()))
                .add(verdict::Column::CreatedAt.gte(from))
                .add(verdict::Column::CreatedAt.lt(before)),
        )
        .into_tuple()
        .all(db)
        .await?;
    let mut given = VerdictCounts::default();
    for (_, result, solved) in rows {
        given.total += 1;
        given.solved += u64::from(solved == Solved::Yes);
        *match result {
            Satisfaction::Satisfied => &mut given.satisfied,
            Satisfaction::BasicallySatisfied => &mut given.basically_satisfied,
            Satisfaction::Dissatisfied => &mut given.dissatisfied,
        } += 1;
    }
    Ok(given)
}
