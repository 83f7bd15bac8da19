//! Pure: the signature of the call centre's own requests.
//!
//! `X-Hotline-Signature` is the HMAC-SHA256, in hexadecimal, of the timestamp, the nonce and the body, each followed by
//! a line feed except the last, under `HOTLINE_SECRET`. The store sees to it that a nonce is used once.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::error::{ErrorKind, Refusal};

/// Tolerated difference of the two clocks; nonces are kept for the time in which their timestamp is accepted.
pub const SKEW: TimeDelta = TimeDelta::minutes(5);
const NONCE_CHARS: std::ops::RangeInclusive<usize> = 16..=64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    NotConfigured,
    Malformed,
    Wrong,
    OutOfTime,
    Replayed,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::NotConfigured => "signature_not_configured",
            Self::Malformed => "signature_malformed",
            Self::Wrong => "signature_wrong",
            Self::OutOfTime => "signature_out_of_time",
            Self::Replayed => "signature_replayed",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotConfigured => "本平台没有开通呼叫中心接口。",
            Self::Malformed => "签名请求头不完整或格式不对。",
            Self::Wrong => "签名不正确。",
            Self::OutOfTime => "请求时间与平台时间相差超过五分钟。",
            Self::Replayed => "这个随机数已经用过，请换一个重新签名。",
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::NotSignedIn
    }
}

/// The headers of a signed request.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a> {
    /// Unix seconds.
    pub timestamp: &'a str,
    /// 16 to 64 visible characters, never used before.
    pub nonce: &'a str,
    pub signature: &'a str,
}

/// Checks a signature; says until when its nonce has to be remembered.
pub fn verify(
    secret: &[u8],
    headers: Headers<'_>,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, Refused> {
    let nonce = headers.nonce;
    if !NONCE_CHARS.contains(&nonce.len()) || !nonce.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Refused::Malformed);
    }
    let seconds: i64 = headers.timestamp.parse().map_err(|_| Refused::Malformed)?;
    let signed_at = DateTime::from_timestamp(seconds, 0).ok_or(Refused::Malformed)?;
    let signature = hex::decode(headers.signature).map_err(|_| Refused::Malformed)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| Refused::NotConfigured)?;
    for part in [headers.timestamp.as_bytes(), b"\n", nonce.as_bytes(), b"\n", body] {
        mac.update(part);
    }
    mac.verify_slice(&signature).map_err(|_| Refused::Wrong)?;
    if (now - signed_at).abs() > SKEW {
        return Err(Refused::OutOfTime);
    }
    Ok(signed_at + SKEW + TimeDelta::seconds(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
    const BODY: &[u8] = br#"{"call_id":"C-1"}"#;
    // printf '1757293200\nnonce-0123456789\n{"call_id":"C-1"}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
    const SIGNATURE: &str = "78370cb274090aec78a8a85a75d765e8a4b1e1cdf24607d1dd653e6907a52171";
    const GOOD: Headers<'_> = Headers {
        timestamp: "1757293200",
        nonce: "nonce-0123456789",
        signature: SIGNATURE,
    };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_757_293_200 + seconds, 0).unwrap()
    }

    #[test]
    fn the_signature_that_openssl_makes_is_taken() {
        assert_eq!(verify(SECRET, GOOD, BODY, at(0)), Ok(at(301)));
        let upper = SIGNATURE.to_uppercase();
        let upper = Headers {
            signature: &upper,
            ..GOOD
        };
        assert!(verify(SECRET, upper, BODY, at(0)).is_ok());
    }

    #[test]
    fn five_minutes_either_way_are_taken_and_no_more() {
        for (seconds, taken) in [(300, true), (-300, true), (301, false), (-301, false)] {
            let verified = verify(SECRET, GOOD, BODY, at(seconds));
            assert_eq!(verified.is_ok(), taken, "{seconds}");
            if !taken {
                assert_eq!(verified, Err(Refused::OutOfTime));
            }
        }
    }

    #[test]
    fn anything_changed_is_refused() {
        let other_nonce = Headers {
            nonce: "nonce-0123456780",
            ..GOOD
        };
        let other_time = Headers {
            timestamp: "1757293201",
            ..GOOD
        };
        let short = Headers {
            signature: &SIGNATURE[..62],
            ..GOOD
        };
        for headers in [other_nonce, other_time, short] {
            assert_eq!(verify(SECRET, headers, BODY, at(0)), Err(Refused::Wrong));
        }
        assert_eq!(verify(SECRET, GOOD, b"{}", at(0)), Err(Refused::Wrong));
        assert_eq!(verify(b"another secret", GOOD, BODY, at(0)), Err(Refused::Wrong));
    }

    #[test]
    fn what_cannot_be_read_is_malformed() {
        let bad = [
            Headers {
                timestamp: "yesterday",
                ..GOOD
            },
            Headers {
                timestamp: "99999999999999999",
                ..GOOD
            },
            Headers {
                nonce: "short",
                ..GOOD
            },
            Headers {
                nonce: "nonce with blanks",
                ..GOOD
            },
            Headers {
                signature: "not hexadecimal",
                ..GOOD
            },
        ];
        for headers in bad {
            assert_eq!(
                verify(SECRET, headers, BODY, at(0)),
                Err(Refused::Malformed),
                "{headers:?}"
            );
        }
    }
}
