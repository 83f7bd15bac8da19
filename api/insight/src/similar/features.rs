//! Terms of a text: its words and its pairs of neighbouring words. A pair keeps together names that are in no
//! dictionary (丽发 + 新城), and it is rare, so it weighs much.

use crate::segmenter::{is_letter, normalise, segmenter};
use crate::similar::packed_terms::{MAX_HALVES, Mark, PackedTerms};
use crate::similar::place_names;

/// Count of one occurrence of a word, in halves of a word of the text: a heading says what the matter is, and
/// a word there counts as much as three in the text.
const SUBJECT_HALVES: u32 = 6;
const TEXT_HALVES: u32 = 2;
/// A county, a town or a village is no concrete place: two reports from one village may speak of anything. Such a
/// word counts half.
const ADMINISTRATIVE_SHARE: u32 = 2;
/// A second occurrence adds less than the first time: `tf / (tf + 1.5)`; here in halves.
const SATURATION_HALVES: f32 = 3.0;
/// Particles inside of names (魅力 之 城).
pub const NAME_JOINS: [&str; 1] = ["之"];
/// Only the beginning of a long text is read.
const MAX_TEXT_CHARS: usize = 400;
const MAX_TERMS: usize = 192;

/// A text as sorted terms with their weights before rarity is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    packed: PackedTerms,
}

impl Features {
    /// Counts the terms of a report: its heading, empty if it has none, and its text.
    #[must_use]
    pub fn of(subject: &str, text: &str) -> Self {
        let mut counted: Vec<Counted> = Vec::new();
        count(subject, SUBJECT_HALVES, &mut counted);
        let end = text
            .char_indices()
            .nth(MAX_TEXT_CHARS)
            .map_or(text.len(), |(at, _)| at);
        count(text.get(..end).unwrap_or(text), TEXT_HALVES, &mut counted);
        counted.sort_unstable_by_key(|counted| counted.term);
        counted.dedup_by(|later, kept| {
            let same = later.term == kept.term;
            if same {
                kept.halves += later.halves;
                kept.in_place |= later.in_place;
            }
            same
        });
        if counted.len() > MAX_TERMS {
            counted.sort_unstable_by(|a, b| b.halves.cmp(&a.halves).then(a.term.cmp(&b.term)));
            counted.truncate(MAX_TERMS);
            counted.sort_unstable_by_key(|counted| counted.term);
        }
        let marked = |counted: &Counted| (counted.term, Mark::new(counted.halves, counted.in_place));
        Self {
            packed: PackedTerms::new(counted.iter().map(marked)),
        }
    }

    /// Each term and its weight, in ascending order of terms.
    pub fn terms(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.term_counts().map(|(term, halves)| (term, weight(halves)))
    }

    /// Returns each term and its count in halves; [`weight`] converts a count.
    pub(super) fn term_counts(&self) -> impl Iterator<Item = (u32, u8)> + '_ {
        self.packed.iter().map(|(term, mark)| (term, mark.halves()))
    }

    /// Returns the terms that are part of a place's name, in ascending order.
    pub fn places(&self) -> impl Iterator<Item = u32> + '_ {
        let places = self.packed.iter().filter(|(_, mark)| mark.is_place());
        places.map(|(term, _)| term)
    }

    /// Reads a little of each part to load it into the cache.
    pub(super) fn touch(&self) -> u32 {
        self.packed.touch()
    }

    /// Returns the number of terms. O(terms).
    #[must_use]
    pub fn len(&self) -> usize {
        self.packed.iter().count()
    }

    /// Returns `true` if the text has no terms.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }
}

/// Returns the weight of a term with this count in its text: 0 to 1.
pub(super) fn weight(halves: u8) -> f32 {
    const WEIGHTS: [f32; MAX_HALVES as usize + 1] = weights();
    WEIGHTS.get(usize::from(halves)).copied().unwrap_or(1.0)
}

/// Tabulates `tf / (tf + 1.5)` for the innermost loop of a search.
#[expect(clippy::indexing_slicing, reason = "worked out while compiling")]
const fn weights() -> [f32; MAX_HALVES as usize + 1] {
    let mut weights = [0.0; MAX_HALVES as usize + 1];
    let mut halves = 0;
    while halves < weights.len() {
        weights[halves] = halves as f32 / (halves as f32 + SATURATION_HALVES);
        halves += 1;
    }
    weights
}

