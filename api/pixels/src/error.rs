//! Faults of a picture's pixels.

/// A fault of the pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelError {
    TooManyPixels,
    /// It begins like a photo but does not go on like one.
    Damaged,
}

/// Pixels of the longer side.
pub const MAX_SIDE: u32 = 20_000;
