//! Reports the state of each message template: its comparison with WeChat, and the results of the last week's pushes.

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::{DeliveryStatus, Role};

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::notices::MessageCatalog;
use crate::notices::fields::FieldKind;
use crate::notices::template::{Field, Template};
use crate::notices::{store, template_check};

/// Number of days whose pushes are counted.
pub const DAYS: i64 = 7;

#[derive(Clone, Debug)]
pub struct Health {
    pub key: &'static str,
    pub id: String,
    pub title: String,
    pub long_term: bool,
    pub fields: Vec<FieldHealth>,
    /// `None` if it was never compared.
    pub checked: Option<Checked>,
    pub outcomes: Outcomes,
}

#[derive(Clone, Debug)]
pub struct FieldHealth {
    pub key: String,
    pub label: String,
    pub limit: String,
}

/// The result of the last comparison.
#[derive(Clone, Debug)]
pub struct Checked {
    pub at: DateTime<Utc>,
    pub known: bool,
    pub problems: Vec<String>,
}

/// The results of pushes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    pub sent: i64,
    /// The person has given no consent, or the consents are used up.
    pub refused: i64,
    /// Failed, or without a response from WeChat.
    pub failed: i64,
    pub waiting: i64,
}

impl Outcomes {
    fn add(&mut self, status: DeliveryStatus, count: i64) {
        match status {
            DeliveryStatus::Sent => self.sent += count,
            DeliveryStatus::NotSubscribed => self.refused += count,
            DeliveryStatus::Failed | DeliveryStatus::Unknown => self.failed += count,
            DeliveryStatus::Waiting => self.waiting += count,
            // A later push replaced it.
            DeliveryStatus::Superseded => {}
        }
    }
}

/// Returns every template, in the order of the wording.
pub async fn of_templates(app: &App, caller: &Caller, now: DateTime<Utc>) -> Result<Vec<Health>> {
    caller.require(Role::Admin)?;
    let outcomes = store::outcomes_since(&app.db, now - TimeDelta::days(DAYS)).await?;
    let checks = store::template_checks(&app.db).await?;
    let health = |template: &Template| {
        let key = template.key.as_str();
        let check = checks.iter().find(|check| check.template_key == key);
        let mut own = Outcomes::default();
        for (_, status, count) in outcomes.iter().filter(|(of, ..)| of == key) {
            own.add(*status, *count);
        }
        Health {
            key,
            id: template.id.clone(),
            title: template.title.clone(),
            long_term: template.long_term,
            fields: fields(template),
            checked: check.map(|check| Checked {
                at: check.checked_at,
                known: check.known,
                problems: serde_json::from_value(check.problems.clone()).unwrap_or_default(),
            }),
            outcomes: own,
        }
    };
    Ok(app.state::<MessageCatalog>().templates().map(health).collect())
}

fn fields(template: &Template) -> Vec<FieldHealth> {
    let field = |(key, field): (&String, &Field)| FieldHealth {
        key: key.clone(),
        label: field.label.clone(),
        limit: FieldKind::of_key(key).map(FieldKind::limit).unwrap_or_default(),
    };
    template.fields.iter().map(field).collect()
}

/// Compares the templates with WeChat now.
pub async fn check_now(app: &App, caller: &Caller, now: DateTime<Utc>) -> Result<()> {
    caller.require(Role::Admin)?;
    template_check::check_and_keep(app, now).await?;
    Ok(())
}
