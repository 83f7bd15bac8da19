//! The state of the stand-in.

use std::collections::{HashMap, HashSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::wechat::sandbox::faults::InjectedFaults;
use crate::wechat::sandbox::official::{OFFICIAL_APP_ID, OfficialState};
use crate::wechat::sandbox::people::SandboxPerson;
use crate::wechat::sandbox::rate_limit::Rates;
use crate::wechat::sandbox::rules::Rules;
use crate::wechat::sandbox::templates::SandboxTemplate;
use crate::wechat::sandbox::tokens::{Account, Tokens};

/// WeChat's own: five minutes for a code.
pub const CODE_LIFE: TimeDelta = TimeDelta::minutes(5);
/// WeChat checks content only of people who were active recently.
pub const IDLE_AFTER: TimeDelta = TimeDelta::hours(2);
const JOURNAL_LINES: usize = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    Login,
    Phone,
}

pub struct Code {
    pub kind: CodeKind,
    /// Empty for a phone code of no particular person.
    pub openid: String,
    pub phone: String,
    pub app_id: String,
    pub made_at: DateTime<Utc>,
    pub used: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    pub count: u32,
    pub long_term: bool,
}

/// A message WeChat has accepted.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    pub openid: String,
    pub template_id: String,
    /// The product's key of the template, if known.
    pub template: String,
    pub page: String,
    /// Field → value.
    pub data: HashMap<String, String>,
    pub msgid: String,
    pub at: DateTime<Utc>,
}

/// A received call.
#[derive(Clone, Debug, Serialize)]
pub struct CallRecord {
    pub at: DateTime<Utc>,
    pub path: String,
    /// Of the mini-program: `release`, `trial`, `formal` …
    pub version: Option<String>,
    /// 0: executed. `None`: no response of WeChat was sent.
    pub errcode: Option<i64>,
    pub status: u16,
    pub by_fault: bool,
}

pub struct SandboxState {
    pub account: Account,
    pub official: OfficialState,
    pub people: Vec<SandboxPerson>,
    /// The people who have opened the mini-program, with the time of the last visit.
    pub seen: HashMap<String, DateTime<Utc>>,
    pub session_keys: HashMap<String, String>,
    pub codes: HashMap<String, Code>,
    pub tokens: Tokens,
    pub templates: Vec<SandboxTemplate>,
    pub grants: HashMap<(String, String), Grant>,
    pub messages: Vec<Message>,
    pub sending: HashSet<String>,
    pub rules: Rules,
    pub rates: Rates,
    pub faults: InjectedFaults,
    pub journal: VecDeque<CallRecord>,
    /// Rises with every answer that must differ from the one before.
    pub serial: u64,
}

impl SandboxState {
    pub fn new(account: Account, people: Vec<SandboxPerson>, templates: Vec<SandboxTemplate>) -> Self {
        let secret = account.app_secret.clone();
        Self {
            official: OfficialState::new(OFFICIAL_APP_ID.to_owned(), secret),
            account,
            people,
            templates,
            seen: HashMap::new(),
            session_keys: HashMap::new(),
            codes: HashMap::new(),
            tokens: Tokens::default(),
            grants: HashMap::new(),
            messages: Vec::new(),
            sending: HashSet::new(),
            rules: Rules::default(),
            rates: Rates::default(),
            faults: InjectedFaults::default(),
            journal: VecDeque::new(),
            serial: 0,
        }
    }

    /// Whether this openid is one of this mini-program's.
    pub fn knows(&self, openid: &str) -> bool {
        self.seen.contains_key(openid) || self.people.iter().any(|person| person.openid == openid)
    }

    pub fn is_idle(&self, openid: &str, now: DateTime<Utc>) -> bool {
        self.seen.get(openid).is_none_or(|seen| now - *seen > IDLE_AFTER)
    }

    pub fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// The template of this id; an account for which none is set up takes any id.
    pub fn template(&self, id: &str) -> Option<SandboxTemplate> {
        if self.templates.is_empty() && !id.is_empty() {
            return Some(SandboxTemplate {
                id: id.to_owned(),
                key: String::new(),
                title: String::new(),
                long_term: false,
                fields: Vec::new(),
                enums: std::collections::BTreeMap::new(),
            });
        }
        self.templates.iter().find(|template| template.id == id).cloned()
    }

    /// The id of a template that is named by id or by the product's own word for it.
    pub fn template_id(&self, id_or_key: &str) -> String {
        let named = |template: &&SandboxTemplate| template.id == id_or_key || template.key == id_or_key;
        let found = self.templates.iter().find(named);
        found.map_or_else(|| id_or_key.to_owned(), |template| template.id.clone())
    }

    pub fn record_call(&mut self, line: CallRecord) {
        if self.journal.len() >= JOURNAL_LINES {
            self.journal.pop_front();
        }
        self.journal.push_back(line);
    }

    /// Returns the common fields of an event about a person.
    pub fn event(openid: &str, event: &str, now: DateTime<Utc>) -> serde_json::Map<String, Value> {
        let mut fields = serde_json::Map::new();
        for (name, value) in [
            ("ToUserName", Value::from("gh_sandbox")),
            ("FromUserName", openid.into()),
            ("CreateTime", now.timestamp().into()),
            ("MsgType", "event".into()),
            ("Event", event.into()),
        ] {
            fields.insert(name.to_owned(), value);
        }
        fields
    }
}
