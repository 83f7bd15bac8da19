//! Pushes of WeChat, sent by its stand-in over HTTP: plain and encrypted, JSON and XML, genuine and forged.

use entity::{job, push_message};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{Db, TestApp};
use zhitong::insight::nightly;
use zhitong::jobs::Job as _;

/// Ends in a character that a strict base64 reader refuses.
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFx";

async fn start(db: Db, key: &str) -> TestApp {
    TestApp::with(db)
        .set("WECHAT_PUSH_TOKEN", "a-token-for-tests")
        .set("WECHAT_PUSH_AES_KEY", key)
        .start()
        .await
}

fn event(second: i64) -> Value {
    json!({ "ToUserName": "gh_sandbox", "FromUserName": "oTESTx", "CreateTime": second, "MsgType": "event",
        "Event": "subscribe_msg_change_event",
        "List": { "TemplateId": "t", "SubscribeStatusString": "reject" } })
}

async fn push(app: &TestApp, wanted: Value) -> (u64, String) {
    let answer = app.anonymous().sandbox("pushes", wanted).await;
    (
        answer["status"].as_u64().unwrap(),
        answer["body"].as_str().unwrap().to_owned(),
    )
}

async fn stored(app: &TestApp) -> (u64, u64) {
    let db = &app.app().db;
    (
        push_message::Entity::find().count(db).await.unwrap(),
        // The night's own job waits from the start.
        job::Entity::find()
            .filter(job::Column::Kind.ne(nightly::FindTopics::NAME))
            .count(db)
            .await
            .unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_is_stored_answered_at_once_and_handled_once() {
    for db in [Db::Sqlite, Db::Postgres] {
        let app = start(db, KEY).await;
        for xml in [false, true] {
            let wanted = json!({ "event": event(i64::from(xml)), "xml": xml, "flaw": "duplicate" });
            assert_eq!(push(&app, wanted).await, (200, "success".to_owned()));
        }
        assert_eq!(stored(&app).await, (2, 2), "a repeat is the same push");
        let row = push_message::Entity::find()
            .one(&app.app().db)
            .await
            .unwrap()
            .unwrap();
        assert!(
            !row.payload.to_string().contains("oTESTx"),
            "it names a person and is sealed"
        );
        app.run_jobs().await;
        let rows = push_message::Entity::find().all(&app.app().db).await.unwrap();
        assert!(rows.iter().all(|row| row.handled_at.is_some()));
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_from_wechat_or_not_for_us_is_refused_and_not_stored() {
    let app = start(Db::Sqlite, KEY).await;
    for flaw in ["wrong_signature", "wrong_app_id", "old"] {
        for xml in [false, true] {
            let wanted = json!({ "event": event(1), "xml": xml, "flaw": flaw });
            assert_eq!(push(&app, wanted).await.0, 403, "{flaw}");
        }
    }
    // With a key only what is sealed counts, however well it is signed.
    let plain = json!({ "event": event(1), "sealed": false });
    assert_eq!(push(&app, plain).await.0, 403);
    assert_eq!(stored(&app).await, (0, 0));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_pushes_are_plain() {
    let app = start(Db::Sqlite, "").await;
    for xml in [false, true] {
        let wanted = json!({ "event": event(i64::from(xml)), "xml": xml });
        assert_eq!(push(&app, wanted).await, (200, "success".to_owned()));
    }
    let wrong = json!({ "event": event(9), "flaw": "wrong_signature" });
    assert_eq!(push(&app, wrong).await.0, 403);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_token_there_is_nothing() {
    let app = TestApp::start(Db::Sqlite).await;
    let answer = app.anonymous().get("/wechat/push?signature=x").await;
    answer.assert_problem(404, "not_found");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_was_sent_and_a_consent_are_pushed() {
    let app = start(Db::Sqlite, KEY).await;
    let grant = json!({ "openid": "oTESTx", "template": "t", "count": 2 });
    app.anonymous().sandbox("subscriptions", grant).await;
    assert_eq!(stored(&app).await.0, 1);
    app.run_jobs().await;
    app.finish().await;
}
