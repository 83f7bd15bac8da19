//! Finds reports of the same matter.
//!
//! Files in reading order: `features` (terms of a text), `postings`, `term_weights`, `hasher`, `index` (candidates that
//! share rare terms), `score` (probability that two reports are one matter, with the evidence).

pub mod features;
pub mod hasher;
pub mod index;
mod postings;
pub mod score;
pub mod term_weights;

pub use features::Features;
pub use index::{Found, Index, UnitVector};
pub use score::{MatchScore, TextDocument, same_matter, shared_words};
pub use term_weights::TermWeights;
