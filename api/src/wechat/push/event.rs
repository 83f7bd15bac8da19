//! The events of a push.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::moments::has_four_digit_year;
use crate::wechat::calls::content::{ResultPart, Suggestion};
use crate::wechat::lenient;

/// One answer to the question whether a template may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub template_id: String,
    /// False also when the person takes an earlier consent back.
    pub accepted: bool,
}

/// The result of a message that WeChat had accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryReport {
    pub template_id: String,
    pub msgid: Option<String>,
    /// False: lost on WeChat's side.
    pub delivered: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushEvent {
    /// The person answered the dialog (`popup`) or refused later in the settings (`change`).
    Consents {
        openid: String,
        at: Option<DateTime<Utc>>,
        consents: Vec<Consent>,
    },
    /// Settles messages whose sending ended in a time-out.
    Delivered {
        openid: String,
        outcomes: Vec<DeliveryReport>,
    },
    /// The result of `media_check_async`. None: WeChat could not fetch the picture or gave no verdict.
    MediaChecked {
        trace_id: String,
        suggestion: Option<Suggestion>,
        label: i64,
    },
    /// Anything else, by its name.
    Other(String),
}

#[derive(Deserialize)]
struct Head {
    #[serde(default, rename = "FromUserName", deserialize_with = "lenient::text")]
    from: String,
    #[serde(default, rename = "CreateTime", deserialize_with = "lenient::integer")]
    created: i64,
    #[serde(default, rename = "MsgType", deserialize_with = "lenient::text")]
    kind: String,
    #[serde(default, rename = "Event", deserialize_with = "lenient::text")]
    event: String,
    #[serde(default, rename = "MsgId", deserialize_with = "lenient::text")]
    msgid: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(default, deserialize_with = "lenient::text")]
    template_id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    subscribe_status_string: String,
    #[serde(default, rename = "MsgID", deserialize_with = "lenient::optional_text")]
    msgid: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    error_status: String,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default, rename = "List", deserialize_with = "lenient::one_or_many")]
    list: Vec<Entry>,
}

#[derive(Deserialize)]
struct MediaCheck {
    #[serde(default, deserialize_with = "lenient::text")]
    trace_id: String,
    #[serde(default, deserialize_with = "lenient::integer")]
    errcode: i64,
    result: Option<ResultPart>,
}

impl PushEvent {
    /// Understands the fields of a push; one that cannot be understood is `Other`.
    #[must_use]
    pub fn read(fields: &Map<String, Value>) -> Self {
        Self::try_read(fields).unwrap_or_else(|| Self::Other("unreadable".to_owned()))
    }

