//! 满意度测评: the standing committee votes on what was achieved.

use crate::city::snapshot::CityHandle;
use chrono::{DateTime, Utc};
use entity::ids::{CampaignId, VoteId};
use entity::kinds::{CampaignAction, CampaignStage};
use entity::{campaign, campaign_vote};
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::Result;
use crate::supervision::campaigns::diary::{self, Entry};
use crate::supervision::campaigns::stages::Refused;
use crate::supervision::campaigns::vote_count::VoteCount;
use crate::supervision::campaigns::{access, stage, store};
use crate::supervision::participants::{self, MAX_OF_VOTE};

/// Votes of one campaign: a failed one may be repeated.
const MAX_VOTES: usize = 20;

/// A vote as it is recorded.
pub struct NewVote {
    pub count: VoteCount,
    /// Names of those present, as far as they are given.
    pub participants: Vec<String>,
}

/// Records a vote; the campaign enters the stage of the vote.
pub async fn record(
    app: &App,
    caller: &Caller,
    id: CampaignId,
    new: NewVote,
    now: DateTime<Utc>,
) -> Result<campaign::Model> {
    let threshold = app.state::<CityHandle>().load().campaigns.vote_pass_percent;
    let txn = db::write(&app.db).await?;
    let seen = access::lock_open(&txn, caller, id).await?;
    let NewVote { count, participants } = new;
    let count = count.check()?;
    let participants = participants::checked(&participants, MAX_OF_VOTE)?;
    count.check_names(participants.len())?;
    if store::votes(&txn, id).await?.len() >= MAX_VOTES {
        return Err(Refused::TooManyEntries.into());
    }
    let small = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let passed = count.passes(threshold);
    let row = campaign_vote::Model {
        id: VoteId::generate(),
        campaign_id: id,
        satisfied: small(count.satisfied),
        basically_satisfied: small(count.basically_satisfied),
        dissatisfied: small(count.dissatisfied),
        present: small(count.present),
        participants: json!(participants),
        threshold_percent: small(threshold),
        passed,
        recorded_by: caller.person,
        held_at: now,
    };
    store::insert_vote(&txn, row).await?;
    stage::enter(&txn, &seen, CampaignStage::Vote).await?;
    let at_vote = campaign::Model {
        stage: CampaignStage::Vote,
        ..seen
    };
    let note = count.in_words(passed);
    let entry = Entry::new(&at_vote, CampaignAction::Voted, Some(caller.person));
    diary::record(&txn, entry.note(&note), now).await?;
    txn.commit().await?;
    access::visible(app, caller, id).await
}
