//! WeChat's stand-in over real HTTP: subscribe messages, in which order it finds fault, and how the product's own client
//! takes each answer, each fault and no answer at all.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tests::sandbox_api::{OPENID, SandboxApi};
use zhitong::wechat::CallError;
use zhitong::wechat::WeChat;
use zhitong::wechat::calls::message::SubscribeMessage;

const SEND: &str = "/cgi-bin/message/subscribe/send";

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
    async fn a_message_finds_fault_in_the_order_of_the_documents(app: TestApp) {
        let (hand, wechat) = (SandboxApi(&app), app.app().state::<WeChat>());
        let (template, data) = hand.template().await;
        let token = hand.token().await;
        let body = |openid: &str, template: &str, data: Value| {
            json!({ "touser": openid, "template_id": template, "data": data }).to_string()
        };
        let send = async |body: String| hand.errcode(SEND, &token, body).await;
        let good = json!({ "thing1": { "value": "路灯" }, "date2": { "value": "2025-09-08" } });
        assert_eq!(hand.get(SEND, &[("access_token", &token)]).await["errcode"], 43002);
        assert_eq!(send(String::new()).await, 44002);
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
        // A field of the template is missing; one that it does not have is no fault.
        assert_eq!(send(body(OPENID, &template, json!({ "thing1": { "value": "路灯" } }))).await, 47003);
        hand.rules(json!({ "sensitive_words": ["路灯"], "banned": [OPENID] })).await;
        assert_eq!(send(body(OPENID, &template, good.clone())).await, 45168);
        hand.rules(json!({ "sensitive_words": [] })).await;
        assert_eq!(send(body(OPENID, &template, good.clone())).await, 43107);
        hand.rules(json!({ "banned": [] })).await;
        let mut more = good.clone();
        more["thing7"] = json!({ "value": "" });
        assert_eq!(send(body(OPENID, &template, more)).await, 43101);
        hand.allow("for_tests", 1).await;
        assert!(wechat.send_message(message(&template, &data)).await.unwrap().msgid.is_some());
        assert_eq!(errcode(wechat.send_message(message(&template, &data)).await), 43101);
        let sent = hand.0.http().get(format!("{}/sandbox/messages?openid={OPENID}", app.base()));
        let sent: Value = sent.send().await.unwrap().json().await.unwrap();
        assert_eq!(sent.as_array().unwrap().len(), 1);
        assert_eq!(sent[0]["data"]["thing1"], "路灯不亮");
        hand.allow("for_tests", 1).await;
        hand.rules(json!({ "messages_per_day": 0 })).await;
        assert_eq!(errcode(wechat.send_message(message(&template, &data)).await), 45009);
    }

    async fn a_value_of_an_enum_field_is_one_of_those_listed(app: TestApp) {
        let (hand, wechat) = (SandboxApi(&app), app.app().state::<WeChat>());
        let templates = json!([{
            "id": "WithEnum", "fields": [["enum1", "状态"]], "enums": { "enum1": ["处理中", "已完成"] },
        }]);
        app.http().post(format!("{}/sandbox/templates", app.base())).json(&templates).send().await.unwrap();
        let listed = wechat.templates().await.unwrap();
        assert_eq!(listed[0].enums[0].values, ["处理中", "已完成"]);
        hand.allow("WithEnum", 2).await;
        let of = |value: &str| BTreeMap::from([("enum1".to_owned(), value.to_owned())]);
        assert_eq!(errcode(wechat.send_message(message("WithEnum", &of("已结束"))).await), 47003);
        wechat.send_message(message("WithEnum", &of("已完成"))).await.unwrap();
    }

    async fn two_messages_at_once_to_one_person_collide(app: TestApp) {
        let (hand, wechat) = (SandboxApi(&app), app.app().state::<WeChat>());
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

    async fn a_connection_lost_after_accepting_leaves_the_message_sent(app: TestApp) {
        let (hand, wechat) = (SandboxApi(&app), app.app().state::<WeChat>());
        let (template, data) = hand.template().await;
        hand.allow(&template, 2).await;
        hand.fault(json!({ "endpoint": SEND, "drop": true })).await;
        let error = wechat.send_message(message(&template, &data)).await.unwrap_err();
        assert!(error.may_have_happened(), "{error}");
        let sent = hand.0.http().get(format!("{}/sandbox/messages?openid={OPENID}", app.base()));
        let sent: Value = sent.send().await.unwrap().json().await.unwrap();
        assert_eq!(sent.as_array().unwrap().len(), 1);
    }
}
