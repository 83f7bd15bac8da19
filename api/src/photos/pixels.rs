//! Decoding within limits, shrinking, turning upright, encoding without a single byte of metadata.

use std::io::Cursor;

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, RgbImage};

/// What is wrong with the pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelError {
    TooManyPixels,
    /// It begins like a photo but does not go on like one.
    Damaged,
}

/// Memory that decoding one photo may take: 50 megapixels of RGB are 150 MB.
const MAX_ALLOC: u64 = 256 << 20;
const MAX_SIDE: u32 = 20_000;
const LARGE: u32 = 1280;
const THUMB: u32 = 320;
const QUALITY: u8 = 82;

/// The two pictures that people are shown, and the size of the original, upright.
pub struct Derivatives {
    pub width: u32,
    pub height: u32,
    pub large: Vec<u8>,
    pub thumb: Vec<u8>,
    /// dHash: equal pictures differ in few of its 64 bits.
    pub perceptual_hash: u64,
}

/// Checks the size by the header alone, then decodes, shrinks and encodes.
pub fn derive(
    bytes: &[u8],
    format: ImageFormat,
    orientation: u8,
    max_pixels: u64,
) -> Result<Derivatives, PixelError> {
    let (width, height) = dimensions(bytes, format)?;
    if u64::from(width) * u64::from(height) > max_pixels || width.max(height) > MAX_SIDE {
        return Err(PixelError::TooManyPixels);
    }
    let decoded = match format {
        ImageFormat::Jpeg => decode_jpeg(bytes)?,
        _ => decode_other(bytes, format)?,
    };
    let large = upright(shrink(&decoded, LARGE)?, orientation);
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

fn dimensions(bytes: &[u8], format: ImageFormat) -> Result<(u32, u32), PixelError> {
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    let (width, height) = reader.into_dimensions().map_err(|_| PixelError::Damaged)?;
    if width == 0 || height == 0 {
        Err(PixelError::Damaged)
    } else {
        Ok((width, height))
    }
}

/// JPEG is decoded at the smallest of 1/1, 1/2, 1/4, 1/8 that still leaves enough to shrink from.
fn decode_jpeg(bytes: &[u8]) -> Result<RgbImage, PixelError> {
    if !ends_like_a_jpeg(bytes) {
        return Err(PixelError::Damaged);
    }
    let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(bytes));
    decoder.set_max_decoding_buffer_size(usize::try_from(MAX_ALLOC).unwrap_or(usize::MAX));
    decoder.read_info().map_err(|_| PixelError::Damaged)?;
    let info = decoder.info().ok_or(PixelError::Damaged)?;
    let wanted = |side: u16, other: u16| {
        let longest = u32::from(side.max(other)).max(1);
        let scaled = u32::from(side) * LARGE.min(longest) / longest;
        u16::try_from(scaled.max(1)).unwrap_or(u16::MAX)
    };
    let scale = (wanted(info.width, info.height), wanted(info.height, info.width));
    let (width, height) = decoder.scale(scale.0, scale.1).map_err(|_| PixelError::Damaged)?;
    let pixels = decoder.decode().map_err(|_| PixelError::Damaged)?;
    let (width, height) = (u32::from(width), u32::from(height));
    let rgb = match info.pixel_format {
        jpeg_decoder::PixelFormat::RGB24 => RgbImage::from_raw(width, height, pixels),
        jpeg_decoder::PixelFormat::L8 => {
            RgbImage::from_raw(width, height, pixels.iter().flat_map(|luma| [*luma; 3]).collect())
        }
        // Sixteen bits of grey, four inks: rare enough for the slower way.
        _ => return decode_other(bytes, ImageFormat::Jpeg),
    };
    rgb.ok_or(PixelError::Damaged)
}

/// A file that was cut off lacks the end-of-image marker after its scan begins.
fn ends_like_a_jpeg(bytes: &[u8]) -> bool {
    let mut at = 2;
    // Walk the segments up to the start of scan: thumbnails in them have end markers of their own.
    while let Some([0xFF, marker, high, low]) = bytes.get(at..at + 4) {
        if *marker == 0xDA {
            return bytes
                .get(at..)
                .is_some_and(|scan| scan.windows(2).rev().any(|pair| pair == [0xFF, 0xD9]));
        }
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
    false
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
        on_white(&decoded)
    } else {
        decoded.into_rgb8()
    })
}

/// JPEG knows no transparency: what was transparent becomes paper.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let source = picture.to_rgba8();
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
    let source = fast_image_resize::images::ImageRef::new(width, height, picture.as_raw(), PixelType::U8x3)
        .map_err(|_| PixelError::Damaged)?;
    let mut target = Image::new(scaled(width), scaled(height), PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new()
        .resize(&source, &mut target, &options)
        .map_err(|_| PixelError::Damaged)?;
    RgbImage::from_raw(scaled(width), scaled(height), target.into_vec()).ok_or(PixelError::Damaged)
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
    let source = fast_image_resize::images::ImageRef::new(
        thumb.width(),
        thumb.height(),
        thumb.as_raw(),
        PixelType::U8x3,
    )
    .map_err(|_| PixelError::Damaged)?;
    let mut small = Image::new(9, 8, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Box));
    Resizer::new()
        .resize(&source, &mut small, &options)
        .map_err(|_| PixelError::Damaged)?;
    let grey: Vec<u32> = small
        .buffer()
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
