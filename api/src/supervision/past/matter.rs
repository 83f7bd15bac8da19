//! Pure: a matter of the past as it stands now, with all that belongs to it.

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::CampaignStage;
use entity::{campaign, campaign_activity, campaign_vote, measure, opinion};

/// Minutes from the hour at which a matter was opened to the adding of its orders, on whichever day.
const GATHERED_AFTER_MINUTES: i64 = 40;

/// A matter of the past. Its rows agree with one another; numbers of opinions are given when they are inserted.
#[derive(Clone, Debug)]
pub struct PastMatter {
    pub campaign: campaign::Model,
    pub gathers: GatheredOrders,
    pub stages: Vec<PastStage>,
    pub activities: Vec<campaign_activity::Model>,
    pub opinions: Vec<opinion::Model>,
    pub measures: Vec<measure::Model>,
    pub votes: Vec<campaign_vote::Model>,
    /// Tasks of counties, with the orders of the matter that lie in them. Only a matter of the whole city has any.
    pub tasks: Vec<PastTask>,
}

impl PastMatter {
    /// When the orders were added: after two thirds of a closed matter, at the beginning of an open one.
    #[must_use]
    pub fn gathered_at(&self) -> DateTime<Utc> {
        let opened_at = self.campaign.opened_at;
        let days = self
            .campaign
            .closed_at
            .map_or(0, |at| (at - opened_at).num_days());
        opened_at + TimeDelta::days(days * 2 / 3) + TimeDelta::minutes(GATHERED_AFTER_MINUTES)
    }
}

/// The newest orders of a category that were closed before they were added.
#[derive(Clone, Debug)]
pub struct GatheredOrders {
    pub category: String,
    pub most: u64,
}

/// A stage that was reached, with the remark of the diary.
#[derive(Clone, Debug)]
pub struct PastStage {
    pub stage: CampaignStage,
    pub at: DateTime<Utc>,
    pub note: String,
}

/// A county's task.
#[derive(Clone, Debug)]
pub struct PastTask {
    /// The county's name.
    pub county: String,
    pub matter: PastMatter,
}
