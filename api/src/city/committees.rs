//! Pure: the standing committees of the city and its counties, their working bodies, and the numbers that rule their
//! campaigns: `committees.toml` and `[campaigns]` of `policy.toml` in the city pack.

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::PersonLevel;
use serde::Deserialize;

use crate::error::{Error, ErrorKind, FieldError, Result};

/// The file of the pack; a pack without it has no committees.
pub const FILE: &str = "committees.toml";
const MAX_DAYS: u32 = 3_660;

/// A working body of a standing committee.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Committee {
    pub code: String,
    pub name: String,
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Which standing committees have it.
    pub levels: Vec<PersonLevel>,
}

/// A standing committee as its documents name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organ {
    /// In full, as a letter is signed.
    pub organ: String,
    /// As people write it.
    pub short: String,
    /// 发文机关代字.
    pub document_prefix: String,
}

/// The city's committees.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Committees {
    #[serde(default)]
    city: Organ,
    #[serde(default)]
    county: Organ,
    #[serde(default, rename = "committee")]
    committees: Vec<Committee>,
}

impl Committees {
    /// Reads `committees.toml`. Names and aliases are unique.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read: Self = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let mut seen = std::collections::BTreeSet::new();
        for committee in &read.committees {
            for name in std::iter::once(&committee.name).chain(&committee.aliases) {
                if !seen.insert(name.as_str()) {
                    return Err(format!("{name}: stands twice"));
                }
            }
        }
        Ok(read)
    }

    #[must_use]
    pub fn all(&self) -> &[Committee] {
        &self.committees
    }

    /// Finds a committee by name, code or alias.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&Committee> {
        let text = text.trim();
        self.committees.iter().find(|committee| {
            committee.name == text
                || committee.code == text
                || committee.aliases.iter().any(|alias| alias == text)
        })
    }

    /// Returns the committee's full name.
    ///
    /// # Errors
    /// `unknown_committee` (422) if the city has no such committee.
    pub fn resolve(&self, text: &str) -> Result<String> {
        if let Some(committee) = self.find(text) {
            return Ok(committee.name.clone());
        }
        let detail = "没有这个委员会，请从名单中选择。";
        let mut error = Error::refused(ErrorKind::Rule, "unknown_committee", detail);
        if let Error::Refused(refused) = &mut error {
            let field = FieldError::new("committee", "unknown_committee", detail);
            refused.errors.push(field);
        }
        Err(error)
    }

    /// Returns the standing committee of a county, or of the city if `county` is `None`.
    #[must_use]
    pub fn organ(&self, city: &str, county: Option<&str>) -> Organ {
        let (pattern, name) = match county {
            Some(county) => (&self.county, county),
            None => (&self.city, city),
        };
        let fill = |text: &str, otherwise: &str| {
            if text.is_empty() {
                format!("{name}{otherwise}")
            } else {
                text.replace("{county}", name)
            }
        };
        Organ {
            organ: fill(&pattern.organ, "人民代表大会常务委员会"),
            short: fill(&pattern.short, "人大常委会"),
            document_prefix: fill(&pattern.document_prefix, "人常"),
        }
    }
}

/// `[campaigns]` of `policy.toml`; a number that it does not name has its ordinary value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CampaignPolicy {
    /// A vote passes when so many per cent of those present are at least basically satisfied.
    pub vote_pass_percent: u32,
    /// Opinions, measures and re-inspections: the reminder, and the yellow light, come this long before the due time.
    pub remind_before_hours: u32,
    /// Days after closing at which the system looks back.
    pub look_back_days: u32,
    /// Opinions, measures and county tasks are due within so many days.
    pub longest_due_days: u32,
    /// A rebound: new orders reach this share, in per cent, of those before.
    pub rebound_percent: u32,
}

impl Default for CampaignPolicy {
    fn default() -> Self {
        Self {
            vote_pass_percent: 60,
            remind_before_hours: 48,
            look_back_days: 30,
            longest_due_days: 366,
            rebound_percent: 50,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sections {
    campaigns: CampaignPolicy,
}

impl CampaignPolicy {
    /// The latest due time that may be set now.
    #[must_use]
    pub fn latest_due(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::days(i64::from(self.longest_due_days))
    }

    /// Reads the section of `policy.toml`.
    pub fn read(policy: &str) -> Result<Self, String> {
        let Sections { campaigns } = toml::from_str(policy).map_err(|error| error.message().to_owned())?;
        let percent = |key: &str, value: u32, max: u32| {
            if (1..=max).contains(&value) {
                Ok(())
            } else {
                Err(format!("campaigns.{key}: {value} is not within 1 to {max}"))
            }
        };
        percent("vote_pass_percent", campaigns.vote_pass_percent, 100)?;
        percent("rebound_percent", campaigns.rebound_percent, 1_000)?;
        percent("look_back_days", campaigns.look_back_days, MAX_DAYS)?;
        percent("longest_due_days", campaigns.longest_due_days, 10 * MAX_DAYS)?;
        percent("remind_before_hours", campaigns.remind_before_hours, 24 * 366)?;
        Ok(campaigns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        [county]
        organ = "{county}人民代表大会常务委员会"
        short = "{county}人大常委会"
        document_prefix = "{county}人常"
        [[committee]]
        code = "C01"
        name = "代表工作委员会"
        aliases = ["代工委"]
        levels = ["city", "county"]
    "#;

    #[test]
    fn a_committee_is_found_by_name_code_and_alias_and_nothing_else() {
        let committees = Committees::parse(TEXT).unwrap();
        for text in ["代表工作委员会", "C01", " 代工委 "] {
            assert_eq!(committees.resolve(text).unwrap(), "代表工作委员会");
        }
        let error = committees.resolve("随便写的委员会").unwrap_err();
        assert_eq!(error.code(), Some("unknown_committee"));
        let twice = TEXT.to_owned() + "[[committee]]\ncode = \"C02\"\nname = \"代工委\"\nlevels = []\n";
        assert!(Committees::parse(&twice).unwrap_err().contains("twice"));
    }

    #[test]
    fn organs_bear_the_name_of_their_county_or_city() {
        let committees = Committees::parse(TEXT).unwrap();
        assert_eq!(committees.organ("某市", Some("甲县")).short, "甲县人大常委会");
        assert_eq!(committees.organ("某市", None).organ, "某市人民代表大会常务委员会");
    }

    #[test]
    fn a_policy_names_what_it_changes_and_nothing_impossible() {
        assert_eq!(CampaignPolicy::read("").unwrap(), CampaignPolicy::default());
        let read = CampaignPolicy::read("[campaigns]\nlook_back_days = 7\n").unwrap();
        assert_eq!((read.look_back_days, read.vote_pass_percent), (7, 60));
        assert!(CampaignPolicy::read("[campaigns]\nvote_pass_percent = 101\n").is_err());
    }
}
