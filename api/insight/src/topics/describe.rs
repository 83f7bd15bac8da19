//! Keywords of a group: phrases that most of its reports share and few others have.

use std::collections::{BTreeMap, HashSet};
use std::hash::Hash;

use crate::similar::Index;
use crate::similar::features::{is_administrative, runs, term};

/// Reports read for it; more say the same.
const MAX_READ: usize = 60;
/// A phrase of a group stands in at least this share of its reports.
const MIN_SHARE: f32 = 0.34;
/// Longer names are cut by the dictionary into more words than this.
const LONGEST_RUN: usize = 4;

/// The phrases that tell a group, the most telling first. `texts` in any order.
pub fn keywords<'a, K: Copy + Eq + Hash + Ord + Send + Sync>(
    index: &Index<K>,
    texts: impl IntoIterator<Item = &'a str>,
    limit: usize,
) -> Vec<String> {
    let mut read = 0;
    let mut counted: BTreeMap<String, (f32, f32)> = BTreeMap::new();
    for text in texts.into_iter().take(MAX_READ) {
        read += 1;
        let mut seen = HashSet::new();
        runs(text, |run| {
            for length in 1..=LONGEST_RUN {
                for piece in run
                    .windows(length)
                    .filter(|piece| !piece.iter().any(|word| is_administrative(word)))
                {
                    let phrase = piece.concat();
                    if phrase.chars().nth(1).is_some() && seen.insert(phrase.clone()) {
                        counted
                            .entry(phrase)
                            .or_insert_with(|| (0.0, rarity(index, piece)))
                            .0 += 1.0;
                    }
                }
            }
        });
    }
    let least = (MIN_SHARE * read as f32).max(2.0).min(read as f32);
    let mut telling: Vec<(f32, String)> = counted
        .into_iter()
        .filter(|(_, (count, _))| *count >= least)
        .map(|(phrase, (count, rarity))| {
            (
                count / read as f32 * rarity * (1.0 + phrase.chars().count() as f32).ln(),
                phrase,
            )
        })
        .collect();
    telling.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut kept: Vec<String> = Vec::new();
    for (_, phrase) in telling {
        if kept.len() < limit && !kept.iter().any(|other| overlap(other, &phrase)) {
            kept.push(phrase);
        }
    }
    kept
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
    fn nothing_is_told_of_nothing() {
        assert!(keywords(&Index::<usize>::default(), [], 4).is_empty());
    }
}
