//! Headers of proxies, which anybody can send.

use std::net::IpAddr;

use proptest::prelude::*;
use zhitong::config::{Forwarding, TrustedProxies};

use super::check;

/// The proxy that calls, and the client that it names.
const PROXY: &str = "10.0.0.1";
const CLIENT: &str = "203.0.113.9";

fn invented() -> impl Strategy<Value = String> {
    let entry = prop_oneof![
        2 => any::<IpAddr>().prop_map(|address| address.to_string()),
        1 => Just(PROXY.to_owned()),
        1 => "[\\[\\]\":;=,a-fx0-9. ]{0,24}",
        1 => ".{0,24}",
    ];
    prop::collection::vec(entry, 0..6).prop_map(|entries| entries.join(","))
}

#[test]
fn what_a_client_invents_never_becomes_its_address() {
    let trusted = TrustedProxies::parse("10.0.0.0/8").unwrap();
    let (proxy, client): (IpAddr, IpAddr) = (PROXY.parse().unwrap(), CLIENT.parse().unwrap());
    check((invented(), any::<bool>()), |(invented, plain)| {
        // The proxy has appended the client's address to what the client sent.
        let list = if plain {
            format!("{invented}, {CLIENT}")
        } else {
            format!("{invented}, for=\"{CLIENT}:4711\";proto=https")
        };
        let headers = Forwarding {
            x_forwarded_for: plain.then_some(list.as_str()),
            forwarded: (!plain).then_some(list.as_str()),
        };
        prop_assert_eq!(trusted.client(proxy, headers), client);
        // From elsewhere no header counts.
        prop_assert_eq!(trusted.client(client, headers), client);
        Ok(())
    });
}
