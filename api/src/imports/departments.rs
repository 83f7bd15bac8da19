//! A list of units. Units that leave it either keep the import from happening, or their orders go to triage first.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::city::import::{self, ImportFile, Imported};
use crate::orders::actions::release;

/// Imports the list. With `release_orders`, the orders that a leaving unit is handling go to triage, after a dry run has
/// found nothing else in the way.
pub async fn import_list(app: &App, given: &ImportFile<'_>, now: DateTime<Utc>) -> Imported {
    if given.dry_run || !given.release_orders {
        return import::departments(&app.db, given, now).await;
    }
    let dry = ImportFile {
        dry_run: true,
        ..*given
    };
    let planned = match import::departments(&app.db, &dry, now).await? {
        Ok(planned) => planned,
        Err(faults) => return Ok(Err(faults)),
    };
    for unit in &planned.left_units {
        release::release_unit(app, unit.id).await?;
    }
    // An order that came to the unit meanwhile refuses the import.
    let strict = ImportFile {
        release_orders: false,
        ..*given
    };
    let mut imported = import::departments(&app.db, &strict, now).await?;
    if let Ok(report) = &mut imported {
        report.left_units = planned.left_units;
    }
    Ok(imported)
}
