//! Pure: which step of a report is open, and the number that an issued one bears.

use entity::kinds::{ReportStage, ReportStatus};

use crate::error::{ErrorKind, Refusal};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is still being written, or could not be.
    NotReady,
    /// It was issued already: its text is fixed.
    Issued,
    /// Only an issued report is sent.
    NotIssued,
    /// Another edit came first.
    Changed,
    /// The text has other sections than the report.
    OtherSections,
    Empty,
    TooLong,
    /// A report is sent to a recipient.
    NoRecipient,
    /// More than are kept of one report.
    TooManyRevisions,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::NotReady => "report_not_ready",
            Self::Issued => "report_issued",
            Self::NotIssued => "report_not_issued",
            Self::Changed => "report_changed",
            Self::OtherSections => "report_sections_differ",
            Self::Empty => "report_text_empty",
            Self::TooLong => "report_text_too_long",
            Self::NoRecipient => "no_recipient",
            Self::TooManyRevisions => "too_many_revisions",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotReady => "报告还没有写成。",
            Self::Issued => "报告已经签发，不能再修改。需要更正时请重新生成一版。",
            Self::NotIssued => "报告还没有签发，签发后才能发送。",
            Self::Changed => "报告已被他人修改，请刷新后在最新文本上修改。",
            Self::OtherSections => "各部分的数目与报告不一致，请刷新后再改。",
            Self::Empty => "标题和每一部分都要有文字。",
            Self::TooLong => "标题不超过100字，每一部分不超过1万字、100段。",
            Self::NoRecipient => "请选择发送给哪些县区或委员会。",
            Self::TooManyRevisions => "这份报告修改次数过多，请重新生成一版。",
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotReady | Self::Issued | Self::NotIssued | Self::Changed => ErrorKind::Conflict,
            _ => ErrorKind::Rule,
        }
    }
}

/// Whether the text may be edited or issued.
///
/// # Errors
/// `NotReady` before the job is done, `Issued` afterwards.
pub fn check_draft(status: ReportStatus, stage: ReportStage) -> Result<(), Refused> {
    match (status, stage) {
        (ReportStatus::Ready, ReportStage::Draft) => Ok(()),
        (ReportStatus::Ready, _) => Err(Refused::Issued),
        _ => Err(Refused::NotReady),
    }
}

/// Whether it may be sent; it may be sent again, to others.
///
/// # Errors
/// `NotIssued` for a draft.
pub fn check_issued(stage: ReportStage) -> Result<(), Refused> {
    match stage {
        ReportStage::Draft => Err(Refused::NotIssued),
        ReportStage::Issued | ReportStage::Sent => Ok(()),
    }
}

/// `2025年第3期`
#[must_use]
pub fn document_number(year: i32, next: i32) -> String {
    format!("{year}年第{next}期")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_edited_an_issued_report_is_sent() {
        use ReportStage::{Draft, Issued, Sent};
        use ReportStatus::{Failed, Queued, Ready};
        for (status, stage, draft) in [
            (Ready, Draft, Ok(())),
            (Ready, Issued, Err(Refused::Issued)),
            (Ready, Sent, Err(Refused::Issued)),
            (Queued, Draft, Err(Refused::NotReady)),
            (Failed, Draft, Err(Refused::NotReady)),
        ] {
            assert_eq!(check_draft(status, stage), draft);
        }
        assert_eq!(check_issued(Draft), Err(Refused::NotIssued));
        assert_eq!((check_issued(Issued), check_issued(Sent)), (Ok(()), Ok(())));
        assert_eq!(document_number(2025, 3), "2025年第3期");
    }
}
