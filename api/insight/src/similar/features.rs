//! What a text is compared by: its words, and its pairs of neighbouring words. A pair keeps names together
//! that no dictionary knows (丽发 + 新城), and it is rare, so it weighs much.

use std::collections::BTreeMap;

use crate::words::{normalise, segmenter};

/// A heading says what the matter is; a word there counts as much as so many in the text.
const SUBJECT_WEIGHT: f32 = 3.0;
const TEXT_WEIGHT: f32 = 1.0;
/// A word said a second time adds less than the first time: `tf / (tf + SATURATION)`.
const SATURATION: f32 = 1.5;
/// A long text is judged by its beginning.
const MAX_TEXT_CHARS: usize = 400;
const MAX_TERMS: usize = 192;
/// A county, a town or a village is no concrete place: two reports from one village may speak of anything.
const ADMINISTRATIVE_WEIGHT: f32 = 0.5;

/// A text as sorted terms with their weights before rarity is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    terms: Vec<(u32, f32)>,
}

impl Features {
    /// Of a report: its heading, where it has one, and its text.
    #[must_use]
    pub fn of(subject: &str, text: &str) -> Self {
        let mut counted = BTreeMap::new();
        count(subject, SUBJECT_WEIGHT, &mut counted);
        let end = text
            .char_indices()
            .nth(MAX_TEXT_CHARS)
            .map_or(text.len(), |(at, _)| at);
        count(text.get(..end).unwrap_or(text), TEXT_WEIGHT, &mut counted);
        let mut terms: Vec<(u32, f32)> = counted.into_iter().collect();
        if terms.len() > MAX_TERMS {
            terms.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            terms.truncate(MAX_TERMS);
            terms.sort_by_key(|(term, _)| *term);
        }
        for (_, weight) in &mut terms {
            *weight /= *weight + SATURATION;
        }
        Self { terms }
    }

    /// Sorted by term.
    #[must_use]
    pub fn terms(&self) -> &[(u32, f32)] {
        &self.terms
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

/// The word or pair of words as a number.
#[must_use]
pub fn term(words: &[&str]) -> u32 {
    // FNV-1a, 32 bits; a city's half year has some 10^5.5 terms, so that a few hundred share a number.
    let bytes = words.iter().flat_map(|word| word.bytes().chain([0xFF]));
    bytes.fold(0x811C_9DC5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// The runs of words that say something: a run ends at punctuation and at a word that says nothing.
pub fn runs(text: &str, mut each: impl FnMut(&[&str])) {
    let text = normalise(text);
    for clause in text.split(|c: char| !c.is_alphanumeric()) {
        let mut run: Vec<&str> = Vec::new();
        for word in segmenter().cut(clause) {
            if segmenter().is_stop(word) {
                if !run.is_empty() {
                    each(&run);
                }
                run.clear();
            } else {
                run.push(word);
            }
        }
        if !run.is_empty() {
            each(&run);
        }
    }
}

fn count(text: &str, weight: f32, into: &mut BTreeMap<u32, f32>) {
    runs(text, |run| {
        for word in run {
            // A single character is nearly always a piece of a name; its pairs say more.
            if word.chars().nth(1).is_some() {
                *into.entry(term(&[word])).or_default() += weight * share(&[word]);
            }
        }
        for pair in run.windows(2) {
            *into.entry(term(pair)).or_default() += weight * share(pair);
        }
    });
}

fn share(words: &[&str]) -> f32 {
    if words.iter().any(|word| is_administrative(word)) {
        ADMINISTRATIVE_WEIGHT
    } else {
        1.0
    }
}

/// Whether a word names a county, a town or a village, or ends such a name.
#[must_use]
pub fn is_administrative(word: &str) -> bool {
    let concrete = ["小区", "社区", "园区", "校区", "景区", "厂区"];
    word.ends_with(['省', '市', '县', '区', '镇', '乡', '村'])
        && !concrete.iter().any(|place| word.ends_with(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_kept_together_by_its_pairs() {
        let mut pairs = Vec::new();
        runs("丽发新城小区", |run| {
            pairs.extend(run.windows(2).map(|pair| pair.concat()))
        });
        assert!(pairs.iter().any(|pair| pair.contains("新城")), "{pairs:?}");
        let known = Features::of("", "丽发新城小区");
        let other = Features::of("", "万科新城小区");
        let shared = |a: &Features, b: &Features| {
            a.terms
                .iter()
                .filter(|(term, _)| b.terms.iter().any(|(other, _)| other == term))
                .count()
        };
        assert!(shared(&known, &known) > shared(&known, &other));
    }

    #[test]
    fn a_heading_weighs_more_and_repetition_less() {
        let weight = |subject: &str, text: &str| {
            let found = Features::of(subject, text);
            let wanted = term(&["搅拌站"]);
            found
                .terms()
                .iter()
                .find(|(term, _)| *term == wanted)
                .map(|(_, weight)| *weight)
                .unwrap()
        };
        assert!(weight("搅拌站", "") > weight("", "搅拌站"));
        let (once, twice, thrice) = (
            weight("", "搅拌站"),
            weight("", "搅拌站，搅拌站"),
            weight("", "搅拌站，搅拌站，搅拌站"),
        );
        assert!(twice - once > thrice - twice);
    }

    #[test]
    fn a_village_is_no_concrete_place_and_a_housing_estate_is() {
        for (word, expected) in [
            ("武塘村", true),
            ("宜阳县", true),
            ("区", true),
            ("小区", false),
            ("幼儿园", false),
        ] {
            assert_eq!(is_administrative(word), expected, "{word}");
        }
        assert!(share(&["武塘村", "路灯"]) < share(&["和顺", "小区"]));
    }

    #[test]
    fn what_says_nothing_has_no_terms() {
        assert!(Features::of("", "请领导尽快解决！").is_empty());
    }
}
