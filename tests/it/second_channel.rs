//! Notices that nobody reads go out on a second channel: text messages of two providers, and WeCom.

use chrono::TimeDelta;
use entity::kinds::SecondDeliveryStatus;
use entity::{job, second_delivery};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use tests::orders::Report;
use tests::{Browser, Client, Db, PersonQuery, TestApp};
use zhitong::jobs::Job as _;
use zhitong::notices::second_channel::send;

/// Of the built-in city pack: unread for six hours.
const HOURS: i64 = 6;

async fn with_sms(db: Db, provider: &str) -> TestApp {
    TestApp::with(db).set("SMS_PROVIDER", provider).start().await
}

async fn ledger(app: &TestApp) -> Vec<second_delivery::Model> {
    let rows = second_delivery::Entity::find().order_by_asc(second_delivery::Column::Id);
    rows.all(&app.app().db).await.unwrap()
}

async fn messages(app: &TestApp, to: &Client) -> Vec<Value> {
    let path = format!("/sandbox/channels/messages?phone={}", to.person().phone);
    app.anonymous().get(&path).await.ok().as_array().unwrap().clone()
}

async fn fail(app: &TestApp, code: &str, times: usize) {
    let body = json!({ "code": code, "times": times });
    app.anonymous().sandbox("channels/faults", body).await;
}

/// An order of a unit whose people allowed no push, and one of them.
async fn dispatched(app: &TestApp) -> (Value, Client) {
    let delegate = app.delegate("涧西区").await;
    let order = delegate.submit(&Report::default()).await;
    let unit = app.handler(order["unit"]["name"].as_str().unwrap()).await;
    app.run_jobs().await;
    (order, unit)
}

