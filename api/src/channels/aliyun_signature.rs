//! Pure: Aliyun's signature v3 (ACS3-HMAC-SHA256) of an RPC call: a POST to `/`.

use std::collections::BTreeMap;

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// A request to be signed. Header names are in lower case; all of them are signed.
pub struct Acs3Request<'a> {
    pub query: &'a BTreeMap<String, String>,
    pub headers: &'a BTreeMap<String, String>,
    pub body: &'a str,
}

/// The hash of a body, for `x-acs-content-sha256`.
#[must_use]
pub fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Encodes by RFC 3986: everything but unreserved characters.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Joins names and values, sorted and encoded: a canonical query, or the body of a form.
#[must_use]
pub fn form(fields: &BTreeMap<String, String>) -> String {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Returns the value of the `Authorization` header.
#[must_use]
pub fn authorization(request: &Acs3Request<'_>, key_id: &str, key_secret: &str) -> String {
    let names: Vec<&str> = request.headers.keys().map(String::as_str).collect();
    let signed = names.join(";");
    let headers: String = request
        .headers
        .iter()
        .map(|(name, value)| format!("{name}:{}\n", value.trim()))
        .collect();
    let canonical = format!(
        "POST\n/\n{}\n{headers}\n{signed}\n{}",
        form(request.query),
        digest(request.body)
    );
    let string_to_sign = format!("{ALGORITHM}\n{}", digest(&canonical));
    // HMAC takes keys of every length.
    let signature = Hmac::<Sha256>::new_from_slice(key_secret.as_bytes()).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(string_to_sign.as_bytes());
            hex::encode(mac.finalize().into_bytes())
        },
    );
    format!("{ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={signature}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        owned.collect()
    }

    /// The fixed parameters of Aliyun's documentation of signature v3.
    #[test]
    fn the_published_example_is_signed_as_published() {
        let query = map(&[
            ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"),
            ("RegionId", "cn-shanghai"),
        ]);
        let headers = map(&[
            ("host", "ecs.cn-shanghai.aliyuncs.com"),
            ("x-acs-action", "RunInstances"),
            ("x-acs-content-sha256", &digest("")),
            ("x-acs-date", "2023-10-26T10:22:32Z"),
            ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
            ("x-acs-version", "2014-05-26"),
        ]);
        let request = Acs3Request {
            query: &query,
            headers: &headers,
            body: "",
        };
        assert_eq!(
            authorization(&request, "YourAccessKeyId", "YourAccessKeySecret"),
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;\
             x-acs-date;x-acs-signature-nonce;x-acs-version,\
             Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }

    #[test]
    fn everything_but_unreserved_characters_is_encoded() {
        assert_eq!(encode("a b*c~d/e"), "a%20b%2Ac~d%2Fe");
        assert_eq!(encode("洛"), "%E6%B4%9B");
        assert_eq!(form(&map(&[("b", "2"), ("a", "=")])), "a=%3D&b=2");
    }
}
