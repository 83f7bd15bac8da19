//! Pure: how many, how large and how long videos may be. Texts and clients quote these numbers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Videos of one report.
pub const MAX_VIDEOS: usize = 1;
/// Seconds of one video.
pub const MAX_VIDEO_SECONDS: u32 = 30;
/// Recorders stop a moment after the limit that they were given.
pub const TOLERANCE_MS: u64 = 999;
/// Megabytes of one video.
pub const MAX_VIDEO_MB: usize = 20;
/// This limit in bytes.
pub const MAX_VIDEO_BYTES: usize = MAX_VIDEO_MB << 20;

/// Limits of a report's video, for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VideoLimits {
    /// Videos of one report.
    pub count: usize,
    pub seconds: u32,
    pub megabytes: usize,
}

impl VideoLimits {
    pub const PRODUCT: Self = Self {
        count: MAX_VIDEOS,
        seconds: MAX_VIDEO_SECONDS,
        megabytes: MAX_VIDEO_MB,
    };
}
