//! Validation of a report before it becomes an order.

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, PhotoId, VideoId};
use entity::kinds::{Channel, Datum};
use serde::{Deserialize, Serialize};

use crate::error::{Error, FieldError, Result};
use crate::moments::past_fault;
use crate::photos::limits::{MAX_PHOTOS, TextLimits, too_many};
use crate::place_kinds::wgs84;
use places::datum::Wgs84;

pub const MAX_ADDRESS_CHARS: usize = 200;
const MAX_ACCURACY_M: f64 = 100_000.0;

/// A point as the client has it; the datum is never assumed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GivenPoint {
    #[schema(minimum = -180, maximum = 180)]
    pub longitude: f64,
    #[schema(minimum = -90, maximum = 90)]
    pub latitude: f64,
    pub datum: Datum,
    /// Radius of the fix in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 100_000)]
    pub accuracy_m: Option<f64>,
}

impl GivenPoint {
    #[must_use]
    pub fn wgs84(self) -> Wgs84 {
        wgs84(self.longitude, self.latitude, self.datum)
    }

    /// Refused when the numbers are of no place on earth.
    pub fn check_coordinates(self) -> Result<()> {
        let mut faults = Vec::new();
        self.check(&mut faults);
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Error::invalid(faults))
        }
    }

    fn check(self, faults: &mut Vec<FieldError>) {
        let on_earth = (-180.0..=180.0).contains(&self.longitude) && (-90.0..=90.0).contains(&self.latitude);
        if !on_earth {
            faults.push(FieldError::new("location", "out_of_range", "位置坐标超出范围。"));
        }
        if self
            .accuracy_m
            .is_some_and(|metres| !(0.0..=MAX_ACCURACY_M).contains(&metres))
        {
            faults.push(FieldError::new(
                "location.accuracy_m",
                "out_of_range",
                "定位精度超出范围。",
            ));
        }
    }
}

/// A report from any channel.
#[derive(Clone, Debug, Serialize)]
pub struct NewOrder {
    pub channel: Channel,
    /// The delegate in whose name it is.
    pub reporter: PersonId,
    /// The operator who filed it for the delegate.
    pub filed_by: Option<PersonId>,
    pub description: String,
    pub location: Option<GivenPoint>,
    pub address: Option<String>,
    /// By code or name.
    pub category: Option<String>,
    pub photos: Vec<PhotoId>,
    pub video: Option<VideoId>,
    pub site_code: Option<String>,
    pub occurred_at: Option<DateTime<Utc>>,
    pub wants_follow_up: bool,
    pub confidential: bool,
    /// Of the hotline's own system; else one is made.
    pub number: Option<String>,
    pub call_id: Option<String>,
}

impl NewOrder {
    /// Takes off blanks at the ends and names every field that cannot be taken.
    pub fn validate(mut self, now: DateTime<Utc>) -> Result<Self> {
        let mut faults = Vec::new();
        let chars = TextLimits::REPORT.chars(self.photos.len());
        self.description = validate_text("description", &self.description, chars, &mut faults);
        self.address = self
            .address
            .map(|address| validate_text("address", &address, 0..=MAX_ADDRESS_CHARS, &mut faults))
            .filter(|address| !address.is_empty());
        match self.location {
            Some(point) => point.check(&mut faults),
            None if self.channel != Channel::Call && self.site_code.is_none() => {
                faults.push(FieldError::new("location", "required", "请提供位置。"))
            }
            None => {}
        }
        if self.photos.len() > MAX_PHOTOS {
            faults.push(FieldError::new("photo_ids", "too_many", too_many(MAX_PHOTOS)));
        }
        let occurred = self.occurred_at;
        faults.extend(occurred.and_then(|time| past_fault("occurred_at", time, now)));
        let mut seen = std::collections::BTreeSet::new();
        self.photos.retain(|photo| seen.insert(*photo));
        if faults.is_empty() {
            Ok(self)
        } else {
            Err(Error::invalid(faults))
        }
    }
}

