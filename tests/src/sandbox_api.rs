//! WeChat's stand-in, called by hand: what the product's own client never sends.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::app::TestApp;

/// The account of the sandbox.
pub const APP_ID: &str = "wxsandbox00000000";
pub const SECRET: &str = "sandbox-app-secret-not-for-live-use";
/// A person with a phone who is on no roster.
pub const OPENID: &str = "oTESTxxxxxxxxxxxxxxxxxxxxxxx";

/// WeChat as somebody sees it who writes the requests by hand.
pub struct SandboxApi<'a>(pub &'a TestApp);

impl SandboxApi<'_> {
    /// A `GET` with this query.
    pub async fn get(&self, path: &str, query: &[(&str, &str)]) -> Value {
        let url = format!("{}/sandbox/wechat{path}", self.0.base());
        let answer = self
            .0
            .http()
            .get(url)
            .query(query)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200, "errors come with status 200 too");
        answer.json().await.expect("an answer")
    }

    /// A `POST` of this body.
    pub async fn post(&self, path: &str, token: &str, body: impl Into<reqwest::Body>) -> reqwest::Response {
        let url = format!("{}/sandbox/wechat{path}", self.0.base());
        let request = self.0.http().post(url).query(&[("access_token", token)]);
        let answer = request.body(body).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer
    }

    /// The number of the refusal, which names its rid; 0 of a success.
    pub async fn errcode(&self, path: &str, token: &str, body: impl Into<reqwest::Body>) -> i64 {
        let answer: Value = self
            .post(path, token, body)
            .await
            .json()
            .await
            .expect("an answer");
        let errcode = answer["errcode"].as_i64().unwrap_or(0);
        let errmsg = answer["errmsg"].as_str().unwrap_or_default();
        assert_eq!(errcode != 0, errmsg.contains(" rid: "), "{answer}");
        errcode
    }

    /// `POST /sandbox/{what}`
    pub async fn control(&self, what: &str, body: Value) -> Value {
        self.0.anonymous().sandbox(what, body).await
    }

    pub async fn login_code(&self, openid: &str) -> String {
        let made = self.control("login-codes", json!({ "openid": openid })).await;
        made["code"].as_str().expect("an answer").to_owned()
    }

    pub async fn phone_code(&self, body: Value) -> String {
        let made = self.control("phone-codes", body).await;
        made["code"].as_str().expect("an answer").to_owned()
    }

    /// Changes these of the rules.
    pub async fn rules(&self, changes: Value) {
        self.control("rules", changes).await;
    }

    pub async fn fault(&self, fault: Value) {
        self.control("faults", fault).await;
    }

    /// [`OPENID`] allows so many messages of the template.
    pub async fn allow(&self, template: &str, count: u32) {
        let body = json!({ "openid": OPENID, "template": template, "count": count });
        self.control("subscriptions", body).await;
    }

    pub async fn token(&self) -> String {
        let body = json!({ "grant_type": "client_credential", "appid": APP_ID, "secret": SECRET });
        let answer = self.post("/cgi-bin/stable_token", "", body.to_string()).await;
        let answer: Value = answer.json().await.expect("an answer");
        answer["access_token"].as_str().expect("an answer").to_owned()
    }

    /// A template of ours, and data that fit it.
    pub async fn template(&self) -> (String, BTreeMap<String, String>) {
        let templates = [json!({
            "id": "TemplateForTests", "key": "for_tests", "title": "测试",
            "fields": [["thing1", "事项"], ["date2", "时间"]],
        })];
        let url = format!("{}/sandbox/templates", self.0.base());
        self.0
            .http()
            .post(url)
            .json(&templates)
            .send()
            .await
            .expect("an answer");
        let data = [("thing1", "路灯不亮"), ("date2", "2025年9月8日 09:00")];
        let data = data.map(|(key, value)| (key.to_owned(), value.to_owned()));
        ("TemplateForTests".to_owned(), data.into())
    }
}

/// The paths that were called since the start, oldest first.
pub async fn calls(app: &TestApp) -> Vec<String> {
    let lines = app.anonymous().get("/sandbox/calls").await.ok();
    let lines = lines.as_array().expect("a list").iter();
    lines
        .map(|line| line["path"].as_str().expect("a path").to_owned())
        .collect()
}