async fn a_text_goes_out(db: Db, provider: &str) {
    let app = with_sms(db, provider).await;
    let (order, unit) = dispatched(&app).await;
    app.advance(TimeDelta::hours(HOURS) - TimeDelta::minutes(1)).await;
    assert_eq!(
        messages(&app, &unit).await,
        Vec::<Value>::new(),
        "not before its time"
    );
    app.advance(TimeDelta::minutes(2)).await;
    let sent = messages(&app, &unit).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(
        (&sent[0]["provider"], &sent[0]["template"]),
        (&json!(provider), &json!("SMS_000000000"))
    );
    let words = sent[0]["parameters"].to_string();
    assert!(words.contains(order["number"].as_str().unwrap()), "{words}");
    assert!(
        !words.contains("wxaurl.cn") && !words.contains(r#""""#),
        "the code of the link alone: {words}"
    );
    let rows = ledger(&app).await;
    let own = rows.iter().find(|row| row.status == SecondDeliveryStatus::Sent);
    assert!(
        own.is_some_and(|row| row.message_id.is_some() && row.event == "dispatched"),
        "{rows:?}"
    );
    let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
    admin.get("/console/admin/templates").await.page(
        200,
        &["短信、企业微信和服务号", "启用", "未开通", "短信已发 1 条"],
    );
    // The job once more sends nothing.
    send::send(app.app(), own.unwrap().id).await.unwrap();
    assert_eq!(messages(&app, &unit).await.len(), 1);
    app.finish().await;
}

async fn by_tencent_cloud(db: Db) {
    a_text_goes_out(db, "tencent").await;
}

async fn by_aliyun(db: Db) {
    a_text_goes_out(db, "aliyun").await;
}

async fn what_is_read_or_pushed_needs_none(db: Db) {
    let app = with_sms(db, "tencent").await;
    let (_, unit) = dispatched(&app).await;
    unit.post("/inbox/read-all", json!({})).await.assert_ok();
    app.advance(TimeDelta::hours(HOURS + 1)).await;
    assert_eq!(messages(&app, &unit).await, Vec::<Value>::new());
    let openid = unit.person().openid.clone();
    let grant = json!({ "openid": openid, "template": "task", "count": 1 });
    unit.sandbox("subscriptions", grant).await;
    unit.post("/subscriptions", json!({ "results": { "task": "accept" } }))
        .await
        .assert_ok();
    dispatched(&app).await;
    assert_eq!(unit.wechat_messages().await.len(), 1);
    app.advance(TimeDelta::hours(HOURS + 1)).await;
    assert_eq!(messages(&app, &unit).await, Vec::<Value>::new());
    let of_unit = ledger(&app).await;
    assert!(
        of_unit
            .iter()
            .any(|row| row.status == SecondDeliveryStatus::NotNeeded)
    );
    app.finish().await;
}

async fn a_limit_passes_and_a_refusal_does_not(db: Db) {
    let app = with_sms(db, "aliyun").await;
    let (_, unit) = dispatched(&app).await;
    fail(&app, "isv.BUSINESS_LIMIT_CONTROL", 1).await;
    app.advance(TimeDelta::hours(HOURS) + TimeDelta::minutes(20))
        .await;
    let sent = messages(&app, &unit).await.len();
    let rows = ledger(&app).await;
    assert!(
        rows.iter().all(|row| row.status == SecondDeliveryStatus::Sent),
        "{rows:?}"
    );
    assert_eq!(sent, 1, "tried again once the limit had passed");
    let (_, unit) = dispatched(&app).await;
    fail(&app, "isv.MOBILE_NUMBER_ILLEGAL", 9).await;
    app.advance(TimeDelta::hours(HOURS + 1)).await;
    let refused = ledger(&app).await.pop().unwrap();
    assert_eq!(refused.status, SecondDeliveryStatus::Failed);
    assert_eq!(refused.code.as_deref(), Some("isv.MOBILE_NUMBER_ILLEGAL"));
    assert_eq!(messages(&app, &unit).await.len(), 1);
    app.finish().await;
}

async fn wecom_sends_a_card_that_opens_the_order(db: Db) {
    let app = TestApp::with(db)
        .set("WECOM_CORP_ID", "ww0000000000000000")
        .start()
        .await;
    let (order, unit) = dispatched(&app).await;
    unit.act(&order, "accept", json!({})).await.assert_ok();
    let supervisor = app.county_supervisor("涧西区").await;
    let requirement = json!({ "requirement": "三个工作日内书面说明。" });
    supervisor
        .act(&order, "supervision-orders", requirement)
        .await
        .assert_ok();
    app.advance(TimeDelta::hours(5)).await;
    let sent = messages(&app, &unit).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0]["provider"], "wecom");
    assert!(
        sent[0]["link"]
            .as_str()
            .unwrap()
            .starts_with("https://wxaurl.cn/"),
        "{sent:?}"
    );
    assert!(
        sent[0]["text"].as_str().unwrap().contains("三个工作日内"),
        "{sent:?}"
    );
    app.finish().await;
}

/// Without an account nothing is planned, and submitting costs nothing.
async fn it_is_off_by_default(db: Db) {
    let app = TestApp::start(db).await;
    dispatched(&app).await;
    assert_eq!(ledger(&app).await, Vec::new());
    let jobs = job::Entity::find().all(&app.app().db).await.unwrap();
    assert!(jobs.iter().all(|job| job.kind != send::SendOnSecondChannel::NAME));
    app.finish().await;
}

tests::journeys! {
    a_text_of_tencent_cloud_goes_out_after_hours_without_reading => by_tencent_cloud;
    a_text_of_aliyun_goes_out_after_hours_without_reading => by_aliyun;
    what_is_read_or_was_pushed_needs_no_text => what_is_read_or_pushed_needs_none;
    a_limit_passes_and_a_refused_number_does_not => a_limit_passes_and_a_refusal_does_not;
    wecom_sends_a_card_with_a_link => wecom_sends_a_card_that_opens_the_order;
    second_channels_are_off_by_default => it_is_off_by_default;
}
