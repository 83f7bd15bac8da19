//! Emergency rules of the city pack (`emergencies.toml`): numbers to call, and what holds a report back from dispatch.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use insight::emergency::{EmergencyRules, RuleFile};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::city::csv_rows::{Fault, fault};
use crate::city::files::Files;

pub const FILE: &str = "emergencies.toml";
/// Rule files kept compiled; a process opens one pack, its tests a few.
const MAX_COMPILED: usize = 8;

/// Compiled rules by the text of their file: compiling takes some tenths of a second, and the city is reloaded often.
static COMPILED: LazyLock<Mutex<HashMap<String, Arc<EmergencyRules>>>> = LazyLock::new(Mutex::default);

/// A report that tells of an emergency: call this number first, the platform is too slow for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EmergencyView {
    /// `fire`, `gas`, `medical` and further kinds of the city pack.
    pub kind: String,
    /// Number to call first.
    pub call: String,
    /// Instruction to show at once.
    pub message: String,
}

/// Reads the rules of a pack; a pack without the file has none.
///
/// # Errors
/// One fault per pattern that cannot be compiled.
pub fn read(files: &Files) -> Result<Arc<EmergencyRules>, Vec<Fault>> {
    let Some(text) = files.get(FILE) else {
        return Ok(Arc::default());
    };
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(rules) = compiled.get(text) {
        return Ok(Arc::clone(rules));
    }
    let file: RuleFile = toml::from_str(text).map_err(|error| vec![fault(FILE, 0, error.message())])?;
    let named = |faults: Vec<String>| {
        faults
            .iter()
            .map(|reason| fault(FILE, 0, reason))
            .collect::<Vec<_>>()
    };
    let rules = Arc::new(EmergencyRules::compile(&file).map_err(named)?);
    if compiled.len() >= MAX_COMPILED {
        compiled.clear();
    }
    compiled.insert(text.to_owned(), Arc::clone(&rules));
    Ok(rules)
}

/// Returns the emergency that a text tells of. Takes milliseconds: not on an async thread.
#[must_use]
pub fn detect(rules: &EmergencyRules, text: &str) -> Option<EmergencyView> {
    let found = rules.detect(text)?;
    Some(EmergencyView {
        kind: found.kind.to_owned(),
        call: found.call.to_owned(),
        message: found.message.to_owned(),
    })
}

/// Returns number and instruction for a kind that an order was filed with; general ones if the pack no longer has it.
#[must_use]
pub fn by_kind(rules: &EmergencyRules, kind: &str) -> EmergencyView {
    let known = rules.instruction(kind);
    let (call, message) = known.unwrap_or(("110", "如遇紧急情况，请立即拨打 110、119 或 120。"));
    EmergencyView {
        kind: kind.to_owned(),
        call: call.to_owned(),
        message: message.to_owned(),
    }
}
