//! Pure: Tencent Cloud's signature v3 (TC3-HMAC-SHA256) of a POST to `/` with a JSON body.

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

const ALGORITHM: &str = "TC3-HMAC-SHA256";
const TERMINATOR: &str = "tc3_request";
const SIGNED_HEADERS: &str = "content-type;host;x-tc-action";
pub const CONTENT_TYPE: &str = "application/json; charset=utf-8";

/// A request to be signed.
#[derive(Clone, Copy)]
pub struct Tc3Request<'a> {
    pub service: &'a str,
    pub host: &'a str,
    pub action: &'a str,
    pub body: &'a str,
    pub at: DateTime<Utc>,
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    // HMAC takes keys of every length.
    Hmac::<Sha256>::new_from_slice(key).map_or_else(
        |_| Vec::new(),
        |mut mac| {
            mac.update(text.as_bytes());
            mac.finalize().into_bytes().to_vec()
        },
    )
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn canonical_request(request: &Tc3Request<'_>) -> String {
    format!(
        "POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{}\nx-tc-action:{}\n\n{SIGNED_HEADERS}\n{}",
        request.host,
        request.action.to_lowercase(),
        digest(request.body),
    )
}

/// Returns the value of the `Authorization` header.
#[must_use]
pub fn authorization(request: &Tc3Request<'_>, secret_id: &str, secret_key: &str) -> String {
    let date = request.at.format("%Y-%m-%d").to_string();
    let scope = format!("{date}/{}/{TERMINATOR}", request.service);
    let hashed = digest(&canonical_request(request));
    let string_to_sign = format!("{ALGORITHM}\n{}\n{scope}\n{hashed}", request.at.timestamp());
    let of_date = hmac(format!("TC3{secret_key}").as_bytes(), &date);
    let of_service = hmac(&of_date, request.service);
    let signing = hmac(&of_service, TERMINATOR);
    let signature = hex::encode(hmac(&signing, &string_to_sign));
    format!(
        "{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={SIGNED_HEADERS}, Signature={signature}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of Tencent Cloud's documentation of signature v3; its id and key are asterisks there too.
    #[test]
    fn the_published_example_is_signed_as_published() {
        let request = Tc3Request {
            service: "cvm",
            host: "cvm.tencentcloudapi.com",
            action: "DescribeInstances",
            body: r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#,
            at: DateTime::from_timestamp(1_551_113_065, 0).unwrap(),
        };
        assert_eq!(
            digest(&canonical_request(&request)),
            "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"
        );
        let masked = "*".repeat(32);
        assert_eq!(
            authorization(&request, &format!("AKID{masked}"), &masked),
            format!(
                "TC3-HMAC-SHA256 Credential=AKID{masked}/2019-02-25/cvm/tc3_request, \
                 SignedHeaders=content-type;host;x-tc-action, \
                 Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
            )
        );
    }

    #[test]
    fn another_body_key_or_moment_is_another_signature() {
        let request = Tc3Request {
            service: "sms",
            host: "sms.tencentcloudapi.com",
            action: "SendSms",
            body: "{}",
            at: DateTime::from_timestamp(1_551_113_065, 0).unwrap(),
        };
        let first = authorization(&request, "id", "key");
        let later = request.at + chrono::TimeDelta::seconds(1);
        for other in [
            authorization(
                &Tc3Request {
                    body: "{ }",
                    ..request
                },
                "id",
                "key",
            ),
            authorization(&Tc3Request { at: later, ..request }, "id", "key"),
            authorization(&request, "id", "other"),
        ] {
            assert_ne!(first, other);
        }
    }
}
