//! Takes a call: the fault that waits for it, WeChat's answer, what WeChat does besides.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::clock::Clock;
use crate::config::{WeChatConfig, WeChatMode};
use crate::wechat::sandbox::call::{CallResult, Effect, Errcode, Reply, SandboxRequest};
use crate::wechat::sandbox::endpoints;
use crate::wechat::sandbox::faults::InjectedFault;
use crate::wechat::sandbox::people::{self, SandboxPerson};
use crate::wechat::sandbox::pusher::Pusher;
use crate::wechat::sandbox::templates::{self, SandboxTemplate};
use crate::wechat::sandbox::tokens::Account;
use crate::wechat::sandbox::world::{CallRecord, SandboxState};

/// A handle; all clones are the same sandbox.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    world: Mutex<SandboxState>,
    clock: Clock,
    pusher: Pusher,
}

/// The sandbox's data from the city pack.
pub struct SandboxConfig<'a> {
    /// `demo/people.csv`
    pub people: Option<&'a str>,
    /// `wording.toml`
    pub wording: Option<&'a str>,
}

impl Sandbox {
    /// The sandbox, where the mode asks for one.
    pub fn open(
        config: &WeChatConfig,
        own_address: SocketAddr,
        clock: &Clock,
        setting: &SandboxConfig<'_>,
    ) -> anyhow::Result<Option<Self>> {
        if config.mode != WeChatMode::Sandbox {
            return Ok(None);
        }
        let people = setting.people.map(people::read).transpose()?.unwrap_or_default();
        let templates = setting.wording.map(templates::of_wording).transpose()?;
        let sandbox = Self::new(
            config,
            own_address,
            clock.clone(),
            people,
            templates.unwrap_or_default(),
        )?;
        Ok(Some(sandbox))
    }

    /// `own_address` is where the product listens: pushes go there.
    pub fn new(
        config: &WeChatConfig,
        own_address: SocketAddr,
        clock: Clock,
        people: Vec<SandboxPerson>,
        templates: Vec<SandboxTemplate>,
    ) -> anyhow::Result<Self> {
        let account = Account {
            app_id: config.app_id.clone(),
            app_secret: config.app_secret.clone(),
        };
        Ok(Self(Arc::new(Inner {
            world: Mutex::new(SandboxState::new(account, people, templates)),
            clock,
            pusher: Pusher::new(config, own_address)?,
        })))
    }

    pub(super) fn world(&self) -> MutexGuard<'_, SandboxState> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(super) fn pusher(&self) -> &Pusher {
        &self.0.pusher
    }

    /// Answers one call. Returns `None` if WeChat has no such path.
    pub async fn call(&self, call: SandboxRequest) -> Option<Reply> {
        let now = self.0.clock.now();
        let (fault, outcome) = {
            let mut world = self.world();
            if !endpoints::exists(|path| path == call.path) {
                return None;
            }
            let fault = world.faults.take(&call.path);
            let outcome = if fault.as_ref().is_none_or(InjectedFault::carries_out) {
                endpoints::answer(&mut world, &call, now)?
            } else {
                refused_by(fault.as_ref())
            };
            (fault, outcome)
        };
        let (reply, effects, sending_to) = match outcome {
            Ok(done) => (done.reply, done.effects, done.sending_to),
            Err(error) => (Reply::refused(&error), Vec::new(), None),
        };
        let _sending = Sending {
            sandbox: self,
            openid: sending_to,
        };
        for effect in effects {
            self.apply_effect(effect).await;
        }
        if let Some(delay) = fault.as_ref().and_then(|fault| fault.delay_ms) {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        let reply = apply_fault(reply, fault.as_ref());
        self.world().record_call(CallRecord {
            at: now,
            version: call.version(),
            path: call.path,
            errcode: errcode_of(&reply),
            status: reply.status,
            by_fault: fault.is_some(),
        });
        Some(reply)
    }

    /// A sent event is out before the answer to the sending is, as happens with WeChat; the picture is looked
    /// at afterwards.
    async fn apply_effect(&self, effect: Effect) {
        match effect {
            Effect::Push(event) => {
                let timestamp = self.0.clock.now().timestamp();
                self.0.pusher.push(&event, timestamp).await;
            }
            Effect::CheckMedia { url, event } => {
                let sandbox = self.clone();
                tokio::spawn(async move { sandbox.check_media(&url, event).await });
            }
        }
    }

    async fn check_media(&self, url: &str, mut event: Value) {
        let delay = self.world().rules.media_delay_ms;
        tokio::time::sleep(Duration::from_millis(delay)).await;
        let fetched = self.0.pusher.can_fetch(url).await;
        let (passes_anyway, found) = {
            let world = self.world();
            let holds = |words: &[String]| words.iter().any(|word| url.contains(word.as_str()));
            let found = if holds(&world.rules.risky_words) {
                ("risky", "21000")
            } else if holds(&world.rules.review_words) {
                ("review", "21000")
            } else {
                ("pass", "100")
            };
            (world.rules.unreachable_media_pass, found)
        };
        let (errcode, (suggest, label)) = if fetched || passes_anyway {
            (0, found)
        } else {
            (-1008, ("review", "0"))
        };
        if let Some(fields) = event.as_object_mut() {
            fields.insert("errcode".to_owned(), errcode.into());
            let result = serde_json::json!({ "suggest": suggest, "label": label });
            fields.insert("result".to_owned(), result);
        }
        let timestamp = self.0.clock.now().timestamp();
        self.0.pusher.push(&event, timestamp).await;
    }
}

/// Two messages at once to one person are refused; this ends when the answer is out or the caller is gone.
struct Sending<'a> {
    sandbox: &'a Sandbox,
    openid: Option<String>,
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        if let Some(openid) = &self.openid {
            self.sandbox.world().sending.remove(openid);
        }
    }
}

/// The call never reached what would have answered it.
fn refused_by(fault: Option<&InjectedFault>) -> CallResult {
    let errcode = fault.and_then(|fault| fault.errcode).unwrap_or(-1);
    Err(Errcode(errcode, "system error".to_owned()))
}

fn apply_fault(mut reply: Reply, fault: Option<&InjectedFault>) -> Reply {
    let Some(fault) = fault else {
        return reply;
    };
    if let Some(errcode) = fault.errcode {
        reply = Reply::refused(&Errcode(errcode, "system error".to_owned()));
    }
    if let Some(status) = fault.http_status {
        reply = Reply::html(status);
    }
    if let Some(content_type) = &fault.content_type {
        reply.content_type.clone_from(content_type);
    }
    reply.cut = fault.drop;
    reply
}

fn errcode_of(reply: &Reply) -> Option<i64> {
    if reply.cut || reply.status != 200 {
        return None;
    }
    let body = serde_json::from_slice::<Value>(&reply.body).unwrap_or_default();
    Some(body.get("errcode").and_then(Value::as_i64).unwrap_or(0))
}
