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

/// Puts photos that the actor has uploaded into the order. `role` overrides what the upload said.
pub async fn attach(
    txn: &impl ConnectionTrait,
    order: &order::Model,
    actor: &Actor,
    photos: &[PhotoId],
    role: Option<PhotoRole>,
    now: DateTime<Utc>,
) -> Result<()> {
    put(txn, order, actor, actor.person, photos, role, now).await
}

/// Attaches a resident's photos to the order of the delegate who adopts the message.
pub async fn attach_residents(
    txn: &impl ConnectionTrait,
    order: &order::Model,
    actor: &Actor,
    photos: &[PhotoId],
    now: DateTime<Utc>,
) -> Result<()> {
    put(txn, order, actor, None, photos, None, now).await
}

async fn put(
    txn: &impl ConnectionTrait,
    order: &order::Model,
    actor: &Actor,
    owner: Option<PersonId>,
    photos: &[PhotoId],
    role: Option<PhotoRole>,
    now: DateTime<Utc>,
) -> Result<()> {
    if photos.is_empty() {
        return Ok(());
    }
    let place = order.longitude.zip(order.latitude);
    let attachment = Attachment {
        photos,
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
