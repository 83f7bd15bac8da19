//! Each committed entry gets exactly one place in the tree, also with several replicas.

use entity::kinds::CheckpointReason;
use entity::{audit_checkpoint, audit_leaf, audit_pending, order_event, webhook_delivery};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::orders::Report;
use tests::{Db, TestApp, on_both_databases};
use zhitong::audit_tree::checkpoints;
use zhitong::audit_tree::sequencer;
use zhitong::webhooks::worker;

use super::{checkpoint, rich_orders, sequence, verified};

async fn count<E: EntityTrait>(app: &TestApp) -> u64
where
    E::Model: sea_orm::FromQueryResult + Sized + Send + Sync,
{
    E::find().count(&app.app().db).await.unwrap()
}

on_both_databases! {
    async fn what_is_acknowledged_has_a_leaf_after_the_next_turn(app: TestApp) {
        sequence(&app).await;
        let before = count::<audit_leaf::Entity>(&app).await;
        let delegate = app.delegate("涧西区").await;
        delegate.submit(&Report::default()).await;
        let events = count::<order_event::Entity>(&app).await;
        assert_eq!(events, 2);
        let lag = sequencer::lag(&app.app().db).await.unwrap();
        assert_eq!((lag.leaves, lag.waiting, lag.refused), (before, 2, 0));
        // Not yet in the tree, and no reason for alarm: the seals hold.
        let waiting = verified(&app, &[]).await;
        assert_eq!((waiting.findings, waiting.waiting), (vec![], 2));
        assert_eq!(sequence(&app).await, 2);
        assert_eq!(sequence(&app).await, 0, "once");
        assert_eq!(count::<audit_leaf::Entity>(&app).await, before + 2);
        assert_eq!(count::<audit_pending::Entity>(&app).await, 0);
        app.run_jobs().await;
    }

    async fn replicas_append_side_by_side_without_a_gap(app: TestApp) {
        sequence(&app).await;
        let before = count::<audit_leaf::Entity>(&app).await;
        rich_orders(&app, 2).await;
        let events = count::<order_event::Entity>(&app).await;
        let turns = futures_util::future::join_all((0..4).map(|_| sequence(&app))).await;
        let rest = sequence(&app).await;
        assert_eq!((turns.iter().sum::<usize>() + rest) as u64, events);
        assert_eq!(count::<audit_leaf::Entity>(&app).await, before + events);
        assert_eq!(verified(&app, &[]).await.findings, []);
    }

    async fn events_of_older_releases_become_leaves(app: TestApp) {
        let numbers = rich_orders(&app, 2).await;
        // As the migration leaves a database that had events before.
        for statement in [
            "DELETE FROM audit_pending",
            "INSERT INTO audit_pending (kind, order_id, seq, hash, refused) SELECT 'event', order_id, seq, hash, FALSE FROM order_event ORDER BY id",
            "INSERT INTO audit_pending (kind, seq, hash, refused) SELECT 'act', seq, hash, FALSE FROM admin_act WHERE seq > 0 ORDER BY seq",
            "DELETE FROM audit_leaf", "DELETE FROM audit_tile", "DELETE FROM audit_state",
            "UPDATE audit_head SET size = 0, start_leaf = NULL",
        ] {
            app.app().db.execute_unprepared(statement).await.unwrap();
        }
        let events = count::<order_event::Entity>(&app).await;
        let appended = sequence(&app).await as u64;
        assert!(appended > events, "with the leaf that ends the old time");
        assert_eq!(verified(&app, &[]).await.findings, []);
        // From now on an entry without a seal gets no place.
        let sql = format!("INSERT INTO audit_pending (kind, order_id, seq, hash, refused) SELECT 'event', id, 99, '{}', FALSE FROM orders WHERE number = '{}'", "0".repeat(64), numbers[0]);
        app.app().db.execute_unprepared(&sql).await.unwrap();
        assert_eq!(sequence(&app).await, 0);
        assert_eq!(sequencer::lag(&app.app().db).await.unwrap().refused, 1);
    }

    async fn a_document_names_the_first_checkpoint_after_it(app: TestApp) {
        let first = checkpoint(&app).await;
        let written = app.now() + chrono::TimeDelta::minutes(1);
        app.advance(chrono::TimeDelta::minutes(5)).await;
        let second = checkpoints::sign(app.app(), CheckpointReason::Report).await.unwrap();
        app.advance(chrono::TimeDelta::minutes(5)).await;
        checkpoint(&app).await;
        let named = checkpoints::for_document(&app.app().db, written).await.unwrap().unwrap();
        assert_eq!(named, second);
        assert_ne!(named.note, first);
        assert_eq!(named.code.len(), 19);
    }
}

async fn a_checkpoint_comes_every_hour(db: Db) {
    let app = TestApp::with(db)
        .set("ZHITONG_WEBHOOK_ALLOW_PRIVATE", "true")
        .start()
        .await;
    let admin = app.admin().await;
    let receiver = tests::receiver::Receiver::start();
    for events in [json!(["audit.checkpoint"]), json!(["*"])] {
        let hook = json!({ "url": receiver.url(), "events": events });
        admin.post("/webhooks", hook).await.assert_status(201);
    }
    rich_orders(&app, 1).await;
    assert!(checkpoints::sign_if_due(app.app()).await.unwrap(), "the first");
    assert!(
        !checkpoints::sign_if_due(app.app()).await.unwrap(),
        "not before an hour has gone by"
    );
    app.advance(chrono::TimeDelta::hours(1)).await;
    assert!(checkpoints::sign_if_due(app.app()).await.unwrap());
    assert_eq!(count::<audit_checkpoint::Entity>(&app).await, 2);
    let folder = app.folder().join("checkpoints");
    let latest = std::fs::read_to_string(folder.join("latest.txt")).unwrap();
    let signed = checkpoints::latest(&app.app().db).await.unwrap().unwrap();
    assert_eq!(latest, signed.note);
    assert_eq!(verified(&app, &[latest]).await.findings, []);
    while worker::deliver_due(app.app()).await.unwrap() > 0 {}
    let sent = webhook_delivery::Entity::find()
        .filter(webhook_delivery::Column::EventType.eq("audit.checkpoint"))
        .order_by_asc(webhook_delivery::Column::Sequence)
        .all(&app.app().db)
        .await
        .unwrap();
    assert_eq!(
        sent.len(),
        2,
        "to the endpoint that names it, not to the one that takes everything"
    );
    let body: Value = serde_json::from_str(&sent[1].body).unwrap();
    assert_eq!(body["data"]["checkpoint"], signed.note.as_str());
    assert_eq!(body["data"]["code"], signed.code.as_str());
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_comes_every_hour_and_leaves_the_database_on_sqlite() {
    a_checkpoint_comes_every_hour(Db::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_comes_every_hour_and_leaves_the_database_on_postgres() {
    a_checkpoint_comes_every_hour(Db::Postgres).await;
}
