//! Pure: EXIF data of a photo: orientation, time and place. They are claims and are not trusted.

use std::io::Cursor;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone as _, Utc};
use chrono_tz::Tz;
use entity::kinds::Datum;
use exif::{Exif, In, Reader, Tag, Value};

use places::datum::Wgs84;

use crate::place_kinds::wgs84;

/// Facts of the file; each may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExifData {
    /// 1 to 8 as in EXIF; 1 is upright.
    pub orientation: u8,
    pub taken_at: Option<DateTime<Utc>>,
    pub place: Option<Wgs84>,
}

/// Reads the metadata of any of the four formats. A time without an offset is the city's local time.
#[must_use]
pub fn read(bytes: &[u8], zone: Tz) -> ExifData {
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    let read = reader
        .read_from_container(&mut Cursor::new(bytes))
        .or_else(|error| error.distill_partial_result(|_| {}));
    match read {
        Ok(exif) => ExifData {
            orientation: orientation(&exif),
            taken_at: taken_at(&exif, zone),
            place: place(&exif),
        },
        Err(_) => ExifData {
            orientation: 1,
            ..ExifData::default()
        },
    }
}

fn orientation(exif: &Exif) -> u8 {
    let field = exif.get_field(Tag::Orientation, In::PRIMARY);
    let value = field.and_then(|field| field.value.get_uint(0)).unwrap_or(1);
    u8::try_from(value)
        .ok()
        .filter(|value| (1..=8).contains(value))
        .unwrap_or(1)
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(parts) => parts.first().map(Vec::as_slice),
        _ => None,
    }
}

fn taken_at(exif: &Exif, zone: Tz) -> Option<DateTime<Utc>> {
    let (text, offset) = match ascii(exif, Tag::DateTimeOriginal) {
        Some(text) => (text, ascii(exif, Tag::OffsetTimeOriginal)),
        None => (
            ascii(exif, Tag::DateTimeDigitized)?,
            ascii(exif, Tag::OffsetTimeDigitized),
        ),
    };
    let mut read = exif::DateTime::from_ascii(text).ok()?;
    let _ = offset.map(|offset| read.parse_offset(offset));
    let local = NaiveDate::from_ymd_opt(read.year.into(), read.month.into(), read.day.into())?.and_hms_opt(
        read.hour.into(),
        read.minute.into(),
        read.second.into(),
    )?;
    match read.offset {
        Some(minutes) => FixedOffset::east_opt(i32::from(minutes) * 60)?
            .from_local_datetime(&local)
            .single()
            .map(|time| time.to_utc()),
        None => zone
            .from_local_datetime(&local)
            .earliest()
            .map(|time| time.to_utc()),
    }
}

fn place(exif: &Exif) -> Option<Wgs84> {
    let latitude = degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S')?;
    let longitude = degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W')?;
    let known = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    // Cameras without a fix write zeros.
    let fixed = latitude != 0.0 || longitude != 0.0;
    if !known || !fixed {
        return None;
    }
    Some(wgs84(longitude, latitude, datum(exif)?))
}

/// EXIF means WGS-84 unless it says otherwise; a datum that we do not know makes the numbers useless.
fn datum(exif: &Exif) -> Option<Datum> {
    let Some(named) = ascii(exif, Tag::GPSMapDatum) else {
        return Some(Datum::Wgs84);
    };
    let plain: String = named
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    match plain.as_str() {
        "" | "wgs84" | "wgs1984" | "cgcs2000" => Some(Datum::Wgs84),
        "gcj02" | "gcj2" => Some(Datum::Gcj02),
        "bd09" | "bd09ll" => Some(Datum::Bd09),
        _ => None,
    }
}

fn degrees(exif: &Exif, tag: Tag, reference: Tag, negative: u8) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let mut size = 60.0;
    let mut sum = parts.first()?.to_f64();
    for part in parts.iter().skip(1).take(2) {
        // Seconds are often 0/0 where minutes have decimals.
        if part.denom != 0 {
            sum += part.to_f64() / size;
        }
        size *= 60.0;
    }
    let side = ascii(exif, reference)?.first()?.to_ascii_uppercase();
    sum.is_finite()
        .then_some(if side == negative { -sum } else { sum })
}

#[cfg(test)]
mod tests {
    use exif::experimental::Writer;
    use exif::{Field, Rational};

    use super::*;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    /// Reads fields from bare TIFF, the format of EXIF.
    fn read_fields(more: Vec<(Tag, Value)>) -> ExifData {
        let rational = |parts: [(u32, u32); 3]| {
            Value::Rational(parts.map(|(num, denom)| Rational { num, denom }).to_vec())
        };
        let mut fields = vec![
            (Tag::DateTimeOriginal, ascii("2025:09:08 09:30:00")),
            (Tag::GPSLatitudeRef, ascii("N")),
            // Minutes with decimals and no seconds, as many phones write it.
            (Tag::GPSLatitude, rational([(34, 1), (393_000, 10_000), (0, 0)])),
            (Tag::GPSLongitudeRef, ascii("E")),
            (Tag::GPSLongitude, rational([(112, 1), (23, 1), (42, 1)])),
        ];
        fields.extend(more);
        let fields: Vec<_> = fields
            .into_iter()
            .map(|(tag, value)| Field {
                tag,
                ifd_num: In::PRIMARY,
                value,
            })
            .collect();
        let mut writer = Writer::new();
        fields.iter().for_each(|field| writer.push_field(field));
        let mut tiff = Cursor::new(Vec::new());
        writer.write(&mut tiff, false).unwrap();
        read(&tiff.into_inner(), ZONE)
    }

    fn ascii(text: &str) -> Value {
        Value::Ascii(vec![text.as_bytes().to_vec()])
    }

    #[test]
    fn time_and_place_are_read() {
        let facts = read_fields(Vec::new());
        assert_eq!(facts.taken_at, Some("2025-09-08T01:30:00Z".parse().unwrap()));
        let place = facts.place.unwrap();
        assert!((place.longitude - 112.395).abs() < 1e-6, "{place:?}");
        assert!((place.latitude - 34.655).abs() < 1e-6, "{place:?}");
        assert_eq!(facts.orientation, 1);
    }

    #[test]
    fn a_time_with_an_offset_is_that_instant() {
        let facts = read_fields(vec![(Tag::OffsetTimeOriginal, ascii("+00:00"))]);
        assert_eq!(facts.taken_at, Some("2025-09-08T09:30:00Z".parse().unwrap()));
    }

    #[test]
    fn another_datum_is_shifted_and_an_unknown_one_dropped() {
        let with = |datum| read_fields(vec![(Tag::GPSMapDatum, ascii(datum))]).place;
        let plain = read_fields(Vec::new()).place.unwrap();
        assert_eq!(with("WGS-84"), Some(plain));
        assert!((400.0..800.0).contains(&with("GCJ-02").unwrap().distance_m(plain)));
        assert_eq!(with("TOKYO"), None);
    }

    #[test]
    fn a_file_without_metadata_claims_nothing() {
        let facts = read(b"\xFF\xD8\xFF\xD9", ZONE);
        assert_eq!((facts.taken_at, facts.place, facts.orientation), (None, None, 1));
    }
}
