//! Photos for the stories: real JPEGs with real EXIF (time and GPS), drawn by the program.

use std::io::Cursor;

use chrono::{DateTime, FixedOffset};
use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use image::{ImageFormat, Rgb, RgbImage};
use img_parts::ImageEXIF as _;
use img_parts::jpeg::Jpeg;

/// The content of the picture and its stated place and time.
#[derive(Clone, Debug)]
pub struct DemoPhoto {
    /// Any number: equal seeds give equal pictures.
    pub seed: u32,
    /// `before`, `after` or `evidence`.
    pub role: String,
    pub taken_at: DateTime<FixedOffset>,
    /// WGS-84 degrees.
    pub longitude: f64,
    pub latitude: f64,
}

const WIDTH: u32 = 1600;
const HEIGHT: u32 = 1200;
/// The horizon: sky above, street below.
const HORIZON: u32 = 520;

impl DemoPhoto {
    /// The file as a phone would send it.
    pub fn jpeg(&self) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Cursor::new(Vec::new());
        self.draw().write_to(&mut bytes, ImageFormat::Jpeg)?;
        let mut jpeg = Jpeg::from_bytes(bytes.into_inner().into())?;
        jpeg.set_exif(Some(self.exif()?.into()));
        let mut out = Vec::new();
        jpeg.encoder().write_to(&mut out)?;
        Ok(out)
    }

    /// A street under a sky, with a few blocks that differ from seed to seed.
    fn draw(&self) -> RgbImage {
        let mut picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
            let grain = u8::try_from((x * 7 + y * 13 + self.seed) % 9).unwrap_or(0);
            if y < HORIZON {
                Rgb([150 + grain, 180 + grain, 205 + grain])
            } else {
                Rgb([96 + grain, 96 + grain, 100 + grain])
            }
        });
        let mut state = self.seed.wrapping_mul(2_654_435_761).wrapping_add(1);
        for _ in 0..14 {
            let mut next = |below: u32| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) % below
            };
            let (x, y, w, h) = (
                next(WIDTH - 220),
                next(HEIGHT - 320),
                60 + next(160),
                80 + next(240),
            );
            let colour = Rgb([next(200), next(180), next(160)].map(|c| u8::try_from(c).unwrap_or(0)));
            for (dx, dy) in (0..w).flat_map(|dx| (0..h).map(move |dy| (dx, dy))) {
                picture.put_pixel(x + dx, y + dy, colour);
            }
        }
        picture
    }

    fn exif(&self) -> anyhow::Result<Vec<u8>> {
        let time = self.taken_at.format("%Y:%m:%d %H:%M:%S").to_string();
        let ascii = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
        let fields = [
            (Tag::Make, ascii("Zhitong")),
            (Tag::Orientation, Value::Short(vec![1])),
            (Tag::DateTimeOriginal, ascii(&time)),
            (
                Tag::OffsetTimeOriginal,
                ascii(&self.taken_at.format("%:z").to_string()),
            ),
            (Tag::GPSLatitudeRef, ascii("N")),
            (Tag::GPSLatitude, degrees(self.latitude)),
            (Tag::GPSLongitudeRef, ascii("E")),
            (Tag::GPSLongitude, degrees(self.longitude)),
        ]
        .map(|(tag, value)| Field {
            tag,
            ifd_num: In::PRIMARY,
            value,
        });
        let mut writer = Writer::new();
        fields.iter().for_each(|field| writer.push_field(field));
        let mut out = Cursor::new(Vec::new());
        writer.write(&mut out, false)?;
        Ok(out.into_inner())
    }
}

/// Degrees, minutes and seconds to a ten-thousandth of a second: 3 mm.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to 180 degrees, always positive here"
)]
fn degrees(value: f64) -> Value {
    let whole = value.trunc();
    let minutes = (value - whole) * 60.0;
    let seconds = (minutes - minutes.trunc()) * 60.0;
    Value::Rational(vec![
        Rational {
            num: whole as u32,
            denom: 1,
        },
        Rational {
            num: minutes.trunc() as u32,
            denom: 1,
        },
        Rational {
            num: (seconds * 10_000.0).round() as u32,
            denom: 10_000,
        },
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_carries_its_time_and_place() {
        let taken_at = "2025-09-15T07:40:00+08:00".parse().unwrap();
        let picture = DemoPhoto {
            seed: 2,
            role: "before".to_owned(),
            taken_at,
            longitude: 112.4267,
            latitude: 34.6623,
        };
        let bytes = picture.jpeg().unwrap();
        assert_eq!(image::load_from_memory(&bytes).unwrap().width(), WIDTH);
        let read = exif::Reader::new()
            .read_from_container(&mut Cursor::new(&bytes))
            .unwrap();
        let shown = |tag| {
            read.get_field(tag, In::PRIMARY)
                .unwrap()
                .display_value()
                .to_string()
        };
        assert_eq!(shown(Tag::DateTimeOriginal), "2025-09-15 07:40:00");
        assert!(
            shown(Tag::GPSLongitude).starts_with("112 deg 25 min 36.1"),
            "{}",
            shown(Tag::GPSLongitude)
        );
    }
}
