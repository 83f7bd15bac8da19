//! Content safety.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::wechat::sandbox::call::{
    CallResult, Effect, Errcode, Reply, SandboxRequest, SandboxResponse, number, refuse_if, text as field,
};
use crate::wechat::sandbox::rate_limit::MINUTE;
use crate::wechat::sandbox::world::SandboxState;

const MAX_CHARS: usize = 2_500;
const NORMAL: i64 = 100;
const OTHER: i64 = 21_000;

/// 43002 · 44002 · 47001 · 40003 · 43104 · 40129 · 47001 (too long) · 61010 · 44991
pub fn text(world: &mut SandboxState, call: &SandboxRequest, now: DateTime<Utc>) -> CallResult {
    let body = call.json()?;
    check_person(world, &body, true)?;
    let scene = number(&body, "scene").is_some_and(|scene| (1..=4).contains(&scene));
    refuse_if(!scene, 40129, "invalid scene")?;
    let content = field(&body, "content");
    let fits = (1..=MAX_CHARS).contains(&content.chars().count());
    refuse_if(!fits, 47001, "data format error")?;
    let idle = world.is_idle(field(&body, "openid"), now);
    refuse_if(idle, 61010, "user access time out")?;
    let limit = world.rules.texts_per_minute;
    let over = world.rates.is_over("msg_sec_check", MINUTE, limit, now);
    refuse_if(over, 44991, "api minute-quota reach limit")?;
    let holds = |words: &[String]| words.iter().any(|word| content.contains(word.as_str()));
    let (suggest, label) = if holds(&world.rules.risky_words) {
        ("risky", OTHER)
    } else if holds(&world.rules.review_words) {
        ("review", OTHER)
    } else {
        ("pass", NORMAL)
    };
    Ok(json!({
        "errcode": 0,
        "errmsg": "ok",
        "trace_id": trace_id(),
        "result": { "suggest": suggest, "label": label },
        "detail": [
            { "strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90 },
            { "strategy": "keyword", "errcode": 0 },
        ],
    })
    .into())
}

/// 43002 · 44002 · 47001 · 40004 · 43104 · 61010 · 87020. The result is pushed later.
pub fn media(world: &mut SandboxState, call: &SandboxRequest, now: DateTime<Utc>) -> CallResult {
    let body = call.json()?;
    let kind = number(&body, "media_type").is_some_and(|kind| kind == 1 || kind == 2);
    let url = field(&body, "media_url").to_owned();
    let bad = !kind || !(url.starts_with("http://") || url.starts_with("https://"));
    refuse_if(bad, 40004, "invalid media type")?;
    check_person(world, &body, false)?;
    let openid = field(&body, "openid");
    refuse_if(world.is_idle(openid, now), 61010, "user access time out")?;
    let limit = world.rules.media_per_minute;
    let over = world.rates.is_over("media_check_async", MINUTE, limit, now);
    refuse_if(over, 87020, "media check repeat limit")?;
    let trace_id = trace_id();
    let mut event = SandboxState::event(openid, "wxa_media_check", now);
    for (name, value) in [
        ("appid", Value::from(world.account.app_id.clone())),
        ("trace_id", trace_id.clone().into()),
        ("version", 2.into()),
    ] {
        event.insert(name.to_owned(), value);
    }
    Ok(SandboxResponse {
        reply: Reply::json(&json!({ "errcode": 0, "errmsg": "ok", "trace_id": trace_id })),
        effects: vec![Effect::CheckMedia {
            url,
            event: event.into(),
        }],
        sending_to: None,
    })
}

fn check_person(world: &SandboxState, body: &Value, empty_is_another: bool) -> Result<(), Errcode> {
    let openid = field(body, "openid");
    refuse_if(empty_is_another && openid.is_empty(), 40003, "invalid openid")?;
    refuse_if(!world.knows(openid), 43104, "appid is not match with openid")
}

fn trace_id() -> String {
    let [a, b, c]: [u32; 3] = rand::random();
    format!("{a:08x}-{b:08x}-{c:08x}")
}
