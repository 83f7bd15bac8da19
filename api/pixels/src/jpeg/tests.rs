//! Each kind of odd JPEG that cameras, messengers and broken connections leave behind.

use image::{Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::decode::rgb;
use super::outline::{MAX_SCANS, Unreadable, outline};
use crate::error::PixelError;

const WIDTH: u16 = 320;
const HEIGHT: u16 = 240;

fn picture(progressive: bool) -> Vec<u8> {
    let pixels = RgbImage::from_fn(WIDTH.into(), HEIGHT.into(), |x, y| {
        let grain = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 28;
        Rgb([x / 2, y, x ^ y].map(|value| u8::try_from((value + grain) % 251).unwrap_or(0)))
    });
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 85);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(progressive);
    encoder
        .encode(pixels.as_raw(), WIDTH, HEIGHT, ColorType::Rgb)
        .unwrap();
    bytes
}

fn judge(bytes: &[u8]) -> Result<RgbImage, PixelError> {
    rgb(&outline(bytes).map_err(|_| PixelError::Damaged)?)
}

/// Where the first scan's header begins.
fn first_scan(bytes: &[u8]) -> usize {
    bytes.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap()
}

fn inserted(bytes: &[u8], at: usize, more: &[u8]) -> Vec<u8> {
    [&bytes[..at], more, &bytes[at..]].concat()
}

#[test]
fn what_decodes_in_all_its_rows_is_taken_however_odd_the_file() {
    for progressive in [false, true] {
        let good = picture(progressive);
        let wanted = judge(&good).unwrap();
        let scan = first_scan(&good);
        let no_end = &good[..good.len() - 2];
        let trailer = [no_end, &vec![0x37; 200_000]].concat();
        let mut odd = vec![
            ("fill bytes before the scan", inserted(&good, scan, &[0xFF; 3])),
            (
                "fill bytes before the first segment",
                inserted(&good, 2, &[0xFF; 2]),
            ),
            (
                "garbage between segments",
                inserted(&good, scan, &[0x12, 0x34, 0x56]),
            ),
            (
                "a segment without its first byte",
                inserted(&good, scan, &[0x00, 0xE1, 0, 4, 0, 0]),
            ),
            (
                "a marker that leads nowhere",
                inserted(&good, scan, &[0xFF, 0xE5, 0xFF, 0xF0]),
            ),
            ("no end marker", no_end.to_vec()),
            (
                "a film behind the end",
                [&good[..], b"\0\0\0\x18ftypmp42", &[0; 500]].concat(),
            ),
        ];
        if !progressive {
            odd.push(("a trailer in place of the end", trailer));
        }
        for (what, bytes) in odd {
            assert!(
                judge(&bytes).is_ok_and(|pixels| pixels == wanted),
                "{what}, progressive: {progressive}"
            );
        }
    }
}

#[test]
fn a_scan_that_ends_early_is_refused_whatever_follows() {
    for progressive in [false, true] {
        let good = picture(progressive);
        let cut = &good[..good.len() * 3 / 4];
        let film = [cut, b"\0\0\0\x18ftypmp42", &[0; 1000], &[0xFF, 0xD9]].concat();
        for (what, bytes) in [
            ("cut", cut.to_vec()),
            ("cut, and an end marker", [cut, &[0xFF, 0xD9]].concat()),
            ("cut, then a film", film),
            (
                "cut, then zeros and an end marker",
                [cut, &vec![0; 250_000], &[0xFF, 0xD9]].concat(),
            ),
            ("cut in the middle of a stuffed byte", [cut, &[0xFF]].concat()),
        ] {
            assert!(judge(&bytes).is_err(), "{what}, progressive: {progressive}");
        }
    }
}

#[test]
fn an_even_picture_is_full_of_zeros_and_good() {
    let black = vec![0_u8; 1600 * 1200 * 3];
    for optimize in [false, true] {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 85);
        encoder.set_optimized_huffman_tables(optimize);
        encoder.encode(&black, 1600, 1200, ColorType::Rgb).unwrap();
        assert!(judge(&bytes).is_ok(), "optimised tables: {optimize}");
    }
}

#[test]
fn grey_and_four_inks_are_photos() {
    let grey = vec![90_u8; 64 * 64];
    let inks = vec![60_u8; 64 * 64 * 4];
    for (kind, pixels) in [
        (ColorType::Luma, &grey),
        (ColorType::Cmyk, &inks),
        (ColorType::Ycck, &inks),
    ] {
        let mut bytes = Vec::new();
        Encoder::new(&mut bytes, 85).encode(pixels, 64, 64, kind).unwrap();
        assert!(judge(&bytes).is_ok(), "{kind:?}");
    }
}

#[test]
fn a_picture_of_hundreds_of_scans_is_refused_before_it_is_decoded() {
    let good = picture(true);
    let scan = first_scan(&good);
    let scans = good[scan..good.len() - 2].repeat(MAX_SCANS + 1);
    let bomb = [&good[..scan], &scans, &[0xFF, 0xD9]].concat();
    assert_eq!(outline(&bomb), Err(Unreadable::TooManyScans));
}
