//! Pictures from strangers: measured, decoded within limits, shrunk, turned upright, encoded without a single byte of metadata.
//!
//! - `jpeg`: the structure of a JPEG, and its decoding
//! - `error`: faults of pixels

use std::io::Cursor;

use bytes::Bytes;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, RgbImage};

pub use error::{MAX_SIDE, PixelError};

use crate::jpeg::decode;
use crate::jpeg::outline::{self, Outline, Unreadable};

mod error;
pub mod jpeg;

/// Memory that decoding one photo may take: 50 megapixels of RGB are 150 MB.
const MAX_ALLOC: u64 = 256 << 20;
/// Every scan of a JPEG passes over all pixels: 50 megapixels in 10 scans, or 8 in the most that are taken.
const MAX_PIXEL_SCANS: u64 = 500_000_000;
/// The derivatives and the encoders' buffers.
const OVERHEAD_BYTES: u64 = 8 << 20;
const LARGE: u32 = 1280;
const THUMB: u32 = 320;
const QUALITY: u8 = 82;
/// Colour of covered parts.
const COVER: image::Rgb<u8> = image::Rgb([64, 64, 64]);

/// The two pictures that people are shown, and the size of the original, upright.
pub struct Derivatives {
    pub width: u32,
    pub height: u32,
    pub large: Vec<u8>,
    pub thumb: Vec<u8>,
    /// dHash: equal pictures differ in few of its 64 bits.
    pub perceptual_hash: u64,
}

/// A picture whose header has been read.
pub struct Measured {
    pub width: u32,
    pub height: u32,
    /// Memory that decoding and shrinking take.
    pub memory_bytes: u64,
    source: Source,
}

enum Source {
    Jpeg(Outline),
    Other(Bytes, ImageFormat),
}

/// Reads the size by the header alone; nothing is decoded.
/// # Errors
/// `Damaged`, or `TooManyPixels` beyond `max_pixels` and beyond what the scans of a JPEG may cost.
pub fn measure(bytes: &Bytes, format: ImageFormat, max_pixels: u64) -> Result<Measured, PixelError> {
    let measured = match format {
        ImageFormat::Jpeg => measure_jpeg(bytes)?,
        _ => measure_other(bytes, format)?,
    };
    let pixels = u64::from(measured.width) * u64::from(measured.height);
    if pixels > max_pixels || measured.width.max(measured.height) > MAX_SIDE {
        return Err(PixelError::TooManyPixels);
    }
    Ok(measured)
}

fn measure_jpeg(bytes: &[u8]) -> Result<Measured, PixelError> {
    let outline = outline::outline(bytes).map_err(|unreadable| match unreadable {
        Unreadable::Damaged => PixelError::Damaged,
        Unreadable::TooManyScans => PixelError::TooManyPixels,
    })?;
    let (width, height) = (u32::from(outline.width), u32::from(outline.height));
    let pixels = u64::from(width) * u64::from(height);
    if pixels * outline.scans as u64 > MAX_PIXEL_SCANS {
        return Err(PixelError::TooManyPixels);
    }
    // Several scans are collected as coefficients of two bytes.
    let coefficients = if outline.scans > 1 {
        2 * u64::from(outline.components)
    } else {
        0
    };
    Ok(Measured {
        width,
        height,
        memory_bytes: pixels * (3 + coefficients) + 2 * outline.clean.len() as u64 + OVERHEAD_BYTES,
        source: Source::Jpeg(outline),
    })
}

fn measure_other(bytes: &Bytes, format: ImageFormat) -> Result<Measured, PixelError> {
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    let decoder = reader.into_decoder().map_err(|_| PixelError::Damaged)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(PixelError::Damaged);
    }
    let pixels = u64::from(width) * u64::from(height);
    // The decoder's own frame, the picture as it is, and the picture as RGB.
    let memory_bytes = 2 * decoder.total_bytes() + pixels * 3 + OVERHEAD_BYTES;
    Ok(Measured {
        width,
        height,
        memory_bytes,
        source: Source::Other(bytes.clone(), format),
    })
}

