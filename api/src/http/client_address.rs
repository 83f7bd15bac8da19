//! The address a request comes from, seen through the configured proxies.

use std::net::IpAddr;

use actix_web::HttpRequest;

use crate::config::{Forwarding, TrustedProxies};

/// Returns the client's address; `None` if the peer is unknown (a test without a socket).
#[must_use]
pub fn client_ip(request: &HttpRequest, proxies: &TrustedProxies) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    if !proxies.contains(peer) {
        return Some(peer.to_canonical());
    }
    let (x_forwarded_for, forwarded) = (joined(request, "x-forwarded-for"), joined(request, "forwarded"));
    let headers = Forwarding {
        x_forwarded_for: x_forwarded_for.as_deref(),
        forwarded: forwarded.as_deref(),
    };
    Some(proxies.client(peer, headers))
}

/// Returns the address group that limits count by: an IPv4 address, or the /64 network that one household has. Empty if
/// the address is unknown.
#[must_use]
pub fn client_address(request: &HttpRequest, proxies: &TrustedProxies) -> String {
    client_ip(request, proxies).map(address_group).unwrap_or_default()
}

/// Several lines of a header mean the same as one line with commas.
fn joined(request: &HttpRequest, name: &str) -> Option<String> {
    let lines: Vec<&str> = request
        .headers()
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

#[must_use]
pub fn address_group(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn several_lines_of_a_header_are_one_list() {
        let request = TestRequest::default()
            .peer_addr("10.0.0.1:1".parse().unwrap())
            .append_header(("x-forwarded-for", "1.2.3.4"))
            .append_header(("x-forwarded-for", "203.0.113.9, 10.0.0.2"))
            .to_http_request();
        let trusted = TrustedProxies::parse("10.0.0.0/8").unwrap();
        assert_eq!(client_address(&request, &trusted), "203.0.113.9");
        assert_eq!(client_address(&request, &TrustedProxies::default()), "10.0.0.1");
    }

    #[test]
    fn a_household_of_ipv6_is_one() {
        let at = |text: &str| address_group(text.parse().unwrap());
        assert_eq!(at("2001:db8:1:2:3:4:5:6"), at("2001:db8:1:2:9:9:9:9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