/// The text without blanks at its ends and with `\n` as its only line end, which counts once; a fault when it is too short, too long, or not plain text.
pub fn validate_text(
    field: &str,
    text: &str,
    chars: std::ops::RangeInclusive<usize>,
    faults: &mut Vec<FieldError>,
) -> String {
    let text = text.trim().replace("\r\n", "\n").replace('\r', "\n");
    let count = text.chars().count();
    if count < *chars.start() {
        let detail = format!("至少填写 {} 个字。", chars.start());
        faults.push(FieldError::new(field, "too_short", detail));
    } else if count > *chars.end() {
        let detail = format!("最多 {} 个字。", chars.end());
        faults.push(FieldError::new(field, "too_long", detail));
    } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        faults.push(FieldError::new(field, "not_text", "含有无法保存的字符。"));
    }
    text
}

/// One text of a move: trimmed, or refused by name.
pub fn require_text(field: &str, text: &str, chars: std::ops::RangeInclusive<usize>) -> Result<String> {
    let mut faults = Vec::new();
    let text = validate_text(field, text, chars, &mut faults);
    if faults.is_empty() {
        Ok(text)
    } else {
        Err(Error::invalid(faults))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2025-09-08T01:00:00Z".parse().unwrap()
    }

    fn report() -> NewOrder {
        NewOrder {
            channel: Channel::Snap,
            reporter: PersonId::generate(),
            filed_by: None,
            description: " 路面塌陷，车辆绕行。 ".to_owned(),
            location: Some(GivenPoint {
                longitude: 112.4,
                latitude: 34.6,
                datum: Datum::Wgs84,
                accuracy_m: Some(15.0),
            }),
            address: None,
            category: None,
            photos: Vec::new(),
            video: None,
            site_code: None,
            occurred_at: None,
            wants_follow_up: true,
            confidential: false,
            number: None,
            call_id: None,
        }
    }

    fn faults(change: impl FnOnce(&mut NewOrder)) -> Vec<(String, String)> {
        let mut report = report();
        change(&mut report);
        match report.validate(now()) {
            Err(Error::Refused(refused)) => refused
                .errors
                .into_iter()
                .map(|error| (error.field, error.code))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn blanks_at_the_ends_are_taken_off() {
        assert_eq!(
            report().validate(now()).unwrap().description,
            "路面塌陷，车辆绕行。"
        );
    }

    #[test]
    fn each_field_at_fault_is_named() {
        let named = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
        assert_eq!(
            faults(|r| r.description = "  路灯坏  ".to_owned()),
            named("description", "too_short")
        );
        assert_eq!(
            faults(|r| r.description = "坏".repeat(2_001)),
            named("description", "too_long")
        );
        assert_eq!(
            faults(|r| r.description = "路面\0塌陷了".to_owned()),
            named("description", "not_text")
        );
        assert_eq!(faults(|r| r.location = None), named("location", "required"));
        let far = |r: &mut NewOrder| r.location.as_mut().unwrap().latitude = 90.5;
        assert_eq!(faults(far), named("location", "out_of_range"));
        let tomorrow = |r: &mut NewOrder| r.occurred_at = Some(now() + TimeDelta::days(1));
        assert_eq!(faults(tomorrow), named("occurred_at", "in_the_future"));
        let long_ago = |r: &mut NewOrder| r.occurred_at = Some(DateTime::UNIX_EPOCH);
        assert_eq!(faults(long_ago), named("occurred_at", "too_early"));
        let many = |r: &mut NewOrder| r.photos = std::iter::repeat_with(PhotoId::generate).take(10).collect();
        assert_eq!(faults(many), named("photo_ids", "too_many"));
    }

    #[test]
    fn four_characters_are_a_report_and_two_beside_a_photo() {
        let is_enough = |text: &str, photos: usize| {
            let mut new = report();
            new.description = text.to_owned();
            new.photos = std::iter::repeat_with(PhotoId::generate).take(photos).collect();
            new.validate(now()).is_ok()
        };
        assert!(is_enough("路灯不亮", 0) && !is_enough("路灯坏", 0));
        assert!(is_enough("坏了", 1) && !is_enough("坏", 1));
    }

    #[test]
    fn a_line_end_is_one_character_whoever_sent_it() {
        let mut faults = Vec::new();
        assert_eq!(
            validate_text("text", "一\r\n二\r三\n", 1..=5, &mut faults),
            "一\n二\n三"
        );
        assert!(faults.is_empty());
    }

    #[test]
    fn a_call_may_tell_the_place_in_words() {
        let mut call = report();
        call.channel = Channel::Call;
        call.location = None;
        assert!(call.validate(now()).is_ok());
    }
}
