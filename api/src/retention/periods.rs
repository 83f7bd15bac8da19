//! Pure: retention periods, `[retention]` of the city's `policy.toml`, in days.

use serde::Deserialize;

/// A number beyond this is a slip.
const LONGEST_DAYS: u32 = 36_500;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Periods {
    /// Sign-ins that are over.
    pub sessions_days: u32,
    /// Jobs that are done.
    pub jobs_days: u32,
    /// Pushes from WeChat, and its verdicts on pictures.
    pub pushes_days: u32,
    /// Pushes to phones and webhook deliveries; the inbox stays.
    pub deliveries_days: u32,
    /// The check's own copy of a text.
    pub checked_texts_days: u32,
    /// A resident's contact and device.
    pub residents_days: u32,
    /// People after they have left the roster.
    pub removed_people_days: u32,
}

impl Default for Periods {
    fn default() -> Self {
        Self {
            sessions_days: 90,
            jobs_days: 30,
            pushes_days: 30,
            deliveries_days: 180,
            checked_texts_days: 180,
            residents_days: 180,
            removed_people_days: 1_095,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sections {
    retention: Periods,
}

impl Periods {
    /// Reads the section of `policy.toml`; what it does not name has its ordinary length.
    pub fn read(policy: &str) -> anyhow::Result<Self> {
        let Sections { retention } = toml::from_str(policy)?;
        let Self {
            sessions_days,
            jobs_days,
            pushes_days,
            deliveries_days,
            checked_texts_days,
            residents_days,
            removed_people_days,
        } = retention;
        for (key, days) in [
            ("sessions_days", sessions_days),
            ("jobs_days", jobs_days),
            ("pushes_days", pushes_days),
            ("deliveries_days", deliveries_days),
            ("checked_texts_days", checked_texts_days),
            ("residents_days", residents_days),
            ("removed_people_days", removed_people_days),
        ] {
            anyhow::ensure!(
                (1..=LONGEST_DAYS).contains(&days),
                "policy.toml: retention.{key}: {days} is not 1 to {LONGEST_DAYS}"
            );
        }
        Ok(retention)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_names_what_differs_and_a_slip_is_named() {
        assert_eq!(
            Periods::read("[clocks]\nresponse_hours = 24").unwrap(),
            Periods::default()
        );
        let read = Periods::read("[retention]\njobs_days = 7").unwrap();
        assert_eq!(
            read,
            Periods {
                jobs_days: 7,
                ..Periods::default()
            }
        );
        for (text, told) in [
            ("[retention]\njobs_days = 0", "retention.jobs_days: 0"),
            ("[retention]\njob_days = 7", "job_days"),
        ] {
            let error = Periods::read(text).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        let built_in = include_str!("../../city/luoyang/policy.toml");
        assert_eq!(Periods::read(built_in).unwrap(), Periods::default());
    }
}
