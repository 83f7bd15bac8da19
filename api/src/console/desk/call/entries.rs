//! The entries of the call form: a point in one line as maps copy it, a delegate, a time of the city.

use chrono::{DateTime, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use entity::kinds::Datum;

use crate::console::forms::FormFields;
use crate::error::{Error, FieldError, Result};
use crate::hotline::service::Call;
use crate::moments::has_four_digit_year;
use crate::orders::submit::draft::GivenPoint;

/// Reads `112.43, 34.66` in the datum beside it. Returns `None` if the line is empty.
///
/// # Errors
/// `malformed` of the field `location`.
pub fn point(entries: &FormFields) -> Result<Option<GivenPoint>> {
    let Some(line) = entries.some("location") else {
        return Ok(None);
    };
    let mut numbers = line
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、'))
        .filter(|part| !part.is_empty())
        .map(|part| part.parse::<f64>().ok());
    let (Some(Some(longitude)), Some(Some(latitude)), None) =
        (numbers.next(), numbers.next(), numbers.next())
    else {
        let detail = "请写成“经度, 纬度”，如 112.4345, 34.6632。";
        return Err(fault("location", detail));
    };
    Ok(Some(GivenPoint {
        longitude,
        latitude,
        datum: entries.text("datum").parse().unwrap_or(Datum::Gcj02),
        accuracy_m: None,
    }))
}

/// Reads the call.
///
/// # Errors
/// One fault per field that cannot be read.
pub fn call(entries: &FormFields, zone: Tz) -> Result<Call> {
    let some = |name: &str| entries.some(name).map(str::to_owned);
    let delegate = entries.some("delegate").map(str::parse).transpose();
    let delegate = delegate.map_err(|_| fault("delegate", "请选择来电的代表。"))?;
    Ok(Call {
        caller_phone: entries.text("caller_phone").to_owned(),
        call_id: entries.text("call_id").to_owned(),
        number: None,
        description: entries.text("description").to_owned(),
        location: point(entries)?,
        address: some("address"),
        site_code: None,
        category: some("category"),
        occurred_at: entries
            .some("occurred_at")
            .map(|text| moment(text, zone))
            .transpose()?,
        confidential: entries.ticked("confidential"),
        delegate,
        identity_confirmed: some("identity_confirmed"),
        remember_number: entries.ticked("remember_number"),
    })
}

/// Reads a day and a time as browsers send them, in the city's time.
fn moment(text: &str, zone: Tz) -> Result<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok();
    let time = local.and_then(|local| zone.from_local_datetime(&local).earliest());
    time.map(|time| time.to_utc())
        .filter(|time| has_four_digit_year(*time))
        .ok_or_else(|| fault("occurred_at", "请填写日期和时间，如 2026-03-01T08:30。"))
}

fn fault(field: &str, detail: &str) -> Error {
    Error::invalid(vec![FieldError::new(field, "malformed", detail)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(line: &str) -> Result<Option<GivenPoint>> {
        let pairs = [("location", line), ("datum", "wgs84")];
        let pairs = pairs.map(|(name, text)| (name.to_owned(), text.to_owned()));
        point(&FormFields::new(pairs.to_vec()))
    }

    #[test]
    fn a_point_is_read_as_maps_copy_it() {
        for line in [
            "112.43,34.66",
            "112.43, 34.66",
            "112.43，34.66",
            " 112.43  34.66 ",
        ] {
            let point = typed(line).unwrap().unwrap();
            assert_eq!(
                (point.longitude, point.latitude, point.datum),
                (112.43, 34.66, Datum::Wgs84),
                "{line}"
            );
        }
        assert_eq!(typed("").unwrap(), None);
        for line in ["112.43", "112.43, 34.66, 5", "东经, 北纬"] {
            assert!(typed(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_time_is_of_the_city() {
        let zone: Tz = "Asia/Shanghai".parse().unwrap();
        let time = moment("2026-03-01T08:30", zone).unwrap();
        assert_eq!(time, "2026-03-01T00:30:00Z".parse::<DateTime<Utc>>().unwrap());
        assert!(moment("昨天", zone).is_err());
    }
}
