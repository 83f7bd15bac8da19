//! Pure: the addresses that a webhook may call. Private ones need the permission of the configuration.
//!
//! Names are resolved elsewhere, and each resolved address is checked again at the moment of the connection.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Maximum length of an address.
const MAX_CHARS: usize = 500;

/// Why a URL cannot be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetFault {
    Malformed,
    /// Neither https, nor http where private targets are allowed.
    Scheme,
    /// User name, password or fragment in the URL.
    Extra,
    Private,
}

impl TargetFault {
    /// Returns the fault for administrators.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Malformed => "不是完整的网址。",
            Self::Scheme => "网址应以 https:// 开头。",
            Self::Extra => "网址中不能带用户名、密码或#片段。",
            Self::Private => "不允许推送到内网或本机地址；如确有需要，请由系统管理员在配置中放行。",
        }
    }
}

/// Checks a URL before anything is resolved.
///
/// # Errors
/// The first [`TargetFault`] found.
pub fn validate(text: &str, allow_private: bool) -> Result<Url, TargetFault> {
    if text.chars().count() > MAX_CHARS {
        return Err(TargetFault::Malformed);
    }
    let url = Url::parse(text).map_err(|_| TargetFault::Malformed)?;
    let scheme_fits = url.scheme() == "https" || (allow_private && url.scheme() == "http");
    if !scheme_fits {
        return Err(TargetFault::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(TargetFault::Extra);
    }
    let is_private = match url.host() {
        None => return Err(TargetFault::Malformed),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost") || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => !is_public(address.into()),
        Some(Host::Ipv6(address)) => !is_public(address.into()),
    };
    if is_private && !allow_private {
        return Err(TargetFault::Private);
    }
    Ok(url)
}

/// Returns `true` if the form of the address is that of a public one.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        // Carrier-grade NAT (RFC 6598), benchmarks (RFC 2544), protocol assignments (RFC 6890), reserved.
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (b == 18 || b == 19))
        || (a == 192 && b == 0 && c == 0)
        || a >= 240;
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let [first, second, ..] = address.segments();
    // NAT64 (64:ff9b::/96) and 6to4 (2002::/16) contain an IPv4 address that would need a check of its own.
    let carries_v4 = (first == 0x64 && second == 0xff9b) || first == 0x2002;
    let documentation = first == 0x2001 && second == 0xdb8;
    let special = address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || (first & 0xfe00) == 0xfc00
        || (first & 0xffc0) == 0xfe80
        || carries_v4
        || documentation;
    !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_are_told_from_those_outside() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "::1",
            "fc00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
            "224.0.0.1",
            "198.18.0.1",
            "::",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["1.1.1.1", "8.8.8.8", "223.5.5.5", "2400:3200::1"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn a_target_is_public_and_https() {
        assert!(validate("https://example.com/hook?x=1", false).is_ok());
        assert_eq!(validate("http://example.com/", false), Err(TargetFault::Scheme));
        assert_eq!(
            validate("https://user@example.com/", false),
            Err(TargetFault::Extra)
        );
        assert_eq!(validate("https://[::1]/", false), Err(TargetFault::Private));
        // A decimal or hexadecimal IPv4 address is read as one.
        assert_eq!(validate("https://2130706433/", false), Err(TargetFault::Private));
        assert_eq!(validate("https://0x7f.1/", false), Err(TargetFault::Private));
        assert_eq!(validate("file:///etc/passwd", true), Err(TargetFault::Scheme));
        assert!(validate("http://127.0.0.1:9000/", true).is_ok());
    }
}
