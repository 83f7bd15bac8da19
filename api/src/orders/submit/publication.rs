//! Publication of a report to other delegates: those who endorse it, and those whose own report is merged with it.
//!
//! Units, operators and supervisors read it at once, whatever the check says. The others read it after it has passed
//! the check.

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PhotoId, VideoId};
use entity::kinds::{ActorRole, ContentCheck, ContentSubject};
use entity::{order, video};
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::content::enqueue::{self, Publication};
use crate::content::group_by_key;
use crate::content::publishers::CheckStatus;
use crate::db::WriteTransaction;
use crate::error::Result;
use crate::orders::rules::actor::Actor;
use crate::orders::store;
use crate::people::profile;
use crate::sealing::OpenId;
use crate::videos;

/// The author of a report's words.
pub enum Author {
    /// An operator wrote down the delegate's words.
    Staff,
    /// The delegate's openid, if known.
    Delegate(Option<OpenId>),
}

/// A report and the photos that it was sent with.
#[derive(Clone, Copy)]
pub struct NewReport<'a> {
    pub order: &'a order::Model,
    pub photos: &'a [PhotoId],
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
        report: NewReport<'_>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let NewReport { order, photos } = report;
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

/// Puts the reporter's video into their report and has an operator look at it; WeChat checks no videos.
pub async fn attach_video(
    app: &App,
    txn: &impl ConnectionTrait,
    order: &order::Model,
    id: VideoId,
    now: DateTime<Utc>,
) -> Result<video::Model> {
    let video = videos::service::attach(txn, order.reporter_id, id, order.id).await?;
    let poster: Vec<PhotoId> = video.poster_id.into_iter().collect();
    let publication = Publication {
        subject: ContentSubject::Video,
        subject_id: video.id.0,
        title: format!("工单 {} 的短视频", order.number),
        text: &order.description,
        photos: &poster,
        openid: None,
    };
    enqueue::enqueue_check(app, txn, publication, now).await?;
    Ok(video)
}

/// Applies operators' decisions on videos. A decision is final, so that the order of two jobs does not matter.
async fn apply_video_reviews(txn: &WriteTransaction, statuses: &[CheckStatus]) -> Result<()> {
    let decided = statuses
        .iter()
        .filter(|status| status.subject == ContentSubject::Video)
        .map(|status| (status.state, VideoId(status.subject_id)));
    for (state, ids) in group_by_key(decided) {
        videos::service::set_review(txn, &ids, state).await?;
    }
    Ok(())
}

/// Applies verdicts on reports, whose checks the caller has locked. Locks the orders in the order of their ids, which
/// prevents deadlocks.
pub async fn apply_check_results(txn: &WriteTransaction, statuses: &[CheckStatus]) -> Result<()> {
    apply_video_reviews(txn, statuses).await?;
    let reports = statuses
        .iter()
        .filter(|status| status.subject == ContentSubject::Order)
        .map(|status| (status.state, OrderId(status.subject_id)));
    let reports = group_by_key(reports);
    let ids: Vec<OrderId> = reports.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
    if ids.len() > 1 {
        store::lock_ids(txn, &ids).await?;
    }
    for (state, ids) in reports {
        store::set_content_check(txn, &ids, state).await?;
    }
    Ok(())
}
