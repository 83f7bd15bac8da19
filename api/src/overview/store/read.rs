//! Reads the materialized counts: stock, dwell times, flow.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use entity::kinds::Status;
use entity::{overview_flow, overview_stock};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IdenStatic as _, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};

use crate::error::Result;
use crate::overview::count_deltas::{ALL_ORDERS, Flow};
use crate::overview::period::Period;

/// The stock of these areas as a whole.
pub async fn stock(connection: &impl ConnectionTrait, areas: &[&str]) -> Result<Vec<overview_stock::Model>> {
    Ok(overview_stock::Entity::find()
        .filter(overview_stock::Column::Area.is_in(areas.iter().copied()))
        .filter(overview_stock::Column::Subject.eq(ALL_ORDERS))
        .all(connection)
        .await?)
}

/// The open stock of some subjects in one area.
pub async fn stock_of(
    connection: &impl ConnectionTrait,
    area: &str,
    subjects: Vec<String>,
) -> Result<Vec<overview_stock::Model>> {
    Ok(overview_stock::Entity::find()
        .filter(overview_stock::Column::Area.eq(area))
        .filter(overview_stock::Column::Subject.is_in(subjects))
        .all(connection)
        .await?)
}

/// Returns when the median open order of each stage reached it, to the hour.
pub async fn medians(
    connection: &impl ConnectionTrait,
    area: &str,
) -> Result<BTreeMap<Status, DateTime<Utc>>> {
    let sql = "SELECT status, MIN(since) AS since FROM (\
                 SELECT status, since, SUM(orders) OVER (PARTITION BY status ORDER BY since) AS upto, \
                        SUM(orders) OVER (PARTITION BY status) AS total FROM overview_dwell WHERE area = $1\
               ) AS standing WHERE upto * 2 >= total GROUP BY status";
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, [area.into()]);
    let mut medians = BTreeMap::new();
    for row in connection.query_all_raw(statement).await? {
        medians.insert(row.try_get("", "status")?, row.try_get("", "since")?);
    }
    Ok(medians)
}

/// Reads the totals of one area in some periods of one length.
pub async fn flow(
    connection: &impl ConnectionTrait,
    areas: &[&str],
    periods: &[Period],
) -> Result<HashMap<(String, NaiveDate), Flow>> {
    let Some(grain) = periods.first().map(|period| period.grain) else {
        return Ok(HashMap::new());
    };
    let rows = overview_flow::Entity::find()
        .filter(overview_flow::Column::Area.is_in(areas.iter().copied()))
        .filter(overview_flow::Column::Grain.eq(grain))
        .filter(overview_flow::Column::StartsOn.is_in(periods.iter().map(|period| period.starts_on)))
        .filter(overview_flow::Column::Subject.eq(ALL_ORDERS))
        .all(connection)
        .await?;
    let flow = rows
        .iter()
        .map(|row| ((row.area.clone(), row.starts_on), flow_of(row)));
    Ok(flow.collect())
}

const COUNTS: [overview_flow::Column; 15] = [
    overview_flow::Column::ArrivedSnap,
    overview_flow::Column::ArrivedScan,
    overview_flow::Column::ArrivedCall,
    overview_flow::Column::Closed,
    overview_flow::Column::ResponseDue,
    overview_flow::Column::ResponseMet,
    overview_flow::Column::ResolutionDue,
    overview_flow::Column::ResolutionMet,
    overview_flow::Column::Satisfied,
    overview_flow::Column::BasicallySatisfied,
    overview_flow::Column::Dissatisfied,
    overview_flow::Column::Unrated,
    overview_flow::Column::Solved,
    overview_flow::Column::PartlySolved,
    overview_flow::Column::Unsolved,
];

#[derive(FromQueryResult)]
struct SummedFlow {
    subject: String,
    arrived_snap: i64,
    arrived_scan: i64,
    arrived_call: i64,
    closed: i64,
    response_due: i64,
    response_met: i64,
    resolution_due: i64,
    resolution_met: i64,
    satisfied: i64,
    basically_satisfied: i64,
    dissatisfied: i64,
    unrated: i64,
    solved: i64,
    partly_solved: i64,
    unsolved: i64,
}

impl SummedFlow {
    fn into_pair(self) -> (String, Flow) {
        let flow = Flow {
            arrived_snap: self.arrived_snap,
            arrived_scan: self.arrived_scan,
            arrived_call: self.arrived_call,
            closed: self.closed,
            response_due: self.response_due,
            response_met: self.response_met,
            resolution_due: self.resolution_due,
            resolution_met: self.resolution_met,
            satisfied: self.satisfied,
            basically_satisfied: self.basically_satisfied,
            dissatisfied: self.dissatisfied,
            unrated: self.unrated,
            solved: self.solved,
            partly_solved: self.partly_solved,
            unsolved: self.unsolved,
        };
        (self.subject, flow)
    }
}

/// Sums the counts of one area over periods of one grain by subject, for names that begin with `kind`.
pub async fn flow_by(
    connection: &impl ConnectionTrait,
    area: &str,
    periods: &[Period],
    kind: char,
) -> Result<Vec<(String, Flow)>> {
    use overview_flow::Column as C;
    let Some(grain) = periods.first().map(|period| period.grain) else {
        return Ok(Vec::new());
    };
    let kind_after = char::from_u32(u32::from(kind) + 1).unwrap_or(char::MAX);
    let mut query = overview_flow::Entity::find().select_only().column(C::Subject);
    for column in COUNTS {
        // PostgreSQL sums `bigint` into `numeric`.
        query = query.column_as(Expr::col(column).sum().cast_as("bigint"), column.as_str());
    }
    let rows: Vec<SummedFlow> = query
        .filter(C::Area.eq(area))
        .filter(C::Grain.eq(grain))
        .filter(C::StartsOn.is_in(periods.iter().map(|period| period.starts_on)))
        .filter(C::Subject.gte(kind.to_string()))
        .filter(C::Subject.lt(kind_after.to_string()))
        .group_by(C::Subject)
        .order_by_asc(C::Subject)
        .into_model()
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(SummedFlow::into_pair).collect())
}

fn flow_of(row: &overview_flow::Model) -> Flow {
    Flow {
        arrived_snap: row.arrived_snap,
        arrived_scan: row.arrived_scan,
        arrived_call: row.arrived_call,
        closed: row.closed,
        response_due: row.response_due,
        response_met: row.response_met,
        resolution_due: row.resolution_due,
        resolution_met: row.resolution_met,
        satisfied: row.satisfied,
        basically_satisfied: row.basically_satisfied,
        dissatisfied: row.dissatisfied,
        unrated: row.unrated,
        solved: row.solved,
        partly_solved: row.partly_solved,
        unsolved: row.unsolved,
    }
}
