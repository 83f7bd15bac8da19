//! Which categories rise where: keeps the days' counts, and lets the pure crate scan them.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone as _, Utc};
use entity::ids::OrderId;
use entity::insight_day;
use insight::scan::zones::zones;
use insight::scan::{ScanConfig, scan};
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::Result;
use crate::insight::alert_rules::RISE_SHOWN;
use crate::insight::day_counts::{DayCounts, DayCountsBuilder, ScanInput};
use crate::insight::store::{day_counts, orders};

/// The counts of recent days may still change: corrected categories, cancelled orders.
const UNSETTLED: TimeDelta = TimeDelta::days(28);
/// Days read at once when there is much to catch up with.
const PORTION_DAYS: u64 = 60;
/// The past that a baseline is learned from.
const PAST_DAYS: u64 = 3 * 365;
const REPLICATIONS: usize = 499;

/// A category in some areas that rises beyond season, weekday and chance.
#[derive(Clone, Debug)]
pub struct DetectedRise {
    pub category: String,
    pub areas: Vec<String>,
    pub whole_city: bool,
    pub days: i32,
    pub observed: i32,
    pub expected: f64,
    pub p_value: f64,
    pub orders: Vec<OrderId>,
}

/// Counts the days up to `today` (not included), and scans them. `imported` is the earliest time of orders that were imported
/// since the last search: the days from there on are counted again.
pub async fn find(app: &App, today: NaiveDate, imported: Option<DateTime<Utc>>) -> Result<Vec<DetectedRise>> {
    let city = app.state::<CityHandle>().load();
    count_days(app, &city, today, imported).await?;
    let Some(sheet) = load_scan_input(app, &city, today).await? else {
        return Ok(Vec::new());
    };
    let mut centres: Vec<Option<(f64, f64)>> = city.counties.middles().map(Some).collect();
    // Orders of no known area.
    centres.push(None);
    let config = ScanConfig {
        zones: zones(&centres),
        replications: REPLICATIONS,
        seed: u64::from(today.to_epoch_days().unsigned_abs()),
    };
    let ScanInput {
        categories,
        areas: all_areas,
        grid,
    } = sheet;
    let found = tokio::task::spawn_blocking(move || scan(&grid, &config, RISE_SHOWN))
        .await
        .map_err(anyhow::Error::from)?;
    let mut risen = Vec::new();
    for rise in found {
        let areas: Vec<String> = rise
            .areas
            .iter()
            .filter_map(|area| all_areas.get(*area).cloned())
            .collect();
        let Some(category) = categories.get(rise.category).cloned() else {
            continue;
        };
        let days = i32::try_from(rise.days).unwrap_or(i32::MAX);
        let since = today - TimeDelta::days(i64::from(days));
        let (from, until) = (midnight(&city, since), midnight(&city, today));
        let orders = orders::of_category(&app.db, &category, &areas, from, until).await?;
        risen.push(DetectedRise {
            whole_city: areas.len() == all_areas.len(),
            areas,
            category,
            days,
            observed: i32::try_from(rise.observed).unwrap_or(i32::MAX),
            expected: rise.expected,
            p_value: rise.p_value,
            orders,
        });
    }
    Ok(risen)
}

/// Brings the table of days up to date: those not counted yet, and those that may have changed.
async fn count_days(app: &App, city: &City, today: NaiveDate, imported: Option<DateTime<Utc>>) -> Result<()> {
    let known = day_counts::last(&app.db).await?;
    let first = match known {
        Some(day) => day - UNSETTLED,
        None => match orders::first_order_at(&app.db).await? {
            Some(at) => at.with_timezone(&city.zone()).date_naive(),
            None => return Ok(()),
        },
    };
    let imported = imported.map(|at| at.with_timezone(&city.zone()).date_naive());
    let mut from = imported.map_or(first, |day| first.min(day));
    while from < today {
        let until = from
            .checked_add_days(Days::new(PORTION_DAYS))
            .unwrap_or(today)
            .min(today);
        let rows = counts(&app.db, city, from, until).await?;
        let txn = db::write(&app.db).await?;
        day_counts::set(&txn, rows).await?;
        txn.commit().await?;
        from = until;
    }
    Ok(())
}

async fn counts(
    connection: &impl ConnectionTrait,
    city: &City,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<insight_day::ActiveModel>> {
    let mut by_day: BTreeMap<NaiveDate, BTreeMap<(String, String), u32>> = from
        .iter_days()
        .take_while(|day| *day < until)
        .map(|day| (day, BTreeMap::new()))
        .collect();
    for row in orders::counted(connection, midnight(city, from), midnight(city, until)).await? {
        let Some(category) = row.category_code else {
            continue;
        };
        let day = row.created_at.with_timezone(&city.zone()).date_naive();
        let slot = (category, row.area_code.unwrap_or_default());
        *by_day.entry(day).or_default().entry(slot).or_default() += 1;
    }
    let row = |(day, counts): (NaiveDate, BTreeMap<(String, String), u32>)| {
        let counts: DayCounts<'_> = counts
            .iter()
            .map(|((category, area), n)| (category.as_str(), area.as_str(), *n))
            .collect();
        Ok(insight_day::ActiveModel {
            day: Set(day),
            counts: Set(serde_json::to_value(counts).map_err(anyhow::Error::from)?),
        })
    };
    by_day.into_iter().map(row).collect()
}

fn midnight(city: &City, day: NaiveDate) -> chrono::DateTime<Utc> {
    let start = day.and_time(chrono::NaiveTime::MIN);
    let local = city.zone().from_local_datetime(&start).earliest();
    local.map_or_else(|| start.and_utc(), |local| local.with_timezone(&Utc))
}

/// All days on record up to `today`, read a portion at a time.
async fn load_scan_input(app: &App, city: &City, today: NaiveDate) -> Result<Option<ScanInput>> {
    let divisions = city.counties.divisions().iter();
    let mut areas: Vec<String> = divisions.map(|division| division.code.clone()).collect();
    areas.push(String::new());
    let mut ledger = DayCountsBuilder::new(areas);
    let mut from = today.checked_sub_days(Days::new(PAST_DAYS)).unwrap_or(today);
    while from < today {
        let until = from
            .checked_add_days(Days::new(PORTION_DAYS))
            .unwrap_or(today)
            .min(today);
        let counted = day_counts::between(&app.db, from, until).await?;
        let add_all = move || {
            counted.iter().for_each(|(day, counts)| ledger.add(*day, counts));
            ledger
        };
        ledger = tokio::task::spawn_blocking(add_all)
            .await
            .map_err(anyhow::Error::from)?;
        from = until;
    }
    Ok(ledger.into_grid(today, |day| !city.calendar.is_working_day(day)))
}
