//! A message that is sent again under the same `Idempotency-Key`: it gets its first receipt, if it is the same message.

use entity::ids::PhotoId;
use entity::site_message;

use crate::app::App;
use crate::error::Result;
use crate::http::idempotency::key_reused;
use crate::orders::submit::draft::validate_text;
use crate::photos::service as photos;
use crate::sealing::Sealer;
use crate::sites::receipt::Receipt;
use crate::sites::store;
use crate::sites::visits::Device;

/// A message whose photos the caller would have to fetch before it can send it again.
#[derive(Clone, Copy, Debug)]
pub struct Repetition<'a> {
    pub site: &'a str,
    pub device: &'a Device,
    pub key: &'a str,
    pub text: &'a str,
    pub has_photos: bool,
}

/// Returns the receipt of the message that the device sent to the site under this key; `None` if it sent none. Of the
/// photos only the presence is compared, because their address may no longer answer.
/// # Errors
/// `idempotency_key_reused` (422) if it was another message.
pub async fn first_receipt(app: &App, repetition: Repetition<'_>) -> Result<Option<Receipt>> {
    let sealer = app.state::<Sealer>();
    let Repetition {
        site, device, key, ..
    } = repetition;
    let receipt = Receipt::of_key(sealer, &device.hash(sealer), site, key);
    let Some(first) = store::by_receipt(&app.db, &receipt.hash(sealer)).await? else {
        return Ok(None);
    };
    // As it was stored; what is wrong with it was said the first time.
    let text = validate_text("text", repetition.text, 0..=usize::MAX, &mut Vec::new());
    let had_photos = first.photo_ids.as_array().is_some_and(|ids| !ids.is_empty());
    if first.text != text || had_photos != repetition.has_photos {
        return Err(key_reused());
    }
    Ok(Some(receipt))
}

/// Checks that a message is the one that was sent first. A photo that was uploaded again is the same if its bytes are.
/// # Errors
/// `idempotency_key_reused` (422).
pub async fn require_same(
    app: &App,
    first: &site_message::Model,
    text: &str,
    photos: &[PhotoId],
) -> Result<()> {
    let same_photos = first.photo_ids == serde_json::json!(photos) || {
        let earlier: Vec<PhotoId> = serde_json::from_value(first.photo_ids.clone()).unwrap_or_default();
        photos::have_same_bytes(app, &earlier, photos).await?
    };
    if first.text == text && same_photos {
        Ok(())
    } else {
        Err(key_reused())
    }
}
