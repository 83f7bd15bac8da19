//! The inbox keeps everything; the push on top is made at most once, through the stand-in over HTTP.

mod down;
mod pages;
mod quiet;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{PersonId, SiteMessageId};
use entity::kinds::DeliveryStatus;
use entity::{delivery, subscription};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::{Client, Db, TestApp};
use zhitong::notices::MessageCatalog;
use zhitong::notices::delivery::deliver_due;
use zhitong::notices::{Event, EventKind, Subject, emit};
use zhitong::wechat::circuit::FAILURES_TO_OPEN;

/// The template of the event that these tests cause.
const TEMPLATE: &str = "progress";

async fn id_of(client: &Client) -> PersonId {
    client.get("/me").await.ok()["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

/// Tells one delegate of a resident's message, the event that concerns exactly whom it names.
async fn notify(app: &TestApp, delegate: &Client, note: &str) {
    let people = vec![id_of(delegate).await];
    let event = Event::general(EventKind::SiteMessage)
        .people(people)
        .title("联络站")
        .about(Subject::SiteMessage(SiteMessageId::generate()))
        .note(note);
    let txn = zhitong::db::write(&app.app().db).await.unwrap();
    emit(&txn, app.app().state::<MessageCatalog>(), &event, app.now())
        .await
        .unwrap();
    txn.commit().await.unwrap();
}

async fn allow(delegate: &Client, count: u32) {
    let openid = delegate.person().openid.clone();
    delegate
        .sandbox(
            "subscriptions",
            json!({ "openid": openid, "template": TEMPLATE, "count": count }),
        )
        .await;
    for _ in 0..count {
        delegate
            .post("/subscriptions", json!({ "results": { TEMPLATE: "accept" } }))
            .await
            .assert_status(200);
    }
}

async fn fault(delegate: &Client, mut fault: Value) {
    fault["endpoint"] = json!("subscribe/send");
    fault["times"] = json!(1);
    delegate.sandbox("faults", fault).await;
}

async fn deliveries(app: &TestApp) -> Vec<delivery::Model> {
    let rows = delivery::Entity::find()
        .order_by_asc(delivery::Column::CreatedAt)
        .order_by_asc(delivery::Column::Id);
    rows.all(&app.app().db).await.unwrap()
}

async fn last(app: &TestApp) -> delivery::Model {
    deliveries(app).await.pop().expect("a delivery")
}

async fn remaining(delegate: &Client) -> Value {
    let answer = delegate.get("/subscriptions").await.ok();
    let items = answer["items"].as_array().unwrap();
    items
        .iter()
        .find(|item| item["template_key"] == TEMPLATE)
        .unwrap()["remaining"]
        .clone()
}

async fn inbox(client: &Client) -> Vec<Value> {
    client.get("/inbox?limit=100").await.ok()["items"]
        .as_array()
        .unwrap()
        .clone()
}

async fn begin_attempt_and_crash(app: &TestApp, until: DateTime<Utc>) {
    delivery::Entity::update_many()
        .col_expr(delivery::Column::LeasedUntil, Expr::value(until))
        .col_expr(delivery::Column::NextAt, Expr::value(until))
        .col_expr(delivery::Column::Attempts, Expr::value(1))
        .exec(&app.app().db)
        .await
        .unwrap();
}

tests::on_both_databases! {
    async fn a_push_arrives_and_uses_up_one_consent(app: TestApp) {
        let delegate = app.delegate("").await;
        allow(&delegate, 2).await;
        assert_eq!(remaining(&delegate).await, json!(2));
        notify(&app, &delegate, "公交站牌被撞歪，请尽快修复，孩子们每天都在这里等车").await;
        assert_eq!(delegate.wechat_messages().await.len(), 0, "nothing is sent inside the transaction");
        app.run_jobs().await;
        let messages = delegate.wechat_messages().await;
        assert_eq!(messages.len(), 1);
        assert!(messages[0]["data"].as_object().unwrap().values().all(|value| value != ""));
        let row = last(&app).await;
        assert_eq!(row.status, DeliveryStatus::Sent);
        assert_eq!(row.message_id.as_deref(), messages[0]["msgid"].as_str());
        assert_eq!(remaining(&delegate).await, json!(1));
    }

    async fn somebody_who_allows_nothing_still_finds_it_in_the_inbox(app: TestApp) {
        let delegate = app.delegate("").await;
        notify(&app, &delegate, "一").await;
        app.run_jobs().await;
        let row = last(&app).await;
        assert_eq!((row.status, row.errcode), (DeliveryStatus::NotSubscribed, Some(43101)));
        assert_eq!(delegate.wechat_messages().await.len(), 0);
        assert_eq!(inbox(&delegate).await.len(), 1);
        assert_eq!(remaining(&delegate).await, json!(0));
        // A consent later counts again.
        allow(&delegate, 1).await;
        notify(&app, &delegate, "二").await;
        app.run_jobs().await;
        assert_eq!(delegate.wechat_messages().await.len(), 1);
    }

    async fn a_field_that_wechat_refuses_ends_the_push(app: TestApp) {
        let delegate = app.delegate("").await;
        allow(&delegate, 1).await;
        for errcode in [47003, 40037, 40003] {
            fault(&delegate, json!({ "errcode": errcode })).await;
            notify(&app, &delegate, "一").await;
            app.run_jobs().await;
            let row = last(&app).await;
            assert_eq!((row.status, row.errcode), (DeliveryStatus::Failed, Some(errcode)));
            app.advance(TimeDelta::seconds(1)).await;
        }
        app.advance(TimeDelta::days(1)).await;
        assert_eq!(delegate.wechat_messages().await.len(), 0, "never tried again");
    }

    async fn an_answer_that_never_came_is_unknown_and_the_push_never_made_again(app: TestApp) {
        let delegate = app.delegate("").await;
        allow(&delegate, 5).await;
        fault(&delegate, json!({ "drop": true })).await;
        notify(&app, &delegate, "一").await;
        app.run_jobs().await;
        let row = last(&app).await;
        assert_eq!((row.status, row.settled_at), (DeliveryStatus::Unknown, None));
        let arrived = delegate.wechat_messages().await.len();
        app.advance(TimeDelta::days(2)).await;
        app.run_jobs().await;
        assert_eq!(delegate.wechat_messages().await.len(), arrived, "never blindly sent again");
        assert_eq!(last(&app).await.status, DeliveryStatus::Unknown);
    }

    async fn an_attempt_that_a_crash_interrupted_is_unknown_and_never_made_again(app: TestApp) {
        let delegate = app.delegate("").await;
        allow(&delegate, 1).await;
        notify(&app, &delegate, "一").await;
        begin_attempt_and_crash(&app, app.now() + TimeDelta::seconds(60)).await;
        app.run_jobs().await;
        assert_eq!(last(&app).await.status, DeliveryStatus::Waiting, "it may still be under way");
        app.advance(TimeDelta::minutes(2)).await;
        assert_eq!(last(&app).await.status, DeliveryStatus::Unknown);
        assert_eq!(delegate.wechat_messages().await.len(), 0);
    }

    async fn two_replicas_that_deliver_at_once_send_each_push_once(app: TestApp) {
        let people = [app.delegate("涧西区").await, app.delegate("西工区").await];
        for delegate in &people {
            allow(delegate, 9).await;
            for note in ["一", "二", "三"] {
                notify(&app, delegate, note).await;
            }
        }
        let replica = || async {
            for _ in 0..8 {
                deliver_due(app.app()).await.unwrap();
            }
        };
        tokio::join!(replica(), replica());
        // Who was being sent to is looked at again two seconds later.
        app.advance(TimeDelta::seconds(30)).await;
        for delegate in &people {
            assert_eq!(delegate.wechat_messages().await.len(), 3);
        }
        assert!(deliveries(&app).await.iter().all(|row| row.status == DeliveryStatus::Sent));
    }

    async fn one_person_gets_one_message_at_a_time_and_the_others_do_not_wait_for_him(app: TestApp) {
        let (busy, other) = (app.delegate("涧西区").await, app.delegate("西工区").await);
        for delegate in [&busy, &other] {
            allow(delegate, 99).await;
        }
        for _ in 0..20 {
            notify(&app, &busy, "一").await;
        }
        notify(&app, &other, "一").await;
        assert_eq!(deliver_due(app.app()).await.unwrap(), 2, "one for each");
        assert_eq!(busy.wechat_messages().await.len(), 1);
        assert_eq!(other.wechat_messages().await.len(), 1);
        app.run_jobs().await;
        assert_eq!(busy.wechat_messages().await.len(), 20);
    }

    async fn what_wechat_did_not_take_is_tried_again_until_it_arrives_once(app: TestApp) {
        let delegate = app.delegate("").await;
        allow(&delegate, 9).await;
        for (errcode, wait) in [(43108, 3), (-1, 20), (45011, 61), (45009, 86_400)] {
            let before = delegate.wechat_messages().await.len();
            fault(&delegate, json!({ "errcode": errcode })).await;
            notify(&app, &delegate, "一").await;
            app.run_jobs().await;
            assert_eq!(last(&app).await.status, DeliveryStatus::Waiting, "{errcode}");
            app.advance(TimeDelta::seconds(wait)).await;
            assert_eq!(last(&app).await.status, DeliveryStatus::Sent, "{errcode}");
            assert_eq!(delegate.wechat_messages().await.len(), before + 1, "{errcode}");
        }
    }

    async fn a_token_that_expired_costs_nothing(app: TestApp) {
        let delegate = app.delegate("").await;
        allow(&delegate, 1).await;
        fault(&delegate, json!({ "errcode": 42001 })).await;
        notify(&app, &delegate, "一").await;
        app.run_jobs().await;
        app.advance(TimeDelta::hours(3)).await;
        assert_eq!(last(&app).await.status, DeliveryStatus::Sent);
        assert_eq!(delegate.wechat_messages().await.len(), 1);
    }

    async fn nobody_reads_or_marks_somebody_elses_notice(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let other = app.delegate("西工区").await;
        notify(&app, &delegate, "一").await;
        app.run_jobs().await;
        let id = inbox(&delegate).await[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(inbox(&other).await.len(), 0);
        let path = format!("/inbox/{id}/read");
        other.post(&path, json!({})).await.assert_problem(404, "not_found");
        app.anonymous().post(&path, json!({})).await.assert_status(401);
        assert_eq!(inbox(&delegate).await[0]["read_at"], Value::Null, "still unread");
        let first = delegate.post(&path, json!({})).await.ok();
        app.advance(TimeDelta::minutes(1)).await;
        let second = delegate.post(&path, json!({})).await.ok();
        assert!(first["read_at"].as_str().unwrap().ends_with("+08:00"));
        assert_eq!(first, second, "reading twice changes nothing");
    }

    async fn the_inbox_keeps_everything_and_counts_what_is_unread(app: TestApp) {
        let delegate = app.delegate("").await;
        for note in ["一", "二", "三"] {
            notify(&app, &delegate, note).await;
            app.advance(TimeDelta::minutes(1)).await;
        }
        let page = delegate.get("/inbox?limit=2").await.ok();
        assert_eq!((page["items"].as_array().unwrap().len(), &page["unread"]), (2, &json!(3)));
        assert!(page["items"][0]["body"].as_str().unwrap().contains('三'), "newest first");
        // A notice that comes between two pages moves nothing.
        notify(&app, &delegate, "四").await;
        app.run_jobs().await;
        let cursor = page["next_cursor"].as_str().unwrap();
        let rest = delegate.get(&format!("/inbox?limit=2&cursor={cursor}")).await.ok();
        assert_eq!(rest["items"].as_array().unwrap().len(), 1);
        assert!(rest["items"][0]["body"].as_str().unwrap().contains('一'));
        assert_eq!(delegate.post("/inbox/read-all", json!({})).await.ok()["read"], json!(4));
        assert_eq!(delegate.get("/inbox?unread=true").await.ok()["items"], json!([]));
        assert_eq!(inbox(&delegate).await.len(), 4);
        delegate.get("/inbox?cursor=nonsense").await.assert_problem(400, "bad_cursor");
    }

    async fn an_answer_about_an_unknown_template_is_refused_and_nothing_counted(app: TestApp) {
        let delegate = app.delegate("").await;
        let results = json!({ "results": { TEMPLATE: "accept", "nonsense": "accept" } });
        delegate.post("/subscriptions", results).await.assert_problem(422, "invalid_fields");
        assert_eq!(remaining(&delegate).await, Value::Null);
        let results = json!({ "results": { "errMsg": "requestSubscribeMessage:ok", TEMPLATE: "acceptWithAudio" } });
        delegate.post("/subscriptions", results).await.assert_status(200);
        assert_eq!(remaining(&delegate).await, json!(1));
        delegate.post("/subscriptions", json!({ "results": { TEMPLATE: "perhaps" } })).await.assert_status(422);
    }

    async fn the_account_has_the_templates_that_we_fill(app: TestApp) {
        let problems = zhitong::notices::template_check::check_and_keep(app.app(), app.now()).await.unwrap();
        assert!(problems.is_empty(), "{problems:?}");
    }
}
