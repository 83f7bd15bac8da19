//! Pure: how much a resident may leave. The page and the mini-program get these numbers with the site.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::photos::limits::{MAX_RESIDENT_PHOTOS, TextLimits};

/// The limits of a message.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
pub struct MessageLimits {
    /// Photos of one message.
    pub photos: usize,
    pub text: TextLimits,
    /// Maximum number of characters of the contact.
    pub contact_chars: usize,
}

impl MessageLimits {
    /// The limits in force.
    pub const PRODUCT: Self = Self {
        photos: MAX_RESIDENT_PHOTOS,
        text: TextLimits::MESSAGE,
        contact_chars: 64,
    };
}
