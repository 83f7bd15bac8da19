//! Who may see a photo: its owner, those who see an order that it belongs to, once it is published those who endorse the
//! order, and the committees of counties that a document with it was sent to.

use entity::ids::{PersonId, PhotoId};
use entity::kinds::Role;
use entity::{assignment, endorsement, order, order_photo, photo};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait as _,
};

use crate::caller::{Caller, OrderAccess};
use crate::error::{Error, Result};
use crate::photos::readers;
use crate::publication_rules;

pub async fn visible(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    id: PhotoId,
) -> Result<photo::Model> {
    let photo = stored(connection, id).await?;
    if is_of_caller(connection, caller, &photo).await? || was_sent(connection, caller, &photo).await? {
        return Ok(photo);
    }
    Err(Error::not_found())
}

async fn stored(connection: &impl ConnectionTrait, id: PhotoId) -> Result<photo::Model> {
    let photo = photo::Entity::find_by_id(id)
        .filter(photo::Column::RemovingAt.is_null())
        .one(connection)
        .await?;
    photo.ok_or_else(Error::not_found)
}

async fn is_of_caller(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    photo: &photo::Model,
) -> Result<bool> {
    Ok(photo.owner_id == Some(caller.person) || in_a_visible_order(connection, caller, photo).await?)
}

/// A committee reads the photos of the reports that were sent to its county.
async fn was_sent(connection: &impl ConnectionTrait, caller: &Caller, photo: &photo::Model) -> Result<bool> {
    match caller.order_access() {
        OrderAccess::Area(area) => readers::is_admitted(connection, &area, photo.id).await,
        _ => Ok(false),
    }
}

/// As evidence, unchanged and with all metadata: staff who see the order.
pub async fn visible_as_evidence(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    id: PhotoId,
) -> Result<photo::Model> {
    let photo = stored(connection, id).await?;
    if !is_of_caller(connection, caller, &photo).await? {
        return Err(Error::not_found());
    }
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
