//! The cost of an order for the database after its own transaction: the content check, the pushes and the counts of the screen.

use std::time::Duration;

use entity::kinds::{ContentCheck, DeliveryStatus};
use entity::{delivery, job, order};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use secrecy::ExposeSecret as _;
use tests::orders::Report;
use tests::{TestApp, places};
use tokio_util::sync::CancellationToken;
use zhitong::db::Db;
use zhitong::jobs::runner;
use zhitong::overview::projector;

/// The claim of the check and of the pushes, the verdict with everything that follows from it, the results of the pushes,
/// the counts.
const MOST_TRANSACTIONS: u64 = 4;

/// Whether nothing waits any more: no job that is due, no push.
async fn is_quiet(db: &Db, app: &TestApp) -> bool {
    let jobs = job::Entity::find()
        .filter(job::Column::DoneAt.is_null())
        .filter(job::Column::RunAt.lte(app.now()));
    let pushes = delivery::Entity::find().filter(delivery::Column::Status.eq(DeliveryStatus::Waiting));
    jobs.count(db).await.unwrap() + pushes.count(db).await.unwrap() == 0
}

async fn wait_until_quiet(db: &Db, app: &TestApp) {
    while !is_quiet(db, app).await {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

tests::on_both_databases! {
    async fn an_order_costs_four_transactions_after_its_own(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = Report::at(places::JIANXI).category("占道经营");
        // Reserves ten order numbers, a write before the order's own transaction that the next nine orders do without.
        delegate.submit(&report).await;
        // Signed in, so that they can be pushed to.
        let _handler = app.handler("涧西区城市管理局").await;
        // A handle of its own, so that looking does not count.
        let db = zhitong::db::connect(app.app().config.database.url.expose_secret()).await.unwrap();
        app.run_jobs().await;
        let stop = CancellationToken::new();
        let jobs = tokio::spawn(runner::run(app.app().clone(), stop.clone()));
        wait_until_quiet(&db, &app).await;
        let before = app.app().db.counts();
        delegate.submit(&report).await;
        wait_until_quiet(&db, &app).await;
        // Ends what is under way, so that the last commit is counted.
        stop.cancel();
        jobs.await.unwrap();
        // Its worker waits for a second after a change, so that what follows from an order is counted with it.
        projector::apply_changes(app.app()).await.unwrap();
        let after = app.app().db.counts();
        let pushes = delivery::Entity::find().all(&db).await.unwrap();
        assert!(!pushes.is_empty(), "the order caused a push");
        let orders = order::Entity::find().all(&db).await.unwrap();
        assert!(orders.iter().all(|order| order.content_check == ContentCheck::Pass));
        let jobs = job::Entity::find().filter(job::Column::Kind.eq("check_text")).all(&db).await.unwrap();
        assert!(jobs.iter().all(|job| job.done_at.is_some() && job.attempts == 1 && job.locked_until.is_none()));
        let transactions = after.writes - before.writes - 1;
        let statements = after.statements - before.statements;
        println!("{:?}: {transactions} transactions after, {statements} statements with its own", app.database());
        assert!(transactions <= MOST_TRANSACTIONS, "{transactions} transactions, {statements} statements");
        db.close().await.unwrap();
    }
}
