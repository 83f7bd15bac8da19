//! Residents' messages without an account: checked, limited, stored, and confirmed with a receipt. Only operators read
//! a message until it has passed the content check.

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, PhotoId, SiteMessageId};
use entity::kinds::{ContentCheck, ContentSubject, SiteMessageStatus};
use entity::{photo, site, site_message, site_upload};
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::city::categories;
use crate::city::emergencies::EmergencyView;
use crate::city::snapshot::CityHandle;
use crate::content::enqueue::{self, Publication};
use crate::content::publishers::CheckStatus;
use crate::content::review;
use crate::db::{self, WriteTransaction};
use crate::error::{Error, ErrorKind, FieldError, Refusal, Result};
use crate::http::multipart::FileBytes;
use crate::http::time::local;
use crate::notices::MessageCatalog;
use crate::notices::{self, Event, EventKind, Subject};
use crate::orders::submit::draft::validate_text;
use crate::orders::view::progress;
use crate::photos::limits::too_many;
use crate::photos::service as photos;
use crate::photos::service::DeclaredMetadata;
use crate::sealing::Sealer;
use crate::sites::message_limits::MessageLimits;
use crate::sites::rate_limit::{self, Attempt, LimitedAction};
use crate::sites::receipt::Receipt;
use crate::sites::view::{Named, ReceiptView, progress_title};
use crate::sites::visits::Device;
use crate::sites::{repetition, service, store};

/// Maximum number of county delegates to notify for a site without delegates.
const MAX_NOTIFIED: u64 = 50;
/// Maximum number of characters of a message in a notice.
const NOTE_CHARS: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PhotoUnknown;

impl Refusal for PhotoUnknown {
    fn code(&self) -> &'static str {
        "photo_unknown"
    }

    fn detail(&self) -> String {
        "有的照片不存在或已过期，请重新上传。".to_owned()
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Rule
    }
}

/// The resident's text.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub text: String,
    pub contact: Option<String>,
    pub photos: Vec<PhotoId>,
}

/// The response to a new message.
pub struct StoredMessage {
    pub receipt: Receipt,
    pub site: site::Model,
    pub check: ContentCheck,
    pub emergency: Option<EmergencyView>,
    pub created_at: DateTime<Utc>,
    pub replayed: bool,
}

/// Takes in a message. `key` makes a repeat harmless.
pub async fn receive(
    app: &App,
    code: &str,
    device: &Device,
    new: NewMessage,
    key: Option<String>,
) -> Result<StoredMessage> {
    let now = app.clock.now();
    let new = checked(new)?;
    let site = service::active(app, code).await?;
    let emergency = categories::service::understand(&app.state::<CityHandle>().load(), &new.text)
        .await?
        .emergency;
    let device_hash = device.hash(app.state::<Sealer>());
    let receipt = match &key {
        Some(key) => Receipt::of_key(app.state::<Sealer>(), &device_hash, &site.code, key),
        None => Receipt::from_random(std::array::from_fn(|_| rand::random())),
    };
    let receipt_hash = receipt.hash(app.state::<Sealer>());
    let txn = db::write(&app.db).await?;
    if let Some(first) = store::by_receipt(&txn, &receipt_hash).await? {
        drop(txn);
        repetition::require_same(app, &first, &new.text, &new.photos).await?;
        return Ok(again(&first, receipt, site, emergency));
    }
    let attempt = Attempt {
        action: LimitedAction::Message,
        site: site.id,
        device,
        device_hash: &device_hash,
    };
    rate_limit::count(&txn, attempt, now).await?;
    let taken = store::take_uploads(&txn, &new.photos, site.id, &device_hash).await?;
    if taken != new.photos.len() as u64 {
        return Err(PhotoUnknown.into());
    }
    let message = MessageWriter {
        app,
        site: &site,
        device,
        now,
    };
    let row = message.row(&txn, &new, device_hash, receipt_hash.clone()).await?;
    let check = row.content_check;
    if !store::insert_message(&txn, row).await? {
        // A concurrent request with the same idempotency key inserted first: return its message.
        drop(txn);
        let first = store::by_receipt(&app.db, &receipt_hash)
            .await?
            .ok_or_else(Error::not_found)?;
        repetition::require_same(app, &first, &new.text, &new.photos).await?;
        return Ok(again(&first, receipt, site, emergency));
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(StoredMessage {
        receipt,
        site,
        check,
        emergency,
        created_at: now,
        replayed: false,
    })
}

/// The first answer again.
fn again(
    first: &site_message::Model,
    receipt: Receipt,
    site: site::Model,
    emergency: Option<EmergencyView>,
) -> StoredMessage {
    StoredMessage {
        receipt,
        site,
        check: first.content_check,
        emergency,
        created_at: first.created_at,
        replayed: true,
    }
}

fn checked(mut new: NewMessage) -> Result<NewMessage> {
    let mut faults = Vec::new();
    let limits = MessageLimits::PRODUCT;
    new.text = validate_text(
        "text",
        &new.text,
        limits.text.chars(new.photos.len()),
        &mut faults,
    );
    let contact = new
        .contact
        .map(|text| validate_text("contact", &text, 0..=limits.contact_chars, &mut faults));
    new.contact = contact.filter(|text| !text.is_empty());
    let mut seen = std::collections::BTreeSet::new();
    new.photos.retain(|photo| seen.insert(*photo));
    if new.photos.len() > limits.photos {
        let detail = too_many(limits.photos);
        faults.push(FieldError::new("photo_ids", "too_many", detail));
    }
    if faults.is_empty() {
        Ok(new)
    } else {
        Err(Error::invalid(faults))
    }
}

/// A message on its way into the database.
struct MessageWriter<'a> {
    app: &'a App,
    site: &'a site::Model,
    device: &'a Device,
    now: DateTime<Utc>,
}

