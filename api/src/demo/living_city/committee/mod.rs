//! A year of the standing committees: matters under supervision, watch lists and residents' messages, from the tables of
//! the city pack, in the names of the people of its roster.
//!
//! - `tables`: what the pack says
//! - `dates`: its days as moments before now (pure)
//! - `cast`: who acts; `setting`: all that a line needs to become rows
//! - `matters`, `tasks`, `watch`, `messages`: the rows that follow
//! - `calm`: fewer reports after a matter is closed (pure)

mod calm;
pub mod cast;
mod dates;
mod matters;
mod messages;
mod setting;
mod tables;
mod tasks;
mod watch;

use anyhow::Context as _;
use chrono::{DateTime, Utc};

use crate::app::App;
use crate::city::snapshot::{City, CityHandle};
use crate::demo::living_city::committee::cast::Cast;
use crate::demo::living_city::committee::dates::Dates;
use crate::demo::living_city::committee::messages::Sources;
use crate::demo::living_city::committee::setting::Setting;
use crate::demo::living_city::committee::tables::{FILE, Tables};
use crate::demo::living_city::draw::DrawnReport;
use crate::sites::past as site_messages;
use crate::supervision::past::insert as supervision;
use crate::supervision::past::matter::PastMatter;
use crate::watch_lists::past as watch_lists;

pub use messages::{Adoptable, adoptable};

/// Makes the reports of a matter's kind rarer after its closing.
///
/// Does nothing if the city pack has no tables of matters.
///
/// # Errors
/// When the tables cannot be read or name an unknown county.
pub fn calm(city: &City, reports: &mut Vec<DrawnReport>, now: DateTime<Utc>) -> anyhow::Result<()> {
    let Some(text) = city.files.get(FILE) else {
        return Ok(());
    };
    for matter in &Tables::read(text)?.matters {
        calm::after_closing(city, matter, now, reports)?;
    }
    Ok(())
}

/// Writes the committees' year and returns its matters. `adoptable` are reports that may have been residents' messages.
///
/// Does nothing if the city pack has no tables for it.
///
/// # Errors
/// When the tables cannot be read or name an unknown unit, or the database fails.
pub async fn fill(app: &App, cast: &Cast, adoptable: &[Adoptable]) -> anyhow::Result<Vec<PastMatter>> {
    let city = app.state::<CityHandle>().load();
    let Some(text) = city.files.get(FILE) else {
        return Ok(Vec::new());
    };
    let tables = Tables::read(text)?;
    let setting = Setting {
        city: &city,
        cast,
        dates: Dates {
            calendar: &city.calendar,
            zone: city.zone(),
            now: app.clock.now(),
        },
    };
    let matters = matters::all(&setting, &tables.matters)?;
    let lists = watch::all(&setting, &tables.watch_lists, &matters)?;
    let sites = site_messages::sites(app).await?;
    supervision::insert(app, matters.clone())
        .await
        .context("matters")?;
    watch_lists::inspect_overdue(app, &tables.routine_inspection)
        .await
        .context("inspections")?;
    watch_lists::insert(app, lists).await.context("watch lists")?;
    let sources = Sources {
        plan: &tables.messages,
        adoptable,
    };
    let messages = messages::all(app, &setting.dates, sources, &sites).await?;
    site_messages::insert(app, messages).await.context("messages")?;
    Ok(matters)
}
