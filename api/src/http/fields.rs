//! Fields of a request that several capabilities read alike: a text of a bounded length, a place by name or by point.

use std::ops::RangeInclusive;

use entity::kinds::Datum;
use serde::{Deserialize, Serialize};

use crate::error::{Error, FieldError, Result};
use crate::place_kinds::wgs84;
use places::datum::Wgs84;

const MAX_PLACE_CHARS: usize = 200;

/// Returns the text without blanks at its ends.
///
/// # Errors
/// `invalid_fields` (422) with `too_short`, `too_long` or `not_plain_text`.
pub fn text(field: &str, text: &str, chars: RangeInclusive<usize>) -> Result<String> {
    let text = text.trim();
    let count = text.chars().count();
    let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    let fault = if count < *chars.start() {
        Some(("too_short", format!("至少填写 {} 个字。", chars.start())))
    } else if count > *chars.end() {
        Some(("too_long", format!("最多 {} 个字。", chars.end())))
    } else if !text.chars().all(plain) {
        Some(("not_plain_text", "含有不能显示的字符。".to_owned()))
    } else {
        None
    };
    match fault {
        None => Ok(text.to_owned()),
        Some((code, detail)) => Err(invalid(field, code, detail)),
    }
}

/// Same as [`text`] for a field that may be left out; an empty text is left out too.
pub fn optional_text(field: &str, given: Option<String>, max: usize) -> Result<Option<String>> {
    let given = given.filter(|given| !given.trim().is_empty());
    given.map(|given| text(field, &given, 1..=max)).transpose()
}

/// A 422 about one field.
#[must_use]
pub fn invalid(field: &str, code: &str, detail: impl Into<String>) -> Error {
    Error::invalid(vec![FieldError::new(field, code, detail)])
}

/// A place as a client gives it: its name, or a point with its datum.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum GivenPlace {
    Name(String),
    Point(NamedPoint),
}

/// A point, and what people call it.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
pub struct NamedPoint {
    #[schema(minimum = -180, maximum = 180)]
    pub longitude: f64,
    #[schema(minimum = -90, maximum = 90)]
    pub latitude: f64,
    pub datum: Datum,
    #[schema(max_length = 200)]
    pub name: Option<String>,
}

/// A place that has been checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    pub name: Option<String>,
    pub point: Option<Wgs84>,
}

/// A place as answers show it, in WGS-84 degrees.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PlaceView {
    pub name: Option<String>,
    pub longitude: Option<f64>,
    pub latitude: Option<f64>,
    /// Always `wgs84`.
    pub datum: Datum,
}

impl Place {
    pub fn from_given(field: &str, given: Option<GivenPlace>) -> Result<Self> {
        match given {
            None => Ok(Self::default()),
            Some(GivenPlace::Name(name)) => Ok(Self {
                name: optional_text(field, Some(name), MAX_PLACE_CHARS)?,
                point: None,
            }),
            Some(GivenPlace::Point(point)) => {
                let is_valid =
                    (-180.0..=180.0).contains(&point.longitude) && (-90.0..=90.0).contains(&point.latitude);
                if !is_valid {
                    return Err(invalid(field, "out_of_range", "位置坐标超出范围。"));
                }
                Ok(Self {
                    name: optional_text(field, point.name, MAX_PLACE_CHARS)?,
                    point: Some(wgs84(point.longitude, point.latitude, point.datum)),
                })
            }
        }
    }
}

impl PlaceView {
    /// Returns `None` if neither a name nor a point is known.
    #[must_use]
    pub fn new(name: Option<String>, point: Option<(f64, f64)>) -> Option<Self> {
        (name.is_some() || point.is_some()).then(|| Self {
            name,
            longitude: point.map(|(longitude, _)| longitude),
            latitude: point.map(|(_, latitude)| latitude),
            datum: Datum::Wgs84,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed_and_bounded() {
        assert_eq!(text("note", " 好 ", 1..=5).unwrap(), "好");
        for bad in ["", "  ", "一二三四五六", "a\u{0}"] {
            assert_eq!(
                text("note", bad, 1..=5).unwrap_err().code(),
                Some("invalid_fields")
            );
        }
        assert_eq!(optional_text("note", Some("  ".to_owned()), 5).unwrap(), None);
    }

    #[test]
    fn a_place_is_a_name_or_a_point_on_earth() {
        let given = |json: &str| serde_json::from_str::<GivenPlace>(json).unwrap();
        let named = Place::from_given("place", Some(given("\"某路口\""))).unwrap();
        assert_eq!((named.name.as_deref(), named.point), (Some("某路口"), None));
        let point = given(r#"{"longitude": 112.4, "latitude": 34.6, "datum": "wgs84", "name": "某地"}"#);
        assert!(Place::from_given("place", Some(point)).unwrap().point.is_some());
        let nowhere = given(r#"{"longitude": 200.0, "latitude": 34.6, "datum": "wgs84"}"#);
        assert!(Place::from_given("place", Some(nowhere)).is_err());
    }
}
