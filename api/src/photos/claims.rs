//! Pure: the file's own word on time and place beside the sender's. Neither overwrites the other; what contradicts is
//! flagged for those who handle the report, never refused: clocks of phones are wrong.

use chrono::{DateTime, TimeDelta, Utc};
use places::datum::Wgs84;

use crate::photos::exif::ExifData;

const FAR_M: f64 = 500.0;
const LONG: TimeDelta = TimeDelta::hours(24);
/// Clocks differ by minutes.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(10);
/// 2000-01-01T00:00:00Z; cameras whose clock was never set say less.
const EARLIEST_SECS: i64 = 946_684_800;

pub const FILE_TIME_IMPOSSIBLE: &str = "file_time_impossible";
pub const CLAIMED_TIME_IMPOSSIBLE: &str = "claimed_time_impossible";
pub const TIME_CONTRADICTED: &str = "time_contradicted";
pub const PLACE_CONTRADICTED: &str = "place_contradicted";

/// The displayed time and place, and the flags.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settled {
    pub taken_at: Option<DateTime<Utc>>,
    pub place: Option<Wgs84>,
    pub flags: Vec<&'static str>,
}

/// Weighs the file's word against the sender's; the file's comes first where it can be true.
#[must_use]
pub fn settle(
    file: &ExifData,
    claimed_at: Option<DateTime<Utc>>,
    claimed_place: Option<Wgs84>,
    now: DateTime<Utc>,
) -> Settled {
    let is_possible =
        |time: &DateTime<Utc>| time.timestamp() >= EARLIEST_SECS && *time <= now + CLOCK_TOLERANCE;
    let is_impossible = |time: Option<DateTime<Utc>>| time.is_some_and(|time| !is_possible(&time));
    let apart = |a: Option<DateTime<Utc>>, b: Option<DateTime<Utc>>| {
        a.zip(b).is_some_and(|(a, b)| (a - b).abs() > LONG)
    };
    let far = |a: Option<Wgs84>, b: Option<Wgs84>| a.zip(b).is_some_and(|(a, b)| a.distance_m(b) > FAR_M);
    let flags = [
        (is_impossible(file.taken_at), FILE_TIME_IMPOSSIBLE),
        (is_impossible(claimed_at), CLAIMED_TIME_IMPOSSIBLE),
        (apart(file.taken_at, claimed_at), TIME_CONTRADICTED),
        (far(file.place, claimed_place), PLACE_CONTRADICTED),
    ];
    Settled {
        taken_at: file
            .taken_at
            .filter(is_possible)
            .or(claimed_at.filter(is_possible)),
        place: file.place.or(claimed_place),
        flags: flags
            .into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, flag)| flag)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<DateTime<Utc>> {
        Some(text.parse().unwrap())
    }

    fn flags(file: &str, claimed: &str) -> (Vec<&'static str>, Option<DateTime<Utc>>) {
        let file = ExifData {
            taken_at: at(file),
            ..ExifData::default()
        };
        let settled = settle(&file, at(claimed), None, "2025-09-08T01:00:00Z".parse().unwrap());
        (settled.flags, settled.taken_at)
    }

    #[test]
    fn a_contradiction_in_time_is_flagged_and_the_files_time_shown() {
        let now = "2025-09-08T00:59:00Z";
        assert_eq!(
            flags("2025-09-08T00:00:00Z", now),
            (vec![], at("2025-09-08T00:00:00Z"))
        );
        let (found, shown) = flags("2019-01-01T00:00:00Z", now);
        assert_eq!(
            (found, shown),
            (vec![TIME_CONTRADICTED], at("2019-01-01T00:00:00Z"))
        );
    }

    #[test]
    fn a_time_in_the_future_or_before_2000_is_not_shown() {
        let now = "2025-09-08T00:59:00Z";
        for file in ["2031-01-01T00:00:00Z", "1999-12-31T23:59:59Z"] {
            let wanted = (vec![FILE_TIME_IMPOSSIBLE, TIME_CONTRADICTED], at(now));
            assert_eq!(flags(file, now), wanted, "{file}");
        }
        let (found, shown) = flags(now, "2031-01-01T00:00:00Z");
        assert_eq!(
            (found, shown),
            (vec![CLAIMED_TIME_IMPOSSIBLE, TIME_CONTRADICTED], at(now))
        );
    }

    #[test]
    fn a_place_more_than_half_a_kilometre_off_is_flagged() {
        let at = |longitude| Wgs84 {
            longitude,
            latitude: 34.6,
        };
        let file = ExifData {
            place: Some(at(112.4)),
            ..ExifData::default()
        };
        // 0.005° of longitude are 458 m here, 0.006° are 549 m.
        for (claimed, wanted) in [(112.405, vec![]), (112.406, vec![PLACE_CONTRADICTED])] {
            let settled = settle(&file, None, Some(at(claimed)), DateTime::UNIX_EPOCH);
            assert_eq!((settled.flags, settled.place), (wanted, Some(at(112.4))));
        }
    }
}
