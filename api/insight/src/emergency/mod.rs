//! Recognises emergencies in a report before any model looks at it.
//!
//! Files in reading order: `rules` (the rule file of a city pack, compiled), `detect` (matches a text).

mod detect;
mod rules;

pub use detect::Emergency;
pub use rules::{EmergencyRules, RuleFile};
