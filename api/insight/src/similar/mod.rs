//! Finds reports of the same matter.
//!
//! Files in reading order: `place_names`, `features` (terms of a text), `packed_terms` (the same in four bytes per term),
//! `posting_list` (reports of a term in one or two bytes each), `postings`, `term_weights`, `hasher`, `index` (candidates that share rare
//! terms), `wording` (words of the problem and parts of a site), `kinds`, `score` (probability that two reports are one matter, with the
//! evidence).

pub mod features;
pub mod hasher;
pub mod index;
pub mod kinds;
mod packed_terms;
mod place_names;
mod posting_list;
mod postings;
pub mod score;
pub mod term_weights;
pub mod wording;

pub use features::Features;
pub use index::{Found, Index, UnitVector};
pub use kinds::Kinds;
pub use score::{MatchScore, TextDocument, same_matter, shared_words};
pub use term_weights::TermWeights;
pub use wording::Wording;
