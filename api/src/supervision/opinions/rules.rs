//! Pure: numbers of opinions, and which step may follow which.

use entity::kinds::OpinionStatus;

use crate::error::{ErrorKind, Refusal};

/// Opinions of one campaign.
pub const MAX_OPINIONS: u64 = 200;

/// Why an opinion cannot be issued, answered or decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    DueInThePast,
    /// There is a reply that the committee has not decided on.
    AwaitsDecision,
    Accepted,
    /// There is nothing to decide on.
    NotReplied,
    ChangedMeanwhile,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::DueInThePast => "due_in_the_past",
            Self::AwaitsDecision => "opinion_awaits_decision",
            Self::Accepted => "opinion_accepted",
            Self::NotReplied => "opinion_not_replied",
            Self::ChangedMeanwhile => "opinion_changed",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::DueInThePast => "答复期限不能早于现在。",
            Self::AwaitsDecision => "已经答复，正在等待审阅。",
            Self::Accepted => "答复已经通过。",
            Self::NotReplied => "还没有收到答复。",
            Self::ChangedMeanwhile => "别人刚刚处理过这份意见，请刷新后再试。",
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::DueInThePast => ErrorKind::Rule,
            Self::AwaitsDecision | Self::Accepted | Self::NotReplied | Self::ChangedMeanwhile => {
                ErrorKind::Conflict
            }
        }
    }
}

pub fn check_reply(status: OpinionStatus) -> Result<(), Refused> {
    match status {
        OpinionStatus::Issued | OpinionStatus::Returned => Ok(()),
        OpinionStatus::Replied => Err(Refused::AwaitsDecision),
        OpinionStatus::Accepted => Err(Refused::Accepted),
    }
}

pub fn check_decision(status: OpinionStatus) -> Result<(), Refused> {
    match status {
        OpinionStatus::Replied => Ok(()),
        OpinionStatus::Issued | OpinionStatus::Returned => Err(Refused::NotReplied),
        OpinionStatus::Accepted => Err(Refused::Accepted),
    }
}

/// The number in paths, e.g. `YJ410300-2025-001`: organ, year, counted from 1.
#[must_use]
pub fn number(organ: &str, year: i32, next: i32) -> String {
    format!("YJ{organ}-{year}-{next:03}")
}

/// 发文字号, e.g. `某人常督〔2025〕1号`.
#[must_use]
pub fn document_number(prefix: &str, year: i32, next: i32) -> String {
    format!("{prefix}〔{year}〕{next}号")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_follows_the_document_or_its_return_and_a_decision_follows_a_reply() {
        use OpinionStatus::*;
        for (status, reply, decision) in [
            (Issued, Ok(()), Err(Refused::NotReplied)),
            (Replied, Err(Refused::AwaitsDecision), Ok(())),
            (Returned, Ok(()), Err(Refused::NotReplied)),
            (Accepted, Err(Refused::Accepted), Err(Refused::Accepted)),
        ] {
            assert_eq!(
                (check_reply(status), check_decision(status)),
                (reply, decision),
                "{status}"
            );
        }
    }

    #[test]
    fn numbers_name_organ_and_year() {
        assert_eq!(number("123456", 2025, 7), "YJ123456-2025-007");
        assert_eq!(document_number("某人常督", 2025, 7), "某人常督〔2025〕7号");
    }
}
