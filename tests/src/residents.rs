//! People without an account, at a site.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};

/// A resident who scanned a site's code, in WeChat (with an openid) or in a browser.
pub struct Resident {
    client: Client,
    site: String,
    visit: Option<String>,
}

impl Resident {
    /// In the mini-program: WeChat knows this phone.
    pub async fn in_wechat(app: &TestApp, site: &str, openid: &str) -> Self {
        let client = app.anonymous();
        let login = client.sandbox("login-codes", json!({ "openid": openid })).await;
        let body = json!({ "login_code": login["code"] });
        let begun = client.post(&format!("/sites/{site}/visits"), body).await;
        begun.assert_status(201);
        let visit = begun.json["visit"].as_str().map(str::to_owned);
        Self {
            client,
            site: site.to_owned(),
            visit,
        }
    }

    /// In a browser: nobody knows who it is.
    #[must_use]
    pub fn in_a_browser(app: &TestApp, site: &str) -> Self {
        Self {
            client: app.anonymous(),
            site: site.to_owned(),
            visit: None,
        }
    }

    /// Returns this phone at another site's code.
    #[must_use]
    pub fn at(&self, site: &str) -> Self {
        Self {
            client: Client::anonymous(self.client.app().clone()),
            site: site.to_owned(),
            visit: self.visit.clone(),
        }
    }

    pub async fn leave(&self, body: Value) -> Answer {
        self.leave_with_key(body, &uuid::Uuid::now_v7().to_string()).await
    }

    pub async fn leave_with_key(&self, body: Value, key: &str) -> Answer {
        let path = format!("/sites/{}/messages", self.site);
        let call = self.client.request(Method::POST, &path, |request| {
            let request = request.header("Idempotency-Key", key).json(&body);
            match &self.visit {
                Some(visit) => request.header("X-Visit", visit),
                None => request,
            }
        });
        call.await
    }

    /// Leaves a message and gives its receipt.
    pub async fn leave_message(&self, text: &str) -> String {
        let left = self.leave(json!({ "text": text })).await;
        left.assert_status(201);
        left.json["receipt"].as_str().expect("a receipt").to_owned()
    }

    pub async fn upload(&self, bytes: Vec<u8>) -> Answer {
        let path = format!("/sites/{}/photos", self.site);
        let call = self.client.request(Method::POST, &path, |request| {
            let part = Part::bytes(bytes).file_name("photo.jpg");
            let request = request.multipart(Form::new().part("file", part));
            match &self.visit {
                Some(visit) => request.header("X-Visit", visit),
                None => request,
            }
        });
        call.await
    }

    /// Reads the message again by its receipt.
    pub async fn receipt_view(&self, receipt: &str) -> Value {
        let answer = self
            .client
            .get(&format!("/site-messages/receipts/{receipt}"))
            .await;
        answer.ok()
    }
}
