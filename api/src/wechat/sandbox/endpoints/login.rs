//! Codes of `wx.login`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use secrecy::ExposeSecret;
use serde_json::json;
use sha2::Sha256;

use crate::wechat::sandbox::call::{CallResult, Errcode, SandboxRequest, refuse_if};
use crate::wechat::sandbox::rate_limit::MINUTE;
use crate::wechat::sandbox::world::{CODE_LIFE, CodeKind, SandboxState};

/// 41002 · 40013 · 41004 · 40125 · 40002 · 40029 · 40163 · 40226 · 45011
pub fn session_of_code(world: &mut SandboxState, call: &SandboxRequest, now: DateTime<Utc>) -> CallResult {
    let app_id = call.param("appid");
    refuse_if(app_id.is_empty(), 41002, "appid missing")?;
    refuse_if(app_id != world.account.app_id, 40013, "invalid appid")?;
    refuse_if(call.param("secret").is_empty(), 41004, "appsecret missing")?;
    let right = call.param("secret") == world.account.app_secret.expose_secret();
    refuse_if(!right, 40125, "invalid appsecret")?;
    let grant = call.param("grant_type") == "authorization_code";
    refuse_if(!grant, 40002, "invalid grant_type")?;
    let openid = usable(world, call.param("js_code"), now)?;
    refuse_if(world.rules.blocked.contains(&openid), 40226, "code blocked")?;
    let limit = world.rules.logins_per_minute;
    let over = world
        .rates
        .is_over(&format!("login {openid}"), MINUTE, limit, now);
    refuse_if(over, 45011, "api minute-quota reach limit")?;
    if let Some(code) = world.codes.get_mut(call.param("js_code")) {
        code.used = true;
    }
    world.seen.insert(openid.clone(), now);
    let random: [u8; 16] = rand::random();
    let session_key = STANDARD.encode(random);
    world.session_keys.insert(openid.clone(), session_key.clone());
    // No errcode: so it is on success.
    let mut answer = json!({ "openid": openid, "session_key": session_key });
    if let (true, Some(fields)) = (world.rules.open_platform, answer.as_object_mut()) {
        fields.insert("unionid".to_owned(), format!("u{openid}").into());
    }
    Ok(answer.into())
}

fn usable(world: &SandboxState, code: &str, now: DateTime<Utc>) -> Result<String, Errcode> {
    let invalid = || Errcode(40029, "invalid code".to_owned());
    let code = world.codes.get(code).ok_or_else(invalid)?;
    let ours = code.kind == CodeKind::Login && code.app_id == world.account.app_id;
    if !ours || now - code.made_at > CODE_LIFE {
        return Err(invalid());
    }
    refuse_if(code.used, 40163, "code been used")?;
    Ok(code.openid.clone())
}

/// 87009. The key of the HMAC is the base64 text itself.
pub fn check_session(world: &mut SandboxState, call: &SandboxRequest, _: DateTime<Utc>) -> CallResult {
    refuse_if(!world.knows(call.param("openid")), 40003, "invalid openid")?;
    let key = world.session_keys.get(call.param("openid"));
    let key = key.map(String::as_bytes).unwrap_or_default();
    let signed = Hmac::<Sha256>::new_from_slice(key).map(|mac| hex::encode(mac.finalize().into_bytes()));
    let right = signed.is_ok_and(|signed| signed == call.param("signature"));
    refuse_if(!right || key.is_empty(), 87009, "invalid signature")?;
    Ok(json!({ "errcode": 0, "errmsg": "ok" }).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_of_a_session_key_is_over_nothing_with_the_text_as_key() {
        let mac = Hmac::<Sha256>::new_from_slice(b"o0q0otL8aEzpcZL/FT9WsQ==").unwrap();
        assert_eq!(
            hex::encode(mac.finalize().into_bytes()),
            "46e043c5525c2d817c44be603d30837a808a1d930d038f6fdc3e62a201fed128"
        );
    }
}
