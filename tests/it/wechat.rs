//! WeChat's stand-in over real HTTP: what it answers and in which order it finds fault, and how the product's
//! own client takes each answer, each fault and no answer at all.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tests::TestApp;
use zhitong::wechat::CallError;
use zhitong::wechat::calls::code::{CodeRequest, ImageFormat};
use zhitong::wechat::calls::content::{Scene, Suggestion};
use zhitong::wechat::calls::link::LinkRequest;
use zhitong::wechat::calls::message::SubscribeMessage;

const APP_ID: &str = "wxsandbox00000000";
const SECRET: &str = "sandbox-app-secret-not-for-live-use";
const OPENID: &str = "oTESTxxxxxxxxxxxxxxxxxxxxxxx";
const SEND: &str = "/cgi-bin/message/subscribe/send";

/// WeChat as somebody sees it who writes the requests by hand.
struct Hand<'a>(&'a TestApp);

impl Hand<'_> {
    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Value {
        let url = format!("{}/sandbox/wechat{path}", self.0.base());
        let answer = self.0.http().get(url).query(query).send().await.unwrap();
        assert_eq!(answer.status(), 200, "errors come with status 200 too");
        answer.json().await.unwrap()
    }

    async fn post(&self, path: &str, token: &str, body: impl Into<reqwest::Body>) -> reqwest::Response {
        let url = format!("{}/sandbox/wechat{path}", self.0.base());
        let request = self.0.http().post(url).query(&[("access_token", token)]);
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer
    }

    async fn errcode(&self, path: &str, token: &str, body: impl Into<reqwest::Body>) -> i64 {
        let answer: Value = self.post(path, token, body).await.json().await.unwrap();
        let errcode = answer["errcode"].as_i64().unwrap_or(0);
        let errmsg = answer["errmsg"].as_str().unwrap_or_default();
        assert_eq!(errcode != 0, errmsg.contains(" rid: "), "{answer}");
        errcode
    }

    async fn control(&self, what: &str, body: Value) -> Value {
        self.0.anonymous().sandbox(what, body).await
    }

    async fn login_code(&self, openid: &str) -> String {
        let made = self.control("login-codes", json!({ "openid": openid })).await;
        made["code"].as_str().unwrap().to_owned()
    }

    async fn phone_code(&self, body: Value) -> String {
        let made = self.control("phone-codes", body).await;
        made["code"].as_str().unwrap().to_owned()
    }

    async fn rules(&self, changes: Value) {
        self.control("rules", changes).await;
    }

    async fn fault(&self, fault: Value) {
        self.control("faults", fault).await;
    }

    async fn allow(&self, template: &str, count: u32) {
        let body = json!({ "openid": OPENID, "template": template, "count": count });
        self.control("subscriptions", body).await;
    }

    async fn token(&self) -> String {
        let body = json!({ "grant_type": "client_credential", "appid": APP_ID, "secret": SECRET });
        let answer = self.post("/cgi-bin/stable_token", "", body.to_string()).await;
        let answer: Value = answer.json().await.unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// A template of ours, and data that fit it.
    async fn template(&self) -> (String, BTreeMap<String, String>) {
        let templates = [json!({
            "id": "TemplateForTests", "key": "for_tests", "title": "测试",
            "fields": [["thing1", "事项"], ["date2", "时间"]],
        })];
        let url = format!("{}/sandbox/templates", self.0.base());
        self.0.http().post(url).json(&templates).send().await.unwrap();
        let data = [("thing1", "路灯不亮"), ("date2", "2025年9月8日 09:00")];
        let data = data.map(|(key, value)| (key.to_owned(), value.to_owned()));
        ("TemplateForTests".to_owned(), data.into())
    }
}

fn message<'a>(template_id: &'a str, data: &'a BTreeMap<String, String>) -> SubscribeMessage<'a> {
    SubscribeMessage {
        openid: OPENID,
        template_id,
        page: Some("pages/order/index?number=T1"),
        data,
    }
}

fn errcode<T>(outcome: Result<T, CallError>) -> i64 {
    outcome
        .err()
        .and_then(|error| error.errcode())
        .expect("a refusal")
}

