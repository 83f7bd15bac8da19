//! One person's mini-program: calls the API with their token over real HTTP.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::TestApp;
use crate::people::Person;

/// A token about to run out is renewed this long before.
const MARGIN: TimeDelta = TimeDelta::seconds(60);

/// One person's client. Signs in again by itself when the clock was moved past the life of its token; a
/// session that was ended for any other reason shows as the 401 it is.
pub struct Client {
    app: TestApp,
    person: Option<Person>,
    session: Mutex<Session>,
}

#[derive(Clone, Default)]
struct Session {
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_at: Option<DateTime<Utc>>,
}

/// A response: status, headers and body.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// Null when the body is not JSON.
    pub json: Value,
    asked: String,
}

impl Client {
    pub(crate) fn anonymous(app: TestApp) -> Self {
        Self {
            app,
            person: None,
            session: Mutex::default(),
        }
    }

    /// `wx.login` → code → session; the first time the phone number binds the person.
    pub async fn sign_in(app: TestApp, person: Person) -> Self {
        let client = Self {
            app,
            person: Some(person),
            session: Mutex::default(),
        };
        client.renew().await;
        client
    }

    /// A client that has nothing but this token, and never renews it.
    #[must_use]
    pub fn with_token(app: &TestApp, token: &str) -> Self {
        let session = Session {
            access_token: Some(token.to_owned()),
            ..Session::default()
        };
        Self {
            app: app.clone(),
            person: None,
            session: Mutex::new(session),
        }
    }

    /// Who this is.
    #[must_use]
    pub fn person(&self) -> &Person {
        self.person.as_ref().expect("a client who is signed in")
    }

    #[must_use]
    pub fn app(&self) -> &TestApp {
        &self.app
    }

    #[must_use]
    pub fn token(&self) -> Option<String> {
        self.session().access_token
    }

    #[must_use]
    pub fn refresh_token(&self) -> Option<String> {
        self.session().refresh_token
    }

    fn session(&self) -> Session {
        self.session
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Signs in again.
    pub async fn renew(&self) {
        let person = self.person();
        let login = self
            .sandbox("login-codes", json!({ "openid": person.openid }))
            .await;
        let code = json!({ "code": login["code"] });
        let mut signed_in = self.bare(Method::POST, "/sessions").json(&code);
        let mut answer = self.send("POST /sessions", signed_in).await.ok();
        if answer["status"] == "bind_required" {
            let body = json!({ "openid": person.openid, "phone": person.phone });
            let phone = self.sandbox("phone-codes", body).await;
            let bind = json!({ "bind_ticket": answer["bind_ticket"], "phone_code": phone["code"] });
            signed_in = self.bare(Method::POST, "/sessions/bind").json(&bind);
            answer = self.send("POST /sessions/bind", signed_in).await.ok();
        }
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        let life = TimeDelta::seconds(answer["expires_in"].as_i64().expect("expires_in"));
        let session = Session {
            access_token: Some(text("access_token").expect("a token")),
            refresh_token: text("refresh_token"),
            expires_at: Some(self.app.now() + life),
        };
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = session;
    }

    /// `POST /sandbox/{what}`
    pub async fn sandbox(&self, what: &str, body: Value) -> Value {
        let url = format!("{}/sandbox/{what}", self.app.base());
        let request = self.app.http().post(url).json(&body);
        self.send(&format!("POST /sandbox/{what}"), request).await.ok()
    }

    /// Returns the messages that WeChat accepted for this person, oldest first.
    pub async fn wechat_messages(&self) -> Vec<Value> {
        let url = format!(
            "{}/sandbox/messages?openid={}",
            self.app.base(),
            self.person().openid
        );
        let answer = self
            .send("GET /sandbox/messages", self.app.http().get(url))
            .await
            .ok();
        let list = answer.as_array().or_else(|| answer["items"].as_array());
        list.cloned().unwrap_or_else(|| panic!("not a list: {answer}"))
    }

    /// Gets a path under `/api/v1`, or an absolute one such as `/healthz`.
    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path, |request| request).await
    }

    /// Posts with an `Idempotency-Key` of its own.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_with_key(path, body, &Uuid::now_v7().to_string()).await
    }

    pub async fn post_with_key(&self, path: &str, body: Value, key: &str) -> Answer {
        self.request(Method::POST, path, |request| {
            request.header("Idempotency-Key", key).json(&body)
        })
        .await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.request(Method::PUT, path, |request| request.json(&body))
            .await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.request(Method::DELETE, path, |request| request).await
    }

    /// Any call; `fill` adds headers and body.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Answer {
        let session = self.session();
        if session.expires_at.is_some_and(|at| at - MARGIN <= self.app.now()) {
            self.renew().await;
        }
        let mut request = self.bare(method.clone(), path);
        if let Some(token) = self.session().access_token {
            request = request.bearer_auth(token);
        }
        self.send(&format!("{method} {path}"), fill(request)).await
    }

    fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let base = self.app.base();
        let url = if is_absolute(path) {
            format!("{base}{path}")
        } else {
            format!("{base}/api/v1{path}")
        };
        self.app.http().request(method, url)
    }

    async fn send(&self, asked: &str, request: RequestBuilder) -> Answer {
        let answer = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{asked}: {error:?}"));
        Answer::read(asked, answer).await
    }
}

/// Paths that do not stand under `/api/v1`.
fn is_absolute(path: &str) -> bool {
    const ROOTS: [&str; 12] = [
        "/api/",
        "/sandbox",
        "/wechat/",
        "/console",
        "/docs",
        "/openapi.json",
        "/calendar",
        "/healthz",
        "/readyz",
        "/metrics",
        "/open311",
        "/scan",
    ];
    ROOTS.iter().any(|root| path.starts_with(root))
}

impl Answer {
    async fn read(asked: &str, answer: reqwest::Response) -> Self {
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let body = answer
            .bytes()
            .await
            .unwrap_or_else(|error| panic!("{asked}: {error}"));
        Self {
            status,
            headers,
            json: serde_json::from_slice(&body).unwrap_or_default(),
            body,
            asked: asked.to_owned(),
        }
    }

    /// A header's value, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The JSON of an answer that must have gone well.
    #[track_caller]
    #[must_use = "use `is_ok()` to check only"]
    pub fn ok(self) -> Value {
        self.assert_ok();
        self.json
    }

    /// Fails unless the answer went well.
    #[track_caller]
    pub fn assert_ok(&self) -> &Self {
        assert!(
            (200..300).contains(&self.status),
            "{}: {} {}",
            self.asked,
            self.status,
            self.text()
        );
        self
    }

    /// Fails unless the answer has this status.
    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text());
        self
    }

    /// Fails unless the answer is this problem document, complete.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, code: &str) -> &Value {
        self.assert_status(status);
        let kind = self.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        assert_eq!(kind, Some("application/problem+json"), "{}", self.asked);
        assert_eq!(self.json["code"], code, "{}: {}", self.asked, self.text());
        assert_eq!(self.json["status"], status, "{}", self.asked);
        for field in ["type", "title", "detail", "request_id"] {
            let text = self.json[field].as_str();
            assert!(
                text.is_some_and(|text| !text.is_empty()),
                "{}: no {field}",
                self.asked
            );
        }
        assert_eq!(self.json["request_id"], self.header("x-request-id"));
        &self.json
    }
}
