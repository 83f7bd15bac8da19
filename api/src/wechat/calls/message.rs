//! Subscribe messages (订阅消息) and their templates.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::wechat::circuit::CircuitState;
use crate::wechat::client::WeChat;
use crate::wechat::error::CallError;
use crate::wechat::lenient;

const SEND: &str = "/cgi-bin/message/subscribe/send";
const LANGUAGE: &str = "zh_CN";

/// A message to one person. `data` is by the template's own field keys, e.g. `thing1`.
#[derive(Clone, Copy)]
pub struct SubscribeMessage<'a> {
    pub openid: &'a str,
    pub template_id: &'a str,
    /// Path in the mini-program with its query, no leading slash; none makes the card dead.
    pub page: Option<&'a str>,
    pub data: &'a BTreeMap<String, String>,
}

/// WeChat has taken the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Matches the `MsgID` of the later sent event. As text: it is above 2^53.
    pub msgid: Option<String>,
}

#[derive(Deserialize)]
struct SendAnswer {
    #[serde(default, deserialize_with = "lenient::optional_text")]
    msgid: Option<String>,
}

/// A template of our account, as `gettemplate` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Template {
    #[serde(rename = "priTmplId")]
    pub id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub title: String,
    /// `会议时间:{{date2.DATA}}\n…`
    #[serde(default, deserialize_with = "lenient::text")]
    pub content: String,
    /// 2 one-time, 3 long-term.
    #[serde(default, rename = "type", deserialize_with = "lenient::integer")]
    pub kind: i64,
    #[serde(
        default,
        rename = "keywordEnumValueList",
        deserialize_with = "lenient::one_or_many"
    )]
    pub enums: Vec<EnumField>,
}

/// The only values an `enum` field may have.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EnumField {
    #[serde(rename = "keywordCode")]
    pub key: String,
    #[serde(default, rename = "enumValueList")]
    pub values: Vec<String>,
}

impl Template {
    /// Key and label of each field, in the template's order: `date2` and `会议时间` …
    #[must_use]
    pub fn fields(&self) -> Vec<(&str, &str)> {
        fn field(line: &str) -> Option<(&str, &str)> {
            let (label, rest) = line.split_once("{{")?;
            let (key, _) = rest.split_once(".DATA}}")?;
            Some((key.trim(), label.trim().trim_end_matches([':', '：']).trim()))
        }
        // A line may hold several fields, so it ends behind each of them too.
        let parts = self.content.split_inclusive(".DATA}}").flat_map(str::lines);
        parts.filter_map(field).collect()
    }

    #[must_use]
    pub fn is_long_term(&self) -> bool {
        self.kind == 3
    }
}

#[derive(Deserialize)]
struct Templates {
    #[serde(default, deserialize_with = "lenient::one_or_many")]
    data: Vec<Template>,
}

impl WeChat {
    /// `subscribe/send`, once.
    ///
    /// 43101 not subscribed (normal), 43108 another send to the same person is under way, 47003 a field breaks its
    /// rule, 40003 openid unknown, 40037 template unknown, 43107 banned, 45168 sensitive word, 45009 daily limit. After
    /// `may_have_happened` never send again blindly.
    pub async fn send_message(&self, message: SubscribeMessage<'_>) -> Result<Accepted, CallError> {
        let data: Map<String, Value> = message
            .data
            .iter()
            .map(|(key, value)| (key.clone(), json!({ "value": value })))
            .collect();
        let mut body = json!({
            "touser": message.openid,
            "template_id": message.template_id,
            "miniprogram_state": self.state().of_message(),
            "lang": LANGUAGE,
            "data": data,
        });
        if let (Some(page), Some(fields)) = (message.page, body.as_object_mut()) {
            fields.insert("page".to_owned(), page.into());
        }
        let answer: SendAnswer = self.call(SEND, Some(&body)).await?;
        Ok(Accepted { msgid: answer.msgid })
    }

    /// Whether messages can be sent now.
    #[must_use]
    pub fn message_circuit(&self) -> CircuitState {
        self.circuit_of(SEND)
    }

    /// `gettemplate`: the templates of our account.
    pub async fn templates(&self) -> Result<Vec<Template>, CallError> {
        let answer: Templates = self.call("/wxaapi/newtmpl/gettemplate", None).await?;
        Ok(answer.data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_labels_of_a_template_stand_in_its_content() {
        let template: Template = serde_json::from_value(json!({
            "priTmplId": "x", "type": "3", "content": "会议时间:{{date2.DATA}}\n地点：{{thing1.DATA}} 状态:{{enum3.DATA}}\n",
        }))
        .unwrap();
        assert_eq!(
            template.fields(),
            [("date2", "会议时间"), ("thing1", "地点"), ("enum3", "状态")]
        );
        assert!(template.is_long_term());
    }
}
