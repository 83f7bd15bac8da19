//! Countersignatures of checkpoints by a timestamp authority (RFC 3161). The request and the status of the response are the
//! few bytes of DER below; `openssl ts -verify` checks the stored response.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use entity::audit_checkpoint;
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

use super::store;
use crate::app::App;

const TIMEOUT: Duration = Duration::from_secs(20);
const MAX_RESPONSE_BYTES: usize = 64 * 1024;
const NONCE_BYTES: usize = 8;
/// `MessageImprint` of SHA-256 up to the digest itself.
const IMPRINT: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

/// Asks the configured authority and stores its response. Failures are logged: the checkpoint is valid without it.
pub(super) async fn countersign(app: &App, row: &audit_checkpoint::Model) {
    let Some(url) = &app.config.audit.timestamp_url else {
        return;
    };
    let stamped = async {
        let response = ask(url, row.note.as_bytes()).await?;
        store::save_token(&app.db, row.id, response).await?;
        anyhow::Ok(())
    };
    if let Err(error) = stamped.await {
        tracing::error!(%error, "checkpoint not timestamped");
    }
}

async fn ask(url: &str, note: &[u8]) -> anyhow::Result<Vec<u8>> {
    let digest: [u8; 32] = Sha256::digest(note).into();
    let mut nonce = [0; NONCE_BYTES];
    rand::rng().fill_bytes(&mut nonce);
    let client = reqwest::Client::builder().timeout(TIMEOUT).build()?;
    let mut response = client
        .post(url)
        .header("content-type", "application/timestamp-query")
        .body(request(&digest, nonce))
        .send()
        .await?
        .error_for_status()?;
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await? {
        ensure!(
            body.len() + part.len() <= MAX_RESPONSE_BYTES,
            "the response is too long"
        );
        body.extend(part);
    }
    check(&body, &digest)?;
    Ok(body)
}

/// `TimeStampReq`: version 1, the digest, a nonce, and the wish for the authority's certificate.
fn request(digest: &[u8; 32], mut nonce: [u8; NONCE_BYTES]) -> Vec<u8> {
    // A positive integer in its shortest form.
    nonce[0] = (nonce[0] & 0x3f) | 0x40;
    let mut body = vec![0x02, 0x01, 0x01];
    body.extend(IMPRINT);
    body.extend(digest);
    body.extend([0x02, 0x08]);
    body.extend(nonce);
    body.extend([0x01, 0x01, 0xff]);
    let mut request = vec![0x30, u8::try_from(body.len()).unwrap_or_default()];
    request.extend(body);
    request
}

/// Checks that the response is a grant for this digest.
fn check(response: &[u8], digest: &[u8; 32]) -> anyhow::Result<()> {
    let (_, content) = element(response, 0x30).context("the response is no sequence")?;
    let (_, status) = element(content, 0x30).context("the response has no status")?;
    let (_, status) = element(status, 0x02).context("the status is no number")?;
    ensure!(
        matches!(status, [0 | 1]),
        "the authority refused: status {}",
        hex::encode(status)
    );
    let named = response.windows(digest.len()).any(|window| window == digest);
    ensure!(named, "the response is about something else");
    Ok(())
}

/// Splits off the first DER element. Returns the bytes after it, and its content.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first != tag {
        return None;
    }
    let (length, rest) = rest.split_first()?;
    let (length, rest) = if *length < 0x80 {
        (usize::from(*length), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(*length & 0x7f).min(4))?;
        (
            digits
                .iter()
                .fold(0, |all, digit| (all << 8) | usize::from(*digit)),
            rest,
        )
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((after, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_the_der_that_the_standard_defines() {
        let request = request(&[0xab; 32], [0xff; 8]);
        let text = hex::encode(&request);
        assert_eq!(
            text,
            format!(
                "3043020101{}{}02087fffffffffffffff0101ff",
                "3031300d060960864801650304020105000420",
                "ab".repeat(32)
            )
        );
    }

    #[test]
    fn only_a_grant_for_this_digest_is_kept() {
        let granted = |status: u8, digest: u8| {
            let mut content = vec![0x30, 0x03, 0x02, 0x01, status, 0x04, 0x20];
            content.extend([digest; 32]);
            let mut response = vec![0x30, 0x81, u8::try_from(content.len()).unwrap()];
            response.extend(content);
            response
        };
        assert!(check(&granted(0, 7), &[7; 32]).is_ok());
        assert!(check(&granted(1, 7), &[7; 32]).is_ok());
        assert!(check(&granted(2, 7), &[7; 32]).is_err(), "a refusal");
        assert!(check(&granted(0, 8), &[7; 32]).is_err(), "another digest");
        assert!(check(&granted(0, 7)[..9], &[7; 32]).is_err(), "cut off");
        assert!(check(b"<html>", &[7; 32]).is_err());
    }
}
