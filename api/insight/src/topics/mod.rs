//! Topics: groups of reports about the same concrete thing, however differently worded.
//!
//! Files in reading order: `centroid`, `grouping` (assigns, splits and merges), `describe` (keywords), `title`, `trend` (growth
//! beyond chance), `identity` (matches groups with known topics), `analyse` (all steps for a file of messages).

pub mod analyse;
pub mod centroid;
pub mod describe;
pub mod grouping;
pub mod identity;
pub mod title;
pub mod trend;

pub use analyse::{Message, Topic, analyse};
pub use describe::keywords;
pub use grouping::{Change, GroupId, Grouping, MIN_REPORTERS, Settings};
pub use identity::{TopicMatch, reconcile};
pub use trend::{Status, Trend, trend};
