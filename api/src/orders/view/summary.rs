//! An order in a list: the same names as in the whole view, less what a list does not show.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use entity::kinds::{Channel, Light, Status, SupervisionLevel};
use entity::order;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::build::{ViewBuilder, location};
use super::{AreaView, CategoryView, EndorsementsView, LocationView, ReporterView, UnitView, load};
use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::error::Result;

use crate::city::emergencies::EmergencyView;
use crate::orders::rules::access;
use crate::orders::rules::actor::Actor;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderSummary {
    pub number: String,
    pub channel: Channel,
    pub status: Status,
    pub round: i32,
    pub version: i32,
    pub light: Light,
    pub description: String,
    pub category: CategoryView,
    pub location: Option<LocationView>,
    pub address: Option<String>,
    pub area: Option<AreaView>,
    pub zone: Option<String>,
    pub unit: Option<UnitView>,
    /// The nearest running deadline.
    pub due_at: Option<DateTime<FixedOffset>>,
    pub difficult: bool,
    pub tracked: bool,
    pub supervision_level: SupervisionLevel,
    /// Set if the report tells of an emergency.
    #[serde(default)]
    #[schema(required = true)]
    pub emergency: Option<EmergencyView>,
    pub endorsements: EndorsementsView,
    /// None where the report is confidential and the caller may not know.
    pub reporter: Option<ReporterView>,
    pub stage: Status,
    pub stage_since: DateTime<FixedOffset>,
    pub created_at: DateTime<FixedOffset>,
    pub updated_at: DateTime<FixedOffset>,
}

/// The orders as the actor sees them: two queries, however many they are.
pub async fn summaries(
    app: &App,
    db: &impl ConnectionTrait,
    actor: &Actor,
    orders: &[order::Model],
) -> Result<Vec<OrderSummary>> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
    let endorsements: BTreeMap<_, _> = load::endorsements(db, actor, &ids).await?;
    let people = load::people(db, orders.iter().map(|order| order.reporter_id)).await?;
    let city = app.state::<CityHandle>().load();
    let teller = ViewBuilder {
        city: &city,
        zone: city.zone(),
        staff: actor.is_staff(),
    };
    let summary = |order: &order::Model| {
        let reporter = people
            .get(&order.reporter_id)
            .filter(|_| !access::hides_reporter(actor, order));
        let withheld = access::placeholder_text(actor, order);
        OrderSummary {
            number: order.number.clone(),
            channel: order.channel,
            status: order.status,
            round: order.round,
            version: order.version,
            light: order.light,
            description: withheld.unwrap_or(&order.description).to_owned(),
            category: teller.category(order),
            location: location(order),
            address: order.address.clone().filter(|_| withheld.is_none()),
            area: teller.area(order),
            zone: order.zone.clone(),
            unit: order.unit_id.and_then(|unit| teller.unit(unit)),
            due_at: teller.optional_time(order.due_at),
            difficult: order.difficult,
            tracked: order.tracked,
            supervision_level: order.supervision_level,
            emergency: teller.emergency(order),
            endorsements: endorsements.get(&order.id).copied().unwrap_or_default(),
            reporter: reporter.map(|person| ReporterView {
                name: person.name.clone(),
                level: person.level,
            }),
            stage: order.status,
            stage_since: teller.time(order.stage_since),
            created_at: teller.time(order.created_at),
            updated_at: teller.time(order.updated_at),
        }
    };
    Ok(orders.iter().map(summary).collect())
}
