//! Who may see a photo: its owner, those who see an order that it belongs to, and, once it is published, those who endorse
//! the order.

use entity::ids::{PersonId, PhotoId};
use entity::kinds::Role;
use entity::{assignment, endorsement, order, order_photo, photo};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait as _,
};

use crate::caller::{Caller, OrderAccess};
use crate::error::{Error, Result};
use crate::publication_rules;

pub async fn visible(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    id: PhotoId,
) -> Result<photo::Model> {
    let photo = photo::Entity::find_by_id(id)
        .filter(photo::Column::RemovingAt.is_null())
        .one(connection)
        .await?;
    let photo = photo.ok_or_else(Error::not_found)?;
    if photo.owner_id == Some(caller.person) || in_a_visible_order(connection, caller, &photo).await? {
        return Ok(photo);
    }
    Err(Error::not_found())
}

/// As evidence, unchanged and with all metadata: staff only.
pub async fn visible_as_evidence(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    id: PhotoId,
) -> Result<photo::Model> {
    let photo = visible(connection, caller, id).await?;
    caller.require_any(&[Role::Handler, Role::Operator, Role::Supervisor])?;
    Ok(photo)
}

async fn in_a_visible_order(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    photo: &photo::Model,
) -> Result<bool> {
    let of_photo = order_photo::Entity::find()
        .select_only()
        .column(order_photo::Column::OrderId)
        .filter(order_photo::Column::PhotoId.eq(photo.id))
        .into_query();
    let orders = order::Entity::find().filter(order::Column::Id.in_subquery(of_photo));
    let seen = match caller.order_access() {
        OrderAccess::City => Condition::all(),
        OrderAccess::Area(area) => Condition::all().add(order::Column::AreaCode.eq(area)),
        OrderAccess::Unit(unit) => {
            let charges = assignment::Entity::find().filter(assignment::Column::UnitId.eq(unit));
            Condition::all().add(
                order::Column::Id.in_subquery(
                    charges
                        .select_only()
                        .column(assignment::Column::OrderId)
                        .into_query(),
                ),
            )
        }
        OrderAccess::OwnOrders(person) => {
            let own = Condition::all().add(order::Column::ReporterId.eq(person));
            let reported = orders.clone().filter(own).one(connection).await?.is_some();
            return Ok(reported || in_an_endorsed_order(connection, person, photo).await?);
        }
        OrderAccess::None => return Ok(false),
    };
    Ok(orders.filter(seen).one(connection).await?.is_some())
}

async fn in_an_endorsed_order(
    connection: &impl ConnectionTrait,
    person: PersonId,
    photo: &photo::Model,
) -> Result<bool> {
    let places = order_photo::Entity::find()
        .filter(order_photo::Column::PhotoId.eq(photo.id))
        .all(connection)
        .await?;
    let endorsed = endorsement::Entity::find()
        .select_only()
        .column(endorsement::Column::OrderId)
        .filter(endorsement::Column::PersonId.eq(person))
        .into_query();
    let orders = order::Entity::find()
        .filter(order::Column::Id.is_in(places.iter().map(|place| place.order_id)))
        .filter(order::Column::Id.in_subquery(endorsed))
        .all(connection)
        .await?;
    let shown = |order: &order::Model| {
        let mut places = places.iter().filter(|place| place.order_id == order.id);
        places.any(|place| publication_rules::shows_photo(order, place, photo))
    };
    Ok(orders.iter().any(shown))
}
