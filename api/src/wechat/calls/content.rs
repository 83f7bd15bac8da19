//! Content safety: what people publish to others is looked at before it is shown.

use serde::Deserialize;
use serde_json::json;

use crate::wechat::client::WeChat;
use crate::wechat::error::CallError;
use crate::wechat::lenient;

/// Version 2 of both calls; version 1 is gone.
const VERSION: u8 = 2;
const IMAGE: u8 = 2;
/// WeChat's limit on one text.
pub const MAX_TEXT_CHARS: usize = 2_500;

/// The place of publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    Profile = 1,
    Comment = 2,
    Forum = 3,
    SocialLog = 4,
}

/// WeChat's recommendation. An unknown word counts as `Review`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suggestion {
    Pass,
    Review,
    Risky,
}

impl Suggestion {
    #[must_use]
    pub fn read(text: &str) -> Self {
        match text {
            "pass" => Self::Pass,
            "risky" => Self::Risky,
            _ => Self::Review,
        }
    }
}

/// 100 normal, 10001 ads, 20001 politics, 20002 porn, 20003 abuse, 20006 crime, 20008 fraud, 20012 vulgar,
/// 20013 copyright, 21000 other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub suggestion: Suggestion,
    pub label: i64,
    pub trace_id: String,
}

#[derive(Deserialize)]
struct TextAnswer {
    #[serde(default, deserialize_with = "lenient::text")]
    trace_id: String,
    result: ResultPart,
}

#[derive(Deserialize)]
pub(in crate::wechat) struct ResultPart {
    #[serde(default, deserialize_with = "lenient::text")]
    pub suggest: String,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub label: i64,
}

#[derive(Deserialize)]
struct MediaAnswer {
    trace_id: String,
}

impl WeChat {
    /// `msg_sec_check`; at most [`MAX_TEXT_CHARS`]. 61010: the person has not used the mini-program for two
    /// hours; 43104: not a person of this mini-program.
    pub async fn check_text(&self, openid: &str, scene: Scene, content: &str) -> Result<Checked, CallError> {
        let body = json!({
            "version": VERSION,
            "openid": openid,
            "scene": scene as u8,
            "content": content,
        });
        let answer: TextAnswer = self.call("/wxa/msg_sec_check", Some(&body)).await?;
        Ok(Checked {
            suggestion: Suggestion::read(&answer.result.suggest),
            label: answer.result.label,
            trace_id: answer.trace_id,
        })
    }

    /// `media_check_async` for a picture; gives the trace id under which the result is pushed within 30
    /// minutes. The address must be open to WeChat for at least an hour.
    pub async fn check_picture(&self, openid: &str, scene: Scene, url: &str) -> Result<String, CallError> {
        let body = json!({
            "version": VERSION,
            "openid": openid,
            "scene": scene as u8,
            "media_url": url,
            "media_type": IMAGE,
        });
        let answer: MediaAnswer = self.call("/wxa/media_check_async", Some(&body)).await?;
        Ok(answer.trace_id)
    }
}
