//! The official account: menu, followers, template messages, identity on a web page.

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::wechat::sandbox::call::{CallResult, Errcode, SandboxRequest, refuse_if, text};
use crate::wechat::sandbox::official::TemplateSent;
use crate::wechat::sandbox::world::SandboxState;

const MAX_BUTTONS: usize = 3;
const MAX_NAME_BYTES: usize = 60;

/// 40166 for an app id that is none, 85005 for one that is not linked with the account.
fn check_mini_program(world: &SandboxState, app_id: &str) -> Result<(), Errcode> {
    refuse_if(!app_id.starts_with("wx"), 40166, "invalid weapp appid")?;
    let linked = world.official.linked && app_id == world.account.app_id;
    refuse_if(!linked, 85005, "appid not bind weapp")
}

/// 43002 · 47001 · 40016 · 40018 · 40166 · 85005
pub fn menu(world: &mut SandboxState, call: &SandboxRequest, _: DateTime<Utc>) -> CallResult {
    let body = call.json()?;
    let buttons = body
        .get("button")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let fits = (1..=MAX_BUTTONS).contains(&buttons.len());
    refuse_if(!fits, 40016, "invalid button size")?;
    for button in &buttons {
        let long = text(button, "name").len() > MAX_NAME_BYTES;
        refuse_if(long, 40018, "invalid button name size")?;
        if text(button, "type") == "miniprogram" {
            check_mini_program(world, text(button, "appid"))?;
        }
    }
    world.official.menu = buttons;
    Ok(json!({ "errcode": 0, "errmsg": "ok" }).into())
}

/// 43002 · 47001 · 40003
pub fn followers(world: &mut SandboxState, call: &SandboxRequest, _: DateTime<Utc>) -> CallResult {
    let body = call.json()?;
    let openid = body.pointer("/user_list/0/openid").and_then(Value::as_str);
    let openid = openid.unwrap_or_default();
    refuse_if(!openid.starts_with("of_"), 40003, "invalid openid")?;
    let user = if world.official.followers.contains(openid) {
        let mut user = json!({ "subscribe": 1, "openid": openid });
        if let (true, Some(fields)) = (world.rules.open_platform, user.as_object_mut()) {
            fields.insert("unionid".to_owned(), unionid_of(openid).into());
        }
        user
    } else {
        json!({ "subscribe": 0, "openid": openid })
    };
    Ok(json!({ "user_info_list": [user] }).into())
}

/// The openid `of_X` of the account and the openid `X` of the mini-program are one person.
pub fn unionid_of(openid: &str) -> String {
    format!("u{}", openid.trim_start_matches("of_"))
}

/// 43002 · 47001 · 40003 · 40037 · 43004 · 40166 · 85005
pub fn template(world: &mut SandboxState, call: &SandboxRequest, _: DateTime<Utc>) -> CallResult {
    let body = call.json()?;
    let openid = text(&body, "touser").to_owned();
    refuse_if(!openid.starts_with("of_"), 40003, "invalid openid")?;
    let template = text(&body, "template_id").to_owned();
    refuse_if(template.is_empty(), 40037, "invalid template_id")?;
    let follows = world.official.followers.contains(&openid);
    refuse_if(!follows, 43004, "require subscribe")?;
    let target = body.get("miniprogram").cloned().unwrap_or_default();
    check_mini_program(world, text(&target, "appid"))?;
    let data = body.get("data").cloned().unwrap_or_default();
    world.official.sent.push(TemplateSent {
        openid,
        template,
        page: text(&target, "pagepath").to_owned(),
        data,
    });
    let msgid = 200_000_000 + world.next_serial();
    Ok(json!({ "errcode": 0, "errmsg": "ok", "msgid": msgid }).into())
}

/// 40013 · 40125 · 40029 · 40163. There is no unionid for `snsapi_base`.
pub fn web_identity(world: &mut SandboxState, call: &SandboxRequest, _: DateTime<Utc>) -> CallResult {
    let account = &world.official.account;
    refuse_if(call.param("appid") != account.app_id, 40013, "invalid appid")?;
    let right = call.param("secret") == account.app_secret.expose_secret();
    refuse_if(!right, 40125, "invalid appsecret")?;
    let code = world.official.codes.get_mut(call.param("code"));
    let code = code.ok_or_else(|| Errcode(40029, "invalid code".to_owned()))?;
    refuse_if(code.used, 40163, "code been used")?;
    code.used = true;
    Ok(json!({
        "access_token": "web", "expires_in": 7200, "refresh_token": "web", "openid": code.openid,
        "scope": "snsapi_base",
    })
    .into())
}
