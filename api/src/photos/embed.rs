//! Loads photos to embed in documents.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::PhotoId;

use crate::app::App;
use crate::error::Result;
use crate::objects::client::ObjectStore;
use crate::photos::store;

/// The derivative that readers see, without metadata.
#[derive(Clone, Debug)]
pub struct EmbeddedPhoto {
    pub taken_at: Option<DateTime<Utc>>,
    /// JPEG. `None` if the object store does not give it: the document is made without it.
    pub bytes: Option<Vec<u8>>,
}

/// Loads the photos one after the other, so that one document holds one response of the store at a time. The caller
/// bounds their number and has checked that the reader may see them.
pub async fn load(app: &App, ids: &[PhotoId]) -> Result<HashMap<PhotoId, EmbeddedPhoto>> {
    let mut found = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    for row in store::by_ids(&app.db, ids).await? {
        let bytes = match app.state::<ObjectStore>().get(&row.large_key).await {
            Ok(bytes) => Some(bytes.to_vec()),
            Err(error) => {
                tracing::warn!(%error, "photo missing in document");
                None
            }
        };
        let photo = EmbeddedPhoto {
            taken_at: row.taken_at,
            bytes,
        };
        found.insert(row.id, photo);
    }
    Ok(found)
}
