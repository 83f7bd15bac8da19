//! Recording an activity of a campaign.

use chrono::{DateTime, Utc};
use entity::ids::{ActivityId, CampaignId, FileId, OrderId, PhotoId};
use entity::kinds::{ActivityKind, CampaignAction};
use entity::{campaign, campaign_activity};
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::Result;
use crate::files::attach;
use crate::http::fields::{self, GivenPlace, Place};
use crate::moments::ensure_past;
use crate::orders::Actor;
use crate::photos::evidence;
use crate::supervision::activities::store;
use crate::supervision::campaigns::diary::{self, Entry};
use crate::supervision::campaigns::stages::Refused;
use crate::supervision::campaigns::{access, service};
use crate::supervision::participants::{self, MAX_OF_ACTIVITY, NAME_CHARS};

const NOTE_CHARS: std::ops::RangeInclusive<usize> = 1..=5_000;
const MAX_ACTIVITIES: u64 = 500;

/// An activity in the making.
pub struct NewActivity {
    pub kind: ActivityKind,
    pub at: DateTime<Utc>,
    pub place: Option<GivenPlace>,
    pub participants: Vec<String>,
    pub led_by: Option<String>,
    pub note: String,
    pub outcome: Option<String>,
    pub phone: Option<String>,
    pub photos: Vec<PhotoId>,
    pub files: Vec<FileId>,
    pub orders: Vec<String>,
}

/// Records an activity with what was found and whom it concerns.
pub async fn add(
    app: &App,
    caller: &Caller,
    id: CampaignId,
    new: NewActivity,
    now: DateTime<Utc>,
) -> Result<campaign_activity::Model> {
    // 404 for those who may not know of it, before anything they sent is judged.
    access::visible(app, caller, id).await?;
    let orders = orders(app, caller, &new).await?;
    let (photos, files) = (new.photos.clone(), new.files.clone());
    let row = check(caller, id, new, now)?;
    let txn = db::write(&app.db).await?;
    let campaign = access::lock_open(&txn, caller, id).await?;
    if store::count(&txn, id).await? >= MAX_ACTIVITIES {
        return Err(Refused::TooManyEntries.into());
    }
    evidence::keep(&txn, caller.person, &photos).await?;
    attach::to_campaign(&txn, caller.person, &files, id, None).await?;
    store::insert(&txn, row.clone(), orders).await?;
    record(&txn, caller, &campaign, &row, now).await?;
    txn.commit().await?;
    Ok(row)
}

async fn record(
    txn: &db::WriteTransaction,
    caller: &Caller,
    campaign: &campaign::Model,
    row: &campaign_activity::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let entry = Entry::new(campaign, CampaignAction::ActivityHeld, Some(caller.person));
    let entry = entry.note(&row.note).reference(row.kind.label());
    diary::record(txn, entry, now).await
}

/// The first three and the last two digits of a telephone number.
fn masked(phone: &str) -> Option<String> {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let (head, tail) = (digits.get(..3)?, digits.get(digits.len().checked_sub(2)?..)?);
    let hidden = "*".repeat(digits.len().saturating_sub(head.len() + tail.len()));
    Some(head.iter().collect::<String>() + &hidden + &tail.iter().collect::<String>())
}

async fn orders(app: &App, caller: &Caller, new: &NewActivity) -> Result<Vec<OrderId>> {
    if new.orders.is_empty() {
        return Ok(Vec::new());
    }
    service::orders_by_number(app, &Actor::from(caller), new.orders.clone()).await
}

fn check(
    caller: &Caller,
    id: CampaignId,
    new: NewActivity,
    now: DateTime<Utc>,
) -> Result<campaign_activity::Model> {
    ensure_past("at", new.at, now)?;
    let participants = participants::checked(&new.participants, MAX_OF_ACTIVITY)?;
    let place = Place::from_given("place", new.place)?;
    Ok(campaign_activity::Model {
        id: ActivityId::generate(),
        campaign_id: id,
        kind: new.kind,
        at: new.at,
        place: place.name,
        longitude: place.point.map(|point| point.longitude),
        latitude: place.point.map(|point| point.latitude),
        participants: json!(participants),
        led_by: fields::optional_text("led_by", new.led_by, *NAME_CHARS.end())?,
        note: fields::text("note", &new.note, NOTE_CHARS)?,
        outcome: fields::optional_text("outcome", new.outcome, *NOTE_CHARS.end())?,
        phone_masked: new.phone.as_deref().and_then(masked),
        photo_ids: json!(new.photos),
        file_ids: json!(new.files),
        added_by: caller.person,
        created_at: now,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_kept_masked() {
        assert_eq!(masked("138 0000 1234").as_deref(), Some("138******34"));
        assert_eq!(masked("0379-65551234").as_deref(), Some("037*******34"));
        assert_eq!(masked("无"), None);
    }
}
