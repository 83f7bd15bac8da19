//! Manipulations of the record by an owner of the database with knowledge of the code. Verification finds and names each.

use entity::ids::VerdictId;
use entity::kinds::{ActorRole, EventAction, Satisfaction, Visibility};
use entity::{admin_act, audit_head, audit_leaf, audit_tile, order, order_event, verdict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder,
};
use serde_json::json;
use tests::{Db, TestApp, on_both_databases};
use zhitong::audit_log::{self, AuditActor, AuditEntry};
use zhitong::audit_tree::report::Finding;
use zhitong::db;
use zhitong::orders::history;

use super::{checkpoint, rich_orders, sequence, verified};

/// A change to an order, and a word of the finding that must name it.
enum Way {
    /// `{o}` is the order's id.
    Sql(&'static str),
    /// An event with its hash, at the end of the chain.
    ForgedEvent { queued: bool },
    /// An event changed, and every hash of the chain made anew.
    Rehashed,
    /// A further verdict.
    ForgedVerdict,
}

use Way::{ForgedEvent, ForgedVerdict, Rehashed, Sql};

const WAYS: [(&str, Way, &str); 26] = [
    (
        "the last event removed",
        Sql(
            "DELETE FROM order_event WHERE order_id = {o} AND seq = (SELECT MAX(e.seq) FROM order_event e WHERE e.order_id = {o})",
        ),
        "event_removed",
    ),
    (
        "all events of the second round removed, and the order closed",
        Sql(
            "DELETE FROM order_event WHERE order_id = {o} AND seq > 6; UPDATE orders SET status = 'closed' WHERE id = {o}",
        ),
        "event_removed",
    ),
    (
        "an event in the middle removed",
        Sql("DELETE FROM order_event WHERE order_id = {o} AND seq = 3"),
        "event_removed",
    ),
    (
        "an event's note changed",
        Sql("UPDATE order_event SET note = 'x' WHERE order_id = {o} AND seq = 3"),
        "event_changed",
    ),
    (
        "an event's time changed",
        Sql("UPDATE order_event SET at = '2025-01-01T00:00:00+00:00' WHERE order_id = {o} AND seq = 2"),
        "event_changed",
    ),
    (
        "an event's stored hash changed",
        Sql("UPDATE order_event SET hash = prev_hash WHERE order_id = {o} AND seq = 2"),
        "event_changed",
    ),
    (
        "two events exchanged",
        Sql(
            "UPDATE order_event SET seq = -seq WHERE order_id = {o} AND seq IN (2, 3); UPDATE order_event SET seq = 5 + seq WHERE order_id = {o} AND seq < 0",
        ),
        "event_changed",
    ),
    (
        "an event forged with its hash",
        ForgedEvent { queued: false },
        "event_forged",
    ),
    (
        "an event forged with its hash and queued for the tree",
        ForgedEvent { queued: true },
        "event_forged",
    ),
    ("a chain hashed anew", Rehashed, "event_changed"),
    (
        "the whole order removed",
        Sql("{unbound}DELETE FROM order_event WHERE order_id = {o}; DELETE FROM orders WHERE id = {o}"),
        "order_removed",
    ),
    (
        "the verdict turned to 满意",
        Sql("UPDATE verdict SET result = 'satisfied' WHERE order_id = {o}"),
        "\"item\":\"verdict\"",
    ),
    (
        "the verdict's words changed",
        Sql("UPDATE verdict SET comment = '很好' WHERE order_id = {o}"),
        "\"item\":\"verdict\"",
    ),
    (
        "the verdict removed",
        Sql("DELETE FROM verdict WHERE order_id = {o}"),
        "\"item\":\"verdict\"",
    ),
    ("a verdict added", ForgedVerdict, "\"item\":\"verdict\""),
    (
        "a clock's due date moved",
        Sql("UPDATE deadline SET due_at = '2026-01-01T00:00:00+00:00' WHERE order_id = {o} AND round = 2"),
        "\"item\":\"due_time\"",
    ),
    (
        "a clock's end moved",
        Sql("UPDATE deadline SET stopped_at = started_at WHERE order_id = {o} AND round = 1"),
        "\"item\":\"deadline_stopped\"",
    ),
    (
        "the order's due date moved",
        Sql("UPDATE orders SET due_at = '2026-01-01T00:00:00+00:00' WHERE id = {o}"),
        "\"item\":\"order_state\"",
    ),
    (
        "the reply rewritten",
        Sql("UPDATE reply SET public_reply = '已办结' WHERE order_id = {o}"),
        "\"item\":\"reply\"",
    ),
    (
        "the reply removed",
        Sql("DELETE FROM reply WHERE order_id = {o}"),
        "\"item\":\"reply\"",
    ),
    (
        "the description rewritten",
        Sql("UPDATE orders SET description = '表扬' WHERE id = {o}"),
        "\"item\":\"order\"",
    ),
    (
        "the reporter exchanged",
        Sql(
            "UPDATE orders SET reporter_id = (SELECT p.id FROM person p WHERE p.id <> orders.reporter_id LIMIT 1) WHERE id = {o}",
        ),
        "\"item\":\"order\"",
    ),
    (
        "the place moved",
        Sql("UPDATE orders SET longitude = 112.0 WHERE id = {o}"),
        "\"item\":\"order\"",
    ),
    (
        "the supervision order weakened",
        Sql("UPDATE supervision_order SET requirement = '请关注' WHERE order_id = {o}"),
        "\"item\":\"supervision_order\"",
    ),
    (
        "an answer to the supervision order invented",
        Sql("UPDATE supervision_order SET answer = '已整改', answered_at = issued_at WHERE order_id = {o}"),
        "\"item\":\"supervision_answer\"",
    ),
    (
        "the urge removed",
        Sql("DELETE FROM urge WHERE order_id = {o}"),
        "\"item\":\"urge\"",
    ),
];

async fn run_sql(app: &TestApp, sql: &str, number: &str) {
    let unbound = match app.database() {
        Db::Sqlite => "PRAGMA foreign_keys = OFF; ",
        Db::Postgres => "SET session_replication_role = replica; ",
    };
    let rebound = match app.database() {
        Db::Sqlite => "; PRAGMA foreign_keys = ON",
        Db::Postgres => "; SET session_replication_role = origin",
    };
    let id = format!("(SELECT x.id FROM orders x WHERE x.number = '{number}')");
    let mut statement = sql.replace("{o}", &id);
    if statement.contains("{unbound}") {
        statement = statement.replace("{unbound}", unbound) + rebound;
    }
    app.app().db.execute_unprepared(&statement).await.expect(sql);
}

async fn find(app: &TestApp, number: &str) -> order::Model {
    let query = order::Entity::find().filter(order::Column::Number.eq(number));
    query.one(&app.app().db).await.unwrap().expect("the order")
}

async fn events(app: &TestApp, order: &order::Model) -> Vec<order_event::Model> {
    let query = order_event::Entity::find()
        .filter(order_event::Column::OrderId.eq(order.id))
        .order_by_asc(order_event::Column::Seq);
    query.all(&app.app().db).await.unwrap()
}

async fn forge_event(app: &TestApp, number: &str, queued: bool) {
    let order = find(app, number).await;
    let last = events(app, &order).await.pop().unwrap();
    let mut forged = order_event::Model {
        seq: last.seq + 1,
        action: EventAction::Noted,
        actor_role: ActorRole::Operator,
        visibility: Visibility::Public,
        note: Some("已电话核实，群众满意。".to_owned()),
        prev_hash: last.hash.clone(),
        at: app.now(),
        ..last
    };
    forged.hash = history::hash(&forged);
    let hash = forged.hash.clone();
    let seq = forged.seq;
    let mut row = forged.into_active_model().reset_all();
    row.id = NotSet;
    row.insert(&app.app().db).await.unwrap();
    if queued {
        let sql = format!(
            "INSERT INTO audit_pending (kind, order_id, seq, hash, seal, refused) VALUES ('event', {{o}}, {seq}, '{hash}', '{hash}', FALSE)"
        );
        run_sql(app, &sql, number).await;
        assert_eq!(sequence(app).await, 0, "a seal that does not hold gets no place");
    }
}

async fn rehash(app: &TestApp, number: &str) {
    let order = find(app, number).await;
    let mut before = None;
    for mut event in events(app, &order).await {
        if event.seq == 2 {
            event.note = Some("改过".to_owned());
        }
        if let Some(hash) = before {
            event.prev_hash = hash;
        }
        event.hash = history::hash(&event);
        before = Some(event.hash.clone());
        event
            .into_active_model()
            .reset_all()
            .update(&app.app().db)
            .await
            .unwrap();
    }
}

async fn forge_verdict(app: &TestApp, number: &str) {
    let order = find(app, number).await;
    let query = verdict::Entity::find().filter(verdict::Column::OrderId.eq(order.id));
    let given = query.one(&app.app().db).await.unwrap().unwrap();
    let forged = verdict::Model {
        id: VerdictId::generate(),
        round: 2,
        result: Satisfaction::Satisfied,
        ..given
    };
    let row = forged.into_active_model().reset_all();
    verdict::Entity::insert(row)
        .exec_without_returning(&app.app().db)
        .await
        .unwrap();
}

fn texts(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| serde_json::to_string(finding).unwrap())
        .collect()
}

