//! Pure: number matching. The browser shows two digits, and the phone asks for them among three: a person who confirms
//! without looking at the browser fails two times of three, and has only one try.

/// The number that the browser shows, and the three that the phone offers, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    pub shown: u8,
    pub offered: [u8; 3],
}

impl Numbers {
    /// Derives the numbers from a keyed hash of the code, as hexadecimal digits; nothing of them is stored.
    #[must_use]
    pub fn from_hash(hash: &str) -> Self {
        let digits = hash
            .as_bytes()
            .chunks(4)
            .filter_map(|digits| std::str::from_utf8(digits).ok());
        let parts = digits.filter_map(|digits| u16::from_str_radix(digits, 16).ok());
        // Any hash has enough parts; the rest is for the type only.
        let candidates = parts
            .map(|part| u8::try_from(10 + part % 90).unwrap_or(10))
            .chain(10..);
        let mut chosen: Vec<u8> = Vec::with_capacity(3);
        for number in candidates {
            if !chosen.contains(&number) {
                chosen.push(number);
            }
            if chosen.len() == 3 {
                break;
            }
        }
        let shown = chosen.first().copied().unwrap_or(10);
        chosen.sort_unstable();
        Self {
            shown,
            offered: <[u8; 3]>::try_from(chosen).unwrap_or([10, 11, 12]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_different_numbers_of_two_digits_and_the_right_one_anywhere() {
        let mut places = [0; 3];
        for number in 0..3000_u32 {
            let hash = format!("{:064x}", u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15)).repeat(2);
            let hash: String = hash.chars().rev().collect();
            let Numbers { shown, offered } = Numbers::from_hash(&hash);
            assert!(
                offered.iter().all(|number| (10..100).contains(number)),
                "{offered:?}"
            );
            assert!(offered[0] < offered[1] && offered[1] < offered[2], "{offered:?}");
            places[offered.iter().position(|number| *number == shown).unwrap()] += 1;
        }
        assert!(places.iter().all(|count| *count > 700), "{places:?}");
        assert_eq!(Numbers::from_hash("ff"), Numbers::from_hash("ff"));
    }
}
