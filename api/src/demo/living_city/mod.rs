//! The living city of the demonstration: a year of orders that end now, drawn with a fixed seed and taken in like the orders of
//! an earlier system.
//!
//! - `tables`: kinds, wordings and topics, data of the city pack
//! - `geography`: places to draw from (pure)
//! - `draw`: the reports of a year (pure)
//! - `course`: what became of each, up to now (pure)
//! - `supervised`: the supervision orders issued on them (pure)
//! - `committee`: the year of the standing committees
//! - `inbox`: the notices of the last days

mod committee;
mod course;
mod draw;
mod geography;
mod inbox;
mod supervised;
mod tables;

use std::collections::HashMap;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use entity::ids::{PersonId, PhotoId};
use entity::kinds::{PhotoRole, Role};

use crate::app::App;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::demo::actor::DemoUser;
use crate::demo::living_city::committee::cast::Cast;
use crate::demo::living_city::draw::DrawnReport;
use crate::demo::living_city::geography::Geography;
use crate::demo::living_city::supervised::Bodies;
use crate::demo::living_city::tables::{FILE, Tables};
use crate::demo::picture::DemoPhoto;
use crate::demo::stage::StoryScheduler;
use crate::history_import::past_order::PastOrder;
use crate::history_import::service::{self, SourceFile};
use crate::people::directory;

/// One report in so many has photos, as long as there are some.
const WITH_PHOTOS: usize = 40;

/// How many orders the city has now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LivingCity {
    pub closed: usize,
    pub open: usize,
}

/// Draws a year of orders that ends now and writes them, and the committees' year. Each pair of `photos` (before, after) goes to one order.
///
/// Returns `None` if the city pack has no tables to draw from.
///
/// # Errors
/// When the tables cannot be read, or the database fails; orders are written all or none.
pub async fn fill(app: &App, photos: Vec<(PhotoId, PhotoId)>) -> anyhow::Result<Option<LivingCity>> {
    let city = app.state::<CityHandle>().load();
    let Some(text) = city.files.get(FILE) else {
        return Ok(None);
    };
    let tables = Tables::read(text)?;
    let now = app.clock.now();
    let delegates = delegates(app).await?;
    let mut reports = {
        let townships = city.files.get("townships.csv").context("townships.csv")?;
        let communities = city.files.get("communities.csv").context("communities.csv")?;
        let geography = Geography::new(&city.counties, townships, communities)?;
        draw::year(&tables, &geography, now, city.zone())
    };
    committee::calm(&city, &mut reports, now)?;
    let mut orders = past_orders(&city, &delegates, &reports, now)?;
    add_photos(&mut orders, photos);
    let cast = Cast::load(app).await?;
    let bodies = Bodies {
        city: &city,
        cast: &cast,
        words: &tables.supervision,
        now,
    };
    bodies.issue(&mut orders)?;
    let closed = orders.iter().filter(|order| order.closed_at.is_some()).count();
    let counts = LivingCity {
        closed,
        open: orders.len() - closed,
    };
    let file = SourceFile {
        name: FILE.to_owned(),
        hash: format!("living-city-{}", now.timestamp()),
        by: None,
    };
    let adoptable = committee::adoptable(&orders);
    let recent = inbox::recent(&orders, now);
    service::import(app, &file, orders).await?;
    let matters = Box::pin(committee::fill(app, &cast, &adoptable)).await?;
    Box::pin(inbox::fill(app, &recent, &matters)).await?;
    Ok(Some(counts))
}

/// The delegates on the roster, by the county of their constituency.
async fn delegates(app: &App) -> anyhow::Result<HashMap<String, Vec<PersonId>>> {
    let mut by_county: HashMap<String, Vec<PersonId>> = HashMap::new();
    for person in directory::active_with_role(&app.db, Role::Delegate).await? {
        if let Some(area) = person.area_code {
            by_county.entry(area).or_default().push(person.id);
        }
    }
    Ok(by_county)
}

fn past_orders(
    city: &City,
    delegates: &HashMap<String, Vec<PersonId>>,
    reports: &[DrawnReport],
    now: DateTime<Utc>,
) -> anyhow::Result<Vec<PastOrder>> {
    let mut orders = Vec::with_capacity(reports.len());
    for (nth, report) in reports.iter().enumerate() {
        let nobody = Vec::new();
        let near = delegates.get(&report.spot.county).unwrap_or(&nobody);
        let all = if near.is_empty() {
            delegates.values().next().unwrap_or(&nobody)
        } else {
            near
        };
        let index = usize::try_from(report.dice).unwrap_or(0);
        let reporter = *all
            .get(index % all.len().max(1))
            .context("no delegate on the roster")?;
        orders.push(course::past_order(city, report, nth, reporter, now)?);
    }
    Ok(orders)
}

fn add_photos(orders: &mut [PastOrder], photos: Vec<(PhotoId, PhotoId)>) {
    // The newest orders are looked at first.
    let replied = orders.iter_mut().rev().filter(|order| {
        let last = order.rounds.last();
        last.is_some_and(|round| round.replied_at.is_some())
    });
    for (order, (before, after)) in replied.step_by(WITH_PHOTOS).zip(photos) {
        order.photos = vec![(before, PhotoRole::Before), (after, PhotoRole::After)];
    }
}

/// Photos that orders show: before and after.
const PHOTO_PAIRS: u32 = 12;

/// Uploads pairs of photos in the name of delegates and returns their ids.
///
/// # Errors
/// When the product refuses one.
pub async fn upload_photos(stage: &StoryScheduler) -> anyhow::Result<Vec<(PhotoId, PhotoId)>> {
    let delegate = stage.person("delegate", |person| person.role == "delegate")?;
    let actor = DemoUser::sign_in(stage.clone(), delegate).await?;
    let taken_at = stage.now().await?.fixed_offset();
    let mut pairs = Vec::new();
    for nth in 0..PHOTO_PAIRS {
        let upload = async |seed: u32, role: &str| -> anyhow::Result<PhotoId> {
            let picture = DemoPhoto {
                seed,
                role: role.to_owned(),
                taken_at,
                longitude: 0.0,
                latitude: 0.0,
            };
            let id = actor.upload(&picture).await?;
            id.parse().context("the id of a photo")
        };
        let before = upload(7_000 + nth * 2, "before").await?;
        let after = upload(7_001 + nth * 2, "after").await?;
        pairs.push((before, after));
    }
    Ok(pairs)
}
