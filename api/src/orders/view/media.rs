//! Photos and the video of an order's view, with links that run out.

use entity::ids::PhotoId;
use entity::kinds::ContentCheck;
use entity::{order, order_photo, photo, video};

use super::{OrderPhoto, OrderPhotoUrls, OrderView};
use crate::app::App;
use crate::error::Result;
use crate::orders::rules::access;
use crate::orders::rules::actor::Actor;
use crate::photos::service::{links, links_by_id};
use crate::videos;
use crate::videos::view::VideoView;

/// Other delegates see a video once both the report and the video are passed.
pub(super) async fn video(
    app: &App,
    actor: &Actor,
    order: &order::Model,
    video: Option<&video::Model>,
) -> Result<Option<VideoView>> {
    let hidden = |video: &&video::Model| {
        access::is_public_reader(actor, order)
            && [order.content_check, video.review] != [ContentCheck::Pass; 2]
    };
    match video.filter(|video| !hidden(video)) {
        Some(video) => Ok(Some(videos::view::view(app, video, actor.role.into()).await?)),
        None => Ok(None),
    }
}

pub(super) async fn photos(
    app: &App,
    photos: impl Iterator<Item = &(order_photo::Model, photo::Model)>,
) -> Result<Vec<OrderPhoto>> {
    let mut views = Vec::new();
    for (place, file) in photos {
        let flags = serde_json::from_value(place.flags.clone()).unwrap_or_default();
        let (large, thumb) = links(app, file).await?;
        views.push(OrderPhoto {
            id: file.id,
            role: place.role,
            round: place.round,
            flags,
            urls: OrderPhotoUrls { large, thumb },
        });
    }
    Ok(views)
}

/// Replaces the photo links of a view that was made earlier: links run out after an hour, recorded answers after days.
pub async fn sign_links_anew(app: &App, view: &mut OrderView) -> Result<()> {
    let ids: Vec<PhotoId> = view.photos.iter().map(|photo| photo.id).collect();
    let mut fresh = links_by_id(app, &ids).await?;
    for photo in &mut view.photos {
        if let Some((large, thumb)) = fresh.remove(&photo.id) {
            photo.urls = OrderPhotoUrls { large, thumb };
        }
    }
    if let Some(video) = &mut view.video {
        videos::view::sign_links_anew(app, video).await?;
    }
    Ok(())
}
