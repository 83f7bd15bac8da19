//! Access to a video: its owner, and those who see its order.

use entity::ids::{OrderId, VideoId};
use entity::{assignment, order, video};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::caller::{Caller, OrderAccess};
use crate::error::{Error, Result};
use crate::videos::store;

/// Returns the video, or 404.
pub async fn visible(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    id: VideoId,
) -> Result<video::Model> {
    let found = store::by_ids(connection, &[id]).await?.into_iter().next();
    let video = found.ok_or_else(Error::not_found)?;
    if video.owner_id == caller.person {
        return Ok(video);
    }
    let seen = match video.order_id {
        Some(order) => sees_order(connection, caller, order).await?,
        None => false,
    };
    if seen { Ok(video) } else { Err(Error::not_found()) }
}

async fn sees_order(connection: &impl ConnectionTrait, caller: &Caller, id: OrderId) -> Result<bool> {
    match caller.order_access() {
        OrderAccess::City => Ok(true),
        OrderAccess::Area(area) => {
            let order = order::Entity::find_by_id(id).one(connection).await?;
            Ok(order.is_some_and(|order| order.area_code == Some(area)))
        }
        OrderAccess::Unit(unit) => {
            let query = assignment::Entity::find()
                .filter(assignment::Column::OrderId.eq(id))
                .filter(assignment::Column::UnitId.eq(unit));
            Ok(query.one(connection).await?.is_some())
        }
        // Who supports a matter reads its video with the order, where what is published is decided.
        OrderAccess::OwnOrders(person) => {
            let order = order::Entity::find_by_id(id).one(connection).await?;
            Ok(order.is_some_and(|order| order.reporter_id == person))
        }
        OrderAccess::None => Ok(false),
    }
}
