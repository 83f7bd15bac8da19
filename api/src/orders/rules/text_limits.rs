//! Pure: how long the texts of actions are. Forms and clients quote these numbers.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Characters of a reason, of the task of a part, of a reopening.
pub const REASON: RangeInclusive<usize> = 2..=500;
/// Characters of a note, an urge, a verdict's comment, what a call brought.
pub const NOTE: RangeInclusive<usize> = 1..=1_000;
/// Characters of a unit's account, and of a supervision order and its answer.
pub const ACCOUNT: RangeInclusive<usize> = 2..=5_000;
/// Characters of the reply that the delegate reads.
pub const PUBLIC_REPLY: RangeInclusive<usize> = 2..=2_000;
/// Characters of the way in which the delegate was contacted.
pub const CONTACTED_HOW: RangeInclusive<usize> = 1..=60;

/// The length of one text, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TextLength {
    pub min: usize,
    pub max: usize,
}

impl TextLength {
    const fn of(range: &RangeInclusive<usize>) -> Self {
        Self {
            min: *range.start(),
            max: *range.end(),
        }
    }
}

/// The lengths of the texts that actions take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionTexts {
    /// Why: a return, an extension, a cancellation, a reopening; and the task of a part.
    pub reason: TextLength,
    /// A note, an urge, a verdict's comment.
    pub note: TextLength,
    /// A unit's account; a supervision order and its answer.
    pub account: TextLength,
    /// The reply that the delegate reads.
    pub public_reply: TextLength,
}

impl ActionTexts {
    /// The limits in force.
    pub const PRODUCT: Self = Self {
        reason: TextLength::of(&REASON),
        note: TextLength::of(&NOTE),
        account: TextLength::of(&ACCOUNT),
        public_reply: TextLength::of(&PUBLIC_REPLY),
    };
}
