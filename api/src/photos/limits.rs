//! Pure: how many and how large photos may be, and how much text a report needs beside them. Texts and clients quote
//! these numbers.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Photos of one report, reply or verdict.
pub const MAX_PHOTOS: usize = 9;
/// Photos of a resident's message.
pub const MAX_RESIDENT_PHOTOS: usize = 6;
/// Photos of a supervision activity or a measure.
pub const MAX_EVIDENCE_PHOTOS: usize = 20;
/// Megabytes of one file.
pub const MAX_PHOTO_MB: usize = 10;
/// This limit in bytes.
pub const MAX_PHOTO_BYTES: usize = MAX_PHOTO_MB << 20;

/// How long the text of a report or of a resident's message is.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
pub struct TextLimits {
    /// Characters of a text alone; “路灯不亮” is a complete report.
    pub min_chars: usize,
    /// Characters of a text with a photo, which says the rest.
    pub min_chars_with_photos: usize,
    pub max_chars: usize,
}

impl TextLimits {
    /// Of a report's description.
    pub const REPORT: Self = Self {
        min_chars: 4,
        min_chars_with_photos: 2,
        max_chars: 2_000,
    };
    /// Of a resident's message; as short as a report, because a delegate may adopt it.
    pub const MESSAGE: Self = Self {
        max_chars: 1_000,
        ..Self::REPORT
    };

    /// The number of characters that are allowed beside so many photos.
    #[must_use]
    pub fn chars(self, photos: usize) -> RangeInclusive<usize> {
        let least = if photos == 0 {
            self.min_chars
        } else {
            self.min_chars_with_photos
        };
        least..=self.max_chars
    }
}

/// The sentence of a refusal.
#[must_use]
pub fn too_many(max: usize) -> String {
    format!("照片最多 {max} 张。")
}
