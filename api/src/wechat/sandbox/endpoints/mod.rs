//! WeChat's responses, one file per subject. Each checks in the order in which WeChat reports errors.

mod code;
mod content;
mod link;
mod login;
mod message;
mod phone;
mod token;

use chrono::{DateTime, Utc};

use crate::wechat::sandbox::call::{CallResult, SandboxRequest};
use crate::wechat::sandbox::world::SandboxState;

type Answer = fn(&mut SandboxState, &SandboxRequest, DateTime<Utc>) -> CallResult;

/// Every endpoint; the flag says whether it wants an access token.
const ENDPOINTS: [(&str, bool, Answer); 12] = [
    ("/sns/jscode2session", false, login::session_of_code),
    ("/cgi-bin/token", false, token::plain),
    ("/cgi-bin/stable_token", false, token::stable),
    ("/wxa/checksession", true, login::check_session),
    ("/wxa/business/getuserphonenumber", true, phone::number),
    ("/cgi-bin/message/subscribe/send", true, message::send),
    ("/wxaapi/newtmpl/gettemplate", true, message::templates),
    ("/wxa/getwxacodeunlimit", true, code::image),
    ("/wxa/generatescheme", true, link::scheme),
    ("/wxa/generate_urllink", true, link::url_link),
    ("/wxa/msg_sec_check", true, content::text),
    ("/wxa/media_check_async", true, content::media),
];

/// Whether `endpoint` names one of the paths, as a fault does.
pub fn exists(matches: impl Fn(&str) -> bool) -> bool {
    ENDPOINTS.iter().any(|(path, ..)| matches(path))
}

/// Answers, or none: WeChat has no such path.
pub fn answer(world: &mut SandboxState, call: &SandboxRequest, now: DateTime<Utc>) -> Option<CallResult> {
    let (_, wants_token, answer) = ENDPOINTS.iter().find(|(path, ..)| *path == call.path)?;
    let token = call.param("access_token").to_owned();
    Some(if *wants_token {
        world
            .tokens
            .check(&token, now)
            .and_then(|()| answer(world, call, now))
    } else {
        answer(world, call, now)
    })
}
