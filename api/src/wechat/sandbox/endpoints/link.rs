//! Links into the mini-program.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::wechat::sandbox::call::{CallResult, SandboxRequest, number, refuse_if, text};
use crate::wechat::sandbox::rate_limit::SECOND;
use crate::wechat::sandbox::world::SandboxState;

const MAX_QUERY_CHARS: usize = 1024;
const MAX_DAYS: i64 = 30;
const DAY_SECS: i64 = 24 * 60 * 60;

pub fn scheme(world: &mut SandboxState, call: &SandboxRequest, now: DateTime<Utc>) -> CallResult {
    let body = call.json()?;
    let target = body.get("jump_wxa").cloned().unwrap_or(Value::Null);
    check(world, &target, &body, now)?;
    let link = format!("weixin://dl/business/?t={}", ticket());
    Ok(json!({ "errcode": 0, "errmsg": "ok", "openlink": link }).into())
}

pub fn url_link(world: &mut SandboxState, call: &SandboxRequest, now: DateTime<Utc>) -> CallResult {
    let body = call.json()?;
    check(world, &body, &body, now)?;
    let link = format!("https://wxaurl.cn/{}", ticket());
    Ok(json!({ "errcode": 0, "errmsg": "ok", "url_link": link }).into())
}

/// 40165 · 40212 · 85401 · 85402 · 44990
fn check(
    world: &mut SandboxState,
    target: &Value,
    life: &Value,
    now: DateTime<Utc>,
) -> Result<(), crate::wechat::sandbox::call::Errcode> {
    let path = text(target, "path");
    let pages = &world.rules.pages;
    let unknown = !path.is_empty() && !pages.is_empty() && !pages.contains(path.trim_start_matches('/'));
    refuse_if(path.contains('?') || unknown, 40165, "invalid weapp pagepath")?;
    let query = text(target, "query");
    let bad_query = query.chars().count() > MAX_QUERY_CHARS || query.chars().any(char::is_control);
    refuse_if(bad_query, 40212, "invalid query")?;
    refuse_if(!is_valid_lifetime(life, now), 85401, "invalid expire time")?;
    let version = text(target, "env_version");
    let known = ["", "release", "trial", "develop"].contains(&version);
    refuse_if(!known, 85402, "invalid env_version")?;
    let limit = world.rules.links_per_second;
    let over = world.rates.is_over("links", SECOND, limit, now);
    refuse_if(over, 44990, "api freq out of limit")
}

/// From one minute to 30 days, by an instant or by days.
fn is_valid_lifetime(life: &Value, now: DateTime<Utc>) -> bool {
    if number(life, "expire_type") == Some(1) {
        return (1..=MAX_DAYS).contains(&number(life, "expire_interval").unwrap_or(MAX_DAYS));
    }
    let left = number(life, "expire_time").map(|at| at - now.timestamp());
    left.is_none_or(|left| (60..=MAX_DAYS * DAY_SECS).contains(&left))
}

fn ticket() -> String {
    hex::encode(rand::random::<[u8; 12]>())
}
