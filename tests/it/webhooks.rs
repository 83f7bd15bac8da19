//! Webhooks: signed, in order, repeated, given up; nothing personal without leave.

use chrono::TimeDelta;
use entity::webhook_delivery;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};
use tests::order_fixture::OrderFixture;
use tests::orders::{Report, number};
use tests::receiver::{ReceivedCall, Receiver};
use tests::{Client, Db, TestApp};
use zhitong::webhooks::partitions;
use zhitong::webhooks::signature::Secret;
use zhitong::webhooks::worker;

/// The product, allowed to call a receiver on this machine.
async fn product(db: Db) -> TestApp {
    TestApp::with(db)
        .set("ZHITONG_WEBHOOK_ALLOW_PRIVATE", "true")
        .start()
        .await
}

async fn subscribe(admin: &Client, receiver: &Receiver, personal: bool) -> (String, Secret) {
    let body = json!({ "url": receiver.url(), "events": ["*"], "include_personal_data": personal });
    let created = admin.post("/webhooks", body).await.ok();
    let secret = created["secret"]
        .as_str()
        .unwrap()
        .strip_prefix("whsec_")
        .unwrap();
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, secret).unwrap();
    (
        created["id"].as_str().unwrap().to_owned(),
        Secret::from_bytes(bytes),
    )
}

/// Sends until nothing is due.
async fn deliver(app: &TestApp) {
    while worker::deliver_due(app.app()).await.unwrap() > 0 {}
}

fn is_signed(call: &ReceivedCall, secret: &Secret) -> bool {
    let expected = secret.sign(&call.id, call.timestamp.parse().unwrap(), &call.body);
    call.signature.split(' ').any(|signature| signature == expected)
}

async fn an_order_is_followed(db: Db) {
    let app = product(db).await;
    let (admin, receiver) = (app.admin().await, Receiver::start());
    let (_, secret) = subscribe(&admin, &receiver, false).await;
    let report = Report::at(tests::places::JIANXI)
        .category("夜间施工噪声")
        .saying("张三家旁边的工地夜里还在施工");
    let desk = OrderFixture::with(&app, &report).await;
    desk.by_unit("accept", json!({})).await.assert_ok();
    let order = desk.now().await;
    deliver(&app).await;
    assert_eq!(
        receiver.events(),
        ["order.submitted", "order.dispatched", "order.accepted"]
    );
    for call in receiver.calls() {
        assert!(is_signed(&call, &secret), "{call:?}");
        assert_eq!(call.json()["data"]["order"]["number"], number(&order));
        assert!(
            !call.body.contains("张三"),
            "personal data without leave: {}",
            call.body
        );
    }
    // Nothing is sent twice.
    deliver(&app).await;
    assert_eq!(receiver.calls().len(), 3);
    app.run_jobs().await;
    app.finish().await;
}

async fn a_failing_receiver_gets_everything_in_order(db: Db) {
    let app = product(db).await;
    let (admin, receiver) = (app.admin().await, Receiver::start());
    let (id, _) = subscribe(&admin, &receiver, true).await;
    receiver.answer(500);
    let delegate = app.delegate("涧西区").await;
    let order = delegate
        .submit(&Report::at(tests::places::JIANXI).category("占道经营"))
        .await;
    deliver(&app).await;
    // The second event of the order waits for the first.
    assert_eq!(receiver.events(), ["order.submitted"]);
    receiver.answer(204);
    app.advance(TimeDelta::seconds(10)).await;
    deliver(&app).await;
    assert_eq!(
        receiver.events(),
        ["order.submitted", "order.submitted", "order.dispatched"]
    );
    let calls = receiver.calls();
    assert_eq!(calls[0].id, calls[1].id, "a repetition has the id of the message");
    assert_eq!(
        calls[1].json()["data"]["order"]["description"],
        order["description"]
    );
    let log = admin.get(&format!("/webhooks/{id}/deliveries")).await.ok();
    let states: Vec<&Value> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["status"])
        .collect();
    assert_eq!(states, ["delivered", "delivered"]);
    app.finish().await;
}

