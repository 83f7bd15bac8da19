//! The orders of a period, read page by page and published without what could identify people.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, TimeZone as _, Utc};
use entity::kinds::Channel;
use serde_json::{Value, json};

use super::anonymity::{Cell, K, Precision, Traits, publish};
use super::files::{Record, Summary};
use super::store::{self, Page, PublicOrder};
use crate::app::App;
use crate::city::snapshot::{City, CityHandle};
use crate::error::{Error, ErrorKind, FieldError, Result};
use crate::http::time::local;
use crate::moments::has_four_digit_year;
use crate::publication_rules::{SHOWN_PER_DEGREE, shown_cell};

const PAGE: u64 = 2_000;
/// Orders that the console writes in one answer; the command has no limit.
pub const MAX_AT_ONCE: usize = 50_000;

/// Days of the city, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// Published figures of an order besides place, kind and month.
#[derive(Clone, Copy, Debug)]
struct Progress {
    channel: Channel,
    is_over: bool,
    rounds: i32,
    returns: i32,
    extensions: i32,
    accepted_hours: Option<i64>,
    replied_days: Option<i64>,
    closed_days: Option<i64>,
}

/// The open data of a period.
pub struct OpenData {
    city: Arc<City>,
    codes: Vec<String>,
    orders: Vec<(Precision, Traits, Progress)>,
    pub summary: Summary,
}

/// Numbers for codes, so that an order needs little memory.
#[derive(Default)]
struct Codes {
    by_code: HashMap<String, u32>,
    codes: Vec<String>,
}

impl Codes {
    fn number(&mut self, code: &str) -> u32 {
        if let Some(number) = self.by_code.get(code) {
            return *number;
        }
        let number = u32::try_from(self.codes.len()).unwrap_or(u32::MAX);
        self.codes.push(code.to_owned());
        self.by_code.insert(code.to_owned(), number);
        number
    }
}

/// Reads the orders of a period and decides what is published of each.
/// # Errors
/// 422 for a period whose end lies before its beginning or outside of the calendar, and if it has more than `limit` orders.
pub async fn read(app: &App, period: Period, limit: Option<usize>) -> Result<OpenData> {
    let city = app.state::<CityHandle>().load();
    let (from, until) = bounds(&city, period)?;
    let mut codes = Codes::default();
    let (mut traits, mut progress) = (Vec::new(), Vec::new());
    let mut after = None;
    loop {
        let page = Page {
            from,
            until,
            after,
            limit: PAGE,
        };
        let orders = store::orders(&app.db, page).await?;
        for order in &orders {
            traits.push(traits_of(&city, &mut codes, order));
            progress.push(progress_of(order));
        }
        if limit.is_some_and(|limit| traits.len() > limit) {
            let detail = "这段时间的工单太多。缩短时间，或者在服务器上运行 zhitong export open-data。";
            return Err(Error::refused(ErrorKind::Rule, "period_too_long", detail));
        }
        let Some(last) = orders.last() else { break };
        after = Some((last.created_at, last.id));
    }
    let shown = tokio::task::spawn_blocking(move || publish(&traits, K))
        .await
        .map_err(anyhow::Error::from)?;
    let left_out = shown.iter().filter(|shown| shown.is_none()).count();
    let orders: Vec<_> = shown
        .into_iter()
        .zip(progress)
        .filter_map(|(shown, progress)| shown.map(|(precision, traits)| (precision, traits, progress)))
        .collect();
    let summary = Summary {
        city: city.meta.name.clone(),
        period: format!("{} 至 {}", period.from, period.to),
        published: orders.len(),
        left_out,
    };
    Ok(OpenData {
        city,
        codes: codes.codes,
        orders,
        summary,
    })
}

