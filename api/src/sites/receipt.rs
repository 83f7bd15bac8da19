//! A resident's receipt in place of an account: twenty letters, shown once, stored as a keyed hash.

use crate::sealing::Sealer;

/// 29 letters as on the sites' codes: 29²⁰ are 97 bits, too many to guess.
const ALPHABET: &[u8; 29] = b"23456789ABCDEFGHJKMNPQRSTWXYZ";
const LETTERS: usize = 20;
const GROUP: usize = 5;

/// A receipt in the hands of its owner.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt(String);

impl Receipt {
    /// From random bytes, two a letter.
    #[must_use]
    pub fn from_random(bytes: [u8; LETTERS * 2]) -> Self {
        Self::from_bytes(&bytes)
    }

    /// Derives the receipt from device, site and key, so that a repeated call returns the receipt of the first although
    /// it is not stored.
    #[must_use]
    pub fn of_key(sealer: &Sealer, device_hash: &str, site: &str, key: &str) -> Self {
        let text = |part: &str| sealer.hash("site receipt", &format!("{part}\0{device_hash}\0{site}\0{key}"));
        let digits = text("1") + &text("2");
        Self::from_bytes(&hex::decode(digits).unwrap_or_default())
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        let (pairs, _) = bytes.as_chunks::<2>();
        let letter = |pair: &[u8; 2]| {
            let at = usize::from(u16::from_be_bytes(*pair)) % ALPHABET.len();
            char::from(ALPHABET.get(at).copied().unwrap_or(b'2'))
        };
        Self(pairs.iter().take(LETTERS).map(letter).collect())
    }

    /// Normalizes a typed receipt, with or without hyphens. Returns `None` if it cannot be one.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let typed = text.trim().chars().filter(|c| !matches!(c, '-' | ' '));
        let letters: String = typed.map(|c| c.to_ascii_uppercase()).collect();
        let fits = letters.len() == LETTERS && letters.bytes().all(|b| ALPHABET.contains(&b));
        fits.then_some(Self(letters))
    }

    /// Four groups of five letters, for its owner's eyes.
    #[must_use]
    pub fn expose(&self) -> String {
        let letters: Vec<char> = self.0.chars().collect();
        let groups: Vec<String> = letters
            .chunks(GROUP)
            .map(|group| group.iter().collect())
            .collect();
        groups.join("-")
    }

    /// Returns the keyed hash that is stored.
    #[must_use]
    pub fn hash(&self, sealer: &Sealer) -> String {
        sealer.hash("site receipt hash", &self.0)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::config::DataKey;

    fn sealer() -> Sealer {
        let key = DataKey {
            id: "k1".to_owned(),
            key: STANDARD.encode([1_u8; 32]).into(),
        };
        Sealer::new(&[key]).unwrap()
    }

    #[test]
    fn a_receipt_is_read_back_as_it_was_shown() {
        let receipt = Receipt::from_random(std::array::from_fn(|i| (i as u8).wrapping_mul(7)));
        let shown = receipt.expose();
        assert_eq!(shown.len(), LETTERS + 3);
        let typed = format!(" {} ", shown.to_lowercase().replace('-', " "));
        assert!(Receipt::read(&typed) == Some(receipt));
        for text in ["", "23456", &shown.replace('-', "0"), &format!("{shown}2")] {
            assert!(Receipt::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_same_key_gives_the_same_receipt_and_every_other_another() {
        let sealer = sealer();
        let of = |device: &str, site: &str, key: &str| Receipt::of_key(&sealer, device, site, key).expose();
        let first = of("d", "s", "key-0001");
        assert_eq!(first, of("d", "s", "key-0001"));
        for other in [
            of("e", "s", "key-0001"),
            of("d", "t", "key-0001"),
            of("d", "s", "key-0002"),
        ] {
            assert_ne!(first, other);
        }
        assert!(!Receipt::read(&first).unwrap().hash(&sealer).contains(&first));
    }
}
