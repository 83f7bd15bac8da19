use std::io::Cursor;

use chrono_tz::Asia::Shanghai;
use image::{Rgb, RgbImage};

use super::*;
use crate::demo::picture::DemoPhoto;

fn picture() -> Vec<u8> {
    let taken_at = "2025-09-15T07:40:00+08:00".parse().unwrap();
    DemoPhoto {
        seed: 3,
        role: "before".to_owned(),
        taken_at,
        longitude: 112.4267,
        latitude: 34.6623,
    }
    .jpeg()
    .unwrap()
}

fn plain(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let paint = |x: u32, y: u32| Rgb([(x % 251) as u8, (y % 241) as u8, 90]);
    RgbImage::from_fn(width, height, paint)
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

fn refusal(bytes: &[u8]) -> Refused {
    process(bytes, Shanghai, Limits::default()).err().unwrap()
}

#[test]
fn gps_is_read_and_no_derivative_has_it() {
    let source = picture();
    assert!(!is_clean(&source), "the source has metadata");
    let taken = process(&source, Shanghai, Limits::default()).unwrap();
    let place = taken.facts.place.unwrap();
    assert!((place.longitude - 112.4267).abs() < 1e-6 && (place.latitude - 34.6623).abs() < 1e-6);
    assert_eq!(
        taken.facts.taken_at.unwrap().to_rfc3339(),
        "2025-09-14T23:40:00+00:00"
    );
    for derivative in [&taken.large, &taken.thumb] {
        assert!(is_clean(derivative));
        assert_eq!(exif::read(derivative, Shanghai).place, None);
    }
    let sizes = [&taken.large, &taken.thumb].map(|jpeg| image::load_from_memory(jpeg).unwrap().width());
    assert_eq!((taken.width, taken.height, sizes), (1600, 1200, [1280, 320]));
}

#[test]
fn each_kind_of_file_gets_its_own_answer() {
    let jpeg = picture();
    let cut = &jpeg[..jpeg.len() / 2];
    let mut large = jpeg.clone();
    large.resize(Limits::default().max_bytes + 1, 0);
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    for (bytes, wanted) in [
        (&b""[..], Refused::Empty),
        (&large[..], Refused::TooLarge),
        (cut, Refused::Damaged),
        (b"%PDF-1.7 not a photo at all", Refused::NotAPhoto),
        (b"GIF89a..............", Refused::NotAPhoto),
        (heic, Refused::HeicUnavailable),
        (b"\xFF\xD8\xFF\xE0 nothing else", Refused::Damaged),
        (b"\x89PNG\r\n\x1a\n nothing else", Refused::Damaged),
    ] {
        assert_eq!(refusal(bytes), wanted);
    }
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    // A PNG that says it is 30,000 × 30,000 and holds next to nothing.
    let mut png = plain(1, 1, ImageFormat::Png);
    png[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
    let crc = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(refusal(&png), Refused::TooManyPixels);
}

#[test]
fn png_and_webp_are_photos_whatever_they_are_called() {
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Jpeg] {
        let taken = process(&plain(640, 480, format), Shanghai, Limits::default()).unwrap();
        assert_eq!((taken.width, taken.media_type), (640, format.to_mime_type()));
        assert_eq!(sniff(&taken.large), Sniffed::Photo(ImageFormat::Jpeg));
    }
}

#[test]
fn fifty_megapixels_are_taken_and_a_few_more_are_not() {
    let limits = Limits {
        max_pixels: 1_000_000,
        ..Limits::default()
    };
    assert!(process(&plain(1000, 1000, ImageFormat::Jpeg), Shanghai, limits).is_ok());
    assert_eq!(
        process(&plain(1001, 1000, ImageFormat::Jpeg), Shanghai, limits).err(),
        Some(Refused::TooManyPixels)
    );
}

#[test]
fn the_same_picture_smaller_looks_the_same() {
    let a = process(&picture(), Shanghai, Limits::default()).unwrap();
    let b = process(&a.large, Shanghai, Limits::default()).unwrap();
    let c = process(&plain(900, 700, ImageFormat::Jpeg), Shanghai, Limits::default()).unwrap();
    assert!((a.perceptual_hash ^ b.perceptual_hash).count_ones() <= 4);
    assert!((a.perceptual_hash ^ c.perceptual_hash).count_ones() > 10);
}

#[test]
fn a_sideways_photo_is_shown_upright() {
    let jpeg = plain(400, 300, ImageFormat::Jpeg);
    let measured = pixels::measure(&jpeg.into(), ImageFormat::Jpeg, 50_000_000).unwrap();
    let derived = pixels::derive(measured, 6).unwrap();
    assert_eq!((derived.width, derived.height), (300, 400));
    assert_eq!(image::load_from_memory(&derived.large).unwrap().width(), 300);
}

/// CRC-32 as PNG has it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| {
            if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 }
        })
    })
}
