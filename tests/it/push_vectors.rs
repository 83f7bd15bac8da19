//! Pushes from WeChat in every form, made by hand: the check of our address, both formats and both modes, lists and
//! numbers of either kind, repeats and replays.
//!
//! `tests/python/wechat_push.py` checks them with an independent implementation.

use entity::push_message;
use reqwest::Method;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};
use tests::{Answer, Client, Db, TestApp};
use zhitong::notices::MessageCatalog;
use zhitong::wechat::push::envelope::AesKey;
use zhitong::wechat::push::signature::sign;

const TOKEN: &str = "a-token-for-tests";
/// Ends in a character that a strict base64 reader refuses.
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFx";
const APP_ID: &str = "wxsandbox00000000";
const TEMPLATE: &str = "answer";

/// WeChat, as far as it is known by the token and the key.
struct Sender<'a> {
    app: &'a TestApp,
    key: Option<AesKey>,
}

impl Sender<'_> {
    fn stamp(&self) -> (String, String) {
        (
            self.app.now().timestamp().to_string(),
            uuid::Uuid::now_v7().simple().to_string(),
        )
    }

    async fn sealed(&self, message: &str, outer: impl Fn(&str) -> String) -> Answer {
        let key = self.key.as_ref().unwrap();
        let encrypt = key
            .seal(*uuid::Uuid::now_v7().as_bytes(), message.as_bytes(), APP_ID)
            .unwrap();
        let (timestamp, nonce) = self.stamp();
        let signature = sign(&[TOKEN, &timestamp, &nonce, &encrypt]);
        let query = format!("timestamp={timestamp}&nonce={nonce}&encrypt_type=aes&msg_signature={signature}");
        self.post(&query, outer(&encrypt)).await
    }

    async fn in_json(&self, message: &Value) -> Answer {
        let outer = |encrypt: &str| json!({ "ToUserName": "gh", "Encrypt": encrypt }).to_string();
        self.sealed(&message.to_string(), outer).await
    }

    async fn in_xml(&self, inner: &str) -> Answer {
        let outer = |encrypt: &str| {
            format!(
                "<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"
            )
        };
        self.sealed(&format!("<xml>{inner}</xml>"), outer).await
    }

    async fn plain(&self, body: String) -> Answer {
        let (timestamp, nonce) = self.stamp();
        let signature = sign(&[TOKEN, &timestamp, &nonce]);
        self.post(
            &format!("timestamp={timestamp}&nonce={nonce}&signature={signature}"),
            body,
        )
        .await
    }

    async fn post(&self, query: &str, body: String) -> Answer {
        let path = format!("/wechat/push?{query}");
        let nobody = self.app.anonymous();
        nobody
            .request(Method::POST, &path, |request| request.body(body))
            .await
    }
}

async fn product(db: Db, key: &str) -> TestApp {
    TestApp::with(db)
        .set("WECHAT_PUSH_TOKEN", TOKEN)
        .set("WECHAT_PUSH_AES_KEY", key)
        .start()
        .await
}

fn wechat(app: &TestApp) -> Sender<'_> {
    Sender {
        app,
        key: Some(AesKey::parse(KEY).unwrap()),
    }
}

async fn stored(app: &TestApp) -> u64 {
    push_message::Entity::find().count(&app.app().db).await.unwrap()
}

fn popup(openid: &str, second: Value, list: Value) -> Value {
    json!({ "ToUserName": "gh", "FromUserName": openid, "CreateTime": second, "MsgType": "event",
        "Event": "subscribe_msg_popup_event", "List": list })
}

