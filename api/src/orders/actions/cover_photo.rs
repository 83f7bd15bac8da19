//! 遮挡照片: an operator or the unit covers faces and plates before others see them. The original stays evidence.

use entity::ids::PhotoId;
use entity::kinds::{ActorRole, EventAction, Visibility};

use super::begin;
use crate::error::{Error, Result};
use crate::orders::actions::ActionRequest;
use crate::orders::history::detail::EventDetail;
use crate::orders::rules::lifecycle::Action;
use crate::orders::view::{OrderView, read};
use crate::photos::covering;
use pixels::Rectangle;

pub async fn cover_photo(
    request: ActionRequest<'_>,
    photo: PhotoId,
    parts: Vec<Rectangle>,
) -> Result<OrderView> {
    let ActionRequest {
        app, actor, number, ..
    } = request;
    // The photo is decoded only after the right to see it is checked.
    let order = read::detail(app, actor, number).await?;
    if !order.photos.iter().any(|shown| shown.id == photo) {
        return Err(Error::not_found());
    }
    if !matches!(actor.role, ActorRole::Operator | ActorRole::Handler) {
        return Err(Error::forbidden("照片由 12345 坐席或承办单位遮挡。"));
    }
    covering::check(&parts)?;
    let covered = covering::prepare(app, photo, parts.clone()).await?;
    let mut step = begin(request, Action::Note).await?;
    if !covering::apply(&step.txn, &covered).await? {
        let detail = "这张照片刚刚被遮挡过，请刷新后再试。";
        return Err(step.conflict("photo_changed", detail).await);
    }
    step.save().await?;
    let event = step
        .event(EventAction::PhotoCovered)
        .visible_to(Visibility::Internal)
        .photos(&[photo]);
    step.append_event(event.detail(EventDetail::PhotoCovered {
        photo,
        rectangles: parts,
    }))
    .await?;
    step.commit(app).await
}
