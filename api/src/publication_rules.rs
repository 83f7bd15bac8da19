//! Pure: decides which parts of an order other delegates may read.
//!
//! The report itself is published after it has passed the check: words, address, and its photos. Later remarks of the
//! delegate (a verdict's comment, the reason for a cancellation or reopening) are not published.

use entity::kinds::ContentCheck;
use entity::{order, order_photo, photo};

/// Places are shown to a thousandth of a degree, about a hundred metres.
pub const SHOWN_PER_DEGREE: f64 = 1_000.0;

/// Returns a coordinate in thousandths of a degree, as it may be shown to anyone.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "degrees are at most 180")]
pub fn shown_cell(degrees: f64) -> i32 {
    (degrees * SHOWN_PER_DEGREE).round() as i32
}

/// Returns the placeholder for words that must not be read. Returns `None` if they may be read.
#[must_use]
pub fn placeholder_text(state: ContentCheck) -> Option<&'static str> {
    match state {
        ContentCheck::Pass => None,
        ContentCheck::Risky => Some("（内容未通过审核，不予显示）"),
        ContentCheck::Pending | ContentCheck::Review | ContentCheck::Unavailable => {
            Some("（内容审核中，通过后显示）")
        }
    }
}

/// Whether a photo of the order is shown to those to whom the order is published.
#[must_use]
pub fn shows_photo(order: &order::Model, place: &order_photo::Model, photo: &photo::Model) -> bool {
    // A resident's photo passed the check before the delegate could adopt the message.
    let of_resident = photo.owner_id.is_none();
    if of_resident || place.added_by != Some(order.reporter_id) {
        return true;
    }
    let with_the_report = place.added_at <= order.created_at;
    with_the_report && order.content_check == ContentCheck::Pass
}
