//! Pure: a matter of the past as it stands now, with all that belongs to it.

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::CampaignStage;
use entity::{campaign, campaign_activity, campaign_vote, measure, opinion};

/// Time from opening a matter to gathering its orders, in minutes.
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
    /// When the orders were added.
    #[must_use]
    pub fn gathered_at(&self) -> DateTime<Utc> {
        self.campaign.opened_at + TimeDelta::minutes(GATHERED_AFTER_MINUTES)
    }
}

/// The newest orders of a category that were closed before the matter was opened.
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
