//! All that a line of the tables needs to become rows.

use anyhow::Context as _;
use entity::ids::UnitId;

use super::cast::Cast;
use super::dates::Dates;
use crate::city::snapshot::City;

/// Hour of the day at which matters are closed.
pub const CLOSED: u32 = 17;

pub struct Setting<'a> {
    pub city: &'a City,
    pub cast: &'a Cast,
    pub dates: Dates<'a>,
}

impl Setting<'_> {
    /// Returns the unit with this name, alias or code.
    ///
    /// # Errors
    /// When there is none.
    pub fn unit(&self, name: &str) -> anyhow::Result<UnitId> {
        let unit = self.city.units.resolve(name);
        Ok(unit.with_context(|| format!("no unit is called {name}"))?.id)
    }

    /// Returns the code of the county with this name; `None` for the whole city.
    ///
    /// # Errors
    /// When there is none.
    pub fn area(&self, county: Option<&str>) -> anyhow::Result<Option<String>> {
        let Some(name) = county else {
            return Ok(None);
        };
        let county = self.city.county(name);
        let county = county.with_context(|| format!("no county is called {name}"))?;
        Ok(Some(county.code.clone()))
    }
}
