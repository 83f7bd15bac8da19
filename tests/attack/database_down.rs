//! PostgreSQL goes away under load: the line is cut, and the server ends every session. Callers see 503 with
//! `Retry-After`, never another error, and the product recovers by itself.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectionTrait, Database};
use tests::Db;
use tests::database::OwnDatabase;
use tests::fault_proxy::{Fault, FaultProxy};

use crate::load::{Ledger, Load};
use crate::product::{Product, Settings};

const CUTS: usize = 10;
const CALLERS: usize = 6;
const DOWN: Duration = Duration::from_millis(600);
const RECOVERY: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_database_is_503_and_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnDatabase::empty(Db::Postgres, folder.path()).await;
    let (line, url) = line_to(&own.url).await;
    let product = Product::start(Settings::new(&url, folder.path())).await;
    let delegates = product.delegates(CALLERS).await;
    let ledger = Arc::new(Ledger::default());
    let load = Load::start(&product, &delegates, &ledger);
    for cut in 0..CUTS {
        ledger.wait_for_more(RECOVERY).await;
        if cut % 2 == 0 {
            line.set(Fault::Refuse);
            tokio::time::sleep(DOWN).await;
            line.set(Fault::None);
        } else {
            end_all_sessions(&own.url).await;
        }
    }
    ledger.wait_for_more(RECOVERY).await;
    load.stop().await;
    let unseen = ledger.missing_over_http(&product, &delegates).await;
    let (lost, doubled) = ledger.compare(&own.url).await;
    let figures = ledger.figures();
    println!("database down: {CUTS} cuts, {figures}, not shown {unseen}, lost {lost}, doubled {doubled}");
    assert_eq!((unseen, lost, doubled), (0, 0, 0));
}

/// A line to the database's server, and the database's address through it.
async fn line_to(url: &str) -> (FaultProxy, String) {
    let (_, rest) = url.split_once('@').expect("a user in the address");
    let (server, _) = rest.split_once('/').expect("a database in the address");
    let line = FaultProxy::start(server).await;
    let through = url.replace(server, &line.address().to_string());
    (line, through)
}

/// As a restart of the server does: 57P01 on every connection.
async fn end_all_sessions(url: &str) {
    let db = Database::connect(url).await.unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    db.execute_unprepared(end).await.unwrap();
    db.close().await.unwrap();
}
