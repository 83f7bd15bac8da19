//! Where a request comes from: the peer, or what the proxy in front of us says in the header that we were told of.

use std::net::IpAddr;

use actix_web::HttpRequest;

/// The address, an IPv6 one cut to the network that one household has. Empty when it is not known.
#[must_use]
pub fn client_address(request: &HttpRequest, header: Option<&str>) -> String {
    let told = header
        .and_then(|name| request.headers().get(name))
        .and_then(|value| value.to_str().ok())
        // A list has the nearest proxy's word last; what stands before may be the client's own invention.
        .and_then(|text| text.rsplit(',').next())
        .and_then(|text| text.trim().parse::<IpAddr>().ok());
    let address = told.or_else(|| request.peer_addr().map(|peer| peer.ip()));
    address.map(network).unwrap_or_default()
}

fn network(address: IpAddr) -> String {
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
    fn the_header_counts_only_when_we_were_told_of_it() {
        let request = TestRequest::default()
            .peer_addr("10.0.0.1:1".parse().unwrap())
            .insert_header(("x-forwarded-for", "1.2.3.4, 203.0.113.9"))
            .to_http_request();
        assert_eq!(client_address(&request, None), "10.0.0.1");
        assert_eq!(client_address(&request, Some("x-forwarded-for")), "203.0.113.9");
        assert_eq!(client_address(&request, Some("x-real-ip")), "10.0.0.1");
    }

    #[test]
    fn a_household_of_ipv6_is_one() {
        let at = |text: &str| network(text.parse().unwrap());
        assert_eq!(at("2001:db8:1:2:3:4:5:6"), at("2001:db8:1:2:9:9:9:9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
