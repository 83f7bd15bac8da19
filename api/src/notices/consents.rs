//! The number of pushes a person has allowed, per template.
//!
//! A hint only: WeChat does not report the remaining number, a client can claim anything (to its own harm), and a
//! consent may be counted twice, by the client and by WeChat's event. Error 43101 is reliable and corrects the count.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::ids::PersonId;
use entity::subscription;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::db;
use crate::error::{Error, FieldError, Result};
use crate::notices::MessageCatalog;
use crate::notices::audience::TemplateKey;

/// One template as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentStatus {
    pub key: TemplateKey,
    pub template_id: String,
    pub title: String,
    pub long_term_template: bool,
    /// `None` if nothing is known.
    pub remaining: Option<i32>,
    pub long_term: bool,
    pub refused: bool,
}

/// The answer to one question for consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentAnswer {
    Granted,
    Refused,
    /// Not asked after all (`filter`).
    Nothing,
}

impl ConsentAnswer {
    /// `accept`, `acceptWithAudio` … grant; `reject` and `ban` refuse.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "reject" | "ban" => Some(Self::Refused),
            "filter" => Some(Self::Nothing),
            text if text.starts_with("accept") => Some(Self::Granted),
            _ => None,
        }
    }
}

/// Records the results of `wx.requestSubscribeMessage`, keyed by our template key or WeChat's template id.
pub async fn record_answers(app: &App, person: PersonId, results: &BTreeMap<String, String>) -> Result<()> {
    let mut faults = Vec::new();
    let mut answers = Vec::new();
    for (name, text) in results.iter().filter(|(name, _)| *name != "errMsg") {
        let key = TemplateKey::by_name(name).or_else(|| {
            app.state::<MessageCatalog>()
                .template_by_id(name)
                .map(|found| found.key)
        });
        match (key, ConsentAnswer::read(text)) {
            (Some(key), Some(answer)) => answers.push((key, answer)),
            (None, _) => faults.push(fault(name, "unknown_template", "没有这个消息模板。")),
            (_, None) => faults.push(fault(name, "unknown_answer", "授权结果无法识别。")),
        }
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    for (key, answer) in answers {
        apply(app, &txn, PersonConsent { person, key, answer }, now).await?;
    }
    txn.commit().await?;
    Ok(())
}

fn fault(name: &str, code: &str, detail: &str) -> FieldError {
    FieldError::new(format!("results.{name}"), code, detail)
}

/// A person's answer about one template.
#[derive(Clone, Copy, Debug)]
pub struct PersonConsent {
    pub person: PersonId,
    pub key: TemplateKey,
    pub answer: ConsentAnswer,
}

/// Records one answer.
pub async fn apply(
    app: &App,
    txn: &impl ConnectionTrait,
    consent: PersonConsent,
    now: DateTime<Utc>,
) -> Result<()> {
    let PersonConsent { person, key, answer } = consent;
    let long_term = app
        .state::<MessageCatalog>()
        .template(key)
        .is_some_and(|template| template.long_term);
    match answer {
        ConsentAnswer::Granted => {
            let changes = [
                (subscription::Column::Remaining, count().add(1)),
                (subscription::Column::LongTerm, Expr::value(long_term)),
                (subscription::Column::Refused, Expr::value(false)),
                (subscription::Column::UpdatedAt, Expr::value(now)),
            ];
            let granted = subscription::ActiveModel {
                remaining: Set(1),
                long_term: Set(long_term),
                refused: Set(false),
                ..refused(person, key, now)
            };
            upsert(txn, granted, changes).await
        }
        // It is unknown whether a refusal revokes earlier consents; a count that is too high is corrected later.
        ConsentAnswer::Refused => {
            let changes = [
                (subscription::Column::Refused, Expr::value(true)),
                (subscription::Column::LongTerm, Expr::value(false)),
                (subscription::Column::UpdatedAt, Expr::value(now)),
            ];
            upsert(txn, refused(person, key, now), changes).await
        }
        ConsentAnswer::Nothing => Ok(()),
    }
}

/// Records that the person revoked the consent in WeChat's settings.
pub async fn revoke(
    txn: &impl ConnectionTrait,
    person: PersonId,
    key: TemplateKey,
    now: DateTime<Utc>,
) -> Result<()> {
    let changes = [
        (subscription::Column::Remaining, Expr::value(0)),
        (subscription::Column::Refused, Expr::value(true)),
        (subscription::Column::LongTerm, Expr::value(false)),
        (subscription::Column::UpdatedAt, Expr::value(now)),
    ];
    upsert(txn, refused(person, key, now), changes).await
}

/// Subtracts one consent per accepted message, unless the consent is long-term.
pub async fn consume(
    txn: &impl ConnectionTrait,
    taken: &[(PersonId, TemplateKey)],
    now: DateTime<Utc>,
) -> Result<()> {
    use subscription::Column;
    if taken.is_empty() {
        return Ok(());
    }
    let theirs = taken.iter().fold(Condition::any(), |any, (person, key)| {
        any.add(
            Condition::all()
                .add(Column::PersonId.eq(*person))
                .add(Column::TemplateKey.eq(key.as_str())),
        )
    });
    subscription::Entity::update_many()
        .col_expr(Column::Remaining, Expr::col(Column::Remaining).sub(1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(theirs)
        .filter(Column::Remaining.gt(0))
        .filter(Column::LongTerm.eq(false))
        .exec(txn)
        .await?;
    Ok(())
}

/// Resets the count after 43101. Consents after `asked_at` are kept. Each person occurs once.
pub async fn reset(
    txn: &impl ConnectionTrait,
    denied: &[(PersonId, TemplateKey)],
    asked_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    use subscription::Column;
    if denied.is_empty() {
        return Ok(());
    }
    let known_before = OnConflict::columns([Column::PersonId, Column::TemplateKey])
        .update_columns([
            Column::Remaining,
            Column::LongTerm,
            Column::Refused,
            Column::UpdatedAt,
        ])
        .action_and_where(Expr::col((subscription::Entity, Column::UpdatedAt)).lte(asked_at))
        .to_owned();
    let rows = denied.iter().map(|(person, key)| refused(*person, *key, now));
    subscription::Entity::insert_many(rows)
        .on_conflict(known_before)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Returns every template with the known consent of the person.
pub async fn standings(app: &App, person: PersonId) -> Result<Vec<ConsentStatus>> {
    let rows = subscription::Entity::find()
        .filter(subscription::Column::PersonId.eq(person))
        .all(&app.db)
        .await?;
    let standing = |template: &crate::notices::template::Template| {
        let row = rows.iter().find(|row| row.template_key == template.key.as_str());
        ConsentStatus {
            key: template.key,
            template_id: template.id.clone(),
            title: template.title.clone(),
            long_term_template: template.long_term,
            remaining: row.map(|row| row.remaining),
            long_term: row.is_some_and(|row| row.long_term),
            refused: row.is_some_and(|row| row.refused),
        }
    };
    Ok(app.state::<MessageCatalog>().templates().map(standing).collect())
}

fn count() -> Expr {
    Expr::col((subscription::Entity, subscription::Column::Remaining))
}

/// Returns the row of a person who refuses messages of this template.
fn refused(person: PersonId, key: TemplateKey, now: DateTime<Utc>) -> subscription::ActiveModel {
    subscription::ActiveModel {
        person_id: Set(person),
        template_key: Set(key.as_str().to_owned()),
        remaining: Set(0),
        long_term: Set(false),
        refused: Set(true),
        updated_at: Set(now),
    }
}

async fn upsert<const N: usize>(
    txn: &impl ConnectionTrait,
    row: subscription::ActiveModel,
    changes: [(subscription::Column, Expr); N],
) -> Result<()> {
    let keys = [subscription::Column::PersonId, subscription::Column::TemplateKey];
    subscription::Entity::insert(row)
        .on_conflict(OnConflict::columns(keys).values(changes).to_owned())
        .exec_without_returning(txn)
        .await?;
    Ok(())
}
