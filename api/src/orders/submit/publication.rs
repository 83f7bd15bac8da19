//! Publication of a report to other delegates: those who endorse it, and those whose own report is merged with it.
//! Units, operators and supervisors read it at once, whatever the check says. The others read it after it has passed
//! the check.

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PhotoId};
use entity::kinds::{ActorRole, ContentCheck, ContentSubject};
use entity::order;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::app::App;
use crate::content::enqueue::{self, Publication};
use crate::content::group_by_key;
use crate::content::review::{self, CheckStatus};
use crate::db;
use crate::error::Result;
use crate::orders::rules::actor::Actor;
use crate::orders::store;
use crate::people::profile;
use crate::sealing::OpenId;

/// The author of a report's words.
pub enum Author {
    /// An operator wrote down the delegate's words.
    Staff,
    /// The delegate's openid, if known.
    Delegate(Option<OpenId>),
}

impl Author {
    pub async fn of(app: &App, actor: &Actor) -> Result<Self> {
        match (actor.role, actor.person) {
            (ActorRole::Delegate, Some(person)) => Ok(Self::Delegate(profile::openid(app, person).await?)),
            _ => Ok(Self::Staff),
        }
    }

    /// Returns the initial state of the report's content check.
    #[must_use]
    pub fn initial_check_state(&self, app: &App, photos: &[PhotoId]) -> ContentCheck {
        match self {
            Self::Staff => ContentCheck::Pass,
            Self::Delegate(openid) => enqueue::initial_state(app, openid.as_ref(), photos),
        }
    }

    /// Hands the report to the check, in the transaction that stores it.
    pub async fn request_check(
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
        enqueue::enqueue_check(app, txn, publication, now).await?;
        Ok(())
    }
}

/// Applies verdicts on reports. Locks the orders before it reads the verdicts, so that of two jobs about one order the
/// later one writes the later verdict.
pub async fn apply_check_results(app: &App, standings: &[CheckStatus]) -> Result<()> {
    let reports = standings
        .iter()
        .filter(|standing| standing.subject == ContentSubject::Order);
    let ids: Vec<OrderId> = reports.map(|standing| OrderId(standing.subject_id)).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let txn = db::write(&app.db).await?;
    let held = store::lock_ids(&txn, &ids).await?;
    let subjects: Vec<Uuid> = held.into_iter().map(|id| id.0).collect();
    let states = review::states_of(&txn, ContentSubject::Order, &subjects).await?;
    let noted = states.into_iter().map(|(id, state)| (state, OrderId(id)));
    for (state, ids) in group_by_key(noted) {
        store::set_content_check(&txn, &ids, state).await?;
    }
    Ok(txn.commit().await?)
}
