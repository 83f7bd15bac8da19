//! Keywords of a group: phrases that most of its reports share and few others have.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use crate::segmenter::{is_letter, normalise, segmenter};
use crate::similar::Index;
use crate::similar::features::{NAME_JOINS, is_administrative, runs_joined_by, term};

/// Reports read for it; more say the same.
const MAX_READ: usize = 60;
/// A phrase of a group stands in at least this share of its reports.
const MIN_SHARE: f32 = 0.34;
/// Longer names are cut by the dictionary into more words than this.
const LONGEST_RUN: usize = 5;
/// A phrase is a piece of a name if so large a share of its occurrences has the same word next to it, and that word or the
/// phrase's own at that end is a single character.
const NAME_SHARE: f32 = 0.6;
/// Characters that end what stands before them and begin what follows: no piece of a name.
const BOUNDARIES: &str = "的了在是有被把请将对就也都及与和到从给让于由以因为等何时没不无省市县区镇乡村";

/// The counts of a phrase: reports that have it, its rarity, and the words next to it.
#[derive(Default)]
struct Counted {
    reports: f32,
    rarity: f32,
    before: HashMap<String, f32>,
    after: HashMap<String, f32>,
    /// First and last word have more than one character.
    whole_ends: (bool, bool),
}

impl Counted {
    /// Returns `true` if the phrase is nearly always part of one longer name.
    fn is_cut(&self) -> bool {
        let cut = |neighbours: &HashMap<String, f32>, whole: bool| {
            neighbours.iter().any(|(word, count)| {
                *count >= NAME_SHARE * self.reports && (!whole || word.chars().nth(1).is_none())
            })
        };
        cut(&self.before, self.whole_ends.0) || cut(&self.after, self.whole_ends.1)
    }

    /// Returns `true` if the phrase begins or ends inside of a longer name or number in most of its occurrences. A stop word
    /// inside of a name (中 in 中茂城) ends a run, so this looks at the characters of the texts.
    fn is_piece(&self, phrase: &str, texts: &[String]) -> bool {
        let (mut count, mut before, mut after) = (0_usize, HashMap::new(), HashMap::new());
        for text in texts {
            for (at, _) in text.match_indices(phrase) {
                count += 1;
                let around = text.get(..at).zip(text.get(at + phrase.len()..));
                let (head, tail) = around.unwrap_or_default();
                if let Some(c) = head.chars().next_back().filter(|_| !ends_with_stop_word(head)) {
                    *before.entry(c).or_default() += 1;
                }
                if let Some(c) = tail.chars().next() {
                    *after.entry(c).or_default() += 1;
                }
            }
        }
        let (first, last) = (phrase.chars().next(), phrase.chars().next_back());
        if is_number_begun(first, &before, count) || is_number_unfinished(last, &after, count) {
            return true;
        }
        let (most_before, all_before) = letter_shares(&before, count);
        let (most_after, _) = letter_shares(&after, count);
        // A single character at the beginning is the end of a name, if a letter stands before it; at the end it may end one.
        let begins_inside = !self.whole_ends.0 && (most_before >= NAME_SHARE || all_before >= 0.5);
        begins_inside || (!self.whole_ends.1 && most_after >= NAME_SHARE)
    }
}

