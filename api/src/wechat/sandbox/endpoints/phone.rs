//! Codes of getPhoneNumber.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::wechat::sandbox::call::{CallResult, SandboxRequest, refuse_if, text};
use crate::wechat::sandbox::rate_limit::MINUTE;
use crate::wechat::sandbox::world::{CODE_LIFE, CodeKind, SandboxState};

/// 43002 · 44002 · 47001 · 40029 (unknown, used, old, a login code) · 40013 (another appid's) · 40029 (not
/// this person's) · 45011
pub fn number(world: &mut SandboxState, call: &SandboxRequest, now: DateTime<Utc>) -> CallResult {
    let body = call.json()?;
    let name = text(&body, "code");
    let usable = world
        .codes
        .get(name)
        .filter(|code| code.kind == CodeKind::Phone && !code.used && now - code.made_at <= CODE_LIFE);
    let (phone, owner, app_id) = usable
        .map(|code| (code.phone.clone(), code.openid.clone(), code.app_id.clone()))
        .unwrap_or_default();
    refuse_if(phone.is_empty(), 40029, "invalid code")?;
    refuse_if(app_id != world.account.app_id, 40013, "invalid appid")?;
    let asked_for = text(&body, "openid");
    let mismatch = !asked_for.is_empty() && !owner.is_empty() && asked_for != owner;
    refuse_if(mismatch, 40029, "invalid code")?;
    let limit = world.rules.phone_numbers_per_minute;
    let over = world.rates.is_over("phone number", MINUTE, limit, now);
    refuse_if(over, 45011, "api minute-quota reach limit")?;
    if let Some(code) = world.codes.get_mut(name) {
        code.used = true;
    }
    // The documents say string, the sample shows a number: now one, now the other.
    let country: Value = if world.next_serial().is_multiple_of(2) {
        "86".into()
    } else {
        86.into()
    };
    Ok(json!({
        "errcode": 0,
        "errmsg": "ok",
        "phone_info": {
            "phoneNumber": phone,
            "purePhoneNumber": phone,
            "countryCode": country,
            "watermark": { "timestamp": now.timestamp(), "appid": app_id },
        },
    })
    .into())
}
