//! Finds the words of a text that are part of a place's name, by the endings of such names.

use crate::segmenter::segmenter;

/// Words before the ending of a place name that belong to the name (世纪 华阳 小区).
pub(super) const NAME_WORDS: usize = 2;
/// Endings of place names. A word that is one, or ends in one, is a place.
pub(super) const PLACE_ENDINGS: [&str; 38] = [
    "路",
    "街",
    "大道",
    "胡同",
    "巷",
    "桥",
    "村",
    "镇",
    "乡",
    "县",
    "市",
    "区",
    "苑",
    "花园",
    "家园",
    "广场",
    "大厦",
    "小区",
    "社区",
    "小学",
    "中学",
    "大学",
    "学校",
    "医院",
    "公园",
    "游园",
    "路口",
    "街口",
    "交叉口",
    "超市",
    "商场",
    "市场",
    "酒店",
    "饭店",
    "车站",
    "工地",
    "公司",
    "河",
];

/// Returns for each word of a run whether it is part of a place's name: a word with such an ending, and the words before an
/// ending that stands alone, up to a word of the trade or a predicate.
pub(super) fn named_words(run: &[&str]) -> Vec<bool> {
    let mut named = vec![false; run.len()];
    for (at, word) in run.iter().enumerate() {
        let is_ending = PLACE_ENDINGS.iter().any(|ending| word.ends_with(ending));
        if !is_ending || segmenter().is_trade(word) {
            continue;
        }
        let first = if PLACE_ENDINGS.contains(word) || word.chars().nth(2).is_none() {
            first_of_name(run, at)
        } else {
            at
        };
        for named in named.iter_mut().take(at + 1).skip(first) {
            *named = true;
        }
    }
    named
}

/// Goes back at most [`NAME_WORDS`] words; a single character inside of a name (之) is not counted.
fn first_of_name(run: &[&str], ending: usize) -> usize {
    let (mut first, mut words) = (ending, 0);
    let before = run.iter().enumerate().take(ending).rev();
    for (at, word) in before {
        let is_word = word.chars().nth(1).is_some();
        if words == NAME_WORDS || segmenter().is_trade(word) || (is_word && segmenter().is_predicate(word)) {
            break;
        }
        words += usize::from(is_word);
        first = at;
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::similar::features::{NAME_JOINS, runs_joined_by};

    fn named(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        runs_joined_by(text, &NAME_JOINS, |run| {
            let words = run.iter().zip(named_words(run));
            found.extend(
                words
                    .filter(|(_, named)| *named)
                    .map(|(word, _)| (*word).to_owned()),
            );
        });
        found
    }

    #[test]
    fn a_name_is_told_by_its_ending() {
        for (text, name) in [
            ("投诉魅力之城小区油烟扰民", "魅力之城小区"),
            ("丽发新城小区的搅拌站", "丽发新城小区"),
            ("世纪华阳小区路灯不亮", "世纪华阳小区"),
            ("夜宵摊油烟扰民", ""),
        ] {
            assert_eq!(named(text).concat(), name, "{text}");
        }
    }

    #[test]
    fn a_word_of_the_trade_or_a_verb_is_no_name() {
        for (text, word) in [
            ("流动摊贩小区", "流动摊贩"),
            ("早市占道", "早市"),
            ("听说小区停水", "听说"),
        ] {
            assert!(!named(text).contains(&word.to_owned()), "{text}");
        }
    }
}
