//! The official account: who follows it, its menu, and template messages that open the mini-program.
//!
//! `web_sign_in.rs`: the residents' page that recognises delegates; `forgetting.rs`: followers are erased and purged.

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::{SecondChannel, SecondDeliveryStatus};
use entity::{official_follower, second_delivery};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::orders::Report;
use tests::sandbox_api::{SandboxApi, calls};
use tests::{Browser, Client, Db, PersonQuery, TestApp};
use zhitong::official::{OfficialAccount, menu};
use zhitong::wechat::calls::official::MenuButton;
use zhitong::wechat::push::envelope::AesKey;
use zhitong::wechat::push::signature::sign;

mod forgetting;
mod web_sign_in;

const TOKEN: &str = "official-token";
const APP_ID: &str = "wxofficial0000000";
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFx";
const TEMPLATE: &str = "/cgi-bin/message/template/send";

async fn start(db: Db) -> TestApp {
    let app = TestApp::with(db)
        .set("WECHAT_OA_APP_ID", APP_ID)
        .set("WECHAT_OA_PUSH_TOKEN", TOKEN)
        .start()
        .await;
    SandboxApi(&app).rules(json!({ "open_platform": true })).await;
    app
}

/// An event as WeChat writes it.
fn event(openid: &str, name: &str, at: DateTime<Utc>) -> String {
    let at = at.timestamp();
    format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>\
         <CreateTime>{at}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event></xml>"
    )
}

/// Pushes a body as WeChat does, and returns the status.
async fn push(app: &TestApp, token: &str, body: String) -> u16 {
    let timestamp = app.now().timestamp().to_string();
    let signature = sign(&[token, &timestamp, "n1"]);
    send(
        app,
        &format!("signature={signature}&timestamp={timestamp}&nonce=n1"),
        body,
    )
    .await
}

async fn send(app: &TestApp, query: &str, body: String) -> u16 {
    let address = format!("{}/wechat/official?{query}", app.base());
    let answer = app.http().post(address).body(body).send().await.unwrap();
    answer.status().as_u16()
}

async fn act(app: &TestApp, act: Value) -> Value {
    app.anonymous().sandbox("official", act).await
}

async fn follow(app: &TestApp, person: &Client) -> String {
    let answer = act(app, json!({ "follow": person.person().openid })).await;
    let openid = answer["openid"].as_str().unwrap().to_owned();
    let status = push(app, TOKEN, event(&openid, "subscribe", app.now())).await;
    assert_eq!(status, 200);
    app.run_jobs().await;
    openid
}

async fn account(app: &TestApp) -> Value {
    app.anonymous().get("/sandbox/official").await.ok()
}

async fn sent(app: &TestApp) -> Vec<Value> {
    account(app).await["sent"].as_array().unwrap().clone()
}

/// A delegate's order that its unit accepts; the push of the mini-program has had its time.
async fn accepted(app: &TestApp, delegate: &Client) -> Value {
    let order = delegate.submit(&Report::default()).await;
    let unit = app.handler(order["unit"]["name"].as_str().unwrap()).await;
    unit.act(&order, "accept", json!({})).await.assert_ok();
    app.advance(TimeDelta::minutes(3)).await;
    order
}

/// The template messages in the ledger, oldest first.
async fn ledger(app: &TestApp) -> Vec<(SecondDeliveryStatus, Option<String>)> {
    let rows = second_delivery::Entity::find()
        .filter(second_delivery::Column::Channel.eq(SecondChannel::Official))
        .order_by_asc(second_delivery::Column::Id);
    let rows = rows.all(&app.app().db).await.unwrap();
    rows.into_iter().map(|row| (row.status, row.code)).collect()
}

async fn status_page(app: &TestApp) -> String {
    let admin = Browser::as_cast(app, PersonQuery::role("admin")).await;
    admin.get("/console/admin/status").await.page(200, &["服务号"])
}

