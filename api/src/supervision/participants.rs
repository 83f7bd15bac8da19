//! Those who take part in an activity or a vote, by name.
//!
//! The console proposes delegates and members of the standing committee from the roster. Others have no account: the
//! head of a company that is summoned is written down by name as well.

use std::ops::RangeInclusive;

use crate::error::Result;
use crate::http::fields::{self, invalid};

/// Characters of one name.
pub const NAME_CHARS: RangeInclusive<usize> = 1..=60;
/// Names of one activity.
pub const MAX_OF_ACTIVITY: usize = 100;
/// Names of one vote.
pub const MAX_OF_VOTE: usize = 1_000;

/// Returns the names, each once.
/// # Errors
/// `invalid_fields` (422) if there are more than `max`, or one is too long.
pub fn checked(given: &[String], max: usize) -> Result<Vec<String>> {
    if given.len() > max {
        return Err(invalid(
            "participants",
            "too_many",
            format!("参加人员最多 {max} 名。"),
        ));
    }
    let mut names = Vec::new();
    for name in given {
        let name = fields::text("participants", name, NAME_CHARS)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_kept_once_and_too_many_are_refused() {
        let names = ["李某", " 李某 ", "王某"].map(str::to_owned);
        assert_eq!(checked(&names, 3).unwrap(), ["李某", "王某"]);
        assert!(checked(&names, 2).is_err());
        assert!(checked(&[String::new()], 2).is_err());
    }
}
