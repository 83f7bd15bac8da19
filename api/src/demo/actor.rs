//! A person with a phone: signs in through WeChat's stand-in and calls the API like the mini-program does.

use anyhow::{Context as _, bail, ensure};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::demo::picture::DemoPhoto;
use crate::demo::stage::{Person, StoryScheduler};

pub struct DemoUser {
    stage: StoryScheduler,
    pub person: Person,
    token: Mutex<String>,
}

impl DemoUser {
    /// `wx.login`, and the phone number the first time.
    pub async fn sign_in(stage: StoryScheduler, person: Person) -> anyhow::Result<Self> {
        let actor = Self {
            stage,
            person,
            token: Mutex::default(),
        };
        actor.renew().await?;
        Ok(actor)
    }

    async fn renew(&self) -> anyhow::Result<()> {
        let login = self
            .sandbox("login-codes", json!({ "openid": self.person.openid }))
            .await?;
        let mut session = self
            .plain("/api/v1/sessions", json!({ "code": field(&login, "code") }))
            .await?;
        if field(&session, "status") == "bind_required" {
            let body = json!({ "openid": self.person.openid, "phone": self.person.phone });
            let phone = self.sandbox("phone-codes", body).await?;
            let bind =
                json!({ "bind_ticket": field(&session, "bind_ticket"), "phone_code": field(&phone, "code") });
            session = self.plain("/api/v1/sessions/bind", bind).await?;
        }
        *self.token.lock().await = field(&session, "access_token")
            .as_str()
            .context("no token")?
            .to_owned();
        Ok(())
    }

    async fn sandbox(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.plain(&format!("/sandbox/{path}"), body).await
    }

    async fn plain(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let url = format!("{}{path}", self.stage.base());
        read(path, self.stage.http().post(url).json(&body).send().await?).await
    }

    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, path, |request| request).await
    }

    /// Posts, with a key that makes a repeat safe.
    pub async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let key = Uuid::now_v7().to_string();
        self.call(Method::POST, path, |request| {
            request.header("Idempotency-Key", &key).json(&body)
        })
        .await
    }

    /// A move on an order: `POST /orders/{number}/{action}`.
    pub async fn act(&self, number: &str, action: &str, body: Value) -> anyhow::Result<Value> {
        self.post(&format!("/orders/{number}/{action}"), body).await
    }

    pub async fn order(&self, number: &str) -> anyhow::Result<Value> {
        self.get(&format!("/orders/{number}")).await
    }

    /// Uploads a photo and returns its id.
    pub async fn upload(&self, picture: &DemoPhoto) -> anyhow::Result<String> {
        let bytes = picture.jpeg()?;
        let answer = self
            .call(Method::POST, "/photos", |request| {
                let part = reqwest::multipart::Part::bytes(bytes.clone()).file_name("photo.jpg");
                let form = reqwest::multipart::Form::new()
                    .part("file", part)
                    .text("role", picture.role.clone())
                    .text("taken_at", picture.taken_at.to_rfc3339())
                    .text("longitude", picture.longitude.to_string())
                    .text("latitude", picture.latitude.to_string())
                    .text("datum", "wgs84");
                request.multipart(form)
            })
            .await?;
        Ok(field(&answer, "id")
            .as_str()
            .context("a photo without id")?
            .to_owned())
    }

    /// Calls the API; when the token has run out (the clock jumps by days), signs in again and repeats.
    async fn call(
        &self,
        method: Method,
        path: &str,
        fill: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> anyhow::Result<Value> {
        let url = format!("{}/api/v1{path}", self.stage.base());
        for _ in 0..2 {
            let token = self.token.lock().await.clone();
            let request = fill(self.stage.http().request(method.clone(), &url).bearer_auth(token));
            let answer = request.send().await?;
            if answer.status() != StatusCode::UNAUTHORIZED {
                return read(path, answer).await;
            }
            self.renew().await?;
        }
        bail!("{method} {path}: still not signed in after signing in again")
    }
}

impl StoryScheduler {
    /// Signs in the handler of the unit with this name or short name.
    pub async fn handler(&self, unit: &str) -> anyhow::Result<DemoUser> {
        let fits = |p: &Person| p.role == "handler" && p.unit.as_deref() == Some(unit);
        DemoUser::sign_in(self.clone(), self.person(&format!("handler of {unit}"), fits)?).await
    }

    /// Signs in a delegate, of this county when one is named. `nth` tells several of one county apart.
    pub async fn delegate(&self, area: &str, nth: usize) -> anyhow::Result<DemoUser> {
        let fits = |p: &&Person| p.role == "delegate" && p.area.as_deref() == Some(area);
        let all: Vec<_> = self.people().iter().filter(fits).cloned().collect();
        ensure!(!all.is_empty(), "the sandbox has no delegate of {area}");
        let person = all.get(nth % all.len()).cloned().context("a delegate")?;
        DemoUser::sign_in(self.clone(), person).await
    }

    /// Signs in the committee's staff: the city's, or a county's.
    pub async fn supervisor(&self, county: Option<&str>) -> anyhow::Result<DemoUser> {
        let fits = |p: &Person| match county {
            Some(county) => p.role == "supervisor" && p.area.as_deref() == Some(county),
            None => p.role == "supervisor" && p.level.as_deref() == Some("city"),
        };
        DemoUser::sign_in(self.clone(), self.person("supervisor", fits)?).await
    }

    pub async fn operator(&self) -> anyhow::Result<DemoUser> {
        DemoUser::sign_in(self.clone(), self.person("operator", |p| p.role == "operator")?).await
    }
}

/// A field of an answer; null where it is missing.
fn field<'a>(answer: &'a Value, name: &str) -> &'a Value {
    answer.get(name).unwrap_or(&Value::Null)
}

async fn read(path: &str, answer: reqwest::Response) -> anyhow::Result<Value> {
    let status = answer.status();
    let text = answer.text().await?;
    if !status.is_success() {
        bail!("{path}: {status} {text}");
    }
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).with_context(|| format!("{path}: not JSON"))
}
