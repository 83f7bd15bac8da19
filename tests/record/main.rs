//! Measures the Merkle tree of the record: CPU time per appended event, and the time of a verification.
//!
//!     cargo run --release -p tests --example record -- ORDERS
//!
//! Copies one order with its rows and events, queues the events as the product does, appends and verifies. The database is
//! SQLite in a temporary folder.

use std::time::Instant;

use entity::ids::{AssignmentId, DeadlineId, OrderId, ReplyId, UrgeId, VerdictId};
use entity::{assignment, deadline, order, order_event, reply, urge, verdict};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue, ColumnTrait as _, EntityTrait, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _,
};
use serde_json::json;
use tests::order_fixture::OrderFixture;
use tests::{Db, TestApp};
use zhitong::audit_log::leaves::{self, ChainEntry};
use zhitong::audit_tree::{sequencer, verify};
use zhitong::db;
use zhitong::hash_chain::GENESIS_HASH;
use zhitong::orders::history;

/// Orders per transaction.
const BATCH: usize = 200;

/// One order with what belongs to it.
struct Model {
    order: order::Model,
    assignments: Vec<assignment::Model>,
    deadlines: Vec<deadline::Model>,
    replies: Vec<reply::Model>,
    verdicts: Vec<verdict::Model>,
    urges: Vec<urge::Model>,
    events: Vec<order_event::Model>,
}

macro_rules! of_order {
    ($db:expr, $id:expr, $table:ident) => {
        $table::Entity::find()
            .filter($table::Column::OrderId.eq($id))
            .all($db)
            .await
            .expect("rows")
    };
}

impl Model {
    async fn read(app: &TestApp, number: &str) -> Self {
        let db = &app.app().db;
        let query = order::Entity::find().filter(order::Column::Number.eq(number));
        let order = query.one(db).await.expect("a query").expect("the order");
        let id = order.id;
        let events = order_event::Entity::find()
            .filter(order_event::Column::OrderId.eq(id))
            .order_by_asc(order_event::Column::Seq);
        Self {
            assignments: of_order!(db, id, assignment),
            deadlines: of_order!(db, id, deadline),
            replies: of_order!(db, id, reply),
            verdicts: of_order!(db, id, verdict),
            urges: of_order!(db, id, urge),
            events: events.all(db).await.expect("events"),
            order,
        }
    }

    /// Inserts copies under numbers from `first` on.
    async fn copy(&self, app: &TestApp, first: usize, count: usize) {
        let txn = db::write(&app.app().db).await.expect("a transaction");
        for nth in first..first + count {
            let id = OrderId::generate();
            let mut order = self.order.clone();
            order.id = id;
            order.number = format!("T20240101{nth:07}");
            order::Entity::insert(order.into_active_model().reset_all())
                .exec_without_returning(&txn)
                .await
                .expect("an order");
            macro_rules! copies {
                ($table:ident, $rows:ident, $id:ident) => {
                    let rows = self.$rows.iter().map(|row| {
                        let copy = $table::Model {
                            id: $id::generate(),
                            order_id: id,
                            ..row.clone()
                        };
                        copy.into_active_model().reset_all()
                    });
                    $table::Entity::insert_many(rows)
                        .exec_without_returning(&txn)
                        .await
                        .expect("rows");
                };
            }
            copies!(assignment, assignments, AssignmentId);
            copies!(deadline, deadlines, DeadlineId);
            copies!(reply, replies, ReplyId);
            copies!(verdict, verdicts, VerdictId);
            copies!(urge, urges, UrgeId);
            let events = self.events(id);
            let entries: Vec<ChainEntry<'_>> = events
                .iter()
                .map(|event| ChainEntry {
                    order: Some(id),
                    seq: i64::from(event.seq),
                    hash: &event.hash,
                })
                .collect();
            leaves::enqueue(&txn, &entries).await.expect("queued");
            let rows = events.iter().map(|event| {
                let mut row = event.clone().into_active_model().reset_all();
                row.id = ActiveValue::NotSet;
                row
            });
            order_event::Entity::insert_many(rows)
                .exec_without_returning(&txn)
                .await
                .expect("events");
        }
        txn.commit().await.expect("a commit");
    }

    /// The events of a copy, with the hashes of its own chain.
    fn events(&self, id: OrderId) -> Vec<order_event::Model> {
        let mut before = GENESIS_HASH.to_owned();
        let mut copies = Vec::new();
        for event in &self.events {
            let mut copy = order_event::Model {
                order_id: id,
                prev_hash: before,
                ..event.clone()
            };
            copy.hash = history::hash(&copy);
            before = copy.hash.clone();
            copies.push(copy);
        }
        copies
    }
}

/// CPU time of this process in milliseconds, from Linux' process table (ticks of 10 ms).
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .expect("fields")
        .split_whitespace()
        .collect();
    fields[11..13]
        .iter()
        .map(|ticks| ticks.parse::<u64>().expect("ticks") * 10)
        .sum()
}

#[tokio::main]
async fn main() {
    let orders: usize = std::env::args()
        .nth(1)
        .and_then(|count| count.parse().ok())
        .unwrap_or(1_000);
    let app = TestApp::start(Db::Sqlite).await;
    let desk = OrderFixture::replied(&app).await;
    let committee = app.county_supervisor(tests::order_fixture::AREA).await;
    desk.by(&committee, "urges", json!({ "note": "请说明进度。" }))
        .await
        .assert_ok();
    desk.judge("satisfied").await.assert_ok();
    app.run_jobs().await;
    sequencer::sequence(app.app()).await.expect("the first leaves");
    let model = Model::read(&app, &desk.number).await;
    for first in (0..orders).step_by(BATCH) {
        model.copy(&app, first, BATCH.min(orders - first)).await;
    }
    let (cpu, wall) = (cpu_ms(), Instant::now());
    let appended = sequencer::sequence(app.app()).await.expect("appended");
    let (cpu, wall) = (cpu_ms() - cpu, wall.elapsed());
    let each = cpu as f64 / appended as f64;
    println!(
        "{appended} events appended: {cpu} ms CPU, {:.0} ms, {each:.3} CPU-ms per event",
        wall.as_secs_f64() * 1e3
    );
    let wall = Instant::now();
    let report = verify::verify(app.app(), &[], |_| {}).await.expect("a report");
    let seconds = wall.elapsed().as_secs_f64();
    let million = seconds / report.events as f64 * 1e6;
    println!(
        "{} events verified in {seconds:.2} s: {million:.0} s per million events",
        report.events
    );
    assert!(report.is_whole(), "{:?}", report.findings);
}
