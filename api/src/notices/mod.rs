//! 通知: recipients, the inbox, and the push through WeChat.
//!
//! Read `audience.rs` (the table of recipients), `subject.rs` (the page that a notice opens), then `outbox.rs` (writes
//! notices in the transaction of the change), `wording/mod.rs`, `messages.rs`, `text_pattern.rs`, `template.rs` and
//! `fields.rs` (wording), `delivery.rs`, `delivery_store.rs` and `delivery_result.rs` (the push), `consents.rs`
//! (allowed pushes per person) and `push_events.rs` (WeChat's events about them). `inbox.rs` reads a person's notices;
//! `past.rs` writes those of events before now;
//! `second_channel/` sends unread notices another way; `template_check.rs` compares the account's templates with ours,
//! `template_health.rs` reports their results.

pub mod audience;
pub mod consents;
pub mod delivery;
pub mod delivery_result;
mod delivery_store;
pub mod event;
pub mod fields;
pub mod inbox;
pub mod messages;
pub mod outbox;
pub mod past;
pub mod push_events;
mod recipients;
pub mod routes;
pub mod second_channel;
mod store;
pub mod subject;
pub mod template;
pub mod template_check;
pub mod template_health;
pub mod text_pattern;
pub mod wording;

pub use audience::EventKind;
pub use event::{Event, PastEvent};
pub use messages::MessageCatalog;
pub use outbox::{emit, emit_all};
pub use subject::Subject;
pub use wording::Wording;
