//! Access to a file: its owner, the committee of its campaign, its unit, the staff who see its order.

use crate::objects::client::ObjectStore;
use bytes::Bytes;
use entity::ids::FileId;
use entity::kinds::Role;
use entity::{assignment, campaign, order, stored_file};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::caller::{Caller, OrderAccess};
use crate::error::{Error, Result};
use crate::files::store;

/// Returns the file with its bytes, or 404.
pub async fn read(app: &App, caller: &Caller, id: FileId) -> Result<(stored_file::Model, Bytes)> {
    let file = store::find(&app.db, id).await?.ok_or_else(Error::not_found)?;
    if !may_read(app, caller, &file).await? {
        return Err(Error::not_found());
    }
    let bytes = app.state::<ObjectStore>().get(&file.object_key).await?;
    Ok((file, bytes))
}

async fn may_read(app: &App, caller: &Caller, file: &stored_file::Model) -> Result<bool> {
    if file.owner_id == caller.person {
        return Ok(true);
    }
    if let Some(id) = file.campaign_id {
        return match caller.order_access() {
            OrderAccess::City => Ok(true),
            OrderAccess::Unit(unit) => Ok(file.unit_id == Some(unit)),
            OrderAccess::Area(area) => {
                let campaign = campaign::Entity::find_by_id(id).one(&app.db).await?;
                Ok(campaign.is_some_and(|campaign| campaign.area_code == Some(area)))
            }
            OrderAccess::OwnOrders(_) | OrderAccess::None => Ok(false),
        };
    }
    let Some(id) = file.order_id.filter(|_| caller.role != Role::Delegate) else {
        return Ok(false);
    };
    match caller.order_access() {
        OrderAccess::City => Ok(true),
        OrderAccess::Area(area) => {
            let order = order::Entity::find_by_id(id).one(&app.db).await?;
            Ok(order.is_some_and(|order| order.area_code == Some(area)))
        }
        OrderAccess::Unit(unit) => {
            let query = assignment::Entity::find()
                .filter(assignment::Column::OrderId.eq(id))
                .filter(assignment::Column::UnitId.eq(unit));
            Ok(query.one(&app.db).await?.is_some())
        }
        OrderAccess::OwnOrders(_) | OrderAccess::None => Ok(false),
    }
}
