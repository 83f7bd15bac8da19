//! The sealed envelope of secure mode: AES-256-CBC, padded to 32 bytes, with length and appid inside.

use aes::Aes256;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use subtle::ConstantTimeEq;

const KEY_BYTES: usize = 32;
const IV_BYTES: usize = 16;
const RANDOM_BYTES: usize = 16;
const LENGTH_BYTES: usize = 4;
/// WeChat pads to 32 bytes although AES blocks have 16; a strict PKCS#7 reader refuses half of all messages.
const PAD_TO: usize = 32;

/// The last of the 43 characters has unused bits; a strict decoder rejects 46 of the 62 possible characters.
const ANY_TAIL: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The message could not be opened: not from WeChat, or not for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    #[error("EncodingAESKey is not 43 characters of base64")]
    Key,
    #[error("the ciphertext is not base64 of whole blocks")]
    Ciphertext,
    #[error("the padding is wrong")]
    Padding,
    #[error("the length inside is wrong")]
    Length,
    #[error("the message is for another appid")]
    AppId,
}

/// The key made of `EncodingAESKey`.
#[derive(Clone)]
pub struct AesKey([u8; KEY_BYTES]);

impl AesKey {
    pub fn parse(encoding_aes_key: &str) -> Result<Self, EnvelopeError> {
        let bytes = ANY_TAIL
            .decode(encoding_aes_key)
            .map_err(|_| EnvelopeError::Key)?;
        bytes.try_into().map(Self).map_err(|_| EnvelopeError::Key)
    }

    fn iv(&self) -> [u8; IV_BYTES] {
        let mut iv = [0; IV_BYTES];
        iv.copy_from_slice(self.0.split_at(IV_BYTES).0);
        iv
    }

    /// Opens `Encrypt` and gives the message, if it is for `app_id`.
    pub fn open(&self, encrypt: &str, app_id: &str) -> Result<Vec<u8>, EnvelopeError> {
        let mut bytes = STANDARD.decode(encrypt).map_err(|_| EnvelopeError::Ciphertext)?;
        let plain = cbc::Decryptor::<Aes256>::new(&self.0.into(), &self.iv().into())
            .decrypt_padded_mut::<NoPadding>(&mut bytes)
            .map_err(|_| EnvelopeError::Ciphertext)?;
        let plain = without_padding(plain)?;
        let rest = plain.get(RANDOM_BYTES..).ok_or(EnvelopeError::Length)?;
        let (length, rest) = rest
            .split_first_chunk::<LENGTH_BYTES>()
            .ok_or(EnvelopeError::Length)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| EnvelopeError::Length)?;
        let (message, owner) = rest.split_at_checked(length).ok_or(EnvelopeError::Length)?;
        if !bool::from(owner.ct_eq(app_id.as_bytes())) {
            return Err(EnvelopeError::AppId);
        }
        Ok(message.to_vec())
    }

    /// Seals a message; `random` is what makes two equal messages differ.
    pub fn seal(
        &self,
        random: [u8; RANDOM_BYTES],
        message: &[u8],
        app_id: &str,
    ) -> Result<String, EnvelopeError> {
        let length = u32::try_from(message.len()).map_err(|_| EnvelopeError::Length)?;
        let mut plain = random.to_vec();
        plain.extend_from_slice(&length.to_be_bytes());
        plain.extend_from_slice(message);
        plain.extend_from_slice(app_id.as_bytes());
        let pad = PAD_TO - plain.len() % PAD_TO;
        let pad_byte = u8::try_from(pad).map_err(|_| EnvelopeError::Padding)?;
        plain.resize(plain.len() + pad, pad_byte);
        let length = plain.len();
        let sealed = cbc::Encryptor::<Aes256>::new(&self.0.into(), &self.iv().into())
            .encrypt_padded_mut::<NoPadding>(&mut plain, length)
            .map_err(|_| EnvelopeError::Length)?;
        Ok(STANDARD.encode(sealed))
    }
}

fn without_padding(plain: &[u8]) -> Result<&[u8], EnvelopeError> {
    let pad = usize::from(*plain.last().ok_or(EnvelopeError::Padding)?);
    if !(1..=PAD_TO).contains(&pad) || pad > plain.len() {
        return Err(EnvelopeError::Padding);
    }
    let (kept, padding) = plain.split_at(plain.len() - pad);
    if padding.iter().any(|byte| usize::from(*byte) != pad) {
        return Err(EnvelopeError::Padding);
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::push::signature;

    const APP_ID: &str = "wxba5fad812f8e6fb9";
    const ENCRYPT: &str = "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=";
    const MESSAGE: &str = r#"{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}"#;

    fn key() -> AesKey {
        AesKey::parse(&"A".repeat(43)).unwrap()
    }

    #[test]
    fn the_official_sample_opens_although_its_padding_is_19() {
        assert_eq!(
            signature::sign(&["AAAAA", "1714112445", "415670741", ENCRYPT]),
            "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
        );
        assert_eq!(key().open(ENCRYPT, APP_ID).unwrap(), MESSAGE.as_bytes());
    }

    #[test]
    fn the_official_reply_is_sealed_to_the_byte() {
        let random = *b"707722b803182950";
        let sealed = key()
            .seal(random, br#"{"demo_resp":"good luck"}"#, APP_ID)
            .unwrap();
        assert_eq!(
            sealed,
            "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
        );
        assert_eq!(
            signature::sign(&["AAAAA", "1713424427", "415670741", &sealed]),
            "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
        );
    }

    #[test]
    fn every_tail_of_a_key_is_taken() {
        let tails = ('a'..='z').chain('A'..='Z').chain('0'..='9');
        for tail in tails {
            let key = AesKey::parse(&format!("{}{tail}", "kQ".repeat(21))).unwrap();
            let sealed = key.seal([7; 16], b"hello", APP_ID).unwrap();
            assert_eq!(key.open(&sealed, APP_ID).unwrap(), b"hello", "{tail}");
        }
    }

    #[test]
    fn every_length_of_padding_opens() {
        for length in 0..=64 {
            let message = vec![b'x'; length];
            let sealed = key().seal([1; 16], &message, APP_ID).unwrap();
            assert_eq!(key().open(&sealed, APP_ID).unwrap(), message);
        }
    }

    #[test]
    fn what_is_broken_or_for_another_is_refused() {
        let open = |text: &str| key().open(text, APP_ID).unwrap_err();
        assert_eq!(key().open(ENCRYPT, "wxother").unwrap_err(), EnvelopeError::AppId);
        assert_eq!(open("not base64!"), EnvelopeError::Ciphertext);
        assert_eq!(open(&STANDARD.encode([0; 15])), EnvelopeError::Ciphertext);
        assert_eq!(open(""), EnvelopeError::Padding);
        assert_eq!(open(&STANDARD.encode([9; 64])), EnvelopeError::Padding);
        let other = AesKey::parse(&"B".repeat(43)).unwrap();
        assert_eq!(other.open(ENCRYPT, APP_ID).unwrap_err(), EnvelopeError::Padding);
        assert_eq!(
            AesKey::parse("short").map(|_| ()).unwrap_err(),
            EnvelopeError::Key
        );
    }
}
