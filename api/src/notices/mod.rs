//! 通知: who hears what, the inbox, and the push through WeChat. Read `audience.rs` (the one table), then
//! `outbox.rs` (written with the change itself), `wording.rs`, `voice.rs`, `pattern.rs`, `template.rs` and `fields.rs` (the words), `delivery.rs`,
//! `attempts.rs` and `outcome.rs` (the push), `ledger.rs` (how many pushes a person has allowed) and `pushed.rs` (what WeChat
//! tells us of them). `inbox.rs` is what a person reads; `templates.rs` compares the
//! account's templates with ours, `health.rs` tells how each fares.

mod attempts;
pub mod audience;
pub mod delivery;
pub mod event;
pub mod fields;
pub mod health;
pub mod inbox;
pub mod ledger;
pub mod outbox;
pub mod outcome;
pub mod pattern;
mod people;
pub mod pushed;
pub mod routes;
mod store;
pub mod template;
pub mod templates;
pub mod voice;
pub mod wording;

pub use audience::EventKind;
pub use event::Event;
pub use outbox::{tell, tell_all};
pub use voice::Voice;
pub use wording::Wording;
