//! Pure: which address a request comes from when reverse proxies stand in front of the product.
//!
//! A forwarding header is believed only when the peer is a configured proxy. Of its addresses the right-most one that is
//! not a configured proxy counts; everything to its left may be invented by the client.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

/// The configured proxies: single addresses and networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// The forwarding headers of a request; several lines of a header are joined by commas.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forwarding<'a> {
    /// `X-Forwarded-For`
    pub x_forwarded_for: Option<&'a str>,
    /// `Forwarded` (RFC 7239); read only if there is no `X-Forwarded-For`.
    pub forwarded: Option<&'a str>,
}

impl TrustedProxies {
    /// Parses addresses and networks separated by commas or blanks, e.g. `127.0.0.1, 10.0.0.0/8, ::1`.
    /// # Errors
    /// The first part that is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
        let networks = parts.map(|part| {
            let network = part
                .parse::<IpNet>()
                .or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| part.to_owned())
        });
        networks.collect::<Result<_, _>>().map(Self)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Returns the client's address. An unreadable entry (`unknown`, `_hidden`) ends the walk: the proxy that wrote it
    /// stands for the client.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: Forwarding<'_>) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.contains(client) {
            return client;
        }
        let chain: Vec<&str> = match (headers.x_forwarded_for, headers.forwarded) {
            (Some(list), _) => list.split(',').collect(),
            (None, Some(list)) => list.split(',').map(forwarded_for).collect(),
            (None, None) => Vec::new(),
        };
        for entry in chain.into_iter().rev() {
            let Some(address) = parse_node(entry) else { break };
            client = address;
            if !self.contains(address) {
                break;
            }
        }
        client
    }
}

/// The `for` parameter of one element of `Forwarded`; empty if it has none.
fn forwarded_for(element: &str) -> &str {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.trim(), value.trim()))
        .find(|(name, _)| name.eq_ignore_ascii_case("for"))
        .map_or("", |(_, value)| value)
}

/// An address with or without port, brackets and quotes.
fn parse_node(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"').trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address = bare.unwrap_or(text).parse::<IpAddr>();
    let address = address.or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &str, peer: &str, headers: Forwarding<'_>) -> String {
        let trusted = TrustedProxies::parse(trusted).unwrap();
        trusted.client(peer.parse().unwrap(), headers).to_string()
    }

    fn xff(list: &str) -> Forwarding<'_> {
        Forwarding {
            x_forwarded_for: Some(list),
            forwarded: None,
        }
    }

    #[test]
    fn a_header_counts_only_from_a_configured_proxy() {
        assert_eq!(client("", "127.0.0.1", xff("192.0.2.7")), "127.0.0.1");
        assert_eq!(
            client("10.0.0.0/8", "198.51.100.1", xff("192.0.2.7")),
            "198.51.100.1"
        );
        assert_eq!(client("127.0.0.1", "127.0.0.1", xff("192.0.2.7")), "192.0.2.7");
        assert_eq!(
            client("127.0.0.1", "::ffff:127.0.0.1", xff("192.0.2.7")),
            "192.0.2.7"
        );
    }

    #[test]
    fn the_right_most_address_that_is_no_proxy_counts() {
        let trusted = "127.0.0.1 10.0.0.0/8";
        assert_eq!(
            client(trusted, "127.0.0.1", xff("1.1.1.1, 192.0.2.7, 10.1.1.1")),
            "192.0.2.7"
        );
        assert_eq!(client(trusted, "127.0.0.1", xff("10.2.2.2,10.1.1.1")), "10.2.2.2");
        assert_eq!(client(trusted, "127.0.0.1", xff("1.1.1.1, unknown")), "127.0.0.1");
        assert_eq!(client(trusted, "127.0.0.1", xff("unknown, 10.1.1.1")), "10.1.1.1");
        assert_eq!(client(trusted, "127.0.0.1", xff("")), "127.0.0.1");
    }

    #[test]
    fn ports_brackets_and_quotes_are_read() {
        let trusted = "127.0.0.1";
        assert_eq!(client(trusted, "127.0.0.1", xff("192.0.2.7:4711")), "192.0.2.7");
        assert_eq!(
            client(trusted, "127.0.0.1", xff("[2001:db8::1]:443")),
            "2001:db8::1"
        );
        assert_eq!(client(trusted, "127.0.0.1", xff("[2001:db8::1]")), "2001:db8::1");
        assert_eq!(client(trusted, "127.0.0.1", xff("2001:db8::1")), "2001:db8::1");
        let forwarded = Forwarding {
            x_forwarded_for: None,
            forwarded: Some("for=1.1.1.1, proto=https;For=\"[2001:db8::17]:4711\";by=10.0.0.1"),
        };
        assert_eq!(client(trusted, "127.0.0.1", forwarded), "2001:db8::17");
    }

    #[test]
    fn what_is_no_address_is_named() {
        assert_eq!(
            TrustedProxies::parse("10.0.0.1, proxy.example"),
            Err("proxy.example".to_owned())
        );
    }
}
