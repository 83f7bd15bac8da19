//! Measures the nightly search at the size of a city, with three years and a million orders in the database:
//! the first search, then that of the next night.
//!
//! `cargo run -p tests --example nights -- [ORDERS]`

#![expect(clippy::print_stdout, reason = "prints figures")]

#[path = "../../api/insight/examples/rebuild/city.rs"]
mod city;

use std::path::Path;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::PersonId;
use entity::kinds::Role;
use entity::{order, person, topic};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _,
};
use tests::rows::blank_order;
use tests::{Db, TestApp};
use zhitong::db;
use zhitong::insight::nightly;
use zhitong::orders::search::text_index;

use crate::city::City;
use zhitong::city::snapshot::CityHandle;

const DAYS: i64 = 3 * 365;
const DELEGATES: usize = 2_000;
/// Rows in one statement; SQLite takes 32,766 values.
const BATCH: usize = 250;

#[tokio::main]
async fn main() {
    let orders = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let orders: usize = orders.unwrap_or(1_000_000);
    let daily_orders = orders.div_ceil(usize::try_from(DAYS).expect("days"));
    let app = TestApp::start(Db::Sqlite).await;
    let mut filler = Filler::new(&app, daily_orders).await;
    let began = Instant::now();
    for back in (1..=DAYS).rev() {
        filler.day(app.now() - TimeDelta::days(back)).await;
    }
    println!(
        "{} orders written in {:.0?}; {}",
        filler.number,
        began.elapsed(),
        peak_memory()
    );

    timed("recent reports read", text_index::preload(app.app().clone())).await;
    timed("the first search", search(&app)).await;
    // As a server does every minute; what is measured from here on is what a night takes.
    heap::trim();
    forget_peak();
    for night in 1..=2 {
        app.app().clock.advance_to(app.now() + TimeDelta::days(1));
        filler.day(app.now() - TimeDelta::days(1)).await;
        timed(&format!("night {night}, {daily_orders} orders"), search(&app)).await;
        heap::trim();
    }
    let topics = topic::Entity::find().count(&app.app().db).await.expect("topics");
    println!("{topics} topics; peak memory {}", peak_memory());
}

async fn search(app: &TestApp) {
    nightly::find_topics(app.app()).await.expect("the search");
}

async fn timed(what: &str, work: impl Future<Output = ()>) {
    let began = Instant::now();
    work.await;
    println!("{what}: {:.2?}; {}", began.elapsed(), peak_memory());
}

/// Writes orders as they count: closed, with words, a place and a category.
struct Filler {
    db: db::Db,
    city: City,
    daily: usize,
    reporters: Vec<PersonId>,
    areas: Vec<String>,
    categories: Vec<String>,
    number: usize,
}

impl Filler {
    async fn new(app: &TestApp, daily: usize) -> Self {
        let db = app.app().db.clone();
        let snapshot = app.app().state::<CityHandle>().load();
        let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/city/luoyang");
        let rng = StdRng::seed_from_u64(7);
        let divisions = snapshot.counties.divisions().iter();
        Self {
            reporters: delegates(&db).await,
            city: City::new(&pack, daily, rng).expect("the pack"),
            daily,
            areas: divisions.map(|division| division.code.clone()).collect(),
            categories: snapshot
                .categories
                .leaves()
                .map(|leaf| leaf.code.clone())
                .collect(),
            number: 0,
            db,
        }
    }

    /// One day's orders, an even time apart.
    async fn day(&mut self, start: DateTime<Utc>) {
        let apart = TimeDelta::days(1) / i32::try_from(self.daily).expect("orders of a day");
        let mut rows = Vec::with_capacity(self.daily);
        for nth in 0..self.daily {
            let at = start + apart * i32::try_from(nth).expect("orders of a day");
            rows.push(self.order(at));
        }
        let txn = db::write(&self.db).await.expect("a transaction");
        for part in rows.chunks(BATCH) {
            let part = part.iter().map(|row| row.clone().into_active_model());
            let written = order::Entity::insert_many(part).exec_without_returning(&txn);
            written.await.expect("orders");
        }
        txn.commit().await.expect("a commit");
    }

    fn order(&mut self, at: DateTime<Utc>) -> order::Model {
        self.number += 1;
        let description = self.city.report();
        // Some categories and counties have far more than others.
        let pick = |from: &[String]| from.get(self.number * self.number / 7 % from.len() / 2).cloned();
        order::Model {
            number: format!("N{:010}", self.number),
            description,
            category_code: pick(&self.categories),
            area_code: pick(&self.areas),
            reporter_id: self.reporters[self.number * 31 % self.reporters.len()],
            created_at: at,
            updated_at: at,
            ..blank_order(at)
        }
    }
}

/// Delegates besides those of the test's city.
async fn delegates(db: &db::Db) -> Vec<PersonId> {
    let known = person::Entity::find().filter(person::Column::Role.eq(Role::Delegate));
    let known = known.one(db).await.expect("people").expect("a delegate");
    let copies: Vec<person::Model> = (0..DELEGATES)
        .map(|nth| person::Model {
            id: PersonId::generate(),
            roster_key: format!("night-{nth}"),
            phone_hash: format!("night-{nth}"),
            openid_sealed: None,
            openid_hash: None,
            ..known.clone()
        })
        .collect();
    for part in copies.chunks(BATCH) {
        let part = part.iter().map(|row| row.clone().into_active_model());
        let written = person::Entity::insert_many(part).exec_without_returning(db);
        written.await.expect("people");
    }
    copies.into_iter().map(|person| person.id).collect()
}

/// The peak is counted anew from here on (proc(5): `clear_refs`).
fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").expect("Linux counts anew");
    println!("from here on {}", peak_memory());
}

/// As Linux counts it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    format!("at most {}", line.map_or("unknown", str::trim))
}