    fn try_read(fields: &Map<String, Value>) -> Option<Self> {
        let head: Head = read(fields)?;
        let openid = head.from;
        Some(match head.event.as_str() {
            "subscribe_msg_popup_event" => Self::Consents {
                at: DateTime::from_timestamp(head.created, 0).filter(|at| has_four_digit_year(*at)),
                consents: consents(entries(fields, "SubscribeMsgPopupEvent")?),
                openid,
            },
            "subscribe_msg_change_event" => Self::Consents {
                at: DateTime::from_timestamp(head.created, 0).filter(|at| has_four_digit_year(*at)),
                consents: consents(entries(fields, "SubscribeMsgChangeEvent")?),
                openid,
            },
            "subscribe_msg_sent_event" => Self::Delivered {
                openid,
                outcomes: outcomes(entries(fields, "SubscribeMsgSentEvent")?),
            },
            "wxa_media_check" => media_check(read(fields)?),
            "" => Self::Other(head.kind),
            _ => Self::Other(head.event),
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(fields: &Map<String, Value>) -> Option<T> {
    serde_json::from_value(Value::Object(fields.clone())).ok()
}

/// JSON has the list at the top, XML inside a wrapper of the event's name.
fn entries(fields: &Map<String, Value>, wrapper: &str) -> Option<Vec<Entry>> {
    let holder = fields.get(wrapper).and_then(Value::as_object).unwrap_or(fields);
    read::<Listed>(holder).map(|listed| listed.list)
}

fn consents(entries: Vec<Entry>) -> Vec<Consent> {
    entries
        .into_iter()
        .map(|entry| Consent {
            accepted: entry.subscribe_status_string.starts_with("accept"),
            template_id: entry.template_id,
        })
        .collect()
}

fn outcomes(entries: Vec<Entry>) -> Vec<DeliveryReport> {
    entries
        .into_iter()
        .map(|entry| DeliveryReport {
            delivered: entry.error_status == "success",
            template_id: entry.template_id,
            msgid: entry.msgid,
        })
        .collect()
}

fn media_check(check: MediaCheck) -> PushEvent {
    let result = check.result.filter(|_| check.errcode == 0);
    PushEvent::MediaChecked {
        trace_id: check.trace_id,
        suggestion: result.as_ref().map(|result| Suggestion::read(&result.suggest)),
        label: result.map_or(0, |result| result.label),
    }
}

/// Returns the key of a push. WeChat repeats a push up to three times until it gets a response. Two events of one
/// person in one second differ in their content.
#[must_use]
pub fn dedupe_key(fields: &Map<String, Value>) -> String {
    let mut digest = Sha256::new();
    match read::<Head>(fields).filter(|head| !head.msgid.is_empty()) {
        Some(head) => digest.update(format!("message\0{}\0{}", head.from, head.msgid)),
        None => digest.update(Value::Object(fields.clone()).to_string()),
    }
    hex::encode(digest.finalize())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wechat::push::body;

    fn event(text: &str) -> PushEvent {
        PushEvent::read(&body::read(text.as_bytes()).unwrap())
    }

    #[test]
    fn a_list_of_one_is_an_object_and_of_more_an_array() {
        let entry = |id: &str, status: &str| json!({"TemplateId": id, "SubscribeStatusString": status, "PopupScene": "0"});
        let popup = |list: Value| {
            json!({"FromUserName": "o1", "CreateTime": "1714112445", "MsgType": "event",
                "Event": "subscribe_msg_popup_event", "List": list})
            .to_string()
        };
        let PushEvent::Consents { consents, at, openid } = event(&popup(entry("t1", "accept"))) else {
            panic!("not read");
        };
        assert_eq!((openid.as_str(), consents.len()), ("o1", 1));
        assert_eq!(at.unwrap().timestamp(), 1_714_112_445);
        assert!(consents[0].accepted);
        let PushEvent::Consents { consents, .. } =
            event(&popup(json!([entry("t1", "accept"), entry("t2", "reject")])))
        else {
            panic!("not read");
        };
        assert_eq!(
            (consents[1].template_id.as_str(), consents[1].accepted),
            ("t2", false)
        );
    }

    #[test]
    fn a_sent_event_in_xml_stands_in_its_wrapper() {
        let xml = "<xml><FromUserName><![CDATA[o1]]></FromUserName><CreateTime>1</CreateTime>
            <MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe_msg_sent_event]]></Event>
            <SubscribeMsgSentEvent><List><TemplateId><![CDATA[t1]]></TemplateId><MsgID>4625712877545553920</MsgID>
            <ErrorCode>0</ErrorCode><ErrorStatus><![CDATA[success]]></ErrorStatus></List></SubscribeMsgSentEvent></xml>";
        let expected = PushEvent::Delivered {
            openid: "o1".to_owned(),
            outcomes: vec![DeliveryReport {
                template_id: "t1".to_owned(),
                msgid: Some("4625712877545553920".to_owned()),
                delivered: true,
            }],
        };
        assert_eq!(event(xml), expected);
        let json = r#"{"FromUserName":"o1","Event":"subscribe_msg_sent_event",
            "List":{"TemplateId":"t1","MsgID":4625712877545553920,"ErrorCode":0,"ErrorStatus":"success"}}"#;
        assert_eq!(event(json), expected);
    }

    #[test]
    fn a_media_check_without_verdict_says_so() {
        let check = |errcode: i64, label: Value| {
            json!({"Event": "wxa_media_check", "trace_id": "x", "errcode": errcode, "version": "2",
                "result": {"suggest": "risky", "label": label}})
            .to_string()
        };
        let checked = |suggestion, label| PushEvent::MediaChecked {
            trace_id: "x".to_owned(),
            suggestion,
            label,
        };
        assert_eq!(
            event(&check(0, json!(20002))),
            checked(Some(Suggestion::Risky), 20002)
        );
        assert_eq!(
            event(&check(0, json!("100"))),
            checked(Some(Suggestion::Risky), 100)
        );
        assert_eq!(event(&check(-1008, json!(100))), checked(None, 0));
        assert_eq!(
            event(r#"{"Event":"wxa_media_check","trace_id":"x"}"#),
            checked(None, 0)
        );
    }

    #[test]
    fn other_pushes_are_known_by_name() {
        assert_eq!(
            event(r#"{"MsgType":"text","MsgId":1}"#),
            PushEvent::Other("text".to_owned())
        );
        assert_eq!(
            event(r#"{"MsgType":"event","Event":"debug_demo"}"#),
            PushEvent::Other("debug_demo".to_owned())
        );
    }

    #[test]
    fn a_repeat_has_the_same_key_and_another_event_of_that_second_has_not() {
        let key = |text: &str| dedupe_key(&body::read(text.as_bytes()).unwrap());
        assert_eq!(
            key(r#"{"FromUserName":"o1","MsgId":7,"CreateTime":1}"#),
            key(r#"{"CreateTime":"2","MsgId":"7","FromUserName":"o1"}"#)
        );
        let one = r#"{"FromUserName":"o1","CreateTime":1,"Event":"e","List":{"TemplateId":"t1"}}"#;
        let two = r#"{"FromUserName":"o1","CreateTime":1,"Event":"e","List":{"TemplateId":"t2"}}"#;
        assert_eq!(key(one), key(one));
        assert_ne!(key(one), key(two));
        assert_eq!(key(one).len(), 64);
    }
}
