//! Pure: 满意度测评, the count of a vote and whether it passes.

use crate::error::Refusal;

/// Members of a congress at the very most.
const MAX_PRESENT: u32 = 5_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoteCount {
    pub satisfied: u32,
    pub basically_satisfied: u32,
    pub dissatisfied: u32,
    /// Those present; who marked nothing abstained.
    pub present: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    NobodyPresent,
    MoreVotesThanPresent,
    MoreNamesThanPresent,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::NobodyPresent => "nobody_present",
            Self::MoreVotesThanPresent => "more_votes_than_present",
            Self::MoreNamesThanPresent => "more_names_than_present",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NobodyPresent => format!("出席人数应为 1 到 {MAX_PRESENT} 人。"),
            Self::MoreVotesThanPresent => "各项票数之和不能超过出席人数。".to_owned(),
            Self::MoreNamesThanPresent => "参加测评的人员多于出席人数。".to_owned(),
        }
    }
}

impl VoteCount {
    pub fn check(self) -> Result<Self, Refused> {
        if !(1..=MAX_PRESENT).contains(&self.present) {
            return Err(Refused::NobodyPresent);
        }
        let cast =
            u64::from(self.satisfied) + u64::from(self.basically_satisfied) + u64::from(self.dissatisfied);
        if cast > u64::from(self.present) {
            return Err(Refused::MoreVotesThanPresent);
        }
        Ok(self)
    }

    /// Checks that no more people are named than are present.
    pub fn check_names(self, names: usize) -> Result<(), Refused> {
        if names > self.present as usize {
            return Err(Refused::MoreNamesThanPresent);
        }
        Ok(())
    }

    /// At least basically satisfied.
    #[must_use]
    pub fn approving(self) -> u32 {
        self.satisfied.saturating_add(self.basically_satisfied)
    }

    #[must_use]
    pub fn abstained(self) -> u32 {
        let cast = self.approving().saturating_add(self.dissatisfied);
        self.present.saturating_sub(cast)
    }

    /// The sentence of the diary.
    #[must_use]
    pub fn in_words(self, passed: bool) -> String {
        format!(
            "出席 {} 人：满意 {}，基本满意 {}，不满意 {}，弃权 {}。{}",
            self.present,
            self.satisfied,
            self.basically_satisfied,
            self.dissatisfied,
            self.abstained(),
            if passed { "通过" } else { "未通过" },
        )
    }

    /// Whether so many per cent of those present approve.
    #[must_use]
    pub fn passes(self, threshold_percent: u32) -> bool {
        u64::from(self.approving()) * 100 >= u64::from(self.present) * u64::from(threshold_percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(satisfied: u32, basically_satisfied: u32, dissatisfied: u32, present: u32) -> VoteCount {
        VoteCount {
            satisfied,
            basically_satisfied,
            dissatisfied,
            present,
        }
    }

    #[test]
    fn a_vote_passes_by_the_share_of_those_present() {
        assert!(count(30, 6, 4, 60).passes(60));
        assert!(!count(30, 5, 4, 60).passes(60), "35 of 60 is less than 60 %");
        assert_eq!(count(30, 5, 4, 60).abstained(), 21);
    }

    #[test]
    fn more_votes_than_people_are_refused() {
        assert_eq!(count(1, 0, 0, 0).check(), Err(Refused::NobodyPresent));
        assert_eq!(count(30, 20, 11, 60).check(), Err(Refused::MoreVotesThanPresent));
        assert_eq!(
            count(u32::MAX, u32::MAX, 1, 60).check(),
            Err(Refused::MoreVotesThanPresent)
        );
        assert!(count(30, 20, 10, 60).check().is_ok());
    }
}