/// Follow → menu → message → unfollow. One sign-in is enough to be matched.
async fn followers_get_template_messages(db: Db) {
    let app = start(db).await;
    let delegate = app.delegate("涧西区").await;
    accepted(&app, &delegate).await;
    assert_eq!(sent(&app).await, Vec::<Value>::new(), "nobody follows yet");
    let openid = follow(&app, &delegate).await;
    let followed_at = app.now();
    let client = app.app().state::<OfficialAccount>().client().unwrap();
    menu::create(app.app(), client).await.unwrap();
    assert_eq!(account(&app).await["menu"][0]["type"], "miniprogram");

    let order = accepted(&app, &delegate).await;
    let messages = sent(&app).await;
    let [message] = messages.as_slice() else {
        panic!("{messages:?}");
    };
    let page = format!("pages/order/index?number={}", order["number"].as_str().unwrap());
    assert_eq!(
        (&message["openid"], &message["page"]),
        (&json!(openid), &json!(page))
    );
    assert_eq!(message["data"]["character_string1"]["value"], order["number"]);

    let left = push(&app, TOKEN, event(&openid, "unsubscribe", app.now())).await;
    assert_eq!(left, 200);
    // WeChat, or a replay, sends the older event once more.
    assert_eq!(
        push(&app, TOKEN, event(&openid, "subscribe", followed_at)).await,
        200
    );
    app.run_jobs().await;
    accepted(&app, &delegate).await;
    assert_eq!(sent(&app).await.len(), 1, "no more after leaving");
    let outcomes: Vec<_> = ledger(&app).await.into_iter().map(|(status, _)| status).collect();
    let not_following = SecondDeliveryStatus::NotFollowing;
    assert_eq!(
        outcomes,
        [not_following, SecondDeliveryStatus::Sent, not_following]
    );
    app.finish().await;
}

/// A push that arrives is enough; a person who reads the notice needs no second message either.
async fn what_was_read_needs_no_template_message(db: Db) {
    let app = start(db).await;
    let delegate = app.delegate("涧西区").await;
    follow(&app, &delegate).await;
    let order = delegate.submit(&Report::default()).await;
    let unit = app.handler(order["unit"]["name"].as_str().unwrap()).await;
    unit.act(&order, "accept", json!({})).await.assert_ok();
    app.run_jobs().await;
    assert_eq!(sent(&app).await, Vec::<Value>::new(), "the push goes first");
    delegate.post("/inbox/read-all", json!({})).await.assert_ok();
    app.advance(TimeDelta::minutes(3)).await;
    assert_eq!(sent(&app).await, Vec::<Value>::new());
    assert_eq!(ledger(&app).await, [(SecondDeliveryStatus::NotNeeded, None)]);
    app.finish().await;
}

/// At night phones stay silent; the message goes out in the morning.
async fn quiet_hours_hold(db: Db) {
    let app = start(db).await;
    let delegate = app.delegate("涧西区").await;
    follow(&app, &delegate).await;
    app.advance_to("2025-09-08T22:00:00+08:00").await;
    accepted(&app, &delegate).await;
    assert_eq!(sent(&app).await, Vec::<Value>::new());
    app.advance_to("2025-09-09T07:29:00+08:00").await;
    assert_eq!(sent(&app).await, Vec::<Value>::new());
    app.advance_to("2025-09-09T07:31:00+08:00").await;
    assert_eq!(sent(&app).await.len(), 1);
    app.finish().await;
}

/// Left without an event of WeChat's: 43004 ends the message and is remembered.
async fn who_left_is_not_asked_again(db: Db) {
    let app = start(db).await;
    let delegate = app.delegate("涧西区").await;
    follow(&app, &delegate).await;
    act(&app, json!({ "leave": delegate.person().openid })).await;
    accepted(&app, &delegate).await;
    app.advance(TimeDelta::hours(2)).await;
    accepted(&app, &delegate).await;
    let tried = calls(&app).await.iter().filter(|path| *path == TEMPLATE).count();
    assert_eq!(tried, 1, "no retry, and no second message");
    let refused = (SecondDeliveryStatus::NotFollowing, Some("43004".to_owned()));
    assert_eq!(ledger(&app).await.first(), Some(&refused));
    let rows = official_follower::Entity::find()
        .all(&app.app().db)
        .await
        .unwrap();
    assert!(rows.iter().all(|row| row.left_at.is_some()), "{rows:?}");
    assert!(!status_page(&app).await.contains("43004"), "nothing to repair");
    app.finish().await;
}