async fn a_receiver_that_is_gone_is_not_called(db: Db) {
    let app = product(db).await;
    let (admin, receiver) = (app.admin().await, Receiver::start());
    let (id, _) = subscribe(&admin, &receiver, false).await;
    receiver.answer(410);
    let message = admin.post(&format!("/webhooks/{id}/test"), json!({})).await;
    message.assert_status(202);
    deliver(&app).await;
    let listed = admin.get("/webhooks").await.ok();
    assert_eq!(listed["items"][0]["active"], false);
    assert_eq!(listed["items"][0]["disabled_reason"], "gone");
    let inbox = admin.get("/inbox").await.text();
    assert!(inbox.contains("“127.0.0.1”推送事件已停用"), "{inbox}");
    let delegate = app.delegate("涧西区").await;
    delegate
        .submit(&Report::at(tests::places::JIANXI).category("占道经营"))
        .await;
    deliver(&app).await;
    assert_eq!(receiver.events(), ["webhook.test"]);
    // A rotation starts it again; both secrets sign.
    receiver.answer(204);
    admin
        .post(&format!("/webhooks/{id}/rotate"), json!({}))
        .await
        .assert_ok();
    let message = message.json["msg_id"].as_str().unwrap();
    admin
        .post(&format!("/webhooks/{id}/deliveries/{message}/resend"), json!({}))
        .await
        .assert_status(202);
    deliver(&app).await;
    let last = receiver.calls().pop().unwrap();
    assert_eq!(
        (last.id.as_str(), last.signature.split(' ').count()),
        (message, 2)
    );
    app.run_jobs().await;
    app.finish().await;
}

async fn a_redirect_is_not_followed(db: Db) {
    let app = product(db).await;
    let (admin, receiver) = (app.admin().await, Receiver::start());
    let (id, _) = subscribe(&admin, &receiver, false).await;
    receiver.answer(307);
    admin
        .post(&format!("/webhooks/{id}/test"), json!({}))
        .await
        .assert_status(202);
    deliver(&app).await;
    assert_eq!(receiver.calls().len(), 1, "another address was called");
    let log = admin.get(&format!("/webhooks/{id}/deliveries")).await.ok();
    let row = &log["items"][0];
    assert_eq!(
        (&row["status"], &row["last_status"]),
        (&json!("waiting"), &json!(307))
    );
    app.finish().await;
}

async fn an_issued_report_is_announced_without_personal_data(db: Db) {
    let app = product(db).await;
    let (admin, receiver) = (app.admin().await, Receiver::start());
    let (_, secret) = subscribe(&admin, &receiver, false).await;
    let delegate = app.delegate("涧西区").await;
    let report = Report::at(tests::places::JIANXI)
        .category("夜间施工噪声")
        .saying("张三家旁边的工地夜里还在施工");
    delegate.submit(&report).await;
    let city = app.supervisor().await;
    let asked = json!({ "kind": "monthly", "from": "2025-09-01", "to": "2025-09-30" });
    let asked = city.post("/insight-reports", asked).await.ok();
    app.run_jobs().await;
    let path = format!("/insight-reports/{}", asked["id"].as_str().unwrap());
    let draft = city.get(&path).await.ok();
    assert_eq!(
        (&draft["status"], &draft["stage"]),
        (&json!("ready"), &json!("draft"))
    );
    let issue = async |revision: i64| {
        city.post(&format!("{path}/issue"), json!({ "revision": revision }))
            .await
    };
    issue(2).await.assert_problem(409, "report_changed");
    let announced = async || -> Vec<ReceivedCall> {
        deliver(&app).await;
        let mut calls = receiver.calls();
        calls.retain(|call| call.event() == "report.issued");
        calls
    };
    assert!(announced().await.is_empty(), "it is a draft");
    let issued = issue(1).await.ok();
    let calls = announced().await;
    let [call] = calls.as_slice() else {
        panic!("announced once: {calls:?}");
    };
    assert!(is_signed(call, &secret), "{call:?}");
    let expected = json!({
        "id": draft["id"], "kind": "monthly", "area": null, "title": draft["title"], "from": "2025-09-01", "to": "2025-09-30",
        "document_number": issued["document_number"],
    });
    assert_eq!(call.json()["data"], json!({ "report": expected }));
    let person = delegate.person();
    for personal in ["张三", &person.name, &person.phone, &city.person().name] {
        assert!(!call.body.contains(personal), "{personal}: {}", call.body);
    }
    // A report is issued once.
    issue(1).await.assert_problem(409, "report_issued");
    assert_eq!(announced().await.len(), 1);
    app.run_jobs().await;
    app.finish().await;
}

