//! The same matter told twice. `features.rs` turns a text into weighted terms, `index.rs` finds the texts
//! that share rare ones, `score.rs` says how likely two reports are one matter, and why.

pub mod features;
pub mod index;
pub mod score;
pub mod spread;

pub use features::Features;
pub use index::{Found, Index};
pub use score::{Reasons, Report, same_matter, shared_words};
