//! Features of a text: words, pairs of neighbouring words, and two sorts of character n-grams of one to three
//! characters.
//!
//! Runs never cross punctuation or a stop word. Edged n-grams cross stop words, so that 没水 and 不热 keep their first
//! character, and see the edges of a stretch between punctuation. A text of politeness alone has no feature.

use std::collections::HashMap;

use crate::segmenter::{is_letter, normalise, segmenter};

/// A feature by the hash of its spelling: models hold no strings. Two of some ten thousand features share a
/// hash with a probability of about one in a hundred, an unknown one hits a known one in one of 10⁵ cases.
pub type Feature = u32;

/// Feature groups, each normalised on its own: words, runs, and edged n-grams.
pub const FEATURE_GROUPS: usize = 3;

/// How often each feature stands in a text, by group, in ascending order.
pub type Counts = [Vec<(Feature, u32)>; FEATURE_GROUPS];

/// Beyond this a text says nothing new about its category, and the time for it stays bounded.
const MAX_CHARS: usize = 2_000;
/// Lengths of the character n-grams.
const NGRAM_LENGTHS: [usize; 3] = [1, 2, 3];

/// Counts the features of a text.
#[must_use]
pub fn count(text: &str) -> Counts {
    let text: String = normalise(text).chars().take(MAX_CHARS).collect();
    let segmenter = segmenter();
    let (mut words, mut runs, mut edged) = (HashMap::new(), HashMap::new(), HashMap::new());
    for stretch in text.split(|c: char| !is_letter(c)) {
        let mut said: Vec<String> = Vec::new();
        let mut says_something = false;
        for word in segmenter.segment(stretch) {
            if segmenter.is_stop(word) {
                count_stretch(&said, &mut words, &mut runs);
                said.clear();
            } else {
                said.push(number_as_zero(word));
                says_something = true;
            }
        }
        count_stretch(&said, &mut words, &mut runs);
        if says_something {
            count_edged(stretch, &mut edged);
        }
    }
    [sorted(words), sorted(runs), sorted(edged)]
}

fn count_stretch(said: &[String], words: &mut HashMap<Feature, u32>, runs: &mut HashMap<Feature, u32>) {
    for word in said {
        *words.entry(hash(b'w', [word.as_str()])).or_default() += 1;
    }
    for pair in said.windows(2) {
        let pair = pair.iter().map(String::as_str);
        *words.entry(hash(b'p', pair)).or_default() += 1;
    }
    let letters: Vec<char> = said.iter().flat_map(|word| word.chars()).collect();
    count_ngrams(b'r', &letters, runs);
}

/// Counts the n-grams of a whole stretch, stop words included, with a mark at both ends.
fn count_edged(stretch: &str, edged: &mut HashMap<Feature, u32>) {
    const EDGE: char = ' ';
    let marked: String = [EDGE].into_iter().chain(stretch.chars()).chain([EDGE]).collect();
    let letters: Vec<char> = number_as_zero(&marked).chars().collect();
    count_ngrams(b'e', &letters, edged);
}

fn count_ngrams(kind: u8, letters: &[char], counts: &mut HashMap<Feature, u32>) {
    for length in NGRAM_LENGTHS {
        for run in letters.windows(length) {
            let mut bytes = [0; 4];
            let mut state = start(kind);
            for letter in run {
                state = update(state, letter.encode_utf8(&mut bytes).as_bytes());
            }
            *counts.entry(finish(state)).or_default() += 1;
        }
    }
}

fn sorted(counts: HashMap<Feature, u32>) -> Vec<(Feature, u32)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable();
    counts
}

/// Replaces a number by `0`, because its value says nothing about the category.
fn number_as_zero(word: &str) -> String {
    let mut short = String::with_capacity(word.len());
    for c in word.chars() {
        if !c.is_ascii_digit() {
            short.push(c);
        } else if !short.ends_with('0') {
            short.push('0');
        }
    }
    short
}

fn hash<'w>(kind: u8, parts: impl IntoIterator<Item = &'w str>) -> Feature {
    /// Stands in no text, so that 下 水道 and 下水 道 differ.
    const BETWEEN: &[u8] = &[0];
    let state = parts.into_iter().fold(start(kind), |state, part| {
        update(update(state, part.as_bytes()), BETWEEN)
    });
    finish(state)
}

/// FNV-1a of 64 bits: the same on every machine and in every release.
fn update(state: u64, bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x0100_0000_01b3;
    bytes.iter().fold(state, |state, byte| {
        (state ^ u64::from(*byte)).wrapping_mul(PRIME)
    })
}

fn start(kind: u8) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    update(OFFSET, &[kind])
}

/// Both halves of the state go into the 32 bits.
fn finish(state: u64) -> Feature {
    ((state >> 32) ^ (state & u64::from(u32::MAX))) as u32
}

/// Hashes training texts and labels, to identify the data that a model was trained on.
#[must_use]
pub fn fingerprint<'t>(parts: impl Iterator<Item = &'t str>) -> u64 {
    parts.fold(start(b'f'), |state, part| {
        update(update(state, part.as_bytes()), &[0])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_politeness_has_no_feature() {
        assert_eq!(count("希望领导关心一下"), [vec![], vec![], vec![]]);
        assert_eq!(count("。！？"), [vec![], vec![], vec![]]);
    }

    #[test]
    fn widths_and_numbers_do_not_matter() {
        assert_eq!(count("停水３天"), count("停水12天"));
        assert_ne!(count("停水3天"), count("停电3天"));
    }

    #[test]
    fn runs_do_not_cross_what_says_nothing() {
        let [_, runs, _] = count("车辆和行人");
        assert_eq!(runs, {
            let [_, mut apart, _] = count("车辆");
            apart.extend(count("行人")[1].clone());
            apart.sort_unstable();
            apart
        });
    }

    #[test]
    fn edged_ngrams_keep_what_is_denied_and_where_a_stretch_ends() {
        let edged = |text: &str| count(text)[2].clone();
        let has = |text: &str, ngram: &str| {
            let mut one = HashMap::new();
            count_ngrams(b'e', &ngram.chars().collect::<Vec<_>>(), &mut one);
            one.keys()
                .all(|feature| edged(text).iter().any(|(of, _)| of == feature))
        };
        assert!(has("家里没水", "没水") && !has("家里有水", "没水"));
        assert!(has("路灯不亮", "亮 ") && !has("路灯亮了", "亮 "));
        assert!(!has("路灯，不亮", "灯不"));
    }

    #[test]
    fn the_hash_is_the_published_one() {
        // FNV-1a of 64 bits, test vectors of its authors: "a" and "foobar".
        let of = |text: &str| update(0xcbf2_9ce4_8422_2325, text.as_bytes());
        assert_eq!(of("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(of("foobar"), 0x8594_4171_f739_67e8);
    }
}
