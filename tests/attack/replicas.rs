//! Several replicas: they start together on an empty database, and one takes over what another had under lease.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::json;
use tests::Db;
use tests::database::OwnDatabase;

use crate::load::{Ledger, Load};
use crate::product::{Product, Settings};

const TRIES: usize = 5;
const REPLICAS: usize = 3;
const CALLERS: usize = 4;
const TAKE_OVERS: usize = 2;
const RECOVERY: Duration = Duration::from_secs(60);
/// A lease lasts 40 s.
const TAKE_OVER: Duration = Duration::from_secs(75);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_start_together_on_an_empty_database_all_start() {
    for which in [Db::Postgres, Db::Sqlite] {
        let started = Instant::now();
        for _ in 0..TRIES {
            let folder = tempfile::tempdir().unwrap();
            let own = OwnDatabase::empty(which, folder.path()).await;
            let settings = Settings::new(&own.url, folder.path());
            let mut replicas: Vec<_> = (0..REPLICAS).map(|_| Product::spawn(settings.clone())).collect();
            for replica in &mut replicas {
                replica.wait_until_ready().await;
            }
            let db = Database::connect(&own.url).await.unwrap();
            assert_eq!(count(&db, "SELECT count(*) AS n FROM boundary_set").await, 1);
            db.close().await.unwrap();
        }
        let seconds = started.elapsed().as_secs_f32();
        println!(
            "starting together ({which:?}): {TRIES} of {TRIES} tries, {REPLICAS} replicas each, {seconds:.0} s"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_takes_over_what_a_killed_one_had_under_lease() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnDatabase::empty(Db::Postgres, folder.path()).await;
    let mut holder = Product::start(Settings::new(&own.url, folder.path())).await;
    let mut other = Product::start(Settings::new(&own.url, folder.path())).await;
    let delegates = holder.delegates(CALLERS).await;
    let ledger = Arc::new(Ledger::default());
    let db = Database::connect(&own.url).await.unwrap();
    let mut longest = Duration::ZERO;
    for _ in 0..TAKE_OVERS {
        // Checks are under way when the kill comes.
        for replica in [&holder, &other] {
            let slow = json!({ "endpoint": "msg_sec_check", "delay_ms": 3_000, "times": 20 });
            replica.post("/sandbox/faults", slow).await;
        }
        let loads = [
            Load::start(&holder, &delegates, &ledger),
            Load::start(&other, &delegates, &ledger),
        ];
        wait_for_leases(&db).await;
        holder.kill();
        let killed = Instant::now();
        for load in loads {
            load.stop().await;
        }
        wait_until_done(&db).await;
        longest = longest.max(killed.elapsed());
        holder.start_again().await;
        std::mem::swap(&mut holder, &mut other);
    }
    let unseen = ledger.missing_over_http(&other, &delegates).await;
    let (lost, doubled) = ledger.compare(&own.url).await;
    let figures = ledger.figures();
    let seconds = longest.as_secs();
    println!(
        "lease holder killed: {TAKE_OVERS} times, {figures}, all jobs done within {seconds} s, not shown {unseen}, \
         lost {lost}, doubled {doubled}"
    );
    assert_eq!((unseen, lost, doubled), (0, 0, 0));
    db.close().await.unwrap();
}

async fn wait_for_leases(db: &DatabaseConnection) {
    let held = "SELECT count(*) AS n FROM job WHERE done_at IS NULL AND locked_until IS NOT NULL";
    wait_until(db, held, RECOVERY, |held| held > 2).await;
}

/// Nothing that is due waits, and nothing is under way.
async fn wait_until_done(db: &DatabaseConnection) {
    let left = "SELECT count(*) AS n FROM job WHERE done_at IS NULL AND failed_at IS NULL \
                AND (run_at <= now() OR locked_until IS NOT NULL)";
    wait_until(db, left, TAKE_OVER, |left| left == 0).await;
    let failed = "SELECT count(*) AS n FROM job WHERE last_error IS NOT NULL AND done_at IS NULL";
    assert_eq!(count(db, failed).await, 0, "jobs have failed");
}

async fn wait_until(db: &DatabaseConnection, sql: &str, timeout: Duration, is_so: impl Fn(i64) -> bool) {
    let started = Instant::now();
    loop {
        let found = count(db, sql).await;
        if is_so(found) {
            return;
        }
        assert!(started.elapsed() < timeout, "after {timeout:?}: {found} of {sql}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn count(db: &DatabaseConnection, sql: &str) -> i64 {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}
