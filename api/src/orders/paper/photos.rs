//! The photos of an order for its documents: the derivative that the reader may see anyway, before and after side by side.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use entity::ids::PhotoId;
use entity::kinds::PhotoRole;
use serde_json::{Value, json};

use crate::app::App;
use crate::error::Result;
use crate::orders::paper::times;
use crate::orders::view::{OrderPhoto, OrderView};
use crate::photos::embed;

/// Photos in one document: twelve pages of them.
const MAX_PRINTED: usize = 48;

/// Photos as a template reads them.
#[derive(Debug, Default)]
pub struct PrintedPhotos {
    /// `{image, caption}` each; `image` is null for a photo whose file is gone.
    pub entries: Vec<Value>,
    /// JPEG by name.
    pub images: BTreeMap<String, Vec<u8>>,
}

/// Loads the photos that the reader of the order sees.
pub async fn of_order(app: &App, order: &OrderView, zone: Tz) -> Result<PrintedPhotos> {
    let mut shown: Vec<&OrderPhoto> = order.photos.iter().collect();
    shown.sort_by_key(|photo| (photo.round, place(photo.role)));
    shown.truncate(MAX_PRINTED);
    let ids: Vec<PhotoId> = shown.iter().map(|photo| photo.id).collect();
    let mut loaded = embed::load(app, &ids).await?;
    let mut printed = PrintedPhotos::default();
    for photo in shown {
        let mut caption = caption(photo);
        let mut image = None;
        if let Some(file) = loaded.remove(&photo.id) {
            if let Some(at) = file.taken_at {
                caption = format!("{caption}（{}拍摄）", times::day_of(at, zone));
            }
            if let Some(bytes) = file.bytes {
                let name = photo.id.to_string();
                printed.images.insert(name.clone(), bytes);
                image = Some(name);
            }
        }
        printed
            .entries
            .push(json!({ "image": image, "caption": caption }));
    }
    Ok(printed)
}

fn place(role: PhotoRole) -> u8 {
    match role {
        PhotoRole::Before => 0,
        PhotoRole::After => 1,
        PhotoRole::Evidence => 2,
    }
}

fn caption(photo: &OrderPhoto) -> String {
    let role = photo.role.label();
    if photo.round > 1 {
        format!("{role}，第 {} 次办理", photo.round)
    } else {
        role.to_owned()
    }
}
