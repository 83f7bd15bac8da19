//! Pure: `[upkeep]` of the city's `policy.toml`, and the next time of a run.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

const KEPT: std::ops::RangeInclusive<usize> = 1..=400;

/// City times, and how many backups are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub retention_at: NaiveTime,
    pub backup_at: NaiveTime,
    pub backups_kept: usize,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Section {
    retention_at: String,
    backup_at: String,
    backups_kept: usize,
}

impl Default for Section {
    fn default() -> Self {
        Self {
            retention_at: "03:40".to_owned(),
            backup_at: "02:10".to_owned(),
            backups_kept: 14,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sections {
    upkeep: Section,
}

impl Plan {
    /// Reads the section; what it does not name has its ordinary value.
    ///
    /// # Errors
    /// Names the key that is wrong.
    pub fn read(policy: &str) -> anyhow::Result<Self> {
        let Sections { upkeep } = toml::from_str(policy)?;
        let time = |key: &str, text: &str| {
            NaiveTime::parse_from_str(text, "%H:%M")
                .map_err(|_| anyhow::anyhow!("policy.toml: upkeep.{key}: {text} is no time such as 03:40"))
        };
        anyhow::ensure!(
            KEPT.contains(&upkeep.backups_kept),
            "policy.toml: upkeep.backups_kept: {} is not 1 to 400",
            upkeep.backups_kept
        );
        Ok(Self {
            retention_at: time("retention_at", &upkeep.retention_at)?,
            backup_at: time("backup_at", &upkeep.backup_at)?,
            backups_kept: upkeep.backups_kept,
        })
    }
}

/// The first instant after `now` at which the city's clocks show `at`.
#[must_use]
pub fn next(at: NaiveTime, zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = now.with_timezone(&zone).date_naive();
    let days = [Some(today), today.checked_add_days(Days::new(1))];
    let moments = days.into_iter().flatten();
    let mut moments = moments.filter_map(|day| zone.from_local_datetime(&day.and_time(at)).earliest());
    let found = moments.find(|moment| *moment > now);
    found.map_or(now + TimeDelta::days(1), |moment| moment.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_names_what_differs_and_a_slip_is_named() {
        let plan = Plan::read("").unwrap();
        assert_eq!(
            (plan.retention_at.to_string().as_str(), plan.backups_kept),
            ("03:40:00", 14)
        );
        let plan = Plan::read("[upkeep]\nbackup_at = \"23:05\"\nbackups_kept = 3").unwrap();
        assert_eq!(
            (plan.backup_at.to_string().as_str(), plan.backups_kept),
            ("23:05:00", 3)
        );
        for (text, told) in [
            ("[upkeep]\nbackup_at = \"25:00\"", "upkeep.backup_at"),
            ("[upkeep]\nbackups_kept = 0", "upkeep.backups_kept"),
            ("[upkeep]\nbackups = 3", "backups"),
        ] {
            let error = Plan::read(text).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        assert!(Plan::read(include_str!("../../city/luoyang/policy.toml")).is_ok());
    }

    #[test]
    fn the_next_run_is_tonight_or_tomorrow_night() {
        let zone: Tz = "Asia/Shanghai".parse().unwrap();
        let at = NaiveTime::from_hms_opt(3, 40, 0).unwrap();
        let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(
            next(at, zone, time("2026-03-01T18:00:00Z")),
            time("2026-03-01T19:40:00Z")
        );
        assert_eq!(
            next(at, zone, time("2026-03-01T19:40:00Z")),
            time("2026-03-02T19:40:00Z")
        );
    }
}
