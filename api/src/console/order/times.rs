//! Pure: times on the page of an order: near ones as people say them; on paper all of them in full.

use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;

use crate::console::labels;
use crate::orders::paper::times;

/// Writes times of the city.
#[derive(Clone, Copy, Debug)]
pub struct RowFormatter {
    pub now: DateTime<Utc>,
    pub zone: Tz,
    /// Whether the reader may read it on another day.
    pub on_paper: bool,
}

impl RowFormatter {
    #[must_use]
    pub fn when(&self, time: DateTime<FixedOffset>) -> String {
        if self.on_paper {
            times::moment(time.to_utc(), self.zone)
        } else {
            labels::when(time.to_utc(), self.now, self.zone)
        }
    }

    #[must_use]
    pub fn due(&self, time: DateTime<FixedOffset>) -> String {
        if self.on_paper {
            times::due(time.to_utc(), self.zone)
        } else {
            labels::due(time.to_utc(), self.now, self.zone)
        }
    }
}
