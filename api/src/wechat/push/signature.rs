//! `sha1(sort(parts))`: how WeChat signs, and how we know that it was WeChat.

use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

/// Hex of the SHA-1 over the parts in byte order: token, timestamp, nonce, and in secure mode the ciphertext.
#[must_use]
pub fn sign(parts: &[&str]) -> String {
    let mut sorted = parts.to_vec();
    sorted.sort_unstable();
    let mut digest = Sha1::new();
    for part in sorted {
        digest.update(part.as_bytes());
    }
    hex::encode(digest.finalize())
}

/// Whether `given` is the signature of `parts`; takes as long whatever differs.
#[must_use]
pub fn is_signed(parts: &[&str], given: &str) -> bool {
    sign(parts).as_bytes().ct_eq(given.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_official_samples_hold() {
        // Address check, then plain mode; "1714…" sorts before "486…" because it is text.
        for (timestamp, nonce, signature) in [
            (
                "1714036504",
                "1514711492",
                "f464b24fc39322e44b38aa78f5edd27bd1441696",
            ),
            (
                "1714037059",
                "486452656",
                "899cf89e464efb63f54ddac96b0a0a235f53aa78",
            ),
            (
                "1714112445",
                "415670741",
                "6c5c811b55cc85e0e1b54100749188c20beb3f5d",
            ),
        ] {
            assert_eq!(sign(&["AAAAA", timestamp, nonce]), signature);
        }
    }

    #[test]
    fn another_signature_is_refused_whatever_its_length() {
        let parts = ["AAAAA", "1714036504", "1514711492"];
        assert!(is_signed(&parts, "f464b24fc39322e44b38aa78f5edd27bd1441696"));
        for wrong in [
            "",
            "f464",
            "F464B24FC39322E44B38AA78F5EDD27BD1441696",
            "f464b24fc39322e44b38aa78f5edd27bd1441697",
        ] {
            assert!(!is_signed(&parts, wrong), "{wrong}");
        }
    }
}
