//! Groups of reports about the same concrete thing, however differently worded. `grouping.rs` forms them
//! one report at a time around their `centre.rs` and unites them; `describe.rs` finds their words, `trend.rs` says whether
//! they grow beyond chance, `identity.rs` who is who after everything was grouped anew, `analyse.rs` does
//! all of it for a file of messages.

pub mod analyse;
pub mod centre;
pub mod describe;
pub mod grouping;
pub mod identity;
pub mod trend;

pub use analyse::{Message, Topic, analyse};
pub use describe::keywords;
pub use grouping::{Change, GroupId, Grouping, Settings, is_one_matter};
pub use identity::{Fate, reconcile};
pub use trend::{Status, Trend, trend};
