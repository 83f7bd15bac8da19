//! What a delegate reports is published to other delegates: to those who endorse it, and to those whose own report is
//! merged with it. It counts at once, whatever the check says: units, operators and supervisors read it as it is. The others
//! read it when it has been found fit.

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PhotoId};
use entity::kinds::{ActorRole, ContentCheck, ContentSubject};
use entity::order;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::content::ask::{self, Publication};
use crate::content::review;
use crate::db;
use crate::error::Result;
use crate::orders::actor::Actor;
use crate::orders::store;
use crate::people::profile;
use crate::people::sealing::OpenId;

/// Whose words a report is in.
pub enum Author {
    /// An operator wrote down what he was told.
    Staff,
    /// As WeChat knows him, if it does.
    Delegate(Option<OpenId>),
}

impl Author {
    pub async fn of(app: &App, actor: &Actor) -> Result<Self> {
        match (actor.role, actor.person) {
            (ActorRole::Delegate, Some(person)) => Ok(Self::Delegate(profile::openid(app, person).await?)),
            _ => Ok(Self::Staff),
        }
    }

    /// How the report's check stands when it is submitted.
    #[must_use]
    pub fn begins_as(&self, app: &App, photos: &[PhotoId]) -> ContentCheck {
        match self {
            Self::Staff => ContentCheck::Pass,
            Self::Delegate(openid) => ask::begins_as(app, openid.as_ref(), photos),
        }
    }

    /// Hands the report to the check, in the transaction that stores it.
    pub async fn ask(
        &self,
        app: &App,
        txn: &impl ConnectionTrait,
        order: &order::Model,
        photos: &[PhotoId],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let Self::Delegate(openid) = self else {
            return Ok(());
        };
        let words = [Some(order.description.as_str()), order.address.as_deref()];
        let words = words.into_iter().flatten().collect::<Vec<_>>().join("\n");
        let publication = Publication {
            subject: ContentSubject::Order,
            subject_id: order.id.0,
            title: format!("工单 {}", order.number),
            text: &words,
            photos,
            openid: openid.as_ref(),
        };
        ask::ask(app, txn, publication, now).await?;
        Ok(())
    }
}

/// The job that follows a verdict on a report. The order is held before the verdict is read, so that of two jobs the
/// later one writes the later verdict.
pub async fn settled(app: &App, subject: &str) -> Result<()> {
    let Some(standing) = review::standing(app, subject).await? else {
        return Ok(());
    };
    if standing.subject != ContentSubject::Order {
        return Ok(());
    }
    let id = OrderId(standing.subject_id);
    let txn = db::write(&app.db).await?;
    if store::hold_id(&txn, id).await?.is_none() {
        return Ok(());
    }
    if let Some(state) = review::state_of(&txn, ContentSubject::Order, id.0).await? {
        store::note_content_check(&txn, id, state).await?;
    }
    Ok(txn.commit().await?)
}
