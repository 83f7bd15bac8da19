//! Moving a campaign to another stage.

use chrono::{DateTime, Utc};
use entity::campaign;
use entity::ids::CampaignId;
use entity::kinds::{CampaignAction, CampaignStage};
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::Result;
use crate::http::fields;
use crate::supervision::campaigns::close::{self, Closing};
use crate::supervision::campaigns::diary::{self, Entry};
use crate::supervision::campaigns::stages::{Refused, check_move};
use crate::supervision::campaigns::{access, look_back, store};

const NOTE_CHARS: std::ops::RangeInclusive<usize> = 1..=2_000;

/// A stage to be reached, with a remark for the diary.
#[derive(Clone, Copy)]
pub struct NextStage<'a> {
    pub stage: CampaignStage,
    pub note: &'a str,
}

/// Moves a campaign to a stage. Closing by this way is subject to the same check of open items as [`close::close`],
/// and looking back is done at once.
pub async fn reach(
    app: &App,
    caller: &Caller,
    id: CampaignId,
    next: NextStage<'_>,
    now: DateTime<Utc>,
) -> Result<campaign::Model> {
    let NextStage { stage, note } = next;
    let note = fields::text("note", note, NOTE_CHARS)?;
    let txn = db::write(&app.db).await?;
    let seen = access::lock(&txn, caller, id).await?;
    check_move(seen.status, stage)?;
    match stage {
        CampaignStage::Closed => {
            drop(txn);
            let closing = Closing {
                outcome: note,
                ..Closing::default()
            };
            return close::close(app, caller, id, closing, now).await;
        }
        CampaignStage::LookBack => {
            drop(txn);
            look_back::by_hand(app, caller, id, now).await?;
        }
        stage => {
            enter(&txn, &seen, stage).await?;
            let reached = campaign::Model { stage, ..seen };
            let entry = Entry::new(&reached, CampaignAction::StageReached, Some(caller.person));
            diary::record(&txn, entry.note(&note), now).await?;
            txn.commit().await?;
        }
    }
    access::visible(app, caller, id).await
}

/// Writes the stage, guarded by the version.
pub(super) async fn enter(
    txn: &impl ConnectionTrait,
    seen: &campaign::Model,
    stage: CampaignStage,
) -> Result<()> {
    let change = campaign::ActiveModel {
        stage: Set(stage),
        ..Default::default()
    };
    if store::update(txn, seen, change).await? {
        Ok(())
    } else {
        Err(Refused::ChangedMeanwhile.into())
    }
}
