//! `kill -9` under load, again and again: what was acknowledged is there, once.

use std::sync::Arc;
use std::time::Duration;

use tests::Db;
use tests::database::OwnDatabase;

use crate::load::{Ledger, Load};
use crate::product::{Product, Settings};

const KILLS: u32 = 30;
const LONG_KILLS: u32 = 300;
const CALLERS: usize = 6;
const RECOVERY: Duration = Duration::from_secs(60);
/// A kill comes within this time of an acknowledgement, each at another moment.
const LONGEST_LIFE_MS: u32 = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_lose_and_double_nothing_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    attack("kill loop (SQLite)", Settings::sqlite(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_lose_and_double_nothing_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnDatabase::empty(Db::Postgres, folder.path()).await;
    attack("kill loop (PostgreSQL)", Settings::new(&own.url, folder.path())).await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "the attack is told how long it may last"
)]
fn kills() -> u32 {
    if std::env::var_os("ATTACK_LONG").is_some() {
        LONG_KILLS
    } else {
        KILLS
    }
}

async fn attack(name: &str, settings: Settings) {
    let database_url = settings.database_url.clone();
    let mut product = Product::start(settings).await;
    let delegates = product.delegates(CALLERS).await;
    let ledger = Arc::new(Ledger::default());
    let load = Load::start(&product, &delegates, &ledger);
    let kills = kills();
    for kill in 0..kills {
        ledger.wait_for_more(RECOVERY).await;
        let life = Duration::from_millis((kill * 97 % LONGEST_LIFE_MS).into());
        tokio::time::sleep(life).await;
        product.kill();
        product.start_again().await;
    }
    load.stop().await;
    let unseen = ledger.missing_over_http(&product, &delegates).await;
    product.kill();
    let (lost, doubled) = ledger.compare(&database_url).await;
    let figures = ledger.figures();
    println!("{name}: {kills} kills, {figures}, not shown {unseen}, lost {lost}, doubled {doubled}");
    assert_eq!((unseen, lost, doubled), (0, 0, 0));
}
