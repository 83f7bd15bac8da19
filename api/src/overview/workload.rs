//! Open orders per unit, from the materialized counts.

use std::collections::HashMap;

use entity::ids::UnitId;

use super::count_deltas::{WHOLE_CITY, unit_of, unit_subject};
use super::store;
use crate::app::App;
use crate::error::Result;

/// Open orders of these units; one that has none is not in it.
pub async fn open_orders_by_unit(app: &App, units: &[UnitId]) -> Result<HashMap<UnitId, i64>> {
    let subjects = units.iter().map(|unit| unit_subject(*unit)).collect();
    let mut open: HashMap<UnitId, i64> = HashMap::new();
    for row in store::stock_of(&app.db, WHOLE_CITY, subjects).await? {
        if let Some(unit) = unit_of(&row.subject) {
            *open.entry(unit).or_default() += row.orders;
        }
    }
    open.retain(|_, orders| *orders > 0);
    Ok(open)
}