on_both_databases! {
    async fn every_way_to_bend_an_order_is_found_and_named(app: TestApp) {
        let numbers = rich_orders(&app, WAYS.len()).await;
        let kept = [checkpoint(&app).await];
        let whole = verified(&app, &kept).await;
        assert_eq!(whole.findings, [], "before anything is bent");
        assert!(whole.leaves > 200 && whole.waiting == 0 && whole.checkpoints == 2, "{whole:?}");
        for ((name, way, word), number) in WAYS.iter().zip(&numbers) {
            match way {
                Sql(sql) => run_sql(&app, sql, number).await,
                ForgedEvent { queued } => forge_event(&app, number, *queued).await,
                Rehashed => rehash(&app, number).await,
                ForgedVerdict => forge_verdict(&app, number).await,
            }
            let found = texts(&verified(&app, &kept).await.findings);
            let named = found.iter().any(|text| text.contains(number.as_str()) && text.contains(word));
            assert!(named, "{name}: {found:?}");
        }
    }

    async fn a_later_event_does_not_wash_a_bent_row(app: TestApp) {
        let numbers = rich_orders(&app, 3).await;
        sequence(&app).await;
        run_sql(&app, "UPDATE verdict SET result = 'satisfied' WHERE order_id = {o}", &numbers[0]).await;
        run_sql(&app, "UPDATE deadline SET due_at = '2026-01-01T00:00:00+00:00' WHERE order_id = {o} AND round = 2", &numbers[1]).await;
        forge_verdict(&app, &numbers[2]).await;
        let operator = app.operator().await;
        for number in &numbers {
            operator.act(&json!(number), "notes", json!({ "text": "已联系承办单位。" })).await.assert_ok();
        }
        assert_eq!(sequence(&app).await, 3);
        let found = texts(&verified(&app, &[]).await.findings);
        for (number, word) in numbers.iter().zip(["verdict", "due_time", "verdict"]) {
            assert!(found.iter().any(|text| text.contains(number.as_str()) && text.contains(word)), "{found:?}");
        }
        assert!(found.iter().all(|text| !text.contains("\"item\":\"order_state\"")), "honest changes pass: {found:?}");
    }

    async fn a_tree_made_anew_is_found_by_the_checkpoint_that_was_kept(app: TestApp) {
        rich_orders(&app, 1).await;
        let kept = [checkpoint(&app).await];
        let db = &app.app().db;
        // The last leaf, its event, and everything that the database knows of the tree.
        let last = audit_leaf::Entity::find().order_by_desc(audit_leaf::Column::Idx).one(db).await.unwrap().unwrap();
        db.execute_unprepared(&format!("DELETE FROM audit_leaf WHERE idx = {}", last.idx)).await.unwrap();
        let found = verified(&app, &kept).await.findings;
        assert!(found.contains(&Finding::LeafRemoved { index: last.idx.try_into().unwrap() }), "{found:?}");
        db.execute_unprepared("UPDATE audit_head SET size = size - 1; DELETE FROM audit_checkpoint").await.unwrap();
        let found = verified(&app, &kept).await.findings;
        let size = u64::try_from(last.idx).unwrap() + 1;
        assert!(found.contains(&Finding::Truncated { size, leaves: size - 1 }), "{found:?}");

        let leaf = audit_leaf::Entity::find_by_id(1_i64).one(db).await.unwrap().unwrap();
        let hash = format!("UPDATE audit_leaf SET hash = '{}' WHERE idx = 1", leaf.hash.chars().rev().collect::<String>());
        db.execute_unprepared(&hash).await.unwrap();
        assert!(verified(&app, &[]).await.findings.contains(&Finding::TilesChanged));
        // Nothing is signed that does not continue what was signed.
        app.forgive_jobs("the tree is bent");
    }

    async fn a_checkpoint_of_somebody_else_proves_nothing(app: TestApp) {
        rich_orders(&app, 1).await;
        let note = checkpoint(&app).await;
        let changed = note.replace("zhitong/audit\n", "zhitong/other\n");
        let found = verified(&app, &[changed]).await.findings;
        assert!(matches!(found[..], [Finding::CheckpointForged { from_file: true, .. }]), "{found:?}");
    }

    async fn nothing_is_signed_over_a_bent_tree(app: TestApp) {
        rich_orders(&app, 1).await;
        checkpoint(&app).await;
        let db = &app.app().db;
        let tile = audit_tile::Entity::find().one(db).await.unwrap().unwrap();
        let mut hashes = tile.hashes.clone();
        hashes[40] ^= 1;
        let mut bent = tile.into_active_model();
        bent.hashes = sea_orm::ActiveValue::Set(hashes);
        bent.update(db).await.unwrap();
        let refused = zhitong::audit_tree::checkpoints::sign(app.app(), entity::kinds::CheckpointReason::Requested).await;
        assert!(refused.is_err());
        assert!(verified(&app, &[]).await.findings.contains(&Finding::TilesChanged));
    }

    async fn an_act_that_is_changed_removed_or_forged_is_named(app: TestApp) {
        for subject in ["甲", "乙", "丙"] {
            let txn = db::write(&app.app().db).await.unwrap();
            let act = AuditEntry {
                by: AuditActor::CommandLine,
                kind: entity::kinds::ActKind::DutyImported,
                subject,
                detail: json!({ "added": 3 }),
            };
            audit_log::record(&txn, act, app.now()).await.unwrap();
            txn.commit().await.unwrap();
        }
        sequence(&app).await;
        assert_eq!(verified(&app, &[]).await.findings, []);
        let db = &app.app().db;
        let last = admin_act::Entity::find().order_by_desc(admin_act::Column::Seq).one(db).await.unwrap().unwrap();
        let seq = last.seq;
        db.execute_unprepared(&format!("UPDATE admin_act SET subject = '丁' WHERE seq = {}", seq - 1)).await.unwrap();
        let mut forged = admin_act::Model { seq: seq + 1, prev_hash: last.hash.clone(), ..last };
        forged.hash = audit_log::service::hash(&forged);
        admin_act::Entity::insert(forged.into_active_model().reset_all()).exec_without_returning(db).await.unwrap();
        db.execute_unprepared(&format!("DELETE FROM admin_act WHERE seq = {seq}")).await.unwrap();
        let found = verified(&app, &[]).await.findings;
        assert_eq!(found, [
            Finding::ActChanged { seq: seq - 1 },
            Finding::ActRemoved { seq },
            Finding::ActForged { seq: seq + 1 },
        ]);
        let head = audit_head::Entity::find().one(db).await.unwrap().unwrap();
        assert!(head.start_leaf.is_some());
    }
}
