//! A video as a reader sees it; links run out after an hour.

use std::collections::HashMap;

use entity::ids::{PhotoId, VideoId};
use entity::kinds::ContentCheck;
use entity::video;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Result;
use crate::objects::client::ObjectStore;
use crate::photos::routes::PhotoLinks;
use crate::photos::service::links_by_id;
use crate::videos::store;
use crate::videos::visibility::{Reader, may_play};

/// A short video. Without links until the reader may play it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct VideoView {
    pub id: VideoId,
    /// Of the stored bytes.
    pub sha256: String,
    pub byte_size: i64,
    pub duration_ms: i32,
    pub width: i32,
    pub height: i32,
    /// `pass`: everybody who sees the order may play it. `risky`: refused. Otherwise a person has yet to look.
    pub review: ContentCheck,
    /// Answers range requests. `None` for a reader who may not play it.
    pub url: Option<String>,
    pub poster: Option<PhotoLinks>,
}

/// The video as this reader, who sees its order, may see it.
pub async fn view(app: &App, video: &video::Model, reader: Reader) -> Result<VideoView> {
    let mut view = VideoView {
        id: video.id,
        sha256: video.sha256.clone(),
        byte_size: video.byte_size,
        duration_ms: video.duration_ms,
        width: video.width,
        height: video.height,
        review: video.review,
        url: None,
        poster: None,
    };
    if may_play(video.review, reader) {
        view.url = Some(app.state::<ObjectStore>().link(&video.object_key).await?);
        view.poster = poster(app, video).await?;
    }
    Ok(view)
}

async fn poster(app: &App, video: &video::Model) -> Result<Option<PhotoLinks>> {
    let Some(id) = video.poster_id else {
        return Ok(None);
    };
    let mut found = links_by_id(app, &[id]).await?;
    Ok(found
        .remove(&id)
        .map(|(large, thumb)| PhotoLinks { large, thumb }))
}

/// Replaces the links of a view that was made earlier.
pub async fn sign_links_anew(app: &App, view: &mut VideoView) -> Result<()> {
    if view.url.is_none() {
        return Ok(());
    }
    view.url = None;
    view.poster = None;
    for video in store::by_ids(&app.db, &[view.id]).await? {
        view.url = Some(app.state::<ObjectStore>().link(&video.object_key).await?);
        view.poster = poster(app, &video).await?;
    }
    Ok(())
}

/// Several videos as those who review them see them, with two queries.
pub async fn for_reviewers(app: &App, ids: &[VideoId]) -> Result<HashMap<VideoId, VideoView>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = store::by_ids(&app.db, ids).await?;
    let posters: Vec<PhotoId> = rows.iter().filter_map(|row| row.poster_id).collect();
    let mut posters = links_by_id(app, &posters).await?;
    let mut found = HashMap::new();
    for row in rows {
        let poster = row.poster_id.and_then(|id| posters.remove(&id));
        let bare = video::Model {
            poster_id: None,
            ..row.clone()
        };
        let mut shown = view(app, &bare, Reader::Reviewer).await?;
        shown.poster = poster.map(|(large, thumb)| PhotoLinks { large, thumb });
        found.insert(row.id, shown);
    }
    Ok(found)
}
