//! Pure: which step of a measure may follow which.

use entity::kinds::MeasureStatus;

use crate::error::{ErrorKind, Refusal};

/// Lines of one ledger.
pub const MAX_MEASURES: i32 = 500;

/// Why a measure cannot be reported or verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    DueInThePast,
    AwaitsVerification,
    Verified,
    NotDone,
    ChangedMeanwhile,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::DueInThePast => "due_in_the_past",
            Self::AwaitsVerification => "measure_awaits_verification",
            Self::Verified => "measure_verified",
            Self::NotDone => "measure_not_done",
            Self::ChangedMeanwhile => "measure_changed",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::DueInThePast => "整改期限不能早于现在。",
            Self::AwaitsVerification => "已经报告完成，正在等待核验。",
            Self::Verified => "这一项已经销号。",
            Self::NotDone => "责任单位还没有报告完成。",
            Self::ChangedMeanwhile => "别人刚刚处理过这一项，请刷新后再试。",
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::DueInThePast => ErrorKind::Rule,
            Self::AwaitsVerification | Self::Verified | Self::NotDone | Self::ChangedMeanwhile => {
                ErrorKind::Conflict
            }
        }
    }
}

pub fn check_done(status: MeasureStatus) -> Result<(), Refused> {
    match status {
        MeasureStatus::Open => Ok(()),
        MeasureStatus::Done => Err(Refused::AwaitsVerification),
        MeasureStatus::Verified => Err(Refused::Verified),
    }
}

pub fn check_verify(status: MeasureStatus) -> Result<(), Refused> {
    match status {
        MeasureStatus::Done => Ok(()),
        MeasureStatus::Open => Err(Refused::NotDone),
        MeasureStatus::Verified => Err(Refused::Verified),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_is_done_once_and_verified_after_it() {
        use MeasureStatus::*;
        for (status, done, verify) in [
            (Open, Ok(()), Err(Refused::NotDone)),
            (Done, Err(Refused::AwaitsVerification), Ok(())),
            (Verified, Err(Refused::Verified), Err(Refused::Verified)),
        ] {
            assert_eq!(
                (check_done(status), check_verify(status)),
                (done, verify),
                "{status}"
            );
        }
    }
}
