//! What of an order is published: read by others than its delegate and those who handle it or watch over it. Pure.
//!
//! The report itself is, once it has been found fit: words, address, and the photos that came with it. What the delegate
//! says to the desk later (his verdict's comment, why he cancels or reopens) is not published at all.

use entity::kinds::ContentCheck;
use entity::{order, order_photo, photo};

/// What stands where words must not be read; none where they may.
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
    // A resident's photo was found fit before the delegate could take his matter up.
    let of_resident = photo.owner_id.is_none();
    if of_resident || place.added_by != Some(order.reporter_id) {
        return true;
    }
    let with_the_report = place.added_at <= order.created_at;
    with_the_report && order.content_check == ContentCheck::Pass
}
