//! Pure: days before today as moments. Official acts are on working days.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use crate::deadlines::calendar::{Calendar, end_of_day, local_date};

/// The calendar that days are counted in.
#[derive(Clone, Copy)]
pub struct Dates<'a> {
    pub calendar: &'a Calendar,
    pub zone: Tz,
    pub now: DateTime<Utc>,
}

impl Dates<'_> {
    /// Returns a moment in this hour of a working day: the day that is so many days before today, or the next working day.
    /// Never later than now.
    #[must_use]
    pub fn at(&self, days: i64, hour: u32) -> DateTime<Utc> {
        self.moment(self.working_day(days), days, hour)
    }

    /// Returns a moment in this hour of any day. Never later than now.
    #[must_use]
    pub fn on_any_day(&self, days: i64, hour: u32) -> DateTime<Utc> {
        self.moment(self.day(days), days, hour)
    }

    /// Returns the end of the working day: the first instant that is too late.
    #[must_use]
    pub fn end_of(&self, days: i64) -> DateTime<Utc> {
        end_of_day(self.working_day(days), self.zone)
    }

    fn day(&self, days: i64) -> NaiveDate {
        local_date(self.now, self.zone) - TimeDelta::days(days)
    }

    fn working_day(&self, days: i64) -> NaiveDate {
        self.calendar.working_day_after(self.day(days + 1), 1)
    }

    fn moment(&self, day: NaiveDate, days: i64, hour: u32) -> DateTime<Utc> {
        let minute = u32::try_from((days * 7 + 11).rem_euclid(60)).unwrap_or(0);
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN);
        let local = self.zone.from_local_datetime(&day.and_time(time)).earliest();
        local.map_or(self.now, |local| local.with_timezone(&Utc).min(self.now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_on_working_days_and_never_later_than_now() {
        let calendar = Calendar::default();
        let dates = Dates {
            calendar: &calendar,
            zone: chrono_tz::Asia::Shanghai,
            // A Thursday, 11:00 in the city.
            now: "2025-09-18T03:00:00Z".parse().unwrap(),
        };
        // Five days before is a Saturday.
        assert_eq!(local_date(dates.at(5, 9), dates.zone).to_string(), "2025-09-15");
        assert_eq!(
            local_date(dates.on_any_day(5, 9), dates.zone).to_string(),
            "2025-09-13"
        );
        assert_eq!(dates.at(0, 16), dates.now);
        assert!(dates.end_of(-5) > dates.now);
    }
}
