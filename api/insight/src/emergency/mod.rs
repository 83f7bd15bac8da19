//! Recognises emergencies in a report before any model looks at it.
//!
//! Files in reading order: `rules` (the rule file of a city pack, compiled), `prefilter` (which patterns can match a text),
//! `detect` (matches a text).

mod detect;
mod prefilter;
mod rules;

pub use detect::Emergency;
pub use rules::{EmergencyRules, RuleFile};
