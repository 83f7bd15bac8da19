//! Pushes to the callback: plain, sealed, XML and JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::json;
use zhitong::wechat::push::body;
use zhitong::wechat::push::envelope::AesKey;
use zhitong::wechat::push::event::{self, PushEvent};

use super::{check, hostile};

#[test]
fn pushes_are_read_or_refused() {
    let xml = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName>o1</FromUserName><CreateTime>1714112445</CreateTime>\
        <MsgType>event</MsgType><Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List><TemplateId>T</TemplateId>\
        <MsgID>1</MsgID><ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List></SubscribeMsgSentEvent></xml>";
    let media = json!({
        "ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": 9_223_372_036_854_775_807_i64, "MsgType": "event",
        "Event": "wxa_media_check", "trace_id": "t", "errcode": 0, "result": { "suggest": "pass", "label": 100 },
    });
    let consents = json!({
        "FromUserName": "o1", "CreateTime": "1714112445", "MsgType": "event", "Event": "subscribe_msg_popup_event",
        "List": [{ "TemplateId": "T", "SubscribeStatusString": "accept", "PopupScene": "0" }],
    });
    let valid = [xml.to_owned(), media.to_string(), consents.to_string()];
    let valid = valid.map(String::into_bytes).to_vec();
    check(hostile(valid), |bytes| {
        if let Ok(fields) = body::read(&bytes) {
            let _ = PushEvent::read(&fields);
            prop_assert_eq!(event::dedupe_key(&fields).len(), 64);
        }
        Ok(())
    });
}

#[test]
fn sealed_pushes_are_opened_or_refused() {
    let key = AesKey::parse("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG").unwrap();
    let sealed = key.seal([7; 16], b"<xml></xml>", "wx1").unwrap();
    let valid = vec![sealed.into_bytes(), STANDARD.encode([0; 64]).into_bytes()];
    check(hostile(valid), |bytes| {
        let text = String::from_utf8_lossy(&bytes);
        let _ = key.open(&text, "wx1");
        Ok(())
    });
}
