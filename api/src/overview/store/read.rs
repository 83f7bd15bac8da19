//! Reads the materialized counts: stock, dwell times, flow.

use super::*;

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

/// Reads the counts of one area and period by subject, for names that begin with `kind`.
pub async fn flow_by(
    connection: &impl ConnectionTrait,
    area: &str,
    period: Period,
    kind: char,
) -> Result<Vec<(String, Flow)>> {
    let Period { grain, starts_on } = period;
    let kind_after = char::from_u32(u32::from(kind) + 1).unwrap_or(char::MAX);
    let grain: Grain = grain;
    let rows = overview_flow::Entity::find()
        .filter(overview_flow::Column::Area.eq(area))
        .filter(overview_flow::Column::Grain.eq(grain))
        .filter(overview_flow::Column::StartsOn.eq(starts_on))
        .filter(
            Condition::all()
                .add(overview_flow::Column::Subject.gte(kind.to_string()))
                .add(overview_flow::Column::Subject.lt(kind_after.to_string())),
        )
        .all(connection)
        .await?;
    Ok(rows
        .iter()
        .map(|row| (row.subject.clone(), flow_of(row)))
        .collect())
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
