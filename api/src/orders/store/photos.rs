//! The photos of an order, attached through `photos` with what the report says of place and time.

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, PhotoId};
use entity::kinds::PhotoRole;
use entity::order;
use sea_orm::ConnectionTrait;

use crate::error::{Error, Result};
use crate::orders::rules::actor::Actor;
use crate::photos::attach::{self, Attachment, SubmissionContext};
use places::datum::Wgs84;

/// Photos on their way into an order.
#[derive(Clone, Copy, Debug)]
pub struct NewPhotos<'a> {
    pub ids: &'a [PhotoId],
    /// Overrides the role that was named with the upload.
    pub role: Option<PhotoRole>,
    /// None: a resident, who has no account.
    pub owner: Option<PersonId>,
}

/// Puts photos that the actor has uploaded into the order, in the roles named with the uploads.
pub async fn attach(
    txn: &impl ConnectionTrait,
    order: &order::Model,
    actor: &Actor,
    photos: &[PhotoId],
    now: DateTime<Utc>,
) -> Result<()> {
    let photos = NewPhotos {
        ids: photos,
        role: None,
        owner: actor.person,
    };
    put(txn, order, actor, photos, now).await
}

/// Attaches a resident's photos to the order of the delegate who adopts the message.
pub async fn attach_residents(
    txn: &impl ConnectionTrait,
    order: &order::Model,
    actor: &Actor,
    photos: &[PhotoId],
    now: DateTime<Utc>,
) -> Result<()> {
    let photos = NewPhotos {
        ids: photos,
        role: None,
        owner: None,
    };
    put(txn, order, actor, photos, now).await
}

/// Puts photos into the order.
pub async fn put(
    txn: &impl ConnectionTrait,
    order: &order::Model,
    actor: &Actor,
    photos: NewPhotos<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let NewPhotos { ids, role, owner } = photos;
    if ids.is_empty() {
        return Ok(());
    }
    let place = order.longitude.zip(order.latitude);
    let attachment = Attachment {
        photos: ids,
        order: order.id,
        role,
        round: order.round,
        by: actor.person.ok_or_else(Error::not_found)?,
        owner,
        report: SubmissionContext {
            place: place.map(|(longitude, latitude)| Wgs84 { longitude, latitude }),
            at: order.occurred_at.filter(|_| role.is_none()).or(Some(now)),
        },
    };
    attach::attach(txn, attachment, now).await
}
