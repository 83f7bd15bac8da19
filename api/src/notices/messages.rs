//! The city's wording with the names of areas, units and categories: from memory, or from the database if the city's
//! snapshot does not have them yet or any more.

use std::ops::Deref;

use chrono::{DateTime, Utc};
use entity::ids::UnitId;
use entity::order;
use sea_orm::ConnectionTrait;

use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::notices::audience::EventKind;
use crate::notices::{Wording, store};

/// The wording of notices.
#[derive(Clone)]
pub struct MessageCatalog {
    wording: Wording,
    city: CityHandle,
}

impl Deref for MessageCatalog {
    type Target = Wording;

    fn deref(&self) -> &Wording {
        &self.wording
    }
}

impl MessageCatalog {
    #[must_use]
    pub fn new(wording: Wording, city: CityHandle) -> Self {
        Self { wording, city }
    }

    /// Returns the end of the quiet hours that contain `now`, or `None` outside them.
    pub(super) fn quiet_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let city = self.city.load();
        city.quiet_hours?.end(now, city.zone())
    }

    /// Returns `true` if this event is pushed in quiet hours too.
    pub(super) fn breaks_quiet_hours(&self, event: &str) -> bool {
        let allowed = self.city.load().quiet_hours;
        let allowed = allowed.is_none_or(|quiet| quiet.emergencies_break_quiet_hours);
        let alarm = |kind: &&EventKind| kind.is_alarm() && kind.as_str() == event;
        allowed && EventKind::ALL.iter().any(|kind| alarm(&kind))
    }

    pub(super) async fn unit(
        &self,
        connection: &impl ConnectionTrait,
        unit: UnitId,
    ) -> Result<Option<String>> {
        if let Some(unit) = self.city.load().unit(unit) {
            return Ok(Some(unit.name.clone()));
        }
        Ok(store::unit_name(connection, unit).await?)
    }

    pub(super) async fn category(
        &self,
        connection: &impl ConnectionTrait,
        code: &str,
    ) -> Result<Option<String>> {
        if let Some(category) = self.city.load().categories.find(code) {
            return Ok(Some(category.name.clone()));
        }
        Ok(store::category_name(connection, code).await?)
    }

    /// Returns the county of the order under its name at the time of the order.
    pub(super) async fn area(
        &self,
        connection: &impl ConnectionTrait,
        order: &order::Model,
    ) -> Result<Option<String>> {
        let (Some(set), Some(code)) = (order.boundary_set_id, &order.area_code) else {
            return Ok(None);
        };
        let city = self.city.load();
        if city.boundary_set == set
            && let Some(county) = city.county(code)
        {
            return Ok(Some(county.name.clone()));
        }
        Ok(store::area_name(connection, set, code).await?)
    }
}
