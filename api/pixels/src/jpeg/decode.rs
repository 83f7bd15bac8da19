//! Decodes a JPEG's outline into RGB, all rows or nothing.

use std::hash::{DefaultHasher, Hasher as _};

use image::RgbImage;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::outline::{MAX_SCANS, Outline};
use crate::error::{MAX_SIDE, PixelError};

/// More than the decoder reads ahead, and too little for more than a few blocks that are not there.
const READ_AHEAD: [u8; 8] = [0; 8];
/// Data that no truncated scan goes on with.
const OTHER_DATA: u8 = 0x5A;
const END: [u8; 2] = [0xFF, 0xD9];

/// Decodes every row.
/// # Errors
/// `Damaged` if the data end before the last row does.
pub fn rgb(outline: &Outline) -> Result<RgbImage, PixelError> {
    let pixels = if outline.is_progressive {
        progressive(&outline.clean)?
    } else {
        // Without an end marker the decoder notices when it needs more data than there are.
        decode(&[&outline.clean, &READ_AHEAD[..]].concat(), true)?
    };
    RgbImage::from_raw(outline.width.into(), outline.height.into(), pixels).ok_or(PixelError::Damaged)
}

/// A decoder fills up a progressive scan that was cut off, and does not say so: two pictures that differ only in what
/// follows the data are equal if nothing of that was read.
fn progressive(clean: &[u8]) -> Result<Vec<u8>, PixelError> {
    let other = digest(&decode(
        &[clean, &[OTHER_DATA; 4096][..], &END[..]].concat(),
        false,
    )?);
    let pixels = decode(&[clean, &END[..]].concat(), false)?;
    if digest(&pixels) == other {
        Ok(pixels)
    } else {
        Err(PixelError::Damaged)
    }
}

/// Two pictures at once would be the largest piece of memory in the process.
fn digest(pixels: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(pixels);
    hasher.finish()
}

fn decode(bytes: &[u8], strict: bool) -> Result<Vec<u8>, PixelError> {
    let side = usize::try_from(MAX_SIDE).unwrap_or(usize::MAX);
    let options = DecoderOptions::default()
        .set_strict_mode(strict)
        .set_max_width(side)
        .set_max_height(side)
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode().map_err(|error| {
        tracing::debug!(error = ?error, "jpeg not decoded");
        PixelError::Damaged
    })
}
