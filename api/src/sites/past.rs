//! Residents' messages of the past, written with what became of them. Nobody is notified.

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId, SiteId, SiteMessageId};
use entity::kinds::{ContentCheck, SiteMessageStatus};
use entity::{site, site_message};

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::sealing::Sealer;
use crate::sites::receipt::Receipt;
use crate::sites::store;

/// Device of all messages of the past, whose devices are not known.
const DEVICE: &str = "past";

/// An active site with its delegates.
#[derive(Clone, Debug)]
pub struct SiteWithDelegates {
    pub site: site::Model,
    pub delegates: Vec<PersonId>,
}

/// A message that has passed the content check.
#[derive(Clone, Debug)]
pub struct PastMessage {
    pub site: SiteId,
    pub text: String,
    pub created_at: DateTime<Utc>,
    /// `None` while it waits.
    pub handling: Option<PastHandling>,
}

/// How a delegate handled a message.
#[derive(Clone, Debug)]
pub struct PastHandling {
    pub by: PersonId,
    pub at: DateTime<Utc>,
    pub outcome: PastOutcome,
}

#[derive(Clone, Debug)]
pub enum PastOutcome {
    Answered(String),
    Adopted(OrderId),
}

/// Returns the active sites for matters of any kind that have delegates, in the order of their codes.
pub async fn sites(app: &App) -> Result<Vec<SiteWithDelegates>> {
    let mut sites = store::all(&app.db).await?;
    sites.retain(|site| site.active && site.category_code.is_none() && site.unit_id.is_none());
    sites.sort_by(|one, other| one.code.cmp(&other.code));
    let ids = sites.iter().map(|site| site.id).collect();
    let mut delegates = store::delegates_of(&app.db, ids).await?;
    let found = sites.into_iter().filter_map(|site| {
        let mut people: Vec<PersonId> = delegates.remove(&site.id)?.iter().map(|row| row.id).collect();
        people.sort();
        Some(SiteWithDelegates {
            site,
            delegates: people,
        })
    });
    Ok(found.collect())
}

/// Writes the messages, already validated, in one transaction.
///
/// # Errors
/// Those of the database; then nothing is written.
pub async fn insert(app: &App, messages: Vec<PastMessage>) -> Result<()> {
    let sealer = app.state::<Sealer>();
    let rows: Vec<site_message::Model> = messages.into_iter().map(|message| row(sealer, message)).collect();
    let txn = db::write(&app.db).await?;
    store::insert_past(&txn, rows).await?;
    txn.commit().await?;
    Ok(())
}

fn row(sealer: &Sealer, message: PastMessage) -> site_message::Model {
    let receipt = Receipt::from_random(std::array::from_fn(|_| rand::random()));
    let mut row = site_message::Model {
        id: SiteMessageId::generate(),
        site_id: message.site,
        text: message.text,
        contact_sealed: None,
        receipt_hash: receipt.hash(sealer),
        device_hash: sealer.hash("device address", DEVICE),
        status: SiteMessageStatus::Received,
        answer: None,
        order_id: None,
        handled_by: None,
        photo_ids: serde_json::json!([]),
        content_check: ContentCheck::Pass,
        created_at: message.created_at,
        handled_at: None,
        handed_to: None,
        handed_by: None,
        hand_over_note: None,
        handed_at: None,
    };
    if let Some(PastHandling { by, at, outcome }) = message.handling {
        row.handled_by = Some(by);
        row.handled_at = Some(at);
        match outcome {
            PastOutcome::Answered(answer) => {
                row.status = SiteMessageStatus::Answered;
                row.answer = Some(answer);
            }
            PastOutcome::Adopted(order) => {
                row.status = SiteMessageStatus::Adopted;
                row.order_id = Some(order);
            }
        }
    }
    row
}
