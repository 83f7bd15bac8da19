//! Times leave with the city's own offset, e.g. `2025-01-17T09:30:00+08:00`.

use chrono::{DateTime, FixedOffset, Offset, TimeZone, Utc};
use chrono_tz::Tz;

/// An instant as people of the city read it.
pub type LocalTime = DateTime<FixedOffset>;

/// The zone of the city, as a state of the application.
#[derive(Clone, Copy, Debug)]
pub struct LocalZone(pub Tz);

#[must_use]
pub fn local(time: DateTime<Utc>, zone: Tz) -> LocalTime {
    let offset = zone.offset_from_utc_datetime(&time.naive_utc()).fix();
    time.with_timezone(&offset)
}