tests::on_both_databases! {
    async fn a_login_code_works_once_for_five_minutes(app: TestApp) {
        let (hand, wechat) = (Hand(&app), &app.app().wechat);
        let code = hand.login_code(OPENID).await;
        assert_eq!(wechat.session_of_code(&code).await.unwrap().openid, OPENID);
        assert_eq!(errcode(wechat.session_of_code(&code).await), 40163);
        let late = hand.login_code(OPENID).await;
        app.advance(chrono::TimeDelta::seconds(301)).await;
        assert_eq!(errcode(wechat.session_of_code(&late).await), 40029);
    }

    async fn a_login_finds_fault_in_the_order_of_the_documents(app: TestApp) {
        let hand = Hand(&app);
        let good = hand.login_code(OPENID).await;
        let foreign = hand.control("login-codes", json!({ "openid": OPENID, "appid": "wxother" })).await;
        let foreign = foreign["code"].as_str().unwrap();
        let phone = hand.phone_code(json!({ "phone": "19900000000" })).await;
        for (appid, secret, grant, code, errcode) in [
            ("", "", "", "", 41002),
            ("wxother", "", "", "", 40013),
            (APP_ID, "", "", "", 41004),
            (APP_ID, "wrong", "", "", 40125),
            (APP_ID, SECRET, "client_credential", "", 40002),
            (APP_ID, SECRET, "authorization_code", "", 40029),
            (APP_ID, SECRET, "authorization_code", foreign, 40029),
            (APP_ID, SECRET, "authorization_code", phone.as_str(), 40029),
        ] {
            let query = [("appid", appid), ("secret", secret), ("js_code", code), ("grant_type", grant)];
            let answer = hand.get("/sns/jscode2session", &query).await;
            assert_eq!(answer["errcode"], errcode, "{answer}");
        }
        hand.rules(json!({ "blocked": [OPENID] })).await;
        assert_eq!(errcode(app.app().wechat.session_of_code(&good).await), 40226);
        hand.rules(json!({ "blocked": [], "logins_per_minute": 0 })).await;
        assert_eq!(errcode(app.app().wechat.session_of_code(&good).await), 45011);
        hand.rules(json!({ "logins_per_minute": 100 })).await;
        let query = [("appid", APP_ID), ("secret", SECRET), ("js_code", &good), ("grant_type", "authorization_code")];
        let answer = hand.get("/sns/jscode2session", &query).await;
        assert!(answer.get("errcode").is_none(), "a success has no errcode: {answer}");
    }

    async fn a_phone_code_belongs_to_one_person_and_works_once(app: TestApp) {
        let (hand, wechat) = (Hand(&app), &app.app().wechat);
        let body = json!({ "openid": OPENID, "phone": "19900001234" });
        let code = hand.phone_code(body).await;
        assert_eq!(errcode(wechat.phone_number(&code, Some("oSomebodyElse")).await), 40029);
        let number = wechat.phone_number(&code, Some(OPENID)).await.unwrap();
        assert_eq!((number.number.as_str(), number.country_code.as_str()), ("19900001234", "86"));
        assert_eq!(errcode(wechat.phone_number(&code, Some(OPENID)).await), 40029);
        // The country comes as a number the one time and as a string the next.
        let second = hand.phone_code(json!({ "phone": "19900001235" })).await;
        assert_eq!(wechat.phone_number(&second, None).await.unwrap().country_code, "86");
        let token = hand.token().await;
        let login = hand.login_code(OPENID).await;
        let foreign = hand.phone_code(json!({ "phone": "19900001236", "appid": "wxother" })).await;
        for (body, expected) in [
            (String::new(), 44002),
            ("[".to_owned(), 47001),
            (json!({ "code": "unknown" }).to_string(), 40029),
            (json!({ "code": login }).to_string(), 40029),
            (json!({ "code": foreign }).to_string(), 40013),
        ] {
            let found = hand.errcode("/wxa/business/getuserphonenumber", &token, body.clone()).await;
            assert_eq!(found, expected, "{body}");
        }
    }

    async fn tokens_are_found_missing_garbled_superseded_or_old(app: TestApp) {
        let hand = Hand(&app);
        let path = "/wxaapi/newtmpl/gettemplate";
        let get = async |token: &str| hand.get(path, &[("access_token", token)]).await["errcode"].clone();
        assert_eq!(get("").await, 41001);
        assert_eq!(get("garbage").await, 40014);
        let first = hand.token().await;
        assert_eq!(get(&first).await, 0);
        assert_eq!(hand.token().await, first, "the stable token stays");
        hand.control("token/revoke", json!({})).await;
        assert_eq!(get(&first).await, 40001);
        let second = hand.token().await;
        app.advance(chrono::TimeDelta::hours(2)).await;
        assert_eq!(get(&second).await, 42001);
        let body = json!({ "grant_type": "client_credential", "appid": APP_ID, "secret": SECRET }).to_string();
        let stable = async |from: &str, to: &str| {
            hand.errcode("/cgi-bin/stable_token", "", body.replace(from, to)).await
        };
        assert_eq!(hand.get("/cgi-bin/stable_token", &[]).await["errcode"], 43002);
        assert_eq!(hand.errcode("/cgi-bin/stable_token", "", "x").await, 47001);
        assert_eq!(stable(APP_ID, "").await, 41002);
        assert_eq!(stable(SECRET, "").await, 41004);
        assert_eq!(stable("client_credential", "x").await, 40002);
        assert_eq!(stable(APP_ID, "wxother").await, 40013);
        assert_eq!(stable(SECRET, "wrong").await, 40125);
        hand.rules(json!({ "tokens_per_minute": 0 })).await;
        assert_eq!(stable("", "").await, 45011);
    }

    async fn a_token_that_was_taken_away_is_replaced_once(app: TestApp) {
        let (hand, wechat) = (Hand(&app), &app.app().wechat);
        wechat.templates().await.unwrap();
        hand.control("token/revoke", json!({})).await;
        wechat.templates().await.unwrap();
        // Refused with a token that WeChat still gives out: no third try, no forced refresh.
        hand.fault(json!({ "endpoint": "gettemplate", "errcode": 40001, "times": 5 })).await;
        let before = calls(&app).await.len();
        assert_eq!(errcode(wechat.templates().await), 40001);
        let made = calls(&app).await.split_off(before);
        assert_eq!(made, ["/wxaapi/newtmpl/gettemplate", "/cgi-bin/stable_token"]);
    }

    async fn a_message_finds_fault_in_the_order_of_the_documents(app: TestApp) {
        let (hand, wechat) = (Hand(&app), &app.app().wechat);
        let (template, data) = hand.template().await;
        let token = hand.token().await;
        let body = |openid: &str, template: &str, data: Value| {
            json!({ "touser": openid, "template_id": template, "data": data }).to_string()
        };
        let send = async |body: String| hand.errcode(SEND, &token, body).await;
        let good = json!({ "thing1": { "value": "路灯" }, "date2": { "value": "2025-09-08" } });
        assert_eq!(send("[]".to_owned()).await, 47001);
        assert_eq!(send(body("oUnknown", "", json!(""))).await, 40003);
        hand.login_code(OPENID).await;
        assert_eq!(send(body(OPENID, "other", json!(""))).await, 40037);
        assert_eq!(send(body(OPENID, &template, json!("{}"))).await, 47003);
        let cases = [("thing1", ""), ("thing1", "二十一个字一二三四五六七八九十一二三四五六七"), ("date2", "明天")];
        for (field, value) in cases {
            let mut bad = data.clone();
            bad.insert(field.to_owned(), value.to_owned());
            let Err(CallError::Refused(refused)) = wechat.send_message(message(&template, &bad)).await else {
                panic!("{field} {value} was taken");
            };
            assert_eq!((refused.errcode, refused.field.as_deref()), (47003, Some(field)));
            assert!(refused.rid.is_some());
        }
        hand.rules(json!({ "sensitive_words": ["路灯"], "banned": [OPENID] })).await;
        assert_eq!(send(body(OPENID, &template, good.clone())).await, 45168);
        hand.rules(json!({ "sensitive_words": [] })).await;
        assert_eq!(send(body(OPENID, &template, good.clone())).await, 43107);
        hand.rules(json!({ "banned": [] })).await;
        assert_eq!(send(body(OPENID, &template, good.clone())).await, 43101);
        hand.allow("for_tests", 1).await;
        assert!(wechat.send_message(message(&template, &data)).await.unwrap().msgid.is_some());
        assert_eq!(errcode(wechat.send_message(message(&template, &data)).await), 43101);
        let sent = hand.0.http().get(format!("{}/sandbox/messages?openid={OPENID}", app.base()));
        let sent: Value = sent.send().await.unwrap().json().await.unwrap();
        assert_eq!(sent.as_array().unwrap().len(), 1);
        assert_eq!(sent[0]["data"]["thing1"], "路灯不亮");
    }

    async fn two_messages_at_once_to_one_person_collide(app: TestApp) {
        let (hand, wechat) = (Hand(&app), &app.app().wechat);
        let (template, data) = hand.template().await;
        hand.allow(&template, 5).await;
        hand.fault(json!({ "endpoint": SEND, "delay_ms": 500 })).await;
        wechat.templates().await.unwrap();
        let slow = wechat.send_message(message(&template, &data));
        let quick = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            wechat.send_message(message(&template, &data)).await
        };
        let (slow, quick) = tokio::join!(slow, quick);
        slow.unwrap();
        assert_eq!(errcode(quick), 43108);
        wechat.send_message(message(&template, &data)).await.unwrap();
    }

    async fn a_code_is_an_image_or_a_refusal(app: TestApp) {
        let (hand, wechat) = (Hand(&app), &app.app().wechat);
        let good = CodeRequest { scene: "s=A1", page: "pages/scan/index", check_path: true, width: 280 };
        let image = wechat.code_image(good).await.unwrap();
        assert_eq!(image.format, ImageFormat::Jpeg);
        let long = "x".repeat(33);
        for (request, expected) in [
            (CodeRequest { scene: "", ..good }, 40169),
            (CodeRequest { scene: &long, ..good }, 40169),
            (CodeRequest { scene: "站%", ..good }, 40129),
            (CodeRequest { page: "/pages/scan/index", ..good }, 41030),
            (CodeRequest { page: "pages/scan/index?a=1", ..good }, 41030),
            (CodeRequest { scene: "scancode_time", ..good }, 85096),
            (CodeRequest { width: 100, ..good }, 40097),
        ] {
            assert_eq!(errcode(wechat.code_image(request).await), expected, "{request:?}");
        }
        hand.rules(json!({ "pages": ["pages/home/index"] })).await;
        assert_eq!(errcode(wechat.code_image(good).await), 41030);
        wechat.code_image(CodeRequest { check_path: false, ..good }).await.unwrap();
        hand.rules(json!({ "codes_per_minute": 0, "pages": [] })).await;
        assert_eq!(errcode(wechat.code_image(good).await), 45009);
    }

    async fn links_are_made_and_refused(app: TestApp) {
        let (hand, wechat) = (Hand(&app), &app.app().wechat);
        let good = LinkRequest { path: "pages/order/index", query: "number=T1", days: 30 };
        assert!(wechat.scheme(good).await.unwrap().starts_with("weixin://dl/business/?t="));
        assert!(wechat.url_link(good).await.unwrap().starts_with("https://wxaurl.cn/"));
        let long = "x".repeat(1025);
        assert_eq!(errcode(wechat.scheme(LinkRequest { path: "pages/a?b", ..good }).await), 40165);
        assert_eq!(errcode(wechat.url_link(LinkRequest { query: &long, ..good }).await), 40212);
        let token = hand.token().await;
        for (body, expected) in [
            (json!({ "expire_type": 1, "expire_interval": 31 }), 85401),
            (json!({ "env_version": "other" }), 85402),
        ] {
            assert_eq!(hand.errcode("/wxa/generate_urllink", &token, body.to_string()).await, expected);
        }
        hand.rules(json!({ "links_per_second": 0 })).await;
        assert_eq!(errcode(wechat.scheme(good).await), 44990);
    }

    async fn texts_pass_wait_for_review_or_are_risky(app: TestApp) {
        let (hand, wechat) = (Hand(&app), &app.app().wechat);
        let check = async |text: &str| wechat.check_text(OPENID, Scene::Comment, text).await;
        assert_eq!(errcode(check("x").await), 43104);
        hand.login_code(OPENID).await;
        for (text, suggestion) in [
            ("路灯不亮", Suggestion::Pass),
            ("有违规词样例", Suggestion::Risky),
            ("有待审词样例", Suggestion::Review),
        ] {
            assert_eq!(check(text).await.unwrap().suggestion, suggestion, "{text}");
        }
        assert_eq!(errcode(wechat.check_text("", Scene::Comment, "x").await), 40003);
        assert_eq!(errcode(check(&"长".repeat(2501)).await), 47001);
        app.advance(chrono::TimeDelta::hours(3)).await;
        assert_eq!(errcode(check("x").await), 61010);
        hand.login_code(OPENID).await;
        assert!(!wechat.check_picture(OPENID, Scene::Comment, "http://127.0.0.1:9/a.jpg").await.unwrap().is_empty());
        assert_eq!(errcode(wechat.check_picture(OPENID, Scene::Comment, "ftp://x").await), 40004);
    }

    async fn each_fault_is_told_from_the_others(app: TestApp) {
        let (hand, wechat) = (Hand(&app), &app.app().wechat);
        let fault = async |fault: Value| {
            hand.fault(fault).await;
            wechat.templates().await.err()
        };
        wechat.templates().await.unwrap();
        assert_eq!(fault(json!({ "endpoint": "gettemplate", "errcode": -1 })).await, Some(CallError::Busy));
        let html = fault(json!({ "endpoint": "gettemplate", "http_status": 502 })).await;
        assert_eq!(html, Some(CallError::Unreadable { status: 502 }));
        let page = fault(json!({ "endpoint": "gettemplate", "http_status": 200 })).await;
        assert_eq!(page, Some(CallError::Unreadable { status: 200 }));
        assert_eq!(fault(json!({ "endpoint": "gettemplate", "content_type": "text/plain" })).await, None);
        let cut = fault(json!({ "endpoint": "gettemplate", "drop": true })).await;
        assert_eq!(cut, Some(CallError::TimedOut));
        let answer = hand.0.http().post(format!("{}/sandbox/faults", app.base()));
        let answer = answer.json(&json!({ "endpoint": "nothing", "drop": true })).send().await.unwrap();
        assert_eq!(answer.status(), 422);
    }

    async fn a_connection_lost_after_accepting_leaves_the_message_sent(app: TestApp) {
        let (hand, wechat) = (Hand(&app), &app.app().wechat);
        let (template, data) = hand.template().await;
        hand.allow(&template, 2).await;
        hand.fault(json!({ "endpoint": SEND, "drop": true })).await;
        let error = wechat.send_message(message(&template, &data)).await.unwrap_err();
        assert!(error.may_have_happened(), "{error}");
        let sent = hand.0.http().get(format!("{}/sandbox/messages?openid={OPENID}", app.base()));
        let sent: Value = sent.send().await.unwrap().json().await.unwrap();
        assert_eq!(sent.as_array().unwrap().len(), 1);
    }

    async fn the_clock_moves_forward_only(app: TestApp) {
        let url = format!("{}/sandbox/clock", app.base());
        for (body, status) in [
            (json!({ "advance_seconds": 3600 }), 200),
            (json!({ "set": "2025-09-08T12:00:00+08:00" }), 200),
            (json!({ "set": "2025-09-08T11:00:00+08:00" }), 422),
            (json!({ "advance_seconds": -1 }), 422),
            (json!({}), 422),
        ] {
            let answer = app.http().post(&url).json(&body).send().await.unwrap();
            assert_eq!(answer.status(), status, "{body}");
        }
        let shown: Value = app.http().get(&url).send().await.unwrap().json().await.unwrap();
        let shown: chrono::DateTime<chrono::Utc> = shown["now"].as_str().unwrap().parse().unwrap();
        let noon: chrono::DateTime<chrono::Utc> = "2025-09-08T04:00:00Z".parse().unwrap();
        assert!(shown >= noon && shown < noon + chrono::TimeDelta::minutes(5), "{shown}");
    }

    async fn the_sandbox_has_people_of_every_role_and_one_on_no_roster(app: TestApp) {
        let people = app.people().await;
        for role in ["delegate", "operator", "handler", "supervisor", "admin", "none"] {
            assert!(people.iter().any(|person| person.role == role), "{role}");
        }
        for level in ["national", "provincial", "city", "county", "township"] {
            let fits = |person: &&tests::Person| person.role == "delegate" && person.level.as_deref() == Some(level);
            assert!(people.iter().any(|person| fits(&person)), "{level}");
        }
    }
}

async fn calls(app: &TestApp) -> Vec<String> {
    let answer = app
        .http()
        .get(format!("{}/sandbox/calls", app.base()))
        .send()
        .await
        .unwrap();
    let lines: Vec<Value> = answer.json().await.unwrap();
    lines
        .iter()
        .map(|line| line["path"].as_str().unwrap().to_owned())
        .collect()
}