/// Hashes a word or a pair of words.
#[must_use]
pub fn term(words: &[&str]) -> u32 {
    words.iter().fold(NO_WORDS, |hash, word| and_word(hash, word))
}

/// FNV-1a, 32 bits; a city's half year has some 10^5.5 terms, so that a few hundred share a number.
const NO_WORDS: u32 = 0x811C_9DC5;

fn and_word(before: u32, word: &str) -> u32 {
    let bytes = word.bytes().chain([0xFF]);
    bytes.fold(before, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// Calls `each` for every run of content words: a run ends at punctuation and at a stop word.
pub fn runs(text: &str, each: impl FnMut(&[&str])) {
    runs_joined_by(text, &[], each);
}

/// Calls `each` for every run of content words; these stop words join two words instead of ending a run (魅力 之 城).
pub fn runs_joined_by(text: &str, joins: &[&str], mut each: impl FnMut(&[&str])) {
    let text = normalise(text);
    for clause in text.split(|c: char| !is_letter(c)) {
        let mut run: Vec<&str> = Vec::new();
        for word in segmenter().segment(clause) {
            if segmenter().is_stop(word) && (run.is_empty() || !joins.contains(&word)) {
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

/// A term of a text while it is counted.
struct Counted {
    term: u32,
    halves: u32,
    in_place: bool,
}

fn count(text: &str, halves: u32, into: &mut Vec<Counted>) {
    runs_joined_by(text, &NAME_JOINS, |run| {
        let named = place_names::named_words(run);
        let mut before: Option<(u32, bool, bool)> = None;
        for (word, in_place) in run.iter().zip(named) {
            let (alone, is_wide) = (and_word(NO_WORDS, word), is_administrative(word));
            // A single character is nearly always a piece of a name; its pairs say more.
            if word.chars().nth(1).is_some() {
                into.push(Counted {
                    term: alone,
                    halves: halves / share(is_wide),
                    in_place,
                });
            }
            if let Some((before, was_wide, was_in_place)) = before {
                into.push(Counted {
                    term: and_word(before, word),
                    halves: halves / share(is_wide || was_wide),
                    in_place: in_place && was_in_place,
                });
            }
            before = Some((alone, is_wide, in_place));
        }
    });
}

fn share(is_administrative: bool) -> u32 {
    if is_administrative {
        ADMINISTRATIVE_SHARE
    } else {
        1
    }
}

/// Returns `true` if a word names a county, a town or a village, or ends such a name.
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
            a.terms()
                .filter(|(term, _)| b.terms().any(|(other, _)| other == *term))
                .count()
        };
        assert!(shared(&known, &known) > shared(&known, &other));
    }

    #[test]
    fn a_heading_weighs_more_and_repetition_less() {
        let weight = |subject: &str, text: &str| {
            let found = Features::of(subject, text);
            let wanted = term(&["搅拌站"]);
            let mut terms = found.terms();
            terms.find(|(term, _)| *term == wanted).unwrap().1
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
        let weight = |text: &str| {
            let found = Features::of("", text);
            found.terms().map(|(_, weight)| weight).fold(0.0, f32::max)
        };
        // Each is one word.
        assert!(weight("洛阳市") < weight("幼儿园"));
    }

    #[test]
    fn a_pair_is_no_word_and_the_order_of_its_words_counts() {
        assert_ne!(term(&["路灯", "不亮"]), term(&["不亮", "路灯"]));
        assert_ne!(term(&["路灯", "不亮"]), term(&["路灯不亮"]));
        assert_eq!(and_word(term(&["路灯"]), "不亮"), term(&["路灯", "不亮"]));
    }

    #[test]
    fn what_is_said_without_end_weighs_no_more_than_is_kept() {
        let endless = Features::of("", &"路灯，".repeat(90));
        assert!(endless.term_counts().map(|(_, halves)| halves).eq([127]));
        assert_eq!(endless.places().count(), 0);
        let mut terms = endless.terms();
        assert!(
            terms
                .next()
                .is_some_and(|(_, weight)| (0.97..1.0).contains(&weight))
        );
    }

    #[test]
    fn what_says_nothing_has_no_terms() {
        assert!(Features::of("", "请领导尽快解决！").is_empty());
    }
}
