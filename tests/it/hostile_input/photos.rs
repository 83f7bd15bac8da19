//! Photos: heads, EXIF data, the outline of a JPEG, the boxes of a HEIF file.

use actix_web::web::Bytes;
use chrono_tz::Asia::Shanghai;
use image::ImageFormat;
use pixels::jpeg::outline;
use proptest::prelude::*;
use tests::photos::{jpeg_with_exif, plain, with_comment};
use tests::places::LUOLONG;

use zhitong::photos::{exif, heif, intake};

use super::{check, hostile};

pub(super) fn photos() -> Vec<Vec<u8>> {
    let jpeg = jpeg_with_exif(7, LUOLONG, "2025-09-08T09:00:00+08:00");
    let commented = with_comment(&jpeg, "a comment");
    vec![
        jpeg,
        commented,
        plain(40, 30, ImageFormat::Png),
        plain(40, 30, ImageFormat::WebP),
        plain(64, 48, ImageFormat::Jpeg),
    ]
}

fn part(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap();
    [&size.to_be_bytes()[..], kind, content].concat()
}

/// The boxes of a HEIF file with two images.
pub(super) fn heif_file() -> Vec<u8> {
    let item = |id: u8| part(b"infe", &[2, 0, 0, 0, 0, id, 0, 0, b'h', b'v', b'c', b'1', 0]);
    let pitm = part(b"pitm", &[0, 0, 0, 0, 0, 1]);
    let iinf = part(b"iinf", &[&[0, 0, 0, 0, 0, 2][..], &item(1), &item(2)].concat());
    let meta = part(b"meta", &[&[0; 4][..], &pitm, &iinf].concat());
    [part(b"ftyp", b"heic\0\0\0\0"), meta].concat()
}

#[test]
fn photo_headers_are_judged_without_their_pixels() {
    /// 50 megapixels with 16 bits of four channels, twice, and as RGB, and the encoders.
    const MAX_MEMORY: u64 = 50_000_000 * (2 * 8 + 3) + (64 << 20);
    check(hostile(photos()), |bytes| {
        let limits = intake::Limits::default();
        let examined = intake::examine(&Bytes::from(bytes), Shanghai, limits);
        if let Ok(examined) = examined {
            prop_assert!(
                examined.memory_bytes() <= MAX_MEMORY,
                "{}",
                examined.memory_bytes()
            );
            // Small ones are decoded too; large ones wait for a permit of this many bytes.
            if examined.memory_bytes() < 16 << 20 {
                let _ = intake::develop(examined);
            }
        }
        Ok(())
    });
}

#[test]
fn exif_data_is_read_or_left() {
    check(hostile(photos()), |bytes| {
        let facts = exif::read(&bytes, Shanghai);
        prop_assert!((1..=8).contains(&facts.orientation), "{}", facts.orientation);
        if let Some(place) = facts.place {
            prop_assert!(place.longitude.abs() <= 180.0 && place.latitude.abs() <= 90.0);
        }
        Ok(())
    });
}

#[test]
fn the_outline_of_a_jpeg_is_never_larger_than_the_file() {
    check(hostile(photos()), |bytes| {
        if let Ok(outline) = outline::outline(&bytes) {
            prop_assert!(outline.scans <= outline::MAX_SCANS);
            prop_assert!(outline.clean.len() <= bytes.len() + 2);
        }
        Ok(())
    });
}

#[test]
fn heif_boxes_are_marked_in_place() {
    check(hostile(vec![heif_file()]), |bytes| {
        let mut marked = bytes.clone();
        heif::hide_all_but_primary(&mut marked);
        prop_assert_eq!(marked.len(), bytes.len());
        // Only the lowest bit of a byte is ever set.
        prop_assert!(
            bytes
                .iter()
                .zip(&marked)
                .all(|(before, after)| before | 1 == after | 1 && before <= after)
        );
        Ok(())
    });
}
