//! Queries on sites and what residents leave there.
//!
//! `sites` (with their delegates) · `receipts` (what a resident leaves) · `messages` (reading and handling) · `hand_over`
//! · `quotas`

pub mod hand_over;
mod messages;
pub mod quotas;
mod receipts;
mod sites;

pub use messages::{Filter, Handling, MessageAccess, count_messages, handle, message, messages, note_check};
pub use receipts::{by_receipt, insert_message, insert_past, note_upload, photos, take_uploads};
pub use sites::{
    active_around, all, by_code, by_ids, delegates, delegates_of, delegates_of_area, general_in, insert,
    list, set_delegates, update,
};
