//! C2SP signed notes (c2sp.org/signed-note): a text, and below it lines with signatures. Ed25519 only.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The signature type of Ed25519 in key ids and public keys.
const ED25519_TYPE: u8 = 1;
const ID_BYTES: usize = 4;
const KEY_BYTES: usize = 32;
/// The beginning of a signature line: an em dash and a blank.
const MARK: &str = "\u{2014} ";

/// A fault in a note or a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The text is no key.
    #[error("the key must be name+id+base64, as `zhitong audit key` prints it")]
    Key,
    /// The key's name cannot stand in a note.
    #[error("the name of a key must not be empty and has no blanks and no `+`")]
    Name,
    /// The text is no signed note.
    #[error("the note has no text, no blank line or no signature line")]
    Form,
    /// The note is not signed by this key.
    #[error("the note has no signature of the key {0}")]
    Unsigned(String),
    /// The signature is another text's or another key's.
    #[error("the signature of the key {0} does not hold")]
    Forged(String),
}

fn key_id(name: &str, public: &[u8]) -> [u8; ID_BYTES] {
    let mut text = name.as_bytes().to_vec();
    text.extend([b'\n', ED25519_TYPE]);
    text.extend(public);
    let hash = digest::digest(&digest::SHA256, &text);
    let mut id = [0; ID_BYTES];
    for (to, from) in id.iter_mut().zip(hash.as_ref()) {
        *to = *from;
    }
    id
}

fn check_name(name: &str) -> Result<(), NoteError> {
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
        return Err(NoteError::Name);
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The key of a log.
pub struct SigningKey {
    name: String,
    pair: Ed25519KeyPair,
}

impl SigningKey {
    /// The key that follows from 32 secret bytes. The name tells the logs apart that one reader knows.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::Key)?;
        Ok(Self {
            name: name.to_owned(),
            pair,
        })
    }

    /// The part of the key that everybody may know.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey {
            name: self.name.clone(),
            public: self.pair.public_key().as_ref().to_vec(),
        }
    }

    /// The text, a blank line and the signature. The text must end with a line feed.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        let mut signature = key_id(&self.name, self.pair.public_key().as_ref()).to_vec();
        signature.extend(self.pair.sign(text.as_bytes()).as_ref());
        format!("{text}\n{MARK}{} {}\n", self.name, STANDARD.encode(signature))
    }
}

/// The public key of a log, written `name+id+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    public: Vec<u8>,
}

impl VerifyingKey {
    /// The name of the log.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Checks the signature of this key and returns the text above it.
    pub fn open<'a>(&self, note: &'a str) -> Result<&'a str, NoteError> {
        let (text, lines) = split(note)?;
        let id = key_id(&self.name, &self.public);
        let unsigned = || NoteError::Unsigned(self.to_string());
        let signature = lines
            .lines()
            .filter_map(|line| line.strip_prefix(MARK)?.split_once(' '))
            .filter(|(name, _)| *name == self.name)
            .filter_map(|(_, encoded)| STANDARD.decode(encoded).ok())
            .find_map(|bytes| bytes.strip_prefix(&id).map(<[u8]>::to_vec))
            .ok_or_else(unsigned)?;
        UnparsedPublicKey::new(&ED25519, &self.public)
            .verify(text.as_bytes(), &signature)
            .map_err(|_| NoteError::Forged(self.to_string()))?;
        Ok(text)
    }
}

/// The text with its line feed, and the signature lines. The last blank line divides them.
pub fn split(note: &str) -> Result<(&str, &str), NoteError> {
    let at = note.rfind("\n\n").ok_or(NoteError::Form)?;
    let (text, rest) = note.split_at_checked(at + 1).ok_or(NoteError::Form)?;
    let lines = rest.strip_prefix('\n').ok_or(NoteError::Form)?;
    if !lines.starts_with(MARK) || !lines.ends_with('\n') {
        return Err(NoteError::Form);
    }
    Ok((text, lines))
}

impl std::fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut key = vec![ED25519_TYPE];
        key.extend(&self.public);
        let id = hex(&key_id(&self.name, &self.public));
        write!(f, "{}+{id}+{}", self.name, STANDARD.encode(key))
    }
}

impl std::str::FromStr for VerifyingKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        // base64 may contain `+`, so the key is divided at the first two.
        let mut parts = text.trim().splitn(3, '+');
        let (name, id, key) = (parts.next(), parts.next(), parts.next());
        let (Some(name), Some(id), Some(key)) = (name, id, key) else {
            return Err(NoteError::Key);
        };
        check_name(name)?;
        let key = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let public = key.strip_prefix(&[ED25519_TYPE]).ok_or(NoteError::Key)?;
        if public.len() != KEY_BYTES || hex(&key_id(name, public)) != id {
            return Err(NoteError::Key);
        }
        Ok(Self {
            name: name.to_owned(),
            public: public.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Go's `golang.org/x/mod/sumdb/note`.
    const SECRET: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const TEXT: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const SIGNATURE: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn key() -> SigningKey {
        let seed = STANDARD.decode(SECRET).unwrap();
        SigningKey::from_seed("PeterNeumann", seed[1..].try_into().unwrap()).unwrap()
    }

    #[test]
    fn a_note_is_signed_as_the_reference_signs_it() {
        assert_eq!(key().verifying_key().to_string(), PUBLIC);
        assert_eq!(key().sign(TEXT), format!("{TEXT}\n{SIGNATURE}"));
    }

    #[test]
    fn a_note_opens_only_as_it_was_signed() {
        let public: VerifyingKey = PUBLIC.parse().unwrap();
        let note = key().sign(TEXT);
        assert_eq!(public.open(&note).unwrap(), TEXT);
        // A signature of another key is ignored.
        let other = SigningKey::from_seed("witness.example", &[7; 32]).unwrap();
        let lines = other.sign(TEXT);
        let both = format!("{note}{}", split(&lines).unwrap().1);
        assert_eq!(public.open(&both).unwrap(), TEXT);
        assert_eq!(other.verifying_key().open(&both).unwrap(), TEXT);

        let changed = note.replace("cryptography", "paper");
        assert!(matches!(public.open(&changed), Err(NoteError::Forged(_))));
        assert!(matches!(
            other.verifying_key().open(&note),
            Err(NoteError::Unsigned(_))
        ));
        assert_eq!(public.open(TEXT), Err(NoteError::Form));
        assert_eq!(public.open(""), Err(NoteError::Form));
    }

    #[test]
    fn a_key_with_a_slip_is_refused() {
        for text in [
            "",
            "PeterNeumann",
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq",
        ] {
            assert!(text.parse::<VerifyingKey>().is_err(), "{text}");
        }
        assert!(SigningKey::from_seed("two words", &[1; 32]).is_err());
    }
}