async fn only_administrators_and_only_public_targets(db: Db) {
    let app = TestApp::start(db).await;
    let body = |url: &str| json!({ "url": url, "events": ["order.closed"] });
    let admin = app.admin().await;
    for url in [
        "http://127.0.0.1:9/",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "ftp://example.com/",
        "x",
    ] {
        admin.post("/webhooks", body(url)).await.assert_status(422);
    }
    let unknown = json!({ "url": "https://example.com/", "events": ["order.vanished"] });
    admin.post("/webhooks", unknown).await.assert_status(422);
    app.operator()
        .await
        .post("/webhooks", body("https://example.com/"))
        .await
        .assert_status(403);
    app.finish().await;
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(tests::Db::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(tests::Db::Postgres).await;
            }
        }
    )*};
}

on_both!(
    an_order_is_followed,
    a_failing_receiver_gets_everything_in_order,
    a_receiver_that_is_gone_is_not_called,
    a_redirect_is_not_followed,
    an_issued_report_is_announced_without_personal_data,
    only_administrators_and_only_public_targets,
);

/// Partitions are made while deliveries arrive, are found as before, and are dropped when all in them is past.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_are_divided_by_month_without_a_stop() {
    let app = product(Db::Postgres).await;
    let (admin, receiver) = (app.admin().await, Receiver::start());
    let (id, _) = subscribe(&admin, &receiver, false).await;
    let delegate = app.delegate("涧西区").await;
    let db = &app.app().db;
    let now = zhitong::clock::Clock::real().now();
    delegate.submit(&Report::default()).await;
    deliver(&app).await;
    let filing = async {
        for _ in 0..5 {
            delegate.submit(&Report::default()).await;
            deliver(&app).await;
        }
    };
    let (divided, ()) = futures_util::future::join(partitions::partition(db, now), filing).await;
    divided.unwrap();
    assert!(partitions::is_partitioned(db).await.unwrap());
    // Again it changes nothing.
    partitions::partition(db, now).await.unwrap();
    let calls = receiver.calls();
    let ids: std::collections::BTreeSet<_> = calls.iter().map(|call| call.id.clone()).collect();
    assert_eq!(
        (calls.len(), ids.len()),
        (12, 12),
        "each event once: submitted and dispatched of six orders"
    );
    let log = admin.get(&format!("/webhooks/{id}/deliveries")).await.ok();
    assert_eq!(log["items"].as_array().unwrap().len(), 12, "{log}");

    // A month has passed; then all are past their time.
    let later = now + TimeDelta::days(120);
    assert_eq!(
        partitions::keep(db, later, app.now() - TimeDelta::days(1))
            .await
            .unwrap(),
        0
    );
    let dropped = partitions::keep(db, later, later).await.unwrap();
    assert!(dropped >= 2, "{dropped}");
    assert_eq!(webhook_delivery::Entity::find().count(db).await.unwrap(), 0);
    delegate.submit(&Report::default()).await;
    deliver(&app).await;
    assert_eq!(webhook_delivery::Entity::find().count(db).await.unwrap(), 2);
    app.run_jobs().await;
    app.finish().await;
}
