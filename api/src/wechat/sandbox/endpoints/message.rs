//! Subscribe messages.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::wechat::sandbox::call::{
    CallResult, Effect, Errcode, Reply, SandboxRequest, SandboxResponse, refuse_if, text,
};
use crate::wechat::sandbox::fields;
use crate::wechat::sandbox::rate_limit::DAY;
use crate::wechat::sandbox::templates::SandboxTemplate;
use crate::wechat::sandbox::world::{Message, SandboxState};

/// Message ids are beyond what a JavaScript number can hold.
const FIRST_MSGID: u64 = 4_625_712_877_545_553_920;

/// 43002 · 44002 · 47001 · 40003 · 40037 · 47003 · 45168 · 43107 · 43108 · 43101 · 45009
pub fn send(world: &mut SandboxState, call: &SandboxRequest, now: DateTime<Utc>) -> CallResult {
    let body = call.json()?;
    let openid = text(&body, "touser").to_owned();
    refuse_if(!world.knows(&openid), 40003, "invalid openid")?;
    let template = world.template(text(&body, "template_id"));
    let template = template.ok_or_else(|| Errcode(40037, "invalid template_id".to_owned()))?;
    let data = values(&body, &template)?;
    let sensitive = |word: &String| data.values().any(|value| value.contains(word.as_str()));
    let found = world.rules.sensitive_words.iter().any(sensitive);
    refuse_if(found, 45168, "sensitive word in content")?;
    let banned = world.rules.banned.contains(&openid) || world.rules.banned.contains(&template.id);
    refuse_if(banned, 43107, "subscribe message is banned")?;
    refuse_if(
        world.sending.contains(&openid),
        43108,
        "concurrent sends to one user",
    )?;
    let limit = world.rules.messages_per_day;
    let grant = world
        .grants
        .entry((openid.clone(), template.id.clone()))
        .or_default();
    let refused = grant.count == 0 && !grant.long_term;
    refuse_if(refused, 43101, "user refuse to accept the msg")?;
    let over = world.rates.is_over("subscribe/send", DAY, limit, now);
    refuse_if(over, 45009, "reach max api daily quota limit")?;
    if !grant.long_term {
        grant.count -= 1;
    }
    let msgid = FIRST_MSGID + world.next_serial();
    world.sending.insert(openid.clone());
    world.messages.push(Message {
        openid: openid.clone(),
        template_id: template.id.clone(),
        template: template.key,
        page: text(&body, "page").to_owned(),
        data,
        msgid: msgid.to_string(),
        at: now,
    });
    let mut event = SandboxState::event(&openid, "subscribe_msg_sent_event", now);
    let entry = json!({
        "TemplateId": template.id, "MsgID": msgid.to_string(), "ErrorCode": "0", "ErrorStatus": "success",
    });
    event.insert("List".to_owned(), entry);
    Ok(SandboxResponse {
        reply: Reply::json(&json!({ "errcode": 0, "errmsg": "ok", "msgid": msgid })),
        effects: vec![Effect::Push(event.into())],
        sending_to: Some(openid),
    })
}

/// The values of the template's fields, each by its rule: 47003 names the field that breaks its own, or is missing. What is
/// more than that is not looked at.
fn values(body: &Value, template: &SandboxTemplate) -> Result<HashMap<String, String>, Errcode> {
    let wrong = |key: &str, words: &str| {
        let errmsg = format!("argument invalid! data.{key}.value {words}");
        Errcode(47003, errmsg)
    };
    let data = body.get("data").and_then(Value::as_object);
    let data = data.ok_or_else(|| Errcode(47003, "argument invalid! data is not an object".to_owned()))?;
    let mut values = HashMap::new();
    for (key, _) in &template.fields {
        let value = data.get(key).unwrap_or(&Value::Null);
        let value = value.get("value").and_then(Value::as_str).unwrap_or_default();
        let enums = template.enums.get(key).map(Vec::as_slice);
        fields::check(key, value, enums).map_err(|fault| wrong(key, fault.words()))?;
        values.insert(key.clone(), value.to_owned());
    }
    Ok(values)
}

pub fn templates(world: &mut SandboxState, _: &SandboxRequest, _: DateTime<Utc>) -> CallResult {
    let shown: Vec<_> = world.templates.iter().map(SandboxTemplate::shown).collect();
    Ok(json!({ "errcode": 0, "errmsg": "ok", "data": shown }).into())
}