impl MessageWriter<'_> {
    /// Hands it to the content check and gives its row.
    async fn row(
        &self,
        txn: &impl ConnectionTrait,
        new: &NewMessage,
        device_hash: String,
        receipt_hash: String,
    ) -> Result<site_message::Model> {
        let id = SiteMessageId::generate();
        let publication = Publication {
            subject: ContentSubject::SiteMessage,
            subject_id: id.0,
            title: format!("{}群众留言", self.site.name),
            text: &new.text,
            photos: &new.photos,
            openid: self.device.openid(),
        };
        let content_check = enqueue::enqueue_check(self.app, txn, publication, self.now).await?;
        let contact = new
            .contact
            .as_ref()
            .map(|text| self.app.state::<Sealer>().seal(text.as_bytes()));
        Ok(site_message::Model {
            id,
            site_id: self.site.id,
            text: new.text.clone(),
            contact_sealed: contact.transpose().map_err(anyhow::Error::from)?,
            receipt_hash,
            device_hash,
            status: SiteMessageStatus::Received,
            answer: None,
            order_id: None,
            handled_by: None,
            photo_ids: serde_json::json!(new.photos),
            content_check,
            created_at: self.now,
            handled_at: None,
            handed_to: None,
            handed_by: None,
            hand_over_note: None,
            handed_at: None,
        })
    }
}

/// Stores a photo for a message in preparation; it is removed after a day without a message.
pub async fn upload(
    app: &App,
    code: &str,
    device: &Device,
    file: &FileBytes,
    claims: DeclaredMetadata,
) -> Result<photo::Model> {
    let now = app.clock.now();
    let site = service::active(app, code).await?;
    let device_hash = device.hash(app.state::<Sealer>());
    let txn = db::write(&app.db).await?;
    let attempt = Attempt {
        action: LimitedAction::Photo,
        site: site.id,
        device,
        device_hash: &device_hash,
    };
    rate_limit::count(&txn, attempt, now).await?;
    txn.commit().await?;
    let stored = photos::store(app, None, file, claims, now).await?;
    let row = site_upload::Model {
        photo_id: stored.photo.id,
        site_id: site.id,
        device_hash,
        created_at: now,
    };
    store::note_upload(&app.db, row).await?;
    Ok(stored.photo)
}

/// Returns the state of a message, for the holder of its receipt.
pub async fn status_by_receipt(app: &App, receipt: &str) -> Result<ReceiptView> {
    let receipt = Receipt::read(receipt).ok_or_else(Error::not_found)?;
    let message = store::by_receipt(&app.db, &receipt.hash(app.state::<Sealer>())).await?;
    let message = message.ok_or_else(Error::not_found)?;
    let site = store::by_ids(&app.db, vec![message.site_id])
        .await?
        .remove(&message.site_id);
    let site = site.ok_or_else(Error::not_found)?;
    let order = match message.order_id {
        Some(id) => progress::of(app, id).await?,
        None => None,
    };
    let shown = review::state_of(&app.db, ContentSubject::SiteAnswer, message.id.0).await?;
    let zone = app.state::<CityHandle>().load().zone();
    let in_review =
        message.status == SiteMessageStatus::Received && message.content_check != ContentCheck::Pass;
    Ok(ReceiptView {
        site: Named {
            code: site.code,
            name: site.name,
        },
        state: message.status,
        in_review,
        title: progress_title(message.status, in_review),
        text: message.text,
        answer: message.answer.filter(|_| shown == Some(ContentCheck::Pass)),
        order,
        created_at: local(message.created_at, zone),
        handled_at: message.handled_at.map(|at| local(at, zone)),
    })
}

/// Applies verdicts: a message is shown to the site's delegates, who are notified, or to nobody. An answer's state is
/// read where the answer is shown.
pub async fn apply_check_results(app: &App, txn: &WriteTransaction, statuses: &[CheckStatus]) -> Result<()> {
    let messages = statuses
        .iter()
        .filter(|status| status.subject == ContentSubject::SiteMessage);
    for status in messages {
        let (id, now) = (SiteMessageId(status.subject_id), app.clock.now());
        if store::note_check(txn, id, status.state).await? && status.state == ContentCheck::Pass {
            tell_delegates(app, txn, id, now).await?;
        }
    }
    Ok(())
}

async fn tell_delegates(
    app: &App,
    txn: &WriteTransaction,
    id: SiteMessageId,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(message) = store::message(txn, id, &store::MessageAccess::Everything).await? else {
        return Ok(());
    };
    if message.status != SiteMessageStatus::Received {
        return Ok(());
    }
    let site = store::by_ids(txn, vec![message.site_id])
        .await?
        .remove(&message.site_id);
    let Some(site) = site else {
        return Ok(());
    };
    let people = readers(txn, &site).await?;
    let note: String = message.text.chars().take(NOTE_CHARS).collect();
    let event = Event::general(EventKind::SiteMessage)
        .people(people)
        .title(site.name)
        .note(note)
        .about(Subject::SiteMessage(message.id));
    notices::emit(txn, app.state::<MessageCatalog>(), &event, now).await
}

/// Returns the delegates who read messages of this site.
async fn readers(txn: &impl ConnectionTrait, site: &site::Model) -> Result<Vec<PersonId>> {
    let mut own = store::delegates_of(txn, vec![site.id]).await?;
    let own: Vec<PersonId> = own
        .remove(&site.id)
        .unwrap_or_default()
        .iter()
        .map(|p| p.id)
        .collect();
    match &site.area_code {
        Some(area) if own.is_empty() => store::delegates_of_area(txn, area, MAX_NOTIFIED).await,
        _ => Ok(own),
    }
}