/// The administrator reads what to repair; it is gone with the next message that arrives.
async fn faults_of_the_configuration_are_told(db: Db) {
    let app = start(db).await;
    let delegate = app.delegate("涧西区").await;
    follow(&app, &delegate).await;
    assert!(!status_page(&app).await.contains("没有关联小程序"));
    act(&app, json!({ "link": false })).await;
    accepted(&app, &delegate).await;
    app.advance(TimeDelta::hours(2)).await;
    let failed = |code: &str| (SecondDeliveryStatus::Failed, Some(code.to_owned()));
    assert_eq!(ledger(&app).await, [failed("85005")], "no retry");
    let page = status_page(&app).await;
    assert!(
        page.contains("没有关联小程序（85005）") && page.contains("故障"),
        "{page}"
    );

    act(&app, json!({ "link": true })).await;
    let fault = json!({ "endpoint": TEMPLATE, "errcode": 40_166 });
    SandboxApi(&app).fault(fault).await;
    accepted(&app, &delegate).await;
    assert_eq!(ledger(&app).await.last(), Some(&failed("40166")));
    let page = status_page(&app).await;
    assert!(
        page.contains("AppID 不对（40166）") && !page.contains("85005"),
        "{page}"
    );

    accepted(&app, &delegate).await;
    assert_eq!(sent(&app).await.len(), 1);
    let page = status_page(&app).await;
    assert!(
        !page.contains("40166") && page.contains("模板消息已发 1"),
        "{page}"
    );
    app.finish().await;
}

async fn menu_opens_the_mini_program(db: Db) {
    let app = start(db).await;
    act(&app, json!({ "link": false })).await;
    let client = app.app().state::<OfficialAccount>().client().unwrap();
    let button = |app_id: &str| MenuButton::MiniProgram {
        name: "随手拍".to_owned(),
        app_id: app_id.to_owned(),
        page: "pages/home/index".to_owned(),
        url: app.base().to_owned(),
    };
    for (app_id, errcode) in [("not-an-app-id", 40_166), ("wxsandbox00000000", 85_005)] {
        let error = client.create_menu(&[button(app_id)]).await.unwrap_err();
        assert_eq!(error.errcode(), Some(errcode), "{app_id}");
    }
    assert_eq!(account(&app).await["menu"], json!([]));
    act(&app, json!({ "link": true })).await;
    menu::create(app.app(), client).await.unwrap();
    let menu = account(&app).await["menu"].clone();
    assert_eq!(
        (&menu[0]["type"], &menu[0]["pagepath"], &menu[0]["appid"]),
        (
            &json!("miniprogram"),
            &json!("pages/home/index"),
            &json!("wxsandbox00000000")
        )
    );
    app.finish().await;
}

async fn events_are_signed(db: Db) {
    let app = start(db).await;
    let subscribe = |openid: &str| event(openid, "subscribe", app.now());
    assert_eq!(push(&app, "another-token", subscribe("of_1")).await, 403);
    assert_eq!(push(&app, TOKEN, subscribe("")).await, 400);
    assert_eq!(push(&app, TOKEN, event("of_1", "CLICK", app.now())).await, 200);
    let old = (app.now() - TimeDelta::minutes(11)).timestamp().to_string();
    let signature = sign(&[TOKEN, &old, "n1"]);
    let query = format!("signature={signature}&timestamp={old}&nonce=n1");
    assert_eq!(send(&app, &query, subscribe("of_1")).await, 403, "a replay");
    let rows = official_follower::Entity::find()
        .all(&app.app().db)
        .await
        .unwrap();
    assert_eq!(rows, Vec::new());
    app.finish().await;
    let off = TestApp::start(db).await;
    assert_eq!(
        push(&off, TOKEN, event("of_1", "subscribe", off.now())).await,
        404
    );
    off.finish().await;
}