/// Decodes, shrinks, turns upright and encodes.
/// # Errors
/// `Damaged` if not all rows can be decoded.
pub fn derive(measured: Measured, orientation: u8) -> Result<Derivatives, PixelError> {
    let (width, height) = (measured.width, measured.height);
    let decoded = match measured.source {
        Source::Jpeg(outline) => decode::rgb(&outline)?,
        Source::Other(bytes, format) => decode_other(&bytes, format)?,
    };
    let shrunk = shrink(&decoded, LARGE)?;
    drop(decoded);
    let large = upright(shrunk, orientation);
    let thumb = shrink(&large, THUMB)?;
    let turned = orientation >= 5;
    Ok(Derivatives {
        width: if turned { height } else { width },
        height: if turned { width } else { height },
        perceptual_hash: difference_hash(&thumb)?,
        large: encode(&large)?,
        thumb: encode(&thumb)?,
    })
}

/// A part of a picture: fractions of its width and height, from the upper left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rectangle {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rectangle {
    /// Whether it lies in the picture and covers something.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let inside = |start: f64, length: f64| start >= 0.0 && length > 0.0 && start + length <= 1.0001;
        inside(self.x, self.width) && inside(self.y, self.height)
    }
}

/// Paints over parts of a derivative and makes both derivatives anew: large and thumb.
/// # Errors
/// `Damaged` if the picture cannot be decoded.
pub fn cover(large: &Bytes, parts: &[Rectangle]) -> Result<(Vec<u8>, Vec<u8>), PixelError> {
    let measured = measure(large, ImageFormat::Jpeg, u64::from(LARGE) * u64::from(LARGE))?;
    let mut picture = match measured.source {
        Source::Jpeg(outline) => decode::rgb(&outline)?,
        Source::Other(bytes, format) => decode_other(&bytes, format)?,
    };
    for part in parts {
        let (left, right) = edges(part.x, part.width, picture.width());
        let (top, bottom) = edges(part.y, part.height, picture.height());
        for y in top..bottom {
            for x in left..right {
                picture.put_pixel(x, y, COVER);
            }
        }
    }
    let thumb = shrink(&picture, THUMB)?;
    Ok((encode(&picture)?, encode(&thumb)?))
}

/// From the first pixel that a part touches to the one after its last.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "fractions of a side of at most 1280 pixels"
)]
fn edges(start: f64, length: f64, side: u32) -> (u32, u32) {
    let pixels = f64::from(side);
    let first = (start * pixels).floor().max(0.0) as u32;
    let end = ((start + length) * pixels).ceil().max(0.0) as u32;
    (first.min(side), end.min(side))
}

fn decode_other(bytes: &[u8], format: ImageFormat) -> Result<RgbImage, PixelError> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_ALLOC);
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|_| PixelError::Damaged)?;
    if decoder.total_bytes() > MAX_ALLOC {
        return Err(PixelError::TooManyPixels);
    }
    let decoded = DynamicImage::from_decoder(decoder).map_err(|_| PixelError::Damaged)?;
    Ok(if decoded.color().has_alpha() {
        on_white(decoded)
    } else {
        decoded.into_rgb8()
    })
}

/// JPEG knows no transparency: what was transparent becomes paper.
fn on_white(picture: DynamicImage) -> RgbImage {
    let source = picture.into_rgba8();
    RgbImage::from_fn(source.width(), source.height(), |x, y| {
        let image::Rgba([r, g, b, a]) = *source.get_pixel(x, y);
        let over = |channel: u8| {
            let blended = (u16::from(channel) * u16::from(a) + 255 * (255 - u16::from(a))) / 255;
            u8::try_from(blended).unwrap_or(255)
        };
        image::Rgb([over(r), over(g), over(b)])
    })
}

/// The longer side becomes `longest`; smaller pictures stay as they are.
fn shrink(picture: &RgbImage, longest: u32) -> Result<RgbImage, PixelError> {
    let (width, height) = picture.dimensions();
    let side = width.max(height);
    if side <= longest {
        return Ok(picture.clone());
    }
    let scaled = |n: u32| {
        u32::try_from(u64::from(n) * u64::from(longest) / u64::from(side))
            .unwrap_or(1)
            .max(1)
    };
    let (width, height) = (scaled(width), scaled(height));
    let bytes = resize(picture, (width, height), FilterType::CatmullRom)?;
    RgbImage::from_raw(width, height, bytes).ok_or(PixelError::Damaged)
}

