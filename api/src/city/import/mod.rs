//! `zhitong import …`: new boundaries, units, duty table or calendar for a city that is there already. Each is
//! all or nothing, safe to run again, and says line by line what is wrong.

mod areas;
mod calendar;
mod departments;
mod duty;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::city::rows::Fault;
use crate::error::Result;
use entity::kinds::AreaLevel;
use entity::{area, boundary_set};

pub use areas::areas;
pub use calendar::calendar;
pub use departments::departments;
pub use duty::duty;

/// What an import did: rows that came, rows that are different now, rows that went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    pub added: usize,
    pub changed: usize,
    pub left: usize,
    pub unchanged: usize,
}

/// The file was taken, or is wrong in these places and nothing was changed.
pub type Imported = Result<std::result::Result<Report, Vec<Fault>>>;

/// Codes of the divisions in force: counties, and townships with their counties.
struct Divisions {
    counties: Vec<String>,
    townships: Vec<(String, String)>,
}

async fn divisions(connection: &impl ConnectionTrait) -> Result<Divisions> {
    let set = boundary_set::Entity::find()
        .filter(boundary_set::Column::Active.eq(true))
        .one(connection)
        .await?
        .ok_or_else(|| anyhow::anyhow!("there is no active boundary set"))?;
    let rows: Vec<(String, Option<String>, AreaLevel)> = area::Entity::find()
        .filter(area::Column::BoundarySetId.eq(set.id))
        .select_only()
        .columns([area::Column::Code, area::Column::ParentCode, area::Column::Level])
        .into_tuple()
        .all(connection)
        .await?;
    let (mut counties, mut townships) = (Vec::new(), Vec::new());
    for (code, parent, level) in rows {
        match level {
            AreaLevel::County => counties.push(code),
            AreaLevel::Township => townships.push((code, parent.unwrap_or_default())),
            AreaLevel::City => {}
        }
    }
    Ok(Divisions { counties, townships })
}
