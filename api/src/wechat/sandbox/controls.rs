//! Controls of the sandbox for people and tests: log in, allow messages, inject faults, move the time.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::jobs::catch_up;
use crate::moments::has_four_digit_year;
use crate::wechat::push::body::Format;
use crate::wechat::sandbox::endpoints;
use crate::wechat::sandbox::faults::InjectedFault;
use crate::wechat::sandbox::people::SandboxPerson;
use crate::wechat::sandbox::pusher::{PushDefect, Pushed, Shape};
use crate::wechat::sandbox::rules::Rules;
use crate::wechat::sandbox::server::Sandbox;
use crate::wechat::sandbox::templates::SandboxTemplate;
use crate::wechat::sandbox::world::{CallRecord, Code, CodeKind, Grant, Message, SandboxState};

const MAX_OPENID_CHARS: usize = 64;
/// Grants reported in one popup event; more are granted all the same.
const MAX_LISTED: u32 = 20;

#[derive(Deserialize)]
pub struct LoginCodeRequest {
    pub openid: String,
    /// Another mini-program's code, which ours must refuse.
    #[serde(default)]
    pub appid: Option<String>,
}

#[derive(Deserialize)]
pub struct PhoneCodeRequest {
    #[serde(default)]
    pub openid: Option<String>,
    pub phone: String,
    #[serde(default)]
    pub appid: Option<String>,
}

#[derive(Deserialize)]
pub struct GrantRequest {
    pub openid: String,
    /// A template's id, or the product's word for it.
    pub template: String,
    #[serde(default)]
    pub count: Option<u32>,
    #[serde(default)]
    pub long_term: Option<bool>,
}

#[derive(Deserialize)]
pub struct PushRequest {
    pub event: Value,
    #[serde(default)]
    pub xml: bool,
    /// None: sealed when there is a key.
    #[serde(default)]
    pub sealed: Option<bool>,
    #[serde(default)]
    pub flaw: Option<PushDefect>,
}

#[derive(Deserialize)]
pub struct ClockRequest {
    #[serde(default)]
    pub advance_seconds: Option<i64>,
    #[serde(default, deserialize_with = "crate::moments::optional_moment")]
    pub set: Option<DateTime<chrono::FixedOffset>>,
}

#[derive(Serialize)]
pub struct CodeMade {
    pub code: String,
}

impl Sandbox {
    #[must_use]
    pub fn people(&self) -> Vec<SandboxPerson> {
        self.world().people.clone()
    }

    /// `wx.login` on a person's phone. An unknown openid becomes that of a new person.
    pub fn login_code(&self, wanted: LoginCodeRequest) -> Result<CodeMade> {
        check_openid(&wanted.openid)?;
        Ok(self.make_code(CodeKind::Login, wanted.openid, String::new(), wanted.appid))
    }

    /// getPhoneNumber on a phone with this number.
    pub fn phone_code(&self, wanted: PhoneCodeRequest) -> Result<CodeMade> {
        if wanted.phone.is_empty() || wanted.phone.len() > 20 {
            let fault = FieldError::new("phone", "not_a_phone_number", "请填写手机号。");
            return Err(Error::invalid(vec![fault]));
        }
        if let Some(openid) = &wanted.openid {
            check_openid(openid)?;
        }
        let openid = wanted.openid.unwrap_or_default();
        Ok(self.make_code(CodeKind::Phone, openid, wanted.phone, wanted.appid))
    }

    fn make_code(&self, kind: CodeKind, openid: String, phone: String, app_id: Option<String>) -> CodeMade {
        let now = self.clock().now();
        let name = format!("0{}", hex::encode(rand::random::<[u8; 16]>()));
        let mut world = self.world();
        if !openid.is_empty() {
            world.seen.insert(openid.clone(), now);
        }
        let app_id = app_id.unwrap_or_else(|| world.account.app_id.clone());
        let code = Code {
            kind,
            openid,
            phone,
            app_id,
            made_at: now,
            used: false,
        };
        world.codes.insert(name.clone(), code);
        CodeMade { code: name }
    }

    /// Records a person's consents for a template; `count` 0 revokes all. WeChat reports it to the product.
    pub async fn grant(&self, wanted: GrantRequest) -> Result<Value> {
        check_openid(&wanted.openid)?;
        let now = self.clock().now();
        let count = wanted.count.unwrap_or(u32::from(wanted.long_term.is_none()));
        let (template_id, grant) = {
            let mut world = self.world();
            let template_id = world.template_id(&wanted.template);
            world.seen.entry(wanted.openid.clone()).or_insert(now);
            let key = (wanted.openid.clone(), template_id.clone());
            let grant = world.grants.entry(key).or_default();
            if wanted.count == Some(0) {
                *grant = Grant::default();
            }
            grant.count = grant.count.saturating_add(count);
            grant.long_term = wanted.long_term.unwrap_or(grant.long_term);
            (template_id, *grant)
        };
        let answers = if grant.long_term { count.max(1) } else { count };
        let event = consent_event(&wanted.openid, &template_id, answers, now);
        self.pusher().push(&event, now.timestamp()).await;
        Ok(json!({
            "openid": wanted.openid, "template_id": template_id, "count": grant.count, "long_term": grant.long_term,
        }))
    }

