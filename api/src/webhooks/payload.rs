//! Pure: the body of a call: `{"type", "timestamp", "data"}`. Text, place and people are left out unless the endpoint
//! includes personal data.
//!
//! Names come from the city's data.

use chrono::{DateTime, SecondsFormat, Utc};
use entity::ids::UnitId;
use entity::kinds::{Channel, Light, Status};
use entity::order;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::linked_units::LinkedUnits;
use crate::city::snapshot::City;

/// An order at the time of the event; stored in the outbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderSnapshot {
    /// Of this structure.
    pub format: u8,
    pub number: String,
    pub status: Status,
    pub round: i32,
    pub version: i32,
    pub channel: Channel,
    pub light: Light,
    pub category_code: Option<String>,
    pub area_code: Option<String>,
    pub unit_id: Option<UnitId>,
    pub difficult: bool,
    pub tracked: bool,
    pub confidential: bool,
    pub due_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub description: String,
    pub address: Option<String>,
    pub longitude: Option<f64>,
    pub latitude: Option<f64>,
}

impl OrderSnapshot {
    #[must_use]
    pub fn of(order: &order::Model) -> Self {
        Self {
            format: 1,
            number: order.number.clone(),
            status: order.status,
            round: order.round,
            version: order.version,
            channel: order.channel,
            light: order.light,
            category_code: order.category_code.clone(),
            area_code: order.area_code.clone(),
            unit_id: order.unit_id,
            difficult: order.difficult,
            tracked: order.tracked,
            confidential: order.confidential,
            due_at: order.due_at,
            created_at: order.created_at,
            updated_at: order.updated_at,
            description: order.description.clone(),
            address: order.address.clone(),
            longitude: order.longitude,
            latitude: order.latitude,
        }
    }

    /// Returns the order as a receiver gets it.
    #[must_use]
    pub fn to_view(&self, names: Names<'_>, personal: bool) -> Value {
        let Names { city, linked } = names;
        let time = |at: DateTime<Utc>| {
            let local = at.with_timezone(&city.zone());
            local.to_rfc3339_opts(SecondsFormat::Secs, false)
        };
        let unit = self.unit_id.and_then(|id| city.unit(id));
        let mut view = json!({
            "number": self.number,
            "status": self.status,
            "round": self.round,
            "version": self.version,
            "channel": self.channel,
            "light": self.light,
            "category": self.category_code.as_deref().map(|code| json!({
                "code": code,
                "name": city.categories.name_of(code),
            })),
            "area": self.area_code.as_deref().map(|code| json!({
                "code": code,
                "name": city.county_name(code),
            })),
            "unit": unit.map(|unit| json!({
                "code": unit.code,
                "name": unit.name,
                // The platform's code of the unit; null if the unit is not linked.
                "platform_code": linked.code(unit.id),
            })),
            "difficult": self.difficult,
            "tracked": self.tracked,
            "due_at": self.due_at.map(time),
            "created_at": time(self.created_at),
            "updated_at": time(self.updated_at),
        });
        if personal && let Some(fields) = view.as_object_mut() {
            fields.insert("description".to_owned(), json!(self.description));
            fields.insert("address".to_owned(), json!(self.address));
            let location = self.longitude.zip(self.latitude).map(|(longitude, latitude)| {
                json!({ "longitude": longitude, "latitude": latitude, "datum": "wgs84" })
            });
            fields.insert("location".to_owned(), json!(location));
        }
        view
    }
}

/// The data with the names for codes.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    pub city: &'a City,
    pub linked: &'a LinkedUnits,
}

/// Returns the order of an outbox row at the time of the event, or `None` if the event is not about one order.
#[must_use]
pub fn order_of(detail: &Value) -> Option<OrderSnapshot> {
    let snapshot = detail.get("order").cloned()?;
    serde_json::from_value(snapshot).ok()
}

/// Returns the payload of an outbox row.
#[must_use]
pub fn body(names: Names<'_>, event_type: &str, at: DateTime<Utc>, detail: &Value, personal: bool) -> String {
    let data = match order_of(detail) {
        Some(order) => {
            let mut data = json!({ "order": order.to_view(names, personal) });
            if personal && let Some(fields) = data.as_object_mut() {
                fields.insert("note".to_owned(), detail.get("note").cloned().unwrap_or_default());
            }
            data
        }
        None => detail.clone(),
    };
    let timestamp = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({ "type": event_type, "timestamp": timestamp, "data": data }).to_string()
}
