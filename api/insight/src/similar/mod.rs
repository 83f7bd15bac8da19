//! The same matter told twice. `features.rs` turns a text into weighted terms, `index.rs` finds the texts
//! that share rare ones (`postings.rs`: who holds which; `lookup.rs`: how two are compared), `score.rs` says how likely two reports are one matter, and why.

pub mod features;
pub mod index;
pub mod lookup;
mod postings;
pub mod score;
pub mod spread;

pub use features::Features;
pub use index::{Found, Index, Unit};
pub use lookup::Lookup;
pub use score::{Reasons, Report, same_matter, shared_words};
