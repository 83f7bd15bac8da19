//! Controls of the official account: people follow, leave and open its pages; tests read what it took.

use serde::Deserialize;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::wechat::sandbox::official::WebCode;
use crate::wechat::sandbox::server::Sandbox;

/// An act of a person with the account, or of its owner.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfficialAct {
    /// A person of the mini-program, by their openid there, follows; the answer is their openid at the account.
    Follow(String),
    Leave(String),
    /// Opens the account's web pages from now on.
    Open(String),
    /// Links the mini-program with the account, or ends it.
    Link(bool),
}

/// The openid at the account of a person of the mini-program.
#[must_use]
pub fn account_openid(openid: &str) -> String {
    format!("of_{openid}")
}

impl Sandbox {
    /// Carries out an act.
    pub fn official_act(&self, act: OfficialAct) -> Value {
        let mut world = self.world();
        match act {
            OfficialAct::Follow(openid) => {
                let openid = account_openid(&openid);
                world.official.followers.insert(openid.clone());
                json!({ "openid": openid })
            }
            OfficialAct::Leave(openid) => {
                let openid = account_openid(&openid);
                world.official.followers.remove(&openid);
                json!({ "openid": openid })
            }
            OfficialAct::Open(openid) => {
                world.official.visitor = Some(account_openid(&openid));
                json!({})
            }
            OfficialAct::Link(linked) => {
                world.official.linked = linked;
                json!({})
            }
        }
    }

    /// `open.weixin.qq.com/connect/oauth2/authorize`: the address to which the browser returns, with code and state.
    ///
    /// Returns `None` for another account, another scope, or a link that WeChat's pattern does not match.
    #[must_use]
    pub fn authorize(&self, query: &str) -> Option<String> {
        let parameters: Vec<(String, String)> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let [app_id, redirect, response_type, scope, state] = parameters.as_slice() else {
            return None;
        };
        let fixed = [
            (response_type, "response_type", "code"),
            (scope, "scope", "snsapi_base"),
        ];
        let right = fixed
            .iter()
            .all(|(given, name, value)| given.0 == *name && given.1 == *value)
            && (app_id.0.as_str(), redirect.0.as_str(), state.0.as_str())
                == ("appid", "redirect_uri", "state");
        let mut world = self.world();
        if !right || app_id.1 != world.official.account.app_id {
            return None;
        }
        let openid = world.official.visitor.clone()?;
        let mut back = Url::parse(&redirect.1).ok()?;
        let code = format!("web-{}", world.next_serial());
        back.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &state.1);
        world.official.codes.insert(code, WebCode { openid, used: false });
        Some(back.into())
    }

    /// The account's menu and the template messages that it took.
    #[must_use]
    pub fn official(&self) -> Value {
        let world = self.world();
        json!({ "menu": world.official.menu, "sent": world.official.sent })
    }
}