/// Returns the RGB bytes of the picture at another size. The pixel type is stated, because code for all types would take a
/// minute to compile.
fn resize(picture: &RgbImage, size: (u32, u32), filter: FilterType) -> Result<Vec<u8>, PixelError> {
    let (width, height) = size;
    let source = TypedImageRef::<U8x3>::from_buffer(picture.width(), picture.height(), picture.as_raw());
    let source = source.map_err(|_| PixelError::Damaged)?;
    let pixels = usize::try_from(u64::from(width) * u64::from(height)).map_err(|_| PixelError::Damaged)?;
    let mut bytes = vec![0; pixels * 3];
    let target = TypedImage::<U8x3>::from_buffer(width, height, &mut bytes);
    let mut target = target.map_err(|_| PixelError::Damaged)?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .map_err(|_| PixelError::Damaged)?;
    Ok(bytes)
}

fn upright(picture: RgbImage, orientation: u8) -> RgbImage {
    let mut picture = DynamicImage::ImageRgb8(picture);
    if let Some(orientation) = image::metadata::Orientation::from_exif(orientation) {
        picture.apply_orientation(orientation);
    }
    picture.into_rgb8()
}

fn encode(picture: &RgbImage) -> Result<Vec<u8>, PixelError> {
    let side = |n: u32| u16::try_from(n).map_err(|_| PixelError::Damaged);
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    let (width, height) = (side(picture.width())?, side(picture.height())?);
    encoder
        .encode(picture.as_raw(), width, height, jpeg_encoder::ColorType::Rgb)
        .map_err(|_| PixelError::Damaged)?;
    Ok(bytes)
}

/// Compares each of 9 × 8 grey cells with the one to its right.
fn difference_hash(thumb: &RgbImage) -> Result<u64, PixelError> {
    let small = resize(thumb, (9, 8), FilterType::Box)?;
    let grey: Vec<u32> = small
        .chunks_exact(3)
        .map(|rgb| rgb.iter().copied().map(u32::from).sum())
        .collect();
    let bits = grey
        .chunks_exact(9)
        .flat_map(|row| row.windows(2))
        .map(|pair| match pair {
            [left, right] => u64::from(left > right),
            _ => 0,
        });
    Ok(bits.fold(0, |hash, bit| hash << 1 | bit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_covered_part_is_grey_in_both_derivatives_and_the_rest_stays() {
        let white = RgbImage::from_pixel(1000, 500, image::Rgb([255, 255, 255]));
        let large = Bytes::from(encode(&white).unwrap());
        let part = Rectangle {
            x: 0.25,
            y: 0.2,
            width: 0.5,
            height: 0.4,
        };
        let (large, thumb) = cover(&large, &[part]).unwrap();
        for (bytes, width, height) in [(large, 1000, 500), (thumb, 320, 160)] {
            let picture = image::load_from_memory(&bytes).unwrap().into_rgb8();
            assert_eq!(picture.dimensions(), (width, height));
            let at = |x: f64, y: f64| {
                let (x, _) = edges(x, 0.1, width);
                let (y, _) = edges(y, 0.1, height);
                picture.get_pixel(x, y).0[0]
            };
            assert!(at(0.5, 0.4) < 90, "covered");
            assert!(at(0.1, 0.1) > 240 && at(0.9, 0.9) > 240, "the rest stays");
        }
    }

    #[test]
    fn a_part_outside_of_the_picture_is_not_sound() {
        let part = |x, y, width, height| Rectangle { x, y, width, height };
        assert!(part(0.0, 0.0, 1.0, 1.0).is_sound());
        for wrong in [
            part(-0.1, 0.0, 0.5, 0.5),
            part(0.6, 0.0, 0.5, 0.5),
            part(0.0, 0.0, 0.0, 0.5),
            part(f64::NAN, 0.0, 0.1, 0.1),
        ] {
            assert!(!wrong.is_sound(), "{wrong:?}");
        }
    }
}
