//! A console user without a screen: keeps cookies, follows no redirect automatically, fills in forms as the page
//! has them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use reqwest::Method;
use reqwest::header::SET_COOKIE;
use reqwest::multipart::{Form, Part};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::people::PersonQuery;

/// Puts a form into a request.
type Fill<'a> = &'a (dyn Fn(reqwest::RequestBuilder) -> reqwest::RequestBuilder + Sync);

pub struct Browser {
    client: Client,
    cookies: Mutex<BTreeMap<String, String>>,
    agent: Option<&'static str>,
}

/// WeChat's browser on a phone.
const WECHAT_AGENT: &str =
    "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Mobile Safari/537.36 MicroMessenger/8.0.49";

impl Browser {
    /// With no cookies yet.
    #[must_use]
    pub fn new(app: &TestApp) -> Self {
        Self {
            client: app.anonymous(),
            cookies: Mutex::default(),
            agent: None,
        }
    }

    /// Inside WeChat, with no cookies yet.
    #[must_use]
    pub fn in_wechat(app: &TestApp) -> Self {
        Self {
            agent: Some(WECHAT_AGENT),
            ..Self::new(app)
        }
    }

    /// Signed in as the sandbox lets a stranger sign in.
    pub async fn as_cast(app: &TestApp, who: PersonQuery<'_>) -> Self {
        let browser = Self::new(app);
        let person = app.person(who).await;
        let page = browser.get("/console/login").await;
        let fields = [("csrf", page.hidden("csrf")), ("person", person.openid)];
        let answer = browser.send("/console/login/sandbox", &fields).await;
        answer.leads_to("/console");
        browser
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    /// Opens a page or a file as it is carried: packed, as every browser asks for it.
    pub async fn get_packed(&self, path: &str) -> Answer {
        let packed = |request: reqwest::RequestBuilder| request.header("Accept-Encoding", "gzip");
        self.ask(Method::GET, path, Some(&packed)).await
    }

    /// Sends a form.
    pub async fn send(&self, path: &str, fields: &[(&str, String)]) -> Answer {
        let fill = |request: reqwest::RequestBuilder| request.form(fields);
        self.ask(Method::POST, path, Some(&fill)).await
    }

    /// Sends the form with this address that stands on a page, with its hidden fields and these besides.
    pub async fn submit(&self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = page.form(action);
        for (name, text) in fields {
            all.retain(|(held, _)| held != name);
            all.push(((*name).to_owned(), (*text).to_owned()));
        }
        let all: Vec<(&str, String)> = all
            .iter()
            .map(|(name, text)| (name.as_str(), text.clone()))
            .collect();
        self.send(action, &all).await
    }

    /// Sends the form with this address that stands on a page, with a file in its field `file`.
    pub async fn submit_file(
        &self,
        page: &Answer,
        action: &str,
        (name, content): (&str, &str),
        fields: &[(&str, &str)],
    ) -> Answer {
        self.submit_named_file(page, action, ("file", name, content), fields)
            .await
    }

    /// Sends the form with this address that stands on a page, with a file in a field of this name.
    pub async fn submit_named_file(
        &self,
        page: &Answer,
        action: &str,
        (field, name, content): (&str, &str, &str),
        fields: &[(&str, &str)],
    ) -> Answer {
        let hidden = page.form(action);
        let fill = |request: reqwest::RequestBuilder| {
            let mut form = Form::new();
            for (name, text) in &hidden {
                form = form.text(name.clone(), text.clone());
            }
            for (name, text) in fields {
                form = form.text((*name).to_owned(), (*text).to_owned());
            }
            let file = Part::bytes(content.as_bytes().to_vec()).file_name(name.to_owned());
            request.multipart(form.part(field.to_owned(), file))
        };
        self.ask(Method::POST, action, Some(&fill)).await
    }

    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.held().get(name).cloned()
    }

    fn held(&self) -> BTreeMap<String, String> {
        self.cookies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Fill<'_>>) -> Answer {
        let held = self.held();
        let cookies: Vec<String> = held
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let fill = |mut request: reqwest::RequestBuilder| {
            if !cookies.is_empty() {
                request = request.header("Cookie", cookies.join("; "));
            }
            if let Some(agent) = self.agent {
                request = request.header("User-Agent", agent);
            }
            match body {
                Some(fill) => fill(request.header("Sec-Fetch-Site", "same-origin")),
                None => request,
            }
        };
        let answer = self.client.request(method, path, fill).await;
        self.keep(&answer);
        answer
    }

    fn keep(&self, answer: &Answer) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for header in answer.headers.get_all(SET_COOKIE) {
            let text = header.to_str().expect("a cookie");
            let (name, value) = text
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='))
                .expect("a cookie");
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Answer {
    /// The value of the first hidden field of this name.
    #[must_use]
    pub fn hidden(&self, name: &str) -> String {
        let page = self.text();
        let mark = format!("name=\"{name}\" value=\"");
        let rest = page
            .split_once(&mark)
            .unwrap_or_else(|| panic!("no hidden {name}: {page}"))
            .1;
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// The hidden fields of the form with this address.
    #[must_use]
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let page = self.text();
        let start = page
            .match_indices(&format!("action=\"{action}\""))
            .map(|(start, _)| start)
            // A form that only searches has no fields of its own.
            .find(|start| {
                !page[..*start]
                    .rsplit("<form")
                    .next()
                    .unwrap_or_default()
                    .contains("\"get\"")
            })
            .unwrap_or_else(|| panic!("no form to {action}: {page}"));
        let form = page[start..].split("</form>").next().unwrap_or_default();
        let hidden = form.split("<input type=\"hidden\" name=\"").skip(1);
        hidden
            .filter_map(|input| {
                let (name, rest) = input.split_once("\" value=\"")?;
                Some((name.to_owned(), rest.split('"').next()?.to_owned()))
            })
            .collect()
    }

    /// Asserts a redirect to this address.
    #[track_caller]
    pub fn leads_to(&self, address: &str) {
        assert_eq!(
            (self.status, self.header("location")),
            (303, address),
            "{}",
            self.text()
        );
    }

    /// Asserts a page of this status that contains these words.
    #[track_caller]
    pub fn page(&self, status: u16, words: &[&str]) -> String {
        let page = self.text();
        assert_eq!(self.status, status, "{page}");
        for word in words {
            assert!(page.contains(word), "“{word}” is missing: {page}");
        }
        page
    }
}
