//! Pure: the hours in which no push goes to a phone (`[notices]` of policy.toml).

use chrono::{DateTime, Days, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer};

/// From and until a time of day, across midnight if `until` is earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    #[serde(rename = "quiet_from", deserialize_with = "time_of_day")]
    pub from: NaiveTime,
    #[serde(rename = "quiet_until", deserialize_with = "time_of_day")]
    pub until: NaiveTime,
    /// Alarms about emergencies are pushed at any time.
    #[serde(default)]
    pub emergencies_break_quiet_hours: bool,
}

impl QuietHours {
    /// Returns the end of the quiet hours that `now` is in; `None` outside them.
    #[must_use]
    pub fn end(&self, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let local = now.with_timezone(&zone);
        let time = local.time();
        let over_midnight = self.until < self.from;
        let quiet = if over_midnight {
            time >= self.from || time < self.until
        } else {
            time >= self.from && time < self.until
        };
        if !quiet {
            return None;
        }
        let tomorrow = over_midnight && time >= self.from;
        let day = local
            .date_naive()
            .checked_add_days(Days::new(u64::from(tomorrow)))?;
        let end = zone.from_local_datetime(&day.and_time(self.until)).earliest()?;
        Some(end.to_utc()).filter(|end| now < *end)
    }
}

fn time_of_day<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(from)?;
    NaiveTime::parse_from_str(&text, "%H:%M")
        .map_err(|_| serde::de::Error::custom(format!("`{text}` is not a time of day such as 21:30")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(from: &str, until: &str) -> QuietHours {
        toml::from_str(&format!("quiet_from = \"{from}\"\nquiet_until = \"{until}\"")).unwrap()
    }

    #[test]
    fn the_end_of_the_quiet_hours_is_the_next_morning() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let zone = chrono_tz::Asia::Shanghai;
        let night = quiet("21:30", "07:30");
        for (now, end) in [
            ("2025-09-08T21:29:59+08:00", None),
            ("2025-09-08T21:30:00+08:00", Some("2025-09-09T07:30:00+08:00")),
            ("2025-09-09T00:00:00+08:00", Some("2025-09-09T07:30:00+08:00")),
            ("2025-09-09T07:29:59+08:00", Some("2025-09-09T07:30:00+08:00")),
            ("2025-09-09T07:30:00+08:00", None),
            ("2025-12-31T23:59:00+08:00", Some("2026-01-01T07:30:00+08:00")),
        ] {
            assert_eq!(night.end(at(now), zone), end.map(at), "{now}");
        }
        let noon = quiet("12:00", "14:00");
        assert_eq!(
            noon.end(at("2025-09-08T13:00:00+08:00"), zone),
            Some(at("2025-09-08T14:00:00+08:00"))
        );
        assert_eq!(noon.end(at("2025-09-08T23:00:00+08:00"), zone), None);
        assert_eq!(
            quiet("08:00", "08:00").end(at("2025-09-08T08:00:00+08:00"), zone),
            None
        );
    }

    #[test]
    fn a_time_that_is_none_is_named() {
        let read = toml::from_str::<QuietHours>("quiet_from = \"9 pm\"\nquiet_until = \"07:30\"");
        assert!(
            read.unwrap_err()
                .to_string()
                .contains("`9 pm` is not a time of day")
        );
    }
}
