//! Monthly partitions of the deliveries, on PostgreSQL. A month past its retention period is dropped as a whole.
//!
//! The ids are UUIDs of version 7, whose first 48 bits are the time in milliseconds. A month is a range of ids, so the
//! primary key is unchanged and a lookup by id reads one partition (`docs/adr/partitions.md`).

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use sea_orm::{ConnectionTrait as _, Statement};
use uuid::Uuid;

use crate::db::{self, Db};
use crate::error::Result;

/// Number of partitions made ahead. Rows after all of them go to the partition of the rest.
const MONTHS_AHEAD: u32 = 3;
/// Maximum time that other transactions wait for a change of the table. After it, the next night tries again.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '5s';";

/// Removes the constraint of an interrupted run and adds the constraint on the existing rows. Reads no rows.
const STATE: &str = "ALTER TABLE webhook_delivery DROP CONSTRAINT IF EXISTS webhook_delivery_months;
    ALTER TABLE webhook_delivery ADD CONSTRAINT webhook_delivery_months CHECK (id < '{bound}') NOT VALID;";
/// Validates the constraint: reads every row while others read and write.
const VALIDATE: &str = "ALTER TABLE webhook_delivery VALIDATE CONSTRAINT webhook_delivery_months;";
/// Makes the table the first partition of a new table with its name. The constraint proves that its rows belong there,
/// and its indexes become the partition's indexes, so no row is read or written.
const ATTACH: &str = "ALTER TABLE webhook_delivery RENAME TO webhook_delivery_first;
    CREATE TABLE webhook_delivery (LIKE webhook_delivery_first INCLUDING DEFAULTS) PARTITION BY RANGE (id);
    DO $$
    DECLARE found record;
    BEGIN
        FOR found IN SELECT c.oid, c.relname AS name, i.indisprimary AS is_key
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = 'webhook_delivery_first'::regclass
        LOOP
            EXECUTE format('ALTER INDEX %I RENAME TO %I',
                found.name, replace(found.name, 'webhook_delivery', 'webhook_delivery_first'));
            IF NOT found.is_key THEN
                EXECUTE replace(pg_get_indexdef(found.oid), 'webhook_delivery_first', 'webhook_delivery');
            END IF;
        END LOOP;
    END $$;
    ALTER TABLE webhook_delivery ADD CONSTRAINT webhook_delivery_pkey PRIMARY KEY (id);
    ALTER TABLE webhook_delivery ATTACH PARTITION webhook_delivery_first FOR VALUES FROM (MINVALUE) TO ('{bound}');
    ALTER TABLE webhook_delivery_first DROP CONSTRAINT webhook_delivery_months;
    CREATE TABLE webhook_delivery_rest PARTITION OF webhook_delivery DEFAULT;";

const IS_PARTITIONED: &str = "SELECT 1 AS one FROM pg_class \
    WHERE oid = to_regclass('webhook_delivery') AND relkind = 'p'";
/// Selects the partitions with their ranges, except the partition of the rest.
const PARTITIONS: &str = "SELECT c.relname::text AS name, pg_get_expr(c.relpartbound, c.oid) AS range \
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
    WHERE i.inhparent = to_regclass('webhook_delivery') AND c.relname <> 'webhook_delivery_rest' ORDER BY c.relname";

/// Returns `true` if the table has partitions; never on SQLite.
pub async fn is_partitioned(db: &Db) -> Result<bool> {
    if !db::supports_skip_locked(db) {
        return Ok(false);
    }
    let statement = Statement::from_string(db.get_database_backend(), IS_PARTITIONED);
    Ok(db.query_one_raw(statement).await?.is_some())
}

/// Makes the table the first partition of a partitioned one while the product serves. Idempotent; an interrupted run
/// leaves the table unchanged.
///
/// # Errors
/// The database is SQLite, or another transaction locks the table for more than 5 s.
pub async fn partition(db: &Db, now: DateTime<Utc>) -> Result<()> {
    if !db::supports_skip_locked(db) {
        return Err(anyhow::anyhow!("SQLite has no partitions; this needs PostgreSQL").into());
    }
    if !is_partitioned(db).await? {
        // The month after this one: rows that arrive meanwhile belong to the first partition too.
        let bound = first_id(month_after(now, 2)).to_string();
        run(db, &STATE.replace("{bound}", &bound)).await?;
        run(db, VALIDATE).await?;
        run(db, &ATTACH.replace("{bound}", &bound)).await?;
    }
    make_ahead(db, now).await
}

