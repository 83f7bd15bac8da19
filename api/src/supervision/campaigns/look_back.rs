//! 回头看: some days after closing, new orders of the same kind and place are compared with those before opening.

use crate::city::snapshot::{City, CityHandle};
use crate::notices::MessageCatalog;
use chrono::{DateTime, TimeDelta, Utc};
use entity::campaign;
use entity::ids::{CampaignId, PersonId};
use entity::kinds::{CampaignAction, CampaignStage, CampaignStatus};
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::caller::Caller;
use crate::db::{self, WriteTransaction};
use crate::error::{Error, Result};
use crate::http::time::local;
use crate::jobs::Job;
use crate::notices::{self, EventKind};
use crate::supervision::campaigns::diary::{self, Entry};
use crate::supervision::campaigns::rebound::{self, LookBack};
use crate::supervision::campaigns::service::event;
use crate::supervision::campaigns::stages::Refused;
use crate::supervision::campaigns::store::comparison::{self, Window};
use crate::supervision::campaigns::{access, store};

/// Orders that are named.
const MAX_NAMED: usize = 100;

/// Looks back on a closed campaign.
pub struct LookBackOnCampaign;

impl Job for LookBackOnCampaign {
    const NAME: &'static str = "campaign_look_back";
    type Input = CampaignId;

    async fn run(app: &App, id: CampaignId) -> Result<()> {
        look_back(app, id).await
    }
}

/// Looks back when the days are over. A campaign that was looked back on for as many days is left as it is.
async fn look_back(app: &App, id: CampaignId) -> Result<()> {
    let Some(campaign) = store::find(&app.db, id).await? else {
        return Ok(());
    };
    let days = i64::from(app.state::<CityHandle>().load().campaigns.look_back_days);
    let done = stored(&campaign).is_some_and(|done| done.days >= days);
    if done || campaign.status != CampaignStatus::Closed {
        return Ok(());
    }
    compare_and_save(app, campaign, None, app.clock.now()).await
}

/// A supervisor looks back at once, over the days that have passed since closing.
pub async fn by_hand(app: &App, caller: &Caller, id: CampaignId, now: DateTime<Utc>) -> Result<()> {
    let campaign = access::visible(app, caller, id).await?;
    if campaign.status != CampaignStatus::Closed {
        return Err(Refused::NotClosed.into());
    }
    compare_and_save(app, campaign, Some(caller.person), now).await
}

/// Returns the stored result, `None` before the first look-back.
#[must_use]
pub fn stored(campaign: &campaign::Model) -> Option<LookBack> {
    serde_json::from_value(campaign.look_back.clone()?).ok()
}

async fn compare_and_save(
    app: &App,
    campaign: campaign::Model,
    by: Option<PersonId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let city = app.state::<CityHandle>().load();
    let found = compare(&app.db, &city, &campaign, now).await?;
    let txn = db::write(&app.db).await?;
    let campaign = save(&txn, campaign, &found, by, now).await?;
    let told = event(EventKind::LookedBack, &campaign).by(by).note(found.summary);
    notices::emit(&txn, app.state::<MessageCatalog>(), &told, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

/// Stores the result and appends it to the diary. Returns the campaign as it is then.
///
/// # Errors
/// `campaign_changed` (409) if the campaign is no longer the one that was read.
pub async fn save(
    txn: &WriteTransaction,
    campaign: campaign::Model,
    found: &LookBack,
    by: Option<PersonId>,
    now: DateTime<Utc>,
) -> Result<campaign::Model> {
    let change = campaign::ActiveModel {
        stage: Set(CampaignStage::LookBack),
        look_back: Set(Some(serde_json::to_value(found).map_err(anyhow::Error::from)?)),
        ..Default::default()
    };
    if !store::update(txn, &campaign, change).await? {
        return Err(Refused::ChangedMeanwhile.into());
    }
    let campaign = campaign::Model {
        stage: CampaignStage::LookBack,
        ..campaign
    };
    let entry = Entry::new(&campaign, CampaignAction::LookedBack, by);
    diary::record(txn, entry.note(&found.summary), now).await?;
    Ok(campaign)
}

/// Compares the days since closing with as many days before opening, at most the city's `look_back_days`.
///
/// # Errors
/// `not_found` (404) if the campaign is open.
pub async fn compare(
    db: &impl ConnectionTrait,
    city: &City,
    campaign: &campaign::Model,
    now: DateTime<Utc>,
) -> Result<LookBack> {
    let closed_at = campaign.closed_at.ok_or_else(Error::not_found)?;
    let most = i64::from(city.campaigns.look_back_days);
    let days = ((now - closed_at).num_hours() + 23).div_euclid(24).clamp(1, most);
    let span = TimeDelta::days(days);
    let kind = comparison::Kind::of_campaign(db, city, campaign).await?;
    let before = Window {
        from: campaign.opened_at - span,
        until: campaign.opened_at,
    };
    let after = Window {
        from: closed_at,
        until: closed_at + span,
    };
    let before = comparison::count(db, &kind, before).await?;
    let new_orders = comparison::orders(db, &kind, after).await?;
    let after = i64::try_from(new_orders.len()).unwrap_or(i64::MAX);
    let at_same_place = comparison::at_same_place(db, campaign.id, &new_orders).await?;
    let rebound = rebound::is_rebound(before, after, city.campaigns.rebound_percent);
    Ok(LookBack {
        version: rebound::VERSION,
        at: local(now, city.zone()),
        days,
        before,
        after,
        new_orders: new_orders
            .into_iter()
            .take(MAX_NAMED)
            .map(|order| order.number)
            .collect(),
        at_same_place,
        rebound,
        summary: rebound::summary(days, before, after, rebound),
    })
}
