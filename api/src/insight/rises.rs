//! Which categories rise where: keeps the days' counts, and lets the pure crate scan them.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, TimeDelta, TimeZone as _, Utc};
use entity::ids::OrderId;
use entity::insight_day;
use insight::scan::zones::zones;
use insight::scan::{Grid, Plan, Slot, scan};
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::city::snapshot::City;
use crate::db;
use crate::error::Result;
use crate::insight::course::YEARLY;
use crate::insight::store::{self, reports};

/// What a day counted may still change: a category set right, an order cancelled.
const UNSETTLED: TimeDelta = TimeDelta::days(28);
/// Days read at once when there is much to catch up with.
const PORTION_DAYS: u64 = 60;
/// The past that a baseline is learned from.
const PAST_DAYS: u64 = 3 * 365;
/// With fewer orders on record nobody knows what is usual.
const MIN_ORDERS: u64 = 200;
const REPLICATIONS: usize = 499;

/// A category in some areas that rises beyond season, weekday and chance.
#[derive(Clone, Debug)]
pub struct Risen {
    pub category: String,
    pub areas: Vec<String>,
    pub whole_city: bool,
    pub days: i32,
    pub observed: i32,
    pub expected: f64,
    pub p_value: f64,
    pub orders: Vec<OrderId>,
}

/// Counts the days up to `today` (not included), and scans them.
pub async fn find(app: &App, today: NaiveDate) -> Result<Vec<Risen>> {
    let city = app.city.load();
    count_days(app, &city, today).await?;
    let from = today.checked_sub_days(Days::new(PAST_DAYS)).unwrap_or(today);
    let days = store::days(&app.db, from).await?;
    let Some((sheet, grid)) = lay_out(&city, &days, today) else {
        return Ok(Vec::new());
    };
    let plan = Plan {
        zones: sheet.zones.clone(),
        replications: REPLICATIONS,
        seed: u64::from(today.to_epoch_days().unsigned_abs()),
    };
    let found = tokio::task::spawn_blocking(move || scan(&grid, &plan, YEARLY))
        .await
        .map_err(anyhow::Error::from)?;
    let mut risen = Vec::new();
    for rise in found {
        let areas: Vec<String> = rise
            .areas
            .iter()
            .filter_map(|area| sheet.areas.get(*area).cloned())
            .collect();
        let Some(category) = sheet.categories.get(rise.category).cloned() else {
            continue;
        };
        let days = i32::try_from(rise.days).unwrap_or(i32::MAX);
        let since = today - TimeDelta::days(i64::from(days));
        let orders = orders_of(app, &city, &category, &areas, (since, today)).await?;
        risen.push(Risen {
            whole_city: areas.len() == sheet.areas.len(),
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
async fn count_days(app: &App, city: &City, today: NaiveDate) -> Result<()> {
    let known = store::last_day(&app.db).await?;
    let first = match known {
        Some(day) => day - UNSETTLED,
        None => match reports::first_order_at(&app.db).await? {
            Some(at) => at.with_timezone(&city.zone()).date_naive(),
            None => return Ok(()),
        },
    };
    let mut from = first;
    while from < today {
        let until = from
            .checked_add_days(Days::new(PORTION_DAYS))
            .unwrap_or(today)
            .min(today);
        let rows = counts(&app.db, city, from, until).await?;
        let txn = db::write(&app.db).await?;
        store::set_days(&txn, rows).await?;
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
    for row in reports::counted(connection, midnight(city, from), midnight(city, until)).await? {
        let Some(category) = row.category_code else {
            continue;
        };
        let day = row.created_at.with_timezone(&city.zone()).date_naive();
        let slot = (category, row.area_code.unwrap_or_default());
        *by_day.entry(day).or_default().entry(slot).or_default() += 1;
    }
    let row = |(day, counts): (NaiveDate, BTreeMap<(String, String), u32>)| {
        let counts: DayCounts = counts
            .into_iter()
            .map(|((category, area), n)| (category, area, n))
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

/// Category, area, orders.
type DayCounts = Vec<(String, String, u32)>;

/// What the numbers of a grid stand for.
struct Sheet {
    categories: Vec<String>,
    areas: Vec<String>,
    zones: Vec<Vec<usize>>,
}

/// The grid of all days on record; none where there is too little to learn from.
fn lay_out(city: &City, days: &[insight_day::Model], today: NaiveDate) -> Option<(Sheet, Grid)> {
    let first = days.first()?.day;
    let read = |day: &insight_day::Model| -> DayCounts {
        serde_json::from_value(day.counts.clone()).unwrap_or_default()
    };
    let counted: Vec<(NaiveDate, DayCounts)> = days.iter().map(|day| (day.day, read(day))).collect();
    let mut categories: Vec<String> = counted
        .iter()
        .flat_map(|(_, counts)| counts.iter().map(|(category, _, _)| category.clone()))
        .collect();
    categories.sort();
    categories.dedup();
    let mut areas: Vec<String> = city
        .counties
        .divisions()
        .iter()
        .map(|division| division.code.clone())
        .collect();
    let mut centres: Vec<Option<(f64, f64)>> = city.counties.middles().map(Some).collect();
    // Orders of no known area.
    areas.push(String::new());
    centres.push(None);
    let length = usize::try_from((today - first).num_days()).ok()?;
    let off = |day: NaiveDate| !city.calendar.is_working_day(day);
    let mut grid = Grid::new(first, length, areas.len(), categories.len(), off);
    let mut total = 0_u64;
    for (day, counts) in &counted {
        for (category, area, n) in counts {
            let slot = Slot {
                category: categories.binary_search(category).ok()?,
                area: areas
                    .iter()
                    .position(|known| known == area)
                    .unwrap_or(areas.len() - 1),
                day: usize::try_from((*day - first).num_days()).ok()?,
            };
            total += u64::from(*n);
            grid.add(slot, u16::try_from(*n).unwrap_or(u16::MAX));
        }
    }
    let sheet = Sheet {
        categories,
        zones: zones(&centres),
        areas,
    };
    (total >= MIN_ORDERS).then_some((sheet, grid))
}

async fn orders_of(
    app: &App,
    city: &City,
    category: &str,
    areas: &[String],
    (since, until): (NaiveDate, NaiveDate),
) -> Result<Vec<OrderId>> {
    let rows = reports::counted(&app.db, midnight(city, since), midnight(city, until)).await?;
    let inside = |row: &reports::Counted| {
        let area = row.area_code.clone().unwrap_or_default();
        row.category_code.as_deref() == Some(category) && areas.contains(&area)
    };
    Ok(rows.into_iter().filter(inside).map(|row| row.id).collect())
}