/// Makes the partitions of the coming months and drops those whose rows are all finished and older than `before`. Returns
/// how many it dropped. Does nothing without partitions.
pub async fn keep(db: &Db, now: DateTime<Utc>, before: DateTime<Utc>) -> Result<usize> {
    if !is_partitioned(db).await? {
        return Ok(0);
    }
    make_ahead(db, now).await?;
    let mut dropped = 0;
    for (name, end) in partitions(db).await? {
        if end <= before && is_past(db, &name, before).await? {
            run(db, &format!("DROP TABLE {name};")).await?;
            dropped += 1;
        }
    }
    Ok(dropped)
}

async fn make_ahead(db: &Db, now: DateTime<Utc>) -> Result<()> {
    let ends = partitions(db).await?.into_iter().map(|(_, end)| end);
    let covered = ends.max().unwrap_or_default();
    for ahead in 1..=MONTHS_AHEAD {
        let (from, to) = (month_after(now, ahead), month_after(now, ahead + 1));
        if to <= covered {
            continue;
        }
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS webhook_delivery_{} PARTITION OF webhook_delivery \
             FOR VALUES FROM ('{}') TO ('{}');",
            from.format("%Y_%m"),
            first_id(from.max(covered)),
            first_id(to)
        );
        run(db, &sql).await?;
    }
    Ok(())
}

/// Returns the partitions, each with the instant of its end.
async fn partitions(db: &Db) -> Result<Vec<(String, DateTime<Utc>)>> {
    let statement = Statement::from_string(db.get_database_backend(), PARTITIONS);
    let rows = db.query_all_raw(statement).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let (name, range): (String, String) = (row.try_get("", "name")?, row.try_get("", "range")?);
        if let Some(end) = end_of(&range) {
            found.push((name, end));
        }
    }
    Ok(found)
}

/// Also checks the rows, because a sandbox's clock differs from the clock of the ids.
async fn is_past(db: &Db, name: &str, before: DateTime<Utc>) -> Result<bool> {
    let sql = format!("SELECT 1 AS one FROM {name} WHERE next_at IS NOT NULL OR created_at >= $1 LIMIT 1");
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [before.into()]);
    Ok(db.query_one_raw(statement).await?.is_none())
}

async fn run(db: &Db, sql: &str) -> Result<()> {
    let txn = db::write(db).await?;
    txn.execute_unprepared(&format!("{LOCK_TIMEOUT} {sql}")).await?;
    Ok(txn.commit().await?)
}

/// Returns the first instant of the month that is `months` months after the month of `now`.
fn month_after(now: DateTime<Utc>, months: u32) -> DateTime<Utc> {
    let first = NaiveDate::from_ymd_opt(now.year(), now.month(), 1).unwrap_or_default();
    let first = first.checked_add_months(Months::new(months)).unwrap_or(first);
    first.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// Returns the smallest id of this time.
fn first_id(at: DateTime<Utc>) -> Uuid {
    let millis = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(millis << 80)
}

/// Reads the end of `FOR VALUES FROM (…) TO ('…')`.
fn end_of(range: &str) -> Option<DateTime<Utc>> {
    let (_, end) = range.rsplit_once("TO ('")?;
    let id: Uuid = end.split('\'').next()?.parse().ok()?;
    DateTime::from_timestamp_millis(i64::try_from(id.as_u128() >> 80).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_a_range_of_ids() {
        let now: DateTime<Utc> = "2025-12-31T23:59:59Z".parse().unwrap();
        let next = month_after(now, 1);
        assert_eq!(next.to_rfc3339(), "2026-01-01T00:00:00+00:00");
        assert_eq!(month_after(now, 3).to_rfc3339(), "2026-03-01T00:00:00+00:00");
        let text = format!("FOR VALUES FROM (MINVALUE) TO ('{}')", first_id(next));
        assert_eq!(end_of(&text), Some(next));
        assert_eq!(end_of("DEFAULT"), None);
        let made = Uuid::now_v7();
        let at = end_of(&format!("TO ('{made}')")).unwrap();
        assert!(first_id(at) <= made && made < first_id(at + chrono::TimeDelta::milliseconds(1)));
    }
}