/// The phrases that tell a group, the most telling first. `texts` in any order.
pub fn keywords<'a, K: Copy + Eq + Hash + Ord + Send + Sync>(
    index: &Index<K>,
    texts: impl IntoIterator<Item = &'a str>,
    limit: usize,
) -> Vec<String> {
    let texts: Vec<String> = texts.into_iter().take(MAX_READ).map(normalise).collect();
    let read = texts.len();
    let mut counted: BTreeMap<String, Counted> = BTreeMap::new();
    for text in &texts {
        let mut seen = HashSet::new();
        runs_joined_by(text, &NAME_JOINS, |run| {
            count_run(index, run, &mut seen, &mut counted)
        });
    }
    let least = (MIN_SHARE * read as f32).max(2.0).min(read as f32);
    let mut telling: Vec<(f32, String, Counted)> = counted
        .into_iter()
        .filter(|(_, counted)| counted.reports >= least && !counted.is_cut())
        .map(|(phrase, counted)| {
            let share = counted.reports / read as f32;
            let strength = share * counted.rarity * (1.0 + phrase.chars().count() as f32).ln();
            (strength, phrase, counted)
        })
        .collect();
    telling.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut kept: Vec<String> = Vec::new();
    for (_, phrase, counted) in telling {
        if kept.len() == limit {
            break;
        }
        let is_new = !kept.iter().any(|other| overlap(other, &phrase));
        if is_new && !counted.is_piece(&phrase, &texts) {
            kept.push(phrase);
        }
    }
    kept
}

/// Returns `true` if a text ends with a stop word of several characters (投诉, 关于).
fn ends_with_stop_word(text: &str) -> bool {
    let starts = text.char_indices().rev().skip(1).take(3);
    let mut tails = starts.filter_map(|(at, _)| text.get(at..));
    tails.any(|tail| segmenter().is_stop(tail))
}

/// Returns the share of the most frequent letter next to a phrase, and of all letters; boundaries are none.
fn letter_shares(next_to: &HashMap<char, usize>, count: usize) -> (f32, f32) {
    let letters = next_to
        .iter()
        .filter(|(c, _)| is_letter(**c) && !BOUNDARIES.contains(**c))
        .map(|(_, times)| *times);
    let (most, all) = letters.fold((0, 0), |(most, all), times| (times.max(most), all + times));
    (
        most as f32 / count.max(1) as f32,
        all as f32 / count.max(1) as f32,
    )
}

/// Returns `true` if a number or a letter with a number goes on before a phrase in half of its occurrences.
fn is_number_begun(first: Option<char>, before: &HashMap<char, usize>, count: usize) -> bool {
    let goes_on = |c: char| c.is_ascii_alphanumeric() || c == '-';
    first.is_some_and(|c| c.is_ascii_alphanumeric()) && is_mostly(before, count, goes_on)
}

/// Returns `true` if a number at a phrase's end has its unit (30年), or a letter the rest of its name (A3区), beyond the phrase.
fn is_number_unfinished(last: Option<char>, after: &HashMap<char, usize>, count: usize) -> bool {
    let ends_name = |c: char| c.is_ascii_alphanumeric() || "-省市县区镇乡村".contains(c);
    match last {
        Some(c) if c.is_ascii_digit() => is_mostly(after, count, |c| is_letter(c) || c == '-'),
        Some(c) if c.is_ascii_alphabetic() => is_mostly(after, count, ends_name),
        _ => false,
    }
}

fn is_mostly(next_to: &HashMap<char, usize>, count: usize, is_such: impl Fn(char) -> bool) -> bool {
    let such = next_to.iter().filter(|(c, _)| is_such(**c));
    such.map(|(_, times)| *times).sum::<usize>() * 2 >= count.max(1)
}

/// Counts the phrases of one run of words, each once per report.
fn count_run<K: Copy + Eq + Hash + Ord + Send + Sync>(
    index: &Index<K>,
    run: &[&str],
    seen: &mut HashSet<String>,
    counted: &mut BTreeMap<String, Counted>,
) {
    let is_whole = |word: Option<&&str>| word.is_some_and(|word| word.chars().nth(1).is_some());
    for length in 1..=LONGEST_RUN {
        for (at, piece) in run.windows(length).enumerate() {
            let phrase = piece.concat();
            if piece.iter().any(|word| is_administrative(word))
                || phrase.chars().nth(1).is_none()
                || !seen.insert(phrase.clone())
            {
                continue;
            }
            let known = counted.entry(phrase).or_insert_with(|| Counted {
                rarity: rarity(index, piece),
                whole_ends: (is_whole(piece.first()), is_whole(piece.last())),
                ..Counted::default()
            });
            known.reports += 1.0;
            let next_to = |side: &mut HashMap<String, f32>, word: Option<&&str>| {
                if let Some(word) = word.filter(|word| !is_administrative(word)) {
                    *side.entry((*word).to_owned()).or_default() += 1.0;
                }
            };
            next_to(&mut known.before, at.checked_sub(1).and_then(|at| run.get(at)));
            next_to(&mut known.after, run.get(at + length));
        }
    }
}

