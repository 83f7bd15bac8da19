//! The same matter: open orders that resemble a report, with a score that means something and its reasons.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::OrderId;
use entity::order;
use insight::similar::{Features, Reasons, Report, same_matter};

use crate::app::App;
use crate::error::Result;
use crate::insight::store::reports;
use crate::orders::list::OPEN;
use places::datum::Wgs84;

/// Texts less alike than this are not compared further.
const LEAST_SIMILARITY: f32 = 0.08;
/// Candidates compared in full.
const CANDIDATES: usize = 40;

/// What is asked about: a report that is being written, or one that has just come.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    pub text: &'a str,
    pub place: Option<Wgs84>,
    /// Its code.
    pub category: Option<&'a str>,
    /// The report's own order, when there is one: it does not resemble itself.
    pub order: Option<OrderId>,
}

/// An open order, and why it may be the same matter.
#[derive(Clone, Debug)]
pub struct Alike {
    pub order: order::Model,
    pub reasons: Reasons,
}

/// The open orders that are the same matter with at least this probability, the likeliest first. Whether
/// the caller may know of them is for whoever shows them.
pub async fn alike(
    app: &App,
    asked: &Asked<'_>,
    at_least: f64,
    limit: usize,
    now: DateTime<Utc>,
) -> Result<Vec<Alike>> {
    let text = asked.text.to_owned();
    let features = tokio::task::spawn_blocking(move || Features::of("", &text))
        .await
        .map_err(anyhow::Error::from)?;
    let found = {
        let recent = app.topics.up_to(app, now).await?;
        recent.index.search(&features, LEAST_SIMILARITY, CANDIDATES)
    };
    let ids = found
        .iter()
        .map(|found| found.key)
        .filter(|id| Some(*id) != asked.order);
    let orders = reports::open_orders(&app.db, ids.collect(), &OPEN).await?;
    let mut by_id: HashMap<OrderId, order::Model> =
        orders.into_iter().map(|order| (order.id, order)).collect();
    let recent = app.topics.up_to(app, now).await?;
    let mine = Report {
        text: asked.text,
        features: &features,
        place: asked.place.map(|place| (place.longitude, place.latitude)),
        category: asked.category,
        at: now,
    };
    let mut alike: Vec<Alike> = Vec::new();
    for found in found {
        let Some(order) = by_id.remove(&found.key) else {
            continue;
        };
        let Some(features) = recent.index.features(found.key) else {
            continue;
        };
        let theirs = Report {
            text: &order.description,
            features,
            place: order.longitude.zip(order.latitude),
            category: order.category_code.as_deref(),
            at: order.created_at,
        };
        let reasons = same_matter(&recent.index, &mine, &theirs);
        if reasons.probability >= at_least {
            alike.push(Alike { order, reasons });
        }
    }
    alike.sort_by(|a, b| b.reasons.probability.total_cmp(&a.reasons.probability));
    alike.truncate(limit);
    Ok(alike)
}
