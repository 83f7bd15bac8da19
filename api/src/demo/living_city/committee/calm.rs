//! Pure: the effect of matters under supervision on the drawn reports: their problem becomes rarer after they are closed.

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};

use super::tables::Matter;
use crate::city::snapshot::City;
use crate::demo::living_city::draw::DrawnReport;

/// The problem is rarer for so many days.
const DAYS: i64 = 60;
/// One report in so many is left.
const LEFT: usize = 4;

/// Removes most reports of the matter's kind and place that come after its closing.
///
/// # Errors
/// When the matter's county is unknown.
pub fn after_closing(
    city: &City,
    matter: &Matter,
    now: DateTime<Utc>,
    reports: &mut Vec<DrawnReport>,
) -> anyhow::Result<()> {
    let Some(closing) = matter.closing.as_ref().filter(|closing| !closing.rebounds) else {
        return Ok(());
    };
    let county = match &matter.county {
        Some(name) => Some(city.county(name).with_context(|| name.clone())?.code.clone()),
        None => None,
    };
    let closed_at = now - TimeDelta::days(closing.days);
    let calm = closed_at - TimeDelta::days(1)..closed_at + TimeDelta::days(DAYS);
    let mut nth = 0_usize;
    reports.retain(|report| {
        let is_kind = report.category.as_deref() == Some(matter.category.as_str());
        let is_near = county.as_ref().is_none_or(|county| *county == report.spot.county);
        if !(is_kind && is_near && calm.contains(&report.at)) {
            return true;
        }
        nth += 1;
        nth.is_multiple_of(LEFT)
    });
    Ok(())
}
