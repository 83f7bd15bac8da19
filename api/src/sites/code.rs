//! Pure: a site's code: short enough to be typed from the paper, without letters that are mistaken for one another.

/// No 0 O, 1 I L, U V.
const ALPHABET: &[u8; 29] = b"23456789ABCDEFGHJKMNPQRSTWXYZ";
/// 29⁶ are 595 million: a guess finds one of a thousand sites in 595 000 tries.
pub const LENGTH: usize = 6;
/// Lengths of older and hand-made codes; also the limit of WeChat's scene.
const CHARS: std::ops::RangeInclusive<usize> = 3..=32;

/// A code from random numbers; one number a letter.
#[must_use]
pub fn from_random(numbers: [u32; LENGTH]) -> String {
    let letter = |number: u32| {
        let at = usize::try_from(number).unwrap_or(0) % ALPHABET.len();
        char::from(ALPHABET.get(at).copied().unwrap_or(b'2'))
    };
    numbers.into_iter().map(letter).collect()
}

/// Normalizes a typed or scanned code. Returns `None` if it cannot be one.
#[must_use]
pub fn read(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    let fits = CHARS.contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    fits.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_no_letter_that_is_mistaken_for_another() {
        let all: String = (0..5)
            .map(|n| from_random(std::array::from_fn(|i| n * 6 + i as u32)))
            .collect();
        for letter in "01ILOUV".chars() {
            assert!(!all.contains(letter), "{letter} in {all}");
        }
        assert_eq!(from_random([0, 28, 29, 57, 1, 2]), "2Z2Z34");
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(read(" 7kmq2x "), Some("7KMQ2X".to_owned()));
        assert_eq!(read("A-STATION-01"), Some("A-STATION-01".to_owned()));
        for text in ["", "ab", "7KM Q2X", "码码码码码码", "A%20B", &"A".repeat(33)] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
