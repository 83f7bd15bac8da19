//! Retrains on orders: categories that operators corrected on re-dispatch, and those of orders closed unchanged.
//!
//! The texts of the pack are always included; the orders are split into folds. A new model is activated, on all
//! replicas at once, only if it is at least as accurate as the active one. Both are evaluated on the same orders that
//! neither has seen: the new one by the folds, the active one because they arrived after it was trained.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::kinds::GenerationKind;
use insight::classify::{self, Evaluation, Example, Model, Settings, Trained};
use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::app::App;
use crate::city::categories::store::{self, TrainingOrder};
use crate::city::categories::suggest::Models;
use crate::city::categories::training;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::jobs::queue::{self, NewJob};
use crate::jobs::{Job, Lane};
use crate::{city, db};

/// Maximum number of orders, latest first, which keeps the training below minutes.
const MAX_ORDERS: u64 = 20_000;
/// Fewer say nothing about whether the new model is better.
const FEWEST_ORDERS: usize = 20;
/// At night, local time.
const HOUR: u32 = 3;

/// Retrains in the night of the given date.
pub struct RetrainCategories;

impl Job for RetrainCategories {
    const NAME: &'static str = "categories.learn";
    const LANE: Lane = Lane::Heavy;
    type Input = NaiveDate;

    async fn run(app: &App, _night: NaiveDate) -> Result<()> {
        nightly(app).await
    }
}

/// How an attempt to learn ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum TrainingOutcome {
    /// Every replica uses it within seconds.
    Learned {
        version: i64,
        orders: usize,
        accuracy: f64,
        before: f64,
    },
    /// The model in use stays.
    NotBetter {
        orders: usize,
        accuracy: f64,
        before: f64,
    },
    /// That the model in force has not seen.
    TooFewOrders { orders: usize, needed: usize },
}

pub async fn learn(app: &App, now: DateTime<Utc>) -> Result<TrainingOutcome> {
    let city = app.state::<CityHandle>().load();
    let lessons = training_orders(store::training_orders(&app.db, MAX_ORDERS).await?, &city);
    let orders = lessons.len();
    let unseen = city.suggester.models.learned.as_ref().map(|held| held.made_at);
    let is_unseen = |lesson: &TrainingOrder| unseen.is_none_or(|made_at| lesson.came_at > made_at);
    let judged = lessons.iter().filter(|lesson| is_unseen(lesson)).count();
    if judged < FEWEST_ORDERS {
        return Ok(TrainingOutcome::TooFewOrders {
            orders: judged,
            needed: FEWEST_ORDERS,
        });
    }
    let judged: Vec<bool> = lessons.iter().map(is_unseen).collect();
    let examples: Vec<Example> = lessons.into_iter().map(|lesson| lesson.example).collect();
    let work = tokio::task::spawn_blocking(move || train(&city, &examples, &judged));
    let ModelComparison {
        model,
        report,
        accuracy,
        before,
    } = work.await.map_err(anyhow::Error::from)??;
    if accuracy < before {
        return Ok(TrainingOutcome::NotBetter {
            orders,
            accuracy,
            before,
        });
    }
    let report = serde_json::to_value(&report).map_err(anyhow::Error::from)?;
    let txn = db::write(&app.db).await?;
    let version = store::insert(&txn, &model, report, orders, now).await?;
    city::refresh::publish_change(&txn, GenerationKind::Suggestion, now).await?;
    txn.commit().await?;
    city::refresh::refresh(app).await?;
    Ok(TrainingOutcome::Learned {
        version,
        orders,
        accuracy,
        before,
    })
}

/// Returns the latest trained model if it is newer than the loaded one.
pub async fn latest_model(connection: &impl ConnectionTrait, held: Models) -> Result<Models> {
    store::renewed(connection, held).await
}

/// One text once, and only of categories that there are.
fn training_orders(orders: Vec<TrainingOrder>, city: &City) -> Vec<TrainingOrder> {
    let mut seen = HashSet::new();
    let mut lessons = orders;
    lessons.retain(|TrainingOrder { example: order, .. }| {
        city.categories.find(&order.label).is_some() && seen.insert(order.text.trim().to_owned())
    });
    lessons
}

/// A new model beside the one in force.
struct ModelComparison {
    model: Model,
    report: Evaluation,
    /// How often each is right about the orders that neither has seen.
    accuracy: f64,
    before: f64,
}

/// Trains on all, and compares by those of which `judged` is true.
fn train(city: &Arc<City>, orders: &[Example], judged: &[bool]) -> anyhow::Result<ModelComparison> {
    let settings = Settings {
        // Real orders are judged.
        curve: true,
        ..training::settings(&city.categories, city.dispatch.min_confidence)
    };
    let mut always = training::texts(&city.files, &city.categories).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        anyhow::anyhow!(faults.join("; "))
    })?;
    always.extend(training::anchors(&city.categories));
    let Trained { model, report, right } = classify::train_in_full(orders, &always, settings)?;
    let of_judged = || right.iter().zip(judged).filter(|(_, judged)| **judged);
    let hits = of_judged().filter(|(right, _)| **right).count();
    let unseen: Vec<Example> = orders
        .iter()
        .zip(judged)
        .filter(|(_, judged)| **judged)
        .map(|(order, _)| order.clone())
        .collect();
    let in_force = city.suggester.models.current();
    let before = in_force.map_or(0.0, |model| {
        classify::evaluate(model, &unseen, settings.min_confidence).accuracy
    });
    Ok(ModelComparison {
        model,
        report,
        accuracy: hits as f64 / of_judged().count().max(1) as f64,
        before,
    })
}

/// The nightly job: learns, and sets itself up for the next night.
async fn nightly(app: &App) -> Result<()> {
    let now = app.clock.now();
    let outcome = learn(app, now).await?;
    tracing::info!(?outcome, "category model retrained");
    schedule(app, now).await
}

/// Sees to it that the next night's job is waiting; done twice, there is one.
pub async fn schedule(app: &App, now: DateTime<Utc>) -> Result<()> {
    let zone = app.state::<CityHandle>().load().zone();
    let tomorrow: NaiveDate = local_date(now, zone) + Duration::days(1);
    let local = tomorrow
        .and_hms_opt(HOUR, 0, 0)
        .and_then(|local| local.and_local_timezone(zone).earliest());
    let run_at = local.map_or(now + Duration::days(1), |local| local.to_utc());
    let key = format!("{} {tomorrow}", RetrainCategories::NAME);
    let job = NewJob::of::<RetrainCategories>(&tomorrow, run_at)?.once(key);
    let txn = db::write(&app.db).await?;
    queue::enqueue(&txn, job, now).await?;
    Ok(txn.commit().await?)
}
