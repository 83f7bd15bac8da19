//! 责令改正 and other administrative decisions of a unit, as evidence on its reply.

use chrono::NaiveDate;
use entity::ids::{FileId, OrderId, PersonId, ReplyId};
use entity::kinds::DecisionKind;
use entity::reply_decision;
use sea_orm::{ActiveModelTrait as _, ConnectionTrait, EntityTrait, IntoActiveModel as _};

use crate::error::{Error, Result};
use crate::files::attach;
use crate::http::fields::{self, invalid};
use crate::moments::past_day_fault;

/// Decisions of one reply.
const MAX_DECISIONS: usize = 10;
const NUMBER_CHARS: std::ops::RangeInclusive<usize> = 1..=100;
const MAX_SUMMARY_CHARS: usize = 500;

/// A decision as the unit gives it.
#[derive(Clone, Debug)]
pub struct NewDecision {
    pub kind: DecisionKind,
    pub document_number: String,
    pub issued_on: NaiveDate,
    pub file: Option<FileId>,
    pub summary: Option<String>,
}

/// Checks the decisions of one reply; `today` is the city's date.
pub fn check(decisions: Vec<NewDecision>, today: NaiveDate) -> Result<Vec<NewDecision>> {
    if decisions.len() > MAX_DECISIONS {
        let detail = format!("行政决定最多 {MAX_DECISIONS} 件。");
        return Err(invalid("decisions", "too_many", detail));
    }
    let checked = |decision: NewDecision| {
        if let Some(fault) = past_day_fault("decisions", decision.issued_on, today) {
            return Err(Error::invalid(vec![fault]));
        }
        Ok(NewDecision {
            document_number: fields::text("decisions", &decision.document_number, NUMBER_CHARS)?,
            summary: fields::optional_text("decisions", decision.summary, MAX_SUMMARY_CHARS)?,
            ..decision
        })
    };
    decisions.into_iter().map(checked).collect()
}

/// Stores the decisions of a reply and attaches their files to the order.
pub async fn insert(
    txn: &impl ConnectionTrait,
    order: OrderId,
    reply: ReplyId,
    person: PersonId,
    decisions: Vec<NewDecision>,
) -> Result<()> {
    if decisions.is_empty() {
        return Ok(());
    }
    let files: Vec<FileId> = decisions.iter().filter_map(|decision| decision.file).collect();
    attach::to_order(txn, person, &files, order).await?;
    let rows = decisions.into_iter().zip(1..).map(|(decision, seq)| {
        let row = reply_decision::Model {
            reply_id: reply,
            seq,
            order_id: order,
            kind: decision.kind,
            document_number: decision.document_number,
            issued_on: decision.issued_on,
            file_id: decision.file,
            summary: decision.summary,
        };
        row.into_active_model().reset_all()
    });
    reply_decision::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_names_its_document_and_is_not_of_tomorrow() {
        let today = NaiveDate::from_ymd_opt(2025, 9, 24).unwrap();
        let decision = |number: &str, issued_on| NewDecision {
            kind: DecisionKind::OrderToCorrect,
            document_number: number.to_owned(),
            issued_on,
            file: None,
            summary: None,
        };
        assert_eq!(
            check(vec![decision(" 某责改〔2025〕8号 ", today)], today)
                .unwrap()
                .len(),
            1
        );
        assert!(check(vec![decision("", today)], today).is_err());
        assert!(check(vec![decision("1", today.succ_opt().unwrap())], today).is_err());
        assert!(check(vec![decision("1", today); 11], today).is_err());
    }
}
