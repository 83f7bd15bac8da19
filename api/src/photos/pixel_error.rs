//! Faults of a photo's pixels.
//!
//! Pure.

/// A fault of the pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelError {
    TooManyPixels,
    /// It begins like a photo but does not go on like one.
    Damaged,
}

pub const MAX_SIDE: u32 = 20_000;
