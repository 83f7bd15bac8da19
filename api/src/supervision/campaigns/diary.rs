//! The diary of a campaign: appended by every use case, in its transaction.

use chrono::{DateTime, Utc};
use entity::ids::{CampaignEventId, CampaignId, PersonId};
use entity::kinds::{CampaignAction, CampaignStage};
use entity::{campaign, campaign_event};
use sea_orm::ConnectionTrait;

use crate::error::Result;
use crate::supervision::campaigns::store;

/// An entry in the making.
pub struct Entry<'a> {
    campaign: CampaignId,
    stage: CampaignStage,
    action: CampaignAction,
    note: &'a str,
    reference: Option<String>,
    person: Option<PersonId>,
}

impl<'a> Entry<'a> {
    /// `campaign` as it is after the event; `person` is `None` for the system.
    #[must_use]
    pub fn new(campaign: &campaign::Model, action: CampaignAction, person: Option<PersonId>) -> Self {
        Self {
            campaign: campaign.id,
            stage: campaign.stage,
            action,
            note: "",
            reference: None,
            person,
        }
    }

    #[must_use]
    pub fn note(mut self, note: &'a str) -> Self {
        self.note = note;
        self
    }

    #[must_use]
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }
}

pub async fn record(txn: &impl ConnectionTrait, entry: Entry<'_>, now: DateTime<Utc>) -> Result<()> {
    let row = campaign_event::Model {
        id: CampaignEventId::generate(),
        campaign_id: entry.campaign,
        action: entry.action,
        stage: entry.stage,
        note: entry.note.to_owned(),
        reference: entry.reference,
        person_id: entry.person,
        at: now,
    };
    store::insert_event(txn, row).await
}
