//! Reads the city's calendar and policy from the files of its pack. What is wrong is said with its key or line.

use std::collections::BTreeMap;

use super::announcement;
use super::calendar::{AnnouncedYear, Calendar, CalendarFault};
use super::policy::{Policy, PolicyFault};

#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    #[error("calendar: {0}")]
    CalendarForm(#[from] serde_json::Error),
    #[error("calendar: {0}")]
    Calendar(#[from] CalendarFault),
    #[error("policy: {0}")]
    PolicyForm(#[from] toml::de::Error),
    #[error("policy: {0}")]
    Policy(#[from] PolicyFault),
}

/// `{"2026": {"holidays": ["2026-01-01", …], "workdays": ["2026-01-04", …], "names": {"2026-01-01": "元旦"}}}`.
pub fn calendar(json: &str) -> Result<Calendar, FileFault> {
    let years: BTreeMap<i32, AnnouncedYear> = serde_json::from_str(json)?;
    Ok(Calendar::new(years)?)
}

/// Merges an announcement into `known`, days of a neighbouring year into that year.
pub fn announcement(json: &str, known: &Calendar) -> Result<Calendar, FileFault> {
    let notice: BTreeMap<i32, AnnouncedYear> = serde_json::from_str(json)?;
    Ok(announcement::merge(known, notice)?)
}

/// The sections `[clocks]`, `[follow_up]` and `[supervision]` of `policy.toml`, checked.
pub fn policy(toml: &str) -> Result<Policy, FileFault> {
    let policy: Policy = toml::from_str(toml)?;
    policy.check()?;
    Ok(policy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deadlines::test_fixtures::POLICY;

    #[test]
    fn a_key_that_means_nothing_is_refused_by_name() {
        let fault = policy(&POLICY.replace("response_hours", "respond_hours"))
            .unwrap_err()
            .to_string();
        assert!(fault.contains("unknown field `respond_hours`"), "{fault}");
    }

    #[test]
    fn a_missing_key_is_named() {
        let fault = policy(&POLICY.replace("manual_tries", "# manual_tries"))
            .unwrap_err()
            .to_string();
        assert!(fault.contains("missing field `manual_tries`"), "{fault}");
    }

    #[test]
    fn sections_of_other_capabilities_are_left_to_them() {
        assert!(policy(&format!("{POLICY}\n[somebody_elses]\nnumber = 1\n")).is_ok());
    }

    #[test]
    fn a_calendar_file_that_cannot_be_right_says_where() {
        let fault = calendar(r#"{"2027": {"holidays": ["2027-02-30"], "workdays": []}}"#)
            .unwrap_err()
            .to_string();
        assert!(fault.contains("line 1"), "{fault}");
        let fault = calendar(r#"{"2027": {"holidays": ["2026-01-01"], "workdays": []}}"#)
            .unwrap_err()
            .to_string();
        assert_eq!(fault, "calendar: 2026-01-01 stands under 2027");
    }
}