fn bounds(city: &City, period: Period) -> Result<(DateTime<Utc>, DateTime<Utc>)> {
    let midnight = |day: Option<NaiveDate>| {
        let midnight = day.and_then(|day| day.and_hms_opt(0, 0, 0))?;
        let at = city.zone().from_local_datetime(&midnight).earliest()?.to_utc();
        has_four_digit_year(at).then_some(at)
    };
    let wrong = |field: &str, detail: &str| Error::invalid(vec![FieldError::new(field, "malformed", detail)]);
    let from = midnight(Some(period.from)).ok_or_else(|| wrong("from", "请填写日期，如 2025-01-01。"))?;
    let until = midnight(period.to.succ_opt()).ok_or_else(|| wrong("to", "请填写日期，如 2025-12-31。"))?;
    if until <= from {
        return Err(wrong("to", "结束日期不能早于开始日期。"));
    }
    Ok((from, until))
}

fn traits_of(city: &City, codes: &mut Codes, order: &PublicOrder) -> Traits {
    let created = local(order.created_at, city.zone());
    let category = order.category_code.as_deref();
    let group = category.and_then(|code| city.categories.find(code)?.parent.as_deref());
    Traits {
        cell: order
            .longitude
            .zip(order.latitude)
            .map(|(longitude, latitude)| Cell {
                longitude: shown_cell(longitude),
                latitude: shown_cell(latitude),
            }),
        township: order.township_code.as_deref().map(|code| codes.number(code)),
        county: order.area_code.as_deref().map(|code| codes.number(code)),
        category: category.map(|code| codes.number(code)),
        group: group.or(category).map(|code| codes.number(code)),
        month: created.year() * 12 + created.month0().cast_signed(),
    }
}

fn progress_of(order: &PublicOrder) -> Progress {
    let since = |from: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>| -> Option<TimeDelta> {
        let (from, until) = from.zip(until)?;
        (until >= from).then(|| until - from)
    };
    let created = Some(order.created_at);
    Progress {
        channel: order.channel,
        is_over: order.status.is_over(),
        rounds: order.round,
        returns: order.returns,
        extensions: order.extensions_granted,
        accepted_hours: since(order.dispatched_at, order.accepted_at).map(|time| time.num_hours()),
        replied_days: since(created, order.replied_at).map(|time| time.num_days()),
        closed_days: since(created, order.closed_at).map(|time| time.num_days()),
    }
}

impl OpenData {
    /// The orders as lines of the files.
    pub fn records(&self) -> impl Iterator<Item = Record> {
        self.orders
            .iter()
            .map(|(precision, traits, progress)| self.record(*precision, *traits, *progress))
    }

    fn record(&self, precision: Precision, traits: Traits, progress: Progress) -> Record {
        let code = |number: Option<u32>| -> Option<&str> {
            let number = usize::try_from(number?).ok()?;
            self.codes.get(number).map(String::as_str)
        };
        let (county, township) = (code(traits.county), code(traits.township));
        let (group, category) = (code(traits.group), code(traits.category));
        let kind = |code: Option<&str>| code.map(|code| self.city.categories.name_of(code));
        let degrees = |of: fn(Cell) -> i32| traits.cell.map(|cell| f64::from(of(cell)) / SHOWN_PER_DEGREE);
        [
            json!(format!(
                "{:04}-{:02}",
                traits.month.div_euclid(12),
                traits.month.rem_euclid(12) + 1
            )),
            json!(precision.as_str()),
            json!(degrees(|cell| cell.longitude)),
            json!(degrees(|cell| cell.latitude)),
            json!(county),
            json!(county.map(|code| self.city.county_name(code))),
            json!(township),
            json!(
                township
                    .and_then(|code| self.city.township(code))
                    .map(|found| found.name.as_str())
            ),
            json!(group),
            json!(kind(group)),
            json!(category),
            json!(kind(category)),
            json!(progress.channel.as_str()),
            json!(if progress.is_over { "closed" } else { "open" }),
            json!(progress.rounds),
            json!(progress.returns),
            json!(progress.extensions),
            Value::from(progress.accepted_hours),
            Value::from(progress.replied_days),
            Value::from(progress.closed_days),
        ]
    }
}