    /// Returns the accepted messages, oldest first.
    #[must_use]
    pub fn messages(&self, openid: Option<&str>) -> Vec<Message> {
        let world = self.world();
        let of_person = |message: &&Message| openid.is_none_or(|openid| message.openid == openid);
        world.messages.iter().filter(of_person).cloned().collect()
    }

    pub fn add_fault(&self, fault: InjectedFault) -> Result<Vec<InjectedFault>> {
        let mut faults = Vec::new();
        if !endpoints::exists(|path| fault.is_for(path)) {
            faults.push(FieldError::new(
                "endpoint",
                "unknown_endpoint",
                "没有这个微信接口。",
            ));
        }
        if !fault.is_felt() {
            let detail = "请至少给出 errcode、http_status、delay_ms、drop、content_type 之一。";
            faults.push(FieldError::new("errcode", "no_fault", detail));
        }
        if fault
            .http_status
            .is_some_and(|status| !(200..600).contains(&status))
        {
            faults.push(FieldError::new(
                "http_status",
                "not_a_status",
                "不是 HTTP 状态码。",
            ));
        }
        if !faults.is_empty() {
            return Err(Error::invalid(faults));
        }
        let mut world = self.world();
        world.faults.add(fault);
        Ok(world.faults.list())
    }

    pub fn clear_faults(&self) {
        self.world().faults.clear();
    }

    #[must_use]
    pub fn faults(&self) -> Vec<InjectedFault> {
        self.world().faults.list()
    }

    #[must_use]
    pub fn rules(&self) -> Rules {
        self.world().rules.clone()
    }

    /// Changes the rules that are named and leaves the others.
    pub fn change_rules(&self, changes: &Value) -> Result<Rules> {
        let mut world = self.world();
        let mut all = serde_json::to_value(&world.rules).map_err(anyhow::Error::from)?;
        if let (Some(all), Some(changes)) = (all.as_object_mut(), changes.as_object()) {
            for (name, value) in changes {
                all.insert(name.clone(), value.clone());
            }
        }
        let fault = |error: serde_json::Error| {
            Error::invalid(vec![FieldError::new("rules", "unknown_rule", error.to_string())])
        };
        world.rules = serde_json::from_value(all).map_err(fault)?;
        Ok(world.rules.clone())
    }

    /// Replaces the account's templates.
    pub fn set_templates(&self, templates: Vec<SandboxTemplate>) {
        self.world().templates = templates;
    }

    /// Invalidates the issued token, as a forced refresh elsewhere would.
    pub fn revoke_token(&self) -> Value {
        let now = self.clock().now();
        let mut world = self.world();
        let before = world.tokens.stable(false, now).0;
        let after = world.tokens.stable(true, now).0;
        json!({ "revoked": before != after })
    }

    /// Returns the received calls, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<CallRecord> {
        self.world().journal.iter().cloned().collect()
    }

    /// Pushes an event of the caller's own making.
    pub async fn push(&self, wanted: PushRequest) -> Result<Pushed> {
        let shape = Shape {
            is_sealed: wanted.sealed.unwrap_or_else(|| self.pusher().seals()),
            format: if wanted.xml { Format::Xml } else { Format::Json },
            flaw: wanted.flaw,
        };
        let timestamp = self.clock().now().timestamp();
        Ok(self.pusher().push_once(&wanted.event, timestamp, shape).await?)
    }
}

/// Moves the product's clock forward and runs all work that becomes due.
pub async fn move_clock(app: &App, wanted: ClockRequest) -> Result<DateTime<Utc>> {
    let now = app.clock.now();
    let target = match (wanted.advance_seconds, wanted.set) {
        (Some(seconds), None) => TimeDelta::try_seconds(seconds)
            .and_then(|by| now.checked_add_signed(by))
            .filter(|at| seconds >= 0 && has_four_digit_year(*at)),
        (None, Some(at)) => Some(at.with_timezone(&Utc)).filter(|at| *at >= now),
        _ => None,
    };
    let target = target.ok_or_else(|| {
        let detail = "时钟只能往前走：请给出 advance_seconds（不小于 0）或 set（不早于现在）之一。";
        Error::invalid(vec![FieldError::new("set", "clock_never_goes_back", detail)])
    })?;
    catch_up::advance_to(app, target).await?;
    Ok(app.clock.now())
}

fn check_openid(openid: &str) -> Result<()> {
    let visible = |c: char| c.is_ascii_graphic();
    if (1..=MAX_OPENID_CHARS).contains(&openid.chars().count()) && openid.chars().all(visible) {
        return Ok(());
    }
    let detail = "openid 应为 1–64 个可见字符。";
    Err(Error::invalid(vec![FieldError::new(
        "openid",
        "not_an_openid",
        detail,
    )]))
}

/// One answer is an object, several are a list, none is a refusal.
fn consent_event(openid: &str, template_id: &str, count: u32, now: DateTime<Utc>) -> Value {
    let entry = |status: &str| json!({ "TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": "0" });
    let (name, list) = match count {
        0 => ("subscribe_msg_change_event", entry("reject")),
        1 => ("subscribe_msg_popup_event", entry("accept")),
        many => {
            let entries = (0..many.min(MAX_LISTED)).map(|_| entry("accept"));
            ("subscribe_msg_popup_event", entries.collect())
        }
    };
    let mut event = SandboxState::event(openid, name, now);
    event.insert("List".to_owned(), list);
    event.into()
}
