//! Tells the delegate and the unit of every order added to a campaign, and its history.
//!
//! Run as a job, one order per transaction, because a campaign may gather many orders at once and no action should wait
//! for all of them.

use entity::ids::CampaignId;
use entity::kinds::EventAction;
use entity::{campaign, campaign_order};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    QueryFilter, QuerySelect,
};

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::jobs::Job;
use crate::notices::MessageCatalog;
use crate::notices::{self, Event, EventKind};
use crate::orders::Actor;
use crate::orders::history::detail::EventDetail;
use crate::orders::history::{self, NewEvent};
use crate::supervision::campaigns::store;

/// Notifies of the orders that joined a campaign.
pub struct NotifyJoined;

impl Job for NotifyJoined {
    const NAME: &'static str = "tell_campaign_joined";
    type Input = CampaignId;

    async fn run(app: &App, id: CampaignId) -> Result<()> {
        notify(app, id).await
    }
}

/// Notifies for every order that has not been notified of yet.
async fn notify(app: &App, id: CampaignId) -> Result<()> {
    let Some(campaign) = store::find(&app.db, id).await? else {
        return Ok(());
    };
    while notify_next(app, &campaign).await? {}
    app.jobs.wake.notify_one();
    Ok(())
}

/// Returns `false` if no order was left.
async fn notify_next(app: &App, campaign: &campaign::Model) -> Result<bool> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let Some(gathered) = next_untold(&txn, campaign.id).await? else {
        return Ok(false);
    };
    if let Some(order) = history::lock(&txn, gathered.order_id).await? {
        let system = Actor::system();
        let event = NewEvent::new(EventAction::CampaignJoined, &system, order.status, now)
            .note(campaign.title.as_str())
            .detail(EventDetail::CampaignJoined {
                campaign: campaign.id,
            });
        history::append(&txn, &order, event).await?;
        let told = Event::of(EventKind::CampaignJoined, &order).title(campaign.title.as_str());
        notices::emit(&txn, app.state::<MessageCatalog>(), &told, now).await?;
    }
    let mut row = gathered.into_active_model();
    row.told_at = Set(Some(now));
    row.update(&txn).await?;
    txn.commit().await?;
    Ok(true)
}

/// Locked against another replica that runs the same job.
async fn next_untold(
    txn: &impl ConnectionTrait,
    campaign: CampaignId,
) -> Result<Option<campaign_order::Model>> {
    Ok(campaign_order::Entity::find()
        .filter(campaign_order::Column::CampaignId.eq(campaign))
        .filter(campaign_order::Column::ToldAt.is_null())
        .lock_exclusive()
        .one(txn)
        .await?)
}