/// How many messages of the template the person has allowed, as far as we know.
async fn allowed(client: &Client) -> Value {
    let known = client.get("/subscriptions").await.ok();
    let mut items = known["items"].as_array().unwrap().iter();
    let found = items.find(|item| item["template_key"] == TEMPLATE);
    found.unwrap_or_else(|| panic!("{known}"))["remaining"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_address_is_checked_with_the_plain_signature_and_echoes() {
    let app = product(Db::Sqlite, KEY).await;
    let (timestamp, nonce) = wechat(&app).stamp();
    let signature = sign(&[TOKEN, &timestamp, &nonce]);
    let query = format!("timestamp={timestamp}&nonce={nonce}&echostr=4375120948345356249");
    let echoed = app
        .anonymous()
        .get(&format!("/wechat/push?signature={signature}&{query}"))
        .await;
    assert_eq!(
        (echoed.status, echoed.text().as_str()),
        (200, "4375120948345356249")
    );
    assert!(
        echoed.header("content-type").starts_with("text/plain"),
        "no browser takes it for a page"
    );
    for wrong in [
        "",
        "signature=0000",
        &format!("signature={}", sign(&["other", &timestamp, &nonce])),
    ] {
        let refused = app
            .anonymous()
            .get(&format!("/wechat/push?{wrong}&{query}"))
            .await;
        refused.assert_problem(403, "bad_signature");
        assert!(
            !refused.text().contains("4375120948345356249"),
            "nothing is echoed"
        );
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_one_or_many_and_numbers_of_either_kind_mean_the_same_in_both_formats() {
    for db in [Db::Sqlite, Db::Postgres] {
        let app = product(db, KEY).await;
        let (wechat, delegate) = (wechat(&app), app.delegate("").await);
        let openid = &delegate.person().openid;
        let template = &app
            .app()
            .state::<MessageCatalog>()
            .templates()
            .find(|template| template.key.as_str() == TEMPLATE)
            .unwrap()
            .id;
        let entry = |status: &str| json!({ "TemplateId": template, "SubscribeStatusString": status, "PopupScene": "0" });
        let other =
            json!({ "TemplateId": "somebody-else-s", "SubscribeStatusString": "accept", "PopupScene": 0 });
        let now = app.now().timestamp();
        wechat
            .in_json(&popup(openid, json!(now), entry("accept")))
            .await
            .assert_ok();
        wechat
            .in_json(&popup(
                openid,
                json!((now + 1).to_string()),
                json!([other, entry("accept")]),
            ))
            .await
            .assert_ok();
        let xml = |second: i64, lists: &str| {
            format!(
                "<ToUserName><![CDATA[gh]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>\
                 <CreateTime>{second}</CreateTime><MsgType><![CDATA[event]]></MsgType>\
                 <Event><![CDATA[subscribe_msg_popup_event]]></Event><SubscribeMsgPopupEvent>{lists}</SubscribeMsgPopupEvent>"
            )
        };
        let list = format!(
            "<List><TemplateId><![CDATA[{template}]]></TemplateId>\
             <SubscribeStatusString><![CDATA[accept]]></SubscribeStatusString><PopupScene>0</PopupScene></List>"
        );
        wechat.in_xml(&xml(now + 2, &list)).await.assert_ok();
        let foreign = list.replace(template.as_str(), "somebody-else-s");
        wechat
            .in_xml(&xml(now + 3, &format!("{foreign}{list}")))
            .await
            .assert_ok();
        assert_eq!(
            (stored(&app).await, allowed(&delegate).await),
            (4, Value::Null),
            "answered at once, worked on later"
        );
        app.run_jobs().await;
        assert_eq!(allowed(&delegate).await, json!(4));
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_is_one_push_whatever_is_new_about_its_envelope() {
    for db in [Db::Sqlite, Db::Postgres] {
        let app = product(db, KEY).await;
        let wechat = wechat(&app);
        let event = popup(
            "oTESTx",
            json!(1),
            json!({ "TemplateId": "t", "SubscribeStatusString": "accept" }),
        );
        // WeChat tries three times; each has another nonce, and so another ciphertext.
        for _ in 0..3 {
            assert_eq!(wechat.in_json(&event).await.assert_ok().text(), "success");
        }
        assert_eq!(stored(&app).await, 1);
        let other = popup(
            "oTESTx",
            json!(1),
            json!({ "TemplateId": "u", "SubscribeStatusString": "accept" }),
        );
        wechat.in_json(&other).await.assert_ok();
        assert_eq!(stored(&app).await, 2, "two events of one second are two");
        // Messages have a number; whether it comes as text or not.
        for number in [json!(24_812_345_678_901_234_i64), json!("24812345678901234")] {
            let text =
                json!({ "FromUserName": "oTESTx", "CreateTime": 2, "MsgType": "text", "MsgId": number });
            wechat.in_json(&text).await.assert_ok();
        }
        assert_eq!(stored(&app).await, 3);
        app.run_jobs().await;
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_listened_in_on_is_no_use_later_nor_changed() {
    let app = product(Db::Sqlite, KEY).await;
    let wechat = wechat(&app);
    let encrypt = wechat
        .key
        .as_ref()
        .unwrap()
        .seal([3; 16], b"{\"Event\":\"e\",\"FromUserName\":\"o\"}", APP_ID)
        .unwrap();
    let (timestamp, nonce) = wechat.stamp();
    let query = |timestamp: &str, nonce: &str, encrypt: &str| {
        let signature = sign(&[TOKEN, timestamp, nonce, encrypt]);
        format!("timestamp={timestamp}&nonce={nonce}&msg_signature={signature}")
    };
    let body = json!({ "Encrypt": encrypt }).to_string();
    let heard = query(&timestamp, &nonce, &encrypt);
    wechat.post(&heard, body.clone()).await.assert_ok();
    // Another nonce, another time, another content under the same signature.
    for (from, to) in [(nonce.as_str(), "1"), (timestamp.as_str(), "1714112445")] {
        wechat
            .post(&heard.replacen(from, to, 1), body.clone())
            .await
            .assert_problem(403, "bad_signature");
    }
    let changed = wechat.key.as_ref().unwrap().seal([4; 16], b"{}", APP_ID).unwrap();
    wechat
        .post(&heard, json!({ "Encrypt": changed }).to_string())
        .await
        .assert_problem(403, "bad_signature");
    // The query's plain signature does not cover the body, and is not asked.
    let plain = sign(&[TOKEN, &timestamp, &nonce]);
    let unsigned = format!("timestamp={timestamp}&nonce={nonce}&signature={plain}");
    wechat
        .post(&unsigned, body.clone())
        .await
        .assert_problem(403, "bad_signature");
    app.advance(chrono::TimeDelta::minutes(11)).await;
    wechat
        .post(&heard, body)
        .await
        .assert_problem(403, "bad_signature");
    assert_eq!(stored(&app).await, 1);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_an_envelope_nothing_counts_and_inside_it_everything_is_read_with_care() {
    let app = product(Db::Sqlite, KEY).await;
    let wechat = wechat(&app);
    // Compatible mode shows the content in the open too; only what is sealed is signed.
    let lie = |encrypt: &str| {
        json!({ "Event": "forged", "FromUserName": "oFORGED", "Encrypt": encrypt }).to_string()
    };
    wechat
        .sealed(r#"{"Event":"true","FromUserName":"oTESTx"}"#, lie)
        .await
        .assert_ok();
    let row = push_message::Entity::find()
        .one(&app.app().db)
        .await
        .unwrap()
        .unwrap();
    let event = zhitong::wechat::push::service::open(app.app(), row.id)
        .await
        .unwrap();
    assert_eq!(
        event,
        Some(zhitong::wechat::push::PushEvent::Other("true".to_owned()))
    );
    for inside in [
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><Event>&e;</Event></xml>",
        "neither one nor the other",
        "[1]",
    ] {
        let outer = |encrypt: &str| json!({ "Encrypt": encrypt }).to_string();
        wechat
            .sealed(inside, outer)
            .await
            .assert_problem(400, "malformed_push");
    }
    let large = "路".repeat(30_000);
    wechat
        .in_json(&json!({ "Event": large }))
        .await
        .assert_problem(413, "body_too_large");
    assert_eq!(stored(&app).await, 1);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_the_plain_signature_is_enough_in_both_formats() {
    let app = product(Db::Sqlite, "").await;
    let wechat = Sender { app: &app, key: None };
    for body in [
        r#"{"FromUserName":"oTESTx","CreateTime":1,"Event":"one"}"#,
        "<xml><FromUserName>oTESTx</FromUserName><CreateTime>1</CreateTime><Event>two</Event></xml>",
    ] {
        assert_eq!(wechat.plain(body.to_owned()).await.assert_ok().text(), "success");
    }
    wechat
        .plain("neither".to_owned())
        .await
        .assert_problem(400, "malformed_push");
    let (timestamp, nonce) = wechat.stamp();
    let query = format!(
        "timestamp={timestamp}&nonce={nonce}&signature={}",
        sign(&["other", &timestamp, &nonce])
    );
    wechat
        .post(&query, "{}".to_owned())
        .await
        .assert_problem(403, "bad_signature");
    assert_eq!(stored(&app).await, 2);
    app.run_jobs().await;
    app.finish().await;
}
