//! Pure: whether a browser's request comes from a page of ours.

/// The parts of a request and of the configuration that tell where it comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Provenance<'a> {
    /// The values of `Origin`; several lines joined by commas.
    pub origin: Option<&'a str>,
    pub fetch_site: Option<&'a str>,
    /// `Host`, and `X-Forwarded-Host` if a trusted proxy sent it.
    pub hosts: [Option<&'a str>; 2],
    pub public_url: &'a str,
    /// Whether the handler checks a form token of its own.
    pub has_form_token: bool,
}

/// Returns `true` if the request comes from a page of ours, or from no page at all (a program sends no `Origin`).
#[must_use]
pub fn is_ours(request: &Provenance<'_>) -> bool {
    if !request
        .fetch_site
        .is_none_or(|site| matches!(site, "same-origin" | "none"))
    {
        return false;
    }
    let Some(origin) = request.origin else { return true };
    let mut values = origin.split(',').map(str::trim);
    let first = values.next().unwrap_or_default();
    if !values.all(|other| other.eq_ignore_ascii_case(first)) {
        return false;
    }
    if first == "null" {
        // Pages with `Referrer-Policy: no-referrer` and old browsers say so of their own forms.
        return request.fetch_site == Some("same-origin") && request.has_form_token;
    }
    let Some((scheme, authority)) = normal(first) else {
        return false;
    };
    let mut hosts = request.hosts.iter().flatten();
    let is_host = hosts.any(|host| authority == with_port(&scheme, host));
    is_host || normal(request.public_url).is_some_and(|public| public == (scheme, authority))
}

/// Scheme and host with its port, in lower case.
fn normal(url: &str) -> Option<(String, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = with_port(&scheme, authority);
    Some((scheme, authority))
}

fn with_port(scheme: &str, host: &str) -> String {
    let host = host.trim().to_ascii_lowercase();
    let last = host.rsplit(']').next().unwrap_or_default();
    match (last.contains(':'), scheme) {
        (false, "https") => format!("{host}:443"),
        (false, "http") => format!("{host}:80"),
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(origin: &str, host: &str) -> bool {
        is_ours(&Provenance {
            origin: Some(origin),
            hosts: [Some(host), None],
            public_url: "https://zhitong.example.cn",
            ..Provenance::default()
        })
    }

    #[test]
    fn our_own_pages_are_recognised_whatever_the_spelling() {
        assert!(from("http://127.0.0.1:8080", "127.0.0.1:8080"));
        assert!(from("https://Zhitong.Example.CN", "zhitong.example.cn"));
        assert!(from("https://zhitong.example.cn:443", "zhitong.example.cn"));
        assert!(from("https://zhitong.example.cn", "zhitong.example.cn:443"));
        assert!(from("http://[::1]", "[::1]:80"));
        assert!(from("http://a.example, http://A.example", "a.example"));
        // A proxy that passes its own name on: the public address counts.
        assert!(from("https://zhitong.example.cn", "127.0.0.1:8080"));
        let forwarded = Provenance {
            origin: Some("https://desk.example"),
            hosts: [Some("10.0.0.2:8080"), Some("desk.example")],
            ..Provenance::default()
        };
        assert!(is_ours(&forwarded));
        assert!(is_ours(&Provenance::default()));
    }

    #[test]
    fn other_pages_are_not_ours() {
        assert!(!from("https://evil.example", "zhitong.example.cn"));
        assert!(!from(
            "https://zhitong.example.cn.evil.example",
            "zhitong.example.cn"
        ));
        assert!(!from("https://zhitong.example.cn:8443", "zhitong.example.cn"));
        assert!(!from("http://zhitong.example.cn", "10.0.0.1"));
        assert!(!from(
            "https://zhitong.example.cn, https://evil.example",
            "zhitong.example.cn"
        ));
        assert!(!from("nonsense", "nonsense"));
        assert!(!from("", ""));
        let cross = Provenance {
            fetch_site: Some("cross-site"),
            ..Provenance::default()
        };
        assert!(!is_ours(&cross));
    }

    #[test]
    fn a_null_origin_counts_with_a_form_token_only() {
        let null = |site, has_form_token| {
            is_ours(&Provenance {
                origin: Some("null"),
                fetch_site: site,
                has_form_token,
                ..Provenance::default()
            })
        };
        assert!(null(Some("same-origin"), true));
        assert!(!null(Some("same-origin"), false));
        assert!(!null(None, true));
        assert!(!null(Some("cross-site"), true));
    }
}
