//! Pure: bytes in; a photo with two clean derivatives out, or a refusal that says what to do. Judged by content, never
//! by name. Heavy: not for an async thread.

use bytes::Bytes;
use chrono_tz::Tz;
use image::ImageFormat;
use img_parts::jpeg::{Jpeg, markers};

use crate::error::{ErrorKind, Refusal};
use crate::photos::exif::{self, ExifData};
use crate::photos::limits::{MAX_PHOTO_BYTES, MAX_PHOTO_MB};
use pixels::{Measured, PixelError};

/// How much is taken.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub max_bytes: usize,
    pub max_pixels: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: MAX_PHOTO_BYTES,
            max_pixels: 50_000_000,
        }
    }
}

/// The type of a file by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sniffed {
    Photo(ImageFormat),
    Heic,
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Empty,
    TooLarge,
    TooManyPixels,
    Damaged,
    NotAPhoto,
    /// No converter is installed.
    HeicUnavailable,
    /// A derivative still carried metadata; it is never shown.
    NotStripped,
}

impl From<PixelError> for Refused {
    fn from(bad: PixelError) -> Self {
        match bad {
            PixelError::TooManyPixels => Self::TooManyPixels,
            PixelError::Damaged => Self::Damaged,
        }
    }
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "photo_empty",
            Self::TooLarge => "photo_too_large",
            Self::TooManyPixels => "photo_too_many_pixels",
            Self::Damaged => "photo_damaged",
            Self::NotAPhoto => "not_a_photo",
            Self::HeicUnavailable => "heic_unavailable",
            Self::NotStripped => "photo_not_stripped",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Empty => "照片是空文件，请重新选择。",
            Self::TooLarge => {
                return format!("照片超过 {MAX_PHOTO_MB} MB，请在选择时勾选“压缩”，或重新拍摄。");
            }
            Self::TooManyPixels => "照片像素太大（超过 5000 万像素），请压缩后再传。",
            Self::Damaged => "照片文件不完整或已损坏，请重新选择。",
            Self::NotAPhoto => "这不是照片。支持 JPEG、PNG、WebP、HEIC 格式。",
            Self::HeicUnavailable => {
                "暂不支持 HEIC 格式。请在“设置—相机—格式”中选择“兼容性最佳”后重拍，或在选择照片时勾选“压缩”。"
            }
            Self::NotStripped => "照片的隐私信息未能清除，为保护您的隐私没有保存，请换一张。",
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooLarge => ErrorKind::TooLarge,
            Self::NotAPhoto | Self::HeicUnavailable => ErrorKind::UnsupportedMedia,
            Self::Empty | Self::TooManyPixels | Self::Damaged | Self::NotStripped => ErrorKind::Rule,
        }
    }
}

/// A photo that was taken in.
pub struct ProcessedPhoto {
    pub media_type: &'static str,
    pub width: u32,
    pub height: u32,
    pub facts: ExifData,
    pub large: Vec<u8>,
    pub thumb: Vec<u8>,
    pub perceptual_hash: u64,
}

#[must_use]
pub fn sniff(bytes: &[u8]) -> Sniffed {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Sniffed::Photo(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Sniffed::Photo(ImageFormat::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Sniffed::Photo(ImageFormat::WebP),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand.get(..4) {
            Some(b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1") => Sniffed::Heic,
            _ => Sniffed::Unknown,
        },
        _ => Sniffed::Unknown,
    }
}

/// A photo that has been looked at and not decoded.
pub struct Examined {
    media_type: &'static str,
    pub facts: ExifData,
    measured: Measured,
}

impl Examined {
    /// Memory that developing it takes.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        self.measured.memory_bytes
    }

    /// Takes the metadata of the file that this one was converted from. The converter has turned the picture already.
    pub fn replace_facts(&mut self, facts: ExifData) {
        self.facts = ExifData {
            orientation: 1,
            ..facts
        };
    }
}

/// Checks that need no decoding of pixels.
pub fn examine(bytes: &Bytes, zone: Tz, limits: Limits) -> Result<Examined, Refused> {
    if bytes.is_empty() {
        return Err(Refused::Empty);
    }
    if bytes.len() > limits.max_bytes {
        return Err(Refused::TooLarge);
    }
    let format = match sniff(bytes) {
        Sniffed::Photo(format) => format,
        Sniffed::Heic => return Err(Refused::HeicUnavailable),
        Sniffed::Unknown => return Err(Refused::NotAPhoto),
    };
    Ok(Examined {
        media_type: format.to_mime_type(),
        facts: exif::read(bytes, zone),
        measured: pixels::measure(bytes, format, limits.max_pixels)?,
    })
}

/// Decodes an examined photo and makes its derivatives.
/// # Errors
/// `Damaged`; `NotStripped` if a derivative still has metadata.
pub fn develop(examined: Examined) -> Result<ProcessedPhoto, Refused> {
    let Examined {
        media_type,
        facts,
        measured,
    } = examined;
    let derived = pixels::derive(measured, facts.orientation)?;
    if !is_clean(&derived.large) || !is_clean(&derived.thumb) {
        return Err(Refused::NotStripped);
    }
    Ok(ProcessedPhoto {
        media_type,
        width: derived.width,
        height: derived.height,
        facts,
        large: derived.large,
        thumb: derived.thumb,
        perceptual_hash: derived.perceptual_hash,
    })
}

/// Examines and develops in one.
/// # Errors
/// See [`examine`] and [`develop`].
pub fn process(bytes: &[u8], zone: Tz, limits: Limits) -> Result<ProcessedPhoto, Refused> {
    develop(examine(&Bytes::copy_from_slice(bytes), zone, limits)?)
}

/// Whether a JPEG holds no application data but JFIF's, and no comment.
#[must_use]
pub fn is_clean(jpeg: &[u8]) -> bool {
    let Ok(jpeg) = Jpeg::from_bytes(Bytes::copy_from_slice(jpeg)) else {
        return false;
    };
    jpeg.segments().iter().all(|segment| match segment.marker() {
        markers::APP0 => segment.contents().starts_with(b"JFIF\0"),
        markers::APP1..=markers::APP15 | markers::COM => false,
        _ => true,
    })
}

#[cfg(test)]
mod tests;
