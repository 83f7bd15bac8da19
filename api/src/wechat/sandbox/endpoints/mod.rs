//! WeChat's responses, one file per subject. Each checks in the order in which WeChat reports errors.

mod code;
mod content;
mod link;
mod login;
mod message;
mod official;
mod phone;
mod token;

use chrono::{DateTime, Utc};

use crate::wechat::sandbox::call::{CallResult, SandboxRequest};
use crate::wechat::sandbox::world::SandboxState;

type Answer = fn(&mut SandboxState, &SandboxRequest, DateTime<Utc>) -> CallResult;

/// The account whose access token a call wants.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    Nothing,
    MiniProgram,
    Official,
}

/// Every endpoint, and whose access token it wants.
const ENDPOINTS: [(&str, Wants, Answer); 16] = [
    ("/sns/jscode2session", Wants::Nothing, login::session_of_code),
    ("/cgi-bin/token", Wants::Nothing, token::plain),
    ("/cgi-bin/stable_token", Wants::Nothing, token::stable),
    ("/wxa/checksession", Wants::MiniProgram, login::check_session),
    (
        "/wxa/business/getuserphonenumber",
        Wants::MiniProgram,
        phone::number,
    ),
    (
        "/cgi-bin/message/subscribe/send",
        Wants::MiniProgram,
        message::send,
    ),
    (
        "/wxaapi/newtmpl/gettemplate",
        Wants::MiniProgram,
        message::templates,
    ),
    ("/wxa/getwxacodeunlimit", Wants::MiniProgram, code::image),
    ("/wxa/generatescheme", Wants::MiniProgram, link::scheme),
    ("/wxa/generate_urllink", Wants::MiniProgram, link::url_link),
    ("/wxa/msg_sec_check", Wants::MiniProgram, content::text),
    ("/wxa/media_check_async", Wants::MiniProgram, content::media),
    ("/cgi-bin/menu/create", Wants::Official, official::menu),
    (
        "/cgi-bin/user/info/batchget",
        Wants::Official,
        official::followers,
    ),
    (
        "/cgi-bin/message/template/send",
        Wants::Official,
        official::template,
    ),
    ("/sns/oauth2/access_token", Wants::Nothing, official::web_identity),
];

/// Whether `endpoint` names one of the paths, as a fault does.
pub fn exists(matches: impl Fn(&str) -> bool) -> bool {
    ENDPOINTS.iter().any(|(path, ..)| matches(path))
}

/// Answers, or none: WeChat has no such path.
pub fn answer(world: &mut SandboxState, call: &SandboxRequest, now: DateTime<Utc>) -> Option<CallResult> {
    let (_, wants, answer) = ENDPOINTS.iter().find(|(path, ..)| *path == call.path)?;
    let token = call.param("access_token").to_owned();
    let checked = match wants {
        Wants::Nothing => Ok(()),
        Wants::MiniProgram => world.tokens.check(&token, now),
        Wants::Official => world.official.tokens.check(&token, now),
    };
    Some(checked.and_then(|()| answer(world, call, now)))
}
