//! Pure: the hours in which phones are left alone.

use chrono::{DateTime, Days, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer};

/// From and until a time of day, across midnight if `until` is earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    #[serde(deserialize_with = "time_of_day")]
    pub from: NaiveTime,
    #[serde(deserialize_with = "time_of_day")]
    pub until: NaiveTime,
}

impl QuietHours {
    /// `now`, or the end of the quiet hours that it is in.
    #[must_use]
    pub fn end_of(&self, now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let local = now.with_timezone(&zone);
        let time = local.time();
        let over_midnight = self.until <= self.from;
        let quiet = match over_midnight {
            true => time >= self.from || time < self.until,
            false => time >= self.from && time < self.until,
        };
        if !quiet {
            return now;
        }
        let tomorrow = over_midnight && time >= self.from;
        let day = local
            .date_naive()
            .checked_add_days(Days::new(u64::from(tomorrow)));
        let end = day.and_then(|day| zone.from_local_datetime(&day.and_time(self.until)).earliest());
        end.map_or(now, |end| end.to_utc().max(now))
    }
}

fn time_of_day<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(from)?;
    NaiveTime::parse_from_str(&text, "%H:%M").map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_at_night_goes_out_in_the_morning() {
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
        let quiet = QuietHours {
            from: time("21:30"),
            until: time("07:30"),
        };
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let zone = chrono_tz::Asia::Shanghai;
        for (now, wanted) in [
            ("2025-09-08T21:29:59+08:00", "2025-09-08T21:29:59+08:00"),
            ("2025-09-08T21:30:00+08:00", "2025-09-09T07:30:00+08:00"),
            ("2025-09-09T00:00:00+08:00", "2025-09-09T07:30:00+08:00"),
            ("2025-09-09T07:30:00+08:00", "2025-09-09T07:30:00+08:00"),
            ("2025-12-31T23:59:00+08:00", "2026-01-01T07:30:00+08:00"),
        ] {
            assert_eq!(quiet.end_of(at(now), zone), at(wanted), "{now}");
        }
        let noon = QuietHours {
            from: time("12:00"),
            until: time("14:00"),
        };
        assert_eq!(
            noon.end_of(at("2025-09-08T13:00:00+08:00"), zone),
            at("2025-09-08T14:00:00+08:00")
        );
        assert_eq!(
            noon.end_of(at("2025-09-08T23:00:00+08:00"), zone),
            at("2025-09-08T23:00:00+08:00")
        );
    }
}
