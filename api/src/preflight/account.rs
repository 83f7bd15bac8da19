//! The account at WeChat: its token and its message templates.

use std::net::SocketAddr;

use crate::clock::Clock;
use crate::config::{Config, WeChatMode};
use crate::notices::Wording;
use crate::notices::template_check::compare;
use crate::upkeep::check::{Check, State};
use crate::upkeep::machine;
use crate::wechat::{CallError, WeChat};

/// WeChat's code for a call from an address that the account does not allow.
const ADDRESS_NOT_ALLOWED: i64 = 40164;

/// Judges the account. The sandbox is a part of the product, so that there is nothing to ask unless it runs elsewhere.
pub(super) async fn check(config: &Config, wording: Option<&Wording>, clock: &Clock) -> Vec<Check> {
    let mode = Check {
        name: "微信".to_owned(),
        ..machine::wechat(config.wechat.mode)
    };
    if config.wechat.mode == WeChatMode::Sandbox && config.wechat.api_base.is_none() {
        return vec![mode];
    }
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let Ok(wechat) = WeChat::new(&config.wechat, anywhere, clock.clone()) else {
        let check = Check::well("微信令牌", "没有取到");
        return vec![mode, check.but(State::Trouble, "核对 WECHAT_API_BASE。")];
    };
    match wechat.check_account().await {
        Ok(()) => {
            let token = Check::well("微信令牌", "能取到");
            let templates = templates(&wechat, wording).await;
            [mode, token].into_iter().chain(templates).collect()
        }
        Err(error) => {
            let token = Check::well("微信令牌", format!("没有取到（{error}）"));
            vec![mode, token.but(State::Trouble, advice(&error))]
        }
    }
}

fn advice(error: &CallError) -> &'static str {
    match error.errcode() {
        Some(ADDRESS_NOT_ALLOWED) => "在公众平台“开发管理”里把本机的公网地址加入 IP 白名单。",
        Some(_) => "核对 WECHAT_APP_ID 和 WECHAT_APP_SECRET。",
        None => "检查本机能不能访问 api.weixin.qq.com（防火墙、代理）。",
    }
}

async fn templates(wechat: &WeChat, wording: Option<&Wording>) -> Option<Check> {
    let name = "消息模板";
    let wording = wording?;
    let theirs = match wechat.templates().await {
        Ok(theirs) => theirs,
        Err(error) => {
            let check = Check::well(name, format!("没有读到（{error}）"));
            return Some(check.but(State::Trouble, advice(&error)));
        }
    };
    let mut wrong = Vec::new();
    for ours in wording.templates() {
        if let Some(problem) = compare(ours, &theirs).first() {
            wrong.push(format!("{}：{}", ours.title, problem.in_chinese()));
        }
    }
    let check = Check::well(
        name,
        format!("{} 个，有出入 {} 个", wording.templates().count(), wrong.len()),
    );
    Some(match wrong.first() {
        None => check,
        Some(first) => check.but(
            State::Trouble,
            format!("到微信公众平台改正，或者改 wording.toml。{first}"),
        ),
    })
}
