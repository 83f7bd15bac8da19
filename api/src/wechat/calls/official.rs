//! Calls of an official account (服务号): its menu, its followers, template messages, and who opened a web page.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::wechat::client::WeChat;
use crate::wechat::error::CallError;
use crate::wechat::lenient;
use crate::wechat::transport::WeChatRequest;

/// A button of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuButton {
    /// Opens a page of the mini-program; phones that cannot open it show `url`.
    MiniProgram {
        name: String,
        app_id: String,
        page: String,
        url: String,
    },
    View {
        name: String,
        url: String,
    },
}

/// A template message to a follower that opens the mini-program.
#[derive(Clone, Copy)]
pub struct TemplateMessage<'a> {
    pub openid: &'a str,
    pub template_id: &'a str,
    /// The app id of the mini-program that it opens.
    pub mini_program: &'a str,
    /// The page with its query; may be empty, which opens the first page.
    pub page: &'a str,
    /// By the template's own keys, e.g. `thing1`.
    pub data: &'a BTreeMap<String, String>,
}

/// A follower. `Debug` shows nothing.
#[derive(Clone, Deserialize)]
pub struct Follower {
    /// 1 follows; 0 has left, and nothing else is known then.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub subscribe: i64,
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub unionid: Option<String>,
}

/// Who opened a web page inside WeChat. `Debug` shows nothing.
#[derive(Clone, Deserialize)]
pub struct WebIdentity {
    /// The person's id within the official account.
    pub openid: String,
    /// WeChat returns it for `snsapi_userinfo` only.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub unionid: Option<String>,
    /// 1: a made-up account of a page's preview (快照页).
    #[serde(default, deserialize_with = "lenient::integer")]
    pub is_snapshotuser: i64,
}

impl fmt::Debug for Follower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Follower(…)")
    }
}

impl fmt::Debug for WebIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebIdentity(…)")
    }
}

#[derive(Deserialize)]
struct Done {}

#[derive(Deserialize)]
struct Sent {
    #[serde(default, deserialize_with = "lenient::optional_text")]
    msgid: Option<String>,
}

impl MenuButton {
    fn json(&self) -> Value {
        match self {
            Self::MiniProgram {
                name,
                app_id,
                page,
                url,
            } => {
                json!({ "type": "miniprogram", "name": name, "appid": app_id, "pagepath": page, "url": url })
            }
            Self::View { name, url } => json!({ "type": "view", "name": name, "url": url }),
        }
    }
}

impl WeChat {
    /// `menu/create`. 85005 the mini-program is not linked with the account, 40166 its app id is unknown, 40018 a name is
    /// too long.
    pub async fn create_menu(&self, buttons: &[MenuButton]) -> Result<(), CallError> {
        let buttons: Vec<Value> = buttons.iter().map(MenuButton::json).collect();
        let body = json!({ "button": buttons });
        let Done {} = self.call("/cgi-bin/menu/create", Some(&body)).await?;
        Ok(())
    }

    /// `user/info/batchget` of one follower. 40003 the openid is not one of the account's.
    pub async fn follower(&self, openid: &str) -> Result<Follower, CallError> {
        #[derive(Deserialize)]
        struct List {
            #[serde(default)]
            user_info_list: Vec<Follower>,
        }
        let body = json!({ "user_list": [{ "openid": openid, "lang": "zh_CN" }] });
        let list: List = self.call("/cgi-bin/user/info/batchget", Some(&body)).await?;
        let first = list.user_info_list.into_iter().next();
        first.ok_or(CallError::Unreadable { status: 200 })
    }

    /// `message/template/send`, once. 43004 the person does not follow, 40037 template unknown, 40166 and 85005 the
    /// mini-program.
    pub async fn send_template(&self, message: TemplateMessage<'_>) -> Result<Option<String>, CallError> {
        let data: Map<String, Value> = message
            .data
            .iter()
            .map(|(key, value)| (key.clone(), json!({ "value": value })))
            .collect();
        let body = json!({
            "touser": message.openid,
            "template_id": message.template_id,
            "miniprogram": { "appid": message.mini_program, "pagepath": message.page },
            "data": data,
        });
        let sent: Sent = self.call("/cgi-bin/message/template/send", Some(&body)).await?;
        Ok(sent.msgid)
    }

    /// `sns/oauth2/access_token` for a code of `snsapi_base`. A code works once: 40029, 40163.
    pub async fn web_identity(&self, code: &str) -> Result<WebIdentity, CallError> {
        let outgoing = WeChatRequest {
            path: "/sns/oauth2/access_token",
            query: &[
                ("appid", self.app_id()),
                ("secret", self.app_secret()),
                ("code", code),
                ("grant_type", "authorization_code"),
            ],
            body: None,
        };
        self.call_without_token(&outgoing).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_of_the_account_do_not_print() {
        let body = r#"{"openid":"o-secret","unionid":"u-secret","subscribe":1}"#;
        let follower: Follower = serde_json::from_str(body).unwrap();
        let identity: WebIdentity = serde_json::from_str(body).unwrap();
        assert_eq!((follower.subscribe, identity.is_snapshotuser), (1, 0));
        for shown in [format!("{follower:?}"), format!("{identity:?}")] {
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
}