/// A word's own; of more words that of their rarest pair.
fn rarity<K: Copy + Eq + Hash + Ord + Send + Sync>(index: &Index<K>, piece: &[&str]) -> f32 {
    match piece {
        [word] => index.rarity(term(&[word])),
        more => more
            .windows(2)
            .map(|pair| index.rarity(term(pair)))
            .fold(0.0, f32::max),
    }
}

/// One inside the other, or the end of one the beginning of the other.
fn overlap(a: &str, b: &str) -> bool {
    let ends = |a: &str, b: &str| {
        let chars = a.char_indices().skip(1).map(|(at, _)| at);
        chars
            .filter_map(|at| a.get(at..))
            .any(|tail| tail.chars().nth(1).is_some() && b.starts_with(tail))
    };
    a.contains(b) || b.contains(a) || ends(a, b) || ends(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::similar::Features;

    #[test]
    fn a_group_is_told_by_what_its_reports_share() {
        let texts = [
            "丽发新城小区附近的搅拌站噪音扰民",
            "搅拌站灰尘大，丽发新城居民受不了",
            "投诉丽发新城旁的搅拌站",
        ];
        let mut index = Index::default();
        for (key, text) in texts.iter().enumerate() {
            index.add(key, Features::of("", text));
        }
        for key in 0..40_usize {
            index.add(100 + key, Features::of("", "小区噪音扰民"));
        }
        let found = keywords(&index, texts, 4);
        assert!(found.iter().any(|word| word == "丽发新城"), "{found:?}");
        assert!(found.iter().any(|word| word == "搅拌站"), "{found:?}");
        assert!(
            !found.iter().any(|word| word == "灰尘"),
            "one report alone says it: {found:?}"
        );
    }

    #[test]
    fn no_keyword_is_a_piece_of_a_name() {
        let texts = [
            "魅力之城小区夜宵摊油烟",
            "投诉魅力之城临街烧烤摊",
            "魅力之城商业街油烟扰民",
            "魅力之城小区底层餐饮油烟",
        ];
        let mut index = Index::default();
        for (key, text) in texts.iter().enumerate() {
            index.add(key, Features::of("", text));
        }
        let found = keywords(&index, texts, 6);
        assert!(found.iter().any(|word| word.contains("魅力之城")), "{found:?}");
        let name = "魅力之城";
        let piece = |word: &String| word.chars().count() < 4 && name.contains(word.as_str());
        assert!(!found.iter().any(piece), "{found:?}");
    }

    #[test]
    fn no_keyword_begins_or_ends_inside_of_a_name() {
        for (texts, cut) in [
            (
                [
                    "A7县星沙中茂城恶意拖欠购房款",
                    "中茂城恶意拖欠购房款",
                    "投诉中茂城恶意拖欠购房款",
                ],
                "茂城",
            ),
            (
                ["青岛路污水井外冒", "投诉青岛路污水井外冒", "青岛路污水井外冒多日"],
                "路污水井",
            ),
        ] {
            let mut index = Index::default();
            for (key, text) in texts.iter().enumerate() {
                index.add(key, Features::of("", text));
            }
            let found = keywords(&index, texts, 6);
            assert!(!found.is_empty(), "{texts:?}");
            assert!(!found.iter().any(|word| word.starts_with(cut)), "{found:?}");
        }
    }

    #[test]
    fn nothing_is_told_of_nothing() {
        assert!(keywords(&Index::<usize>::default(), [], 4).is_empty());
    }
}
