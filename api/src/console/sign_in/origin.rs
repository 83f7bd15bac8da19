//! Describes browser and address in words, for the person who confirms on the phone.

use std::net::IpAddr;

/// `Chrome（Windows），来自 192.0.2.7`
#[must_use]
pub fn describe(user_agent: &str, address: Option<IpAddr>) -> String {
    let browser = browser(user_agent);
    let system = system(user_agent);
    match address {
        Some(address) if address.is_loopback() => format!("{browser}（{system}），来自本机"),
        Some(address) => format!("{browser}（{system}），来自 {address}"),
        None => format!("{browser}（{system}）"),
    }
}

/// In this order: browsers name those that they descend from.
fn browser(user_agent: &str) -> &'static str {
    let known = [
        ("MicroMessenger", "微信"),
        ("Edg/", "Edge"),
        ("360SE", "360 浏览器"),
        ("QQBrowser", "QQ 浏览器"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let found = known.iter().find(|(mark, _)| user_agent.contains(mark));
    found.map_or("浏览器", |(_, name)| name)
}

fn system(user_agent: &str) -> &'static str {
    let known = [
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "安卓"),
        ("HarmonyOS", "鸿蒙"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    ];
    let found = known.iter().find(|(mark, _)| user_agent.contains(mark));
    found.map_or("未知系统", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_told_in_words() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0";
        let address = "192.0.2.7".parse().ok();
        assert_eq!(describe(edge, address), "Edge（Windows），来自 192.0.2.7");
        assert_eq!(
            describe("", "127.0.0.1".parse().ok()),
            "浏览器（未知系统），来自本机"
        );
    }
}
