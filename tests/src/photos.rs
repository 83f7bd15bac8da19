//! Photos made by the test: real files with real metadata.

use std::io::Cursor;

use chrono::{DateTime, FixedOffset};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use zhitong::demo::picture::DemoPhoto;

use crate::client::{Answer, Client};
use crate::places::Place;

/// A JPEG with its time and place in EXIF, as a phone makes it. Equal seeds give equal pictures.
#[must_use]
pub fn jpeg_with_exif(seed: u32, place: Place, taken_at: &str) -> Vec<u8> {
    let taken_at: DateTime<FixedOffset> = taken_at.parse().expect("an RFC 3339 time");
    let picture = DemoPhoto {
        seed,
        role: "before".into(),
        taken_at,
        longitude: place.longitude,
        latitude: place.latitude,
    };
    picture.jpeg().expect("a JPEG")
}

/// A picture without any metadata, in any format that can be written.
#[must_use]
pub fn plain(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        Rgb([x, y, x ^ y].map(|value| u8::try_from(value % 251).unwrap_or(0)))
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut bytes, format)
        .expect("a picture");
    bytes.into_inner()
}

/// A 12-megapixel JPEG of the size that a phone makes, about 2 MB.
#[must_use]
pub fn large_jpeg() -> Vec<u8> {
    let picture = RgbImage::from_fn(4032, 3024, |x, y| {
        let grain = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 27;
        Rgb([x / 16 + grain, y / 12 + grain, (x + y) / 28]
            .map(|value| u8::try_from(value.min(255)).unwrap_or(0)))
    });
    let mut bytes = Cursor::new(Vec::new());
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85);
    picture.write_with_encoder(encoder).expect("a JPEG");
    bytes.into_inner()
}

/// Returns the picture as a different file, with a comment after the first marker.
#[must_use]
pub fn with_comment(jpeg: &[u8], comment: &str) -> Vec<u8> {
    let length = u16::try_from(comment.len() + 2).expect("a short comment");
    let (start, rest) = jpeg.split_at(2);
    [
        start,
        &[0xff, 0xfe],
        &length.to_be_bytes(),
        comment.as_bytes(),
        rest,
    ]
    .concat()
}

impl Client {
    /// Uploads a file as it is, with further form fields.
    pub async fn upload(&self, bytes: Vec<u8>, file_name: &str, fields: &[(&str, &str)]) -> Answer {
        self.request(Method::POST, "/photos", |request| {
            let part = Part::bytes(bytes).file_name(file_name.to_owned());
            let form = fields
                .iter()
                .fold(Form::new().part("file", part), |form, (k, v)| {
                    form.text((*k).to_owned(), (*v).to_owned())
                });
            request.multipart(form)
        })
        .await
    }

    /// Uploads a good photo taken here and now, and gives back what the product says of it.
    pub async fn upload_photo(&self, seed: u32, place: Place) -> Value {
        let taken_at = self.app().now().to_rfc3339();
        let bytes = jpeg_with_exif(seed, place, &taken_at);
        self.upload(bytes, "photo.jpg", &[("role", "before")]).await.ok()
    }
}
