//! The two ways to an access token.

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::wechat::sandbox::call::{CallResult, SandboxRequest, refuse_if, text};
use crate::wechat::sandbox::rate_limit::{DAY, MINUTE};
use crate::wechat::sandbox::world::SandboxState;

const GRANT: &str = "client_credential";

/// 40002 · 40013 · 40125 · 41004 · 40164 · 40243
pub fn plain(world: &mut SandboxState, call: &SandboxRequest, now: DateTime<Utc>) -> CallResult {
    refuse_if(call.param("grant_type") != GRANT, 40002, "invalid grant_type")?;
    refuse_if(
        call.param("appid") != world.account.app_id,
        40013,
        "invalid appid",
    )?;
    let secret = call.param("secret");
    let wrong = !secret.is_empty() && secret != world.account.app_secret.expose_secret();
    refuse_if(wrong, 40125, "invalid appsecret")?;
    refuse_if(secret.is_empty(), 41004, "appsecret missing")?;
    let not_listed = "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist";
    refuse_if(world.rules.ip_refused, 40164, not_listed)?;
    refuse_if(world.rules.frozen, 40243, "AppSecret is frozen")?;
    let (token, left) = world.tokens.plain(now);
    Ok(json!({ "access_token": token, "expires_in": left }).into())
}

/// 43002 · 47001 · 41002 · 41004 · 40002 · 40013 · 40125 · 40164 · 40243 · 45011 · 45009
pub fn stable(world: &mut SandboxState, call: &SandboxRequest, now: DateTime<Utc>) -> CallResult {
    refuse_if(!call.is_post, 43002, "require POST method")?;
    let body = call.json_or(47001, "data format error")?;
    let (app_id, secret) = (text(&body, "appid"), text(&body, "secret"));
    refuse_if(app_id.is_empty(), 41002, "appid missing")?;
    refuse_if(secret.is_empty(), 41004, "appsecret missing")?;
    refuse_if(text(&body, "grant_type") != GRANT, 40002, "invalid grant_type")?;
    let official = app_id == world.official.account.app_id;
    let account = if official {
        &world.official.account
    } else {
        &world.account
    };
    refuse_if(app_id != account.app_id, 40013, "invalid appid")?;
    let right = secret == account.app_secret.expose_secret();
    refuse_if(!right, 40125, "invalid appsecret")?;
    refuse_if(world.rules.ip_refused, 40164, "invalid ip, not in whitelist")?;
    refuse_if(world.rules.frozen, 40243, "AppSecret is frozen")?;
    let (by_minute, by_day) = (world.rules.tokens_per_minute, world.rules.tokens_per_day);
    let over = world.rates.is_over("stable_token minute", MINUTE, by_minute, now);
    refuse_if(over, 45011, "api minute-quota reach limit")?;
    let over = world.rates.is_over("stable_token day", DAY, by_day, now);
    refuse_if(over, 45009, "reach max api daily quota limit")?;
    let force = body
        .get("force_refresh")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let tokens = if official {
        &mut world.official.tokens
    } else {
        &mut world.tokens
    };
    let (token, left) = tokens.stable(force, now);
    Ok(json!({ "access_token": token, "expires_in": left }).into())
}