/// In secure mode only what is sealed for this account counts, however well it is signed.
async fn events_are_sealed(db: Db) {
    let app = TestApp::with(db)
        .set("WECHAT_OA_APP_ID", APP_ID)
        .set("WECHAT_OA_PUSH_TOKEN", TOKEN)
        .set("WECHAT_OA_PUSH_AES_KEY", KEY)
        .start()
        .await;
    let body = event("of_1", "subscribe", app.now());
    assert_eq!(push(&app, TOKEN, body.clone()).await, 403, "not sealed");
    let key = AesKey::parse(KEY).unwrap();
    for (app_id, status) in [("wxanother0000000", 403), (APP_ID, 200)] {
        let sealed = key.seal([7; 16], body.as_bytes(), app_id).unwrap();
        let timestamp = app.now().timestamp().to_string();
        let signature = sign(&[TOKEN, &timestamp, "n1", &sealed]);
        let query = format!("msg_signature={signature}&timestamp={timestamp}&nonce=n1&encrypt_type=aes");
        let outer = format!("<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>");
        assert_eq!(send(&app, &query, outer).await, status, "{app_id}");
    }
    app.run_jobs().await;
    let rows = official_follower::Entity::find()
        .all(&app.app().db)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert!(
        !String::from_utf8_lossy(&rows[0].openid_sealed).contains("of_1"),
        "it names a person and is sealed"
    );
    app.finish().await;
}

/// One day of a city with both channels: the unit that reads nothing gets a text message after its hours, and the delegate
/// comes from following, through the menu, to the order in the mini-program.
async fn both_channels_reach_people(db: Db) {
    let app = TestApp::with(db)
        .set("SMS_PROVIDER", "tencent")
        .set("WECHAT_OA_APP_ID", APP_ID)
        .set("WECHAT_OA_PUSH_TOKEN", TOKEN)
        .start()
        .await;
    SandboxApi(&app).rules(json!({ "open_platform": true })).await;
    let delegate = app.delegate("涧西区").await;
    let order = delegate.submit(&Report::default()).await;
    let unit = app.handler(order["unit"]["name"].as_str().unwrap()).await;
    let texts = format!("/sandbox/channels/messages?phone={}", unit.person().phone);
    app.advance(TimeDelta::minutes(359)).await;
    assert_eq!(app.anonymous().get(&texts).await.ok(), json!([]));
    app.advance(TimeDelta::minutes(2)).await;
    let text = app.anonymous().get(&texts).await.ok();
    let number = order["number"].as_str().unwrap();
    assert!(text[0]["parameters"].to_string().contains(number), "{text}");

    let openid = follow(&app, &delegate).await;
    let client = app.app().state::<OfficialAccount>().client().unwrap();
    menu::create(app.app(), client).await.unwrap();
    let button = account(&app).await["menu"][0].clone();
    assert_eq!(
        (&button["name"], &button["pagepath"]),
        (&json!("随手拍"), &json!("pages/home/index"))
    );
    unit.act(&order, "accept", json!({})).await.assert_ok();
    app.advance(TimeDelta::minutes(3)).await;
    let messages = sent(&app).await;
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0]["openid"], json!(openid));
    let page = messages[0]["page"].as_str().unwrap();
    let number = page.strip_prefix("pages/order/index?number=").unwrap();
    let opened = delegate.get(&format!("/orders/{number}")).await.ok();
    assert_eq!(opened["number"], order["number"]);
    app.finish().await;
}

tests::journeys! {
    followers_get_template_messages_that_open_the_order => followers_get_template_messages;
    a_notice_that_was_read_needs_no_template_message => what_was_read_needs_no_template_message;
    template_messages_wait_until_the_quiet_hours_end => quiet_hours_hold;
    a_person_who_left_is_not_written_to_again => who_left_is_not_asked_again;
    faults_of_the_configuration_are_shown_to_administrators => faults_of_the_configuration_are_told;
    a_text_message_and_the_official_account_reach_people => both_channels_reach_people;
    the_menu_opens_the_mini_program => menu_opens_the_mini_program;
    events_of_the_account_are_signed => events_are_signed;
    events_in_secure_mode_are_sealed_for_the_account => events_are_sealed;
}
