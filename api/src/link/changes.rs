//! The changes of orders, for warehouses and other systems that keep a copy.
//!
//! The feed has each order once, at the position of its last change; an order that changes again moves to the end. A
//! reader that stores the last cursor receives every committed change at least once.

use chrono::{DateTime, FixedOffset};
use entity::kinds::{Channel, Light, Status};
use entity::order;
use serde::Serialize;
use utoipa::ToSchema;

use super::store::{self, FeedCursor};
use crate::app::App;
use crate::caller::{Caller, OrderAccess};
use crate::city::snapshot::{City, CityHandle};
use crate::error::Result;
use crate::http::paging::{Paging, cursor};
use crate::http::time::local;
use crate::people::clients::service::client_of;

/// The order's state after its last change. Without the text, the place and the people.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedOrder {
    pub number: String,
    pub version: i32,
    pub changed_at: DateTime<FixedOffset>,
    pub channel: Channel,
    pub status: Status,
    pub round: i32,
    pub light: Light,
    /// Code of the category.
    pub category: Option<String>,
    /// Code of the area.
    pub area: Option<String>,
    /// Name of the responsible unit.
    pub unit: Option<String>,
    pub difficult: bool,
    pub created_at: DateTime<FixedOffset>,
    pub closed_at: Option<DateTime<FixedOffset>>,
}

/// A part of the feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Changes {
    pub items: Vec<ChangedOrder>,
    /// Where to go on. Keep it when `items` is empty: later changes come after it. `None` as long as there are no orders.
    pub next_cursor: Option<String>,
}

/// Returns the changes after the cursor, oldest first.
///
/// # Errors
/// 400 for a cursor that is not of this feed, 403 if the caller is a person.
pub async fn changes(app: &App, caller: &Caller, paging: &Paging) -> Result<Changes> {
    client_of(app, caller).await?;
    let access = caller.order_access();
    let after: Option<FeedCursor> = paging.after()?;
    let rows = store::changes(&app.db, after, paging.limit()?).await?;
    let last = rows.last().map(|(place, _)| *place).or(after);
    let city = app.state::<CityHandle>().load();
    Ok(Changes {
        items: rows
            .into_iter()
            .filter(|(_, order)| is_for(&access, order))
            .map(|(_, order)| changed(&city, order))
            .collect(),
        next_cursor: last.map(|place| cursor(&place)),
    })
}

/// Returns `true` if a client with this access may read the order. A limited client's page may be shorter; its cursor
/// advances all the same.
fn is_for(access: &OrderAccess, order: &order::Model) -> bool {
    match access {
        OrderAccess::City => true,
        OrderAccess::Unit(unit) => order.unit_id == Some(*unit),
        OrderAccess::Area(area) => order.area_code.as_ref() == Some(area),
        OrderAccess::OwnOrders(_) | OrderAccess::None => false,
    }
}

fn changed(city: &City, order: order::Model) -> ChangedOrder {
    let zone = city.zone();
    ChangedOrder {
        number: order.number,
        version: order.version,
        changed_at: local(order.updated_at, zone),
        channel: order.channel,
        status: order.status,
        round: order.round,
        light: order.light,
        category: order.category_code,
        area: order.area_code,
        unit: order
            .unit_id
            .and_then(|id| city.unit(id))
            .map(|unit| unit.name.clone()),
        difficult: order.difficult,
        created_at: local(order.created_at, zone),
        closed_at: order.closed_at.map(|at| local(at, zone)),
    }
}
