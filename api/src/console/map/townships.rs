//! Names of townships for a map, each where its recent orders are.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::console::map::sheet::NamedPlace;
use crate::error::Result;
use crate::orders::search::township_centres::{self, TownshipCentre};

/// The townships of the whole city.
pub async fn of_city(app: &App, now: DateTime<Utc>) -> Result<Vec<NamedPlace>> {
    of_area(app, None, now).await
}

/// The townships of a county; those of the whole city if `area` is `None`.
pub async fn of_area(app: &App, area: Option<&str>, now: DateTime<Utc>) -> Result<Vec<NamedPlace>> {
    let city = app.state::<CityHandle>().load();
    let centres = township_centres::of_area(&app.db, area, now).await?;
    let named = |centre: TownshipCentre| {
        Some(NamedPlace {
            name: city.township(&centre.code)?.name.clone(),
            code: centre.code,
            longitude: centre.longitude,
            latitude: centre.latitude,
        })
    };
    Ok(centres.into_iter().filter_map(named).collect())
}
