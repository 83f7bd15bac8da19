//! Pure: which patterns can match a text at all. A pattern whose words are not in the text is not tried.
//!
//! A search for all words of all patterns takes one pass over the text; trying each of some three hundred patterns takes
//! hundreds of passes.

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;
use fancy_regex::Regex;
use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::rules::Pattern;

/// A pattern with more alternative words than this is always tried.
const MAX_WORDS: usize = 400;
/// A longer word does not exclude more texts. Characters.
const LONG_WORD: usize = 3;

/// The patterns of a rule file by the words that each needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Prefilter {
    search: Option<AhoCorasick>,
    /// By word: the patterns that need it or another one.
    patterns: Vec<Vec<usize>>,
    /// Patterns without necessary words.
    always: Vec<usize>,
    /// Number of patterns.
    count: usize,
}

/// The patterns that can match a text, by their number.
pub(super) struct Candidates(Vec<bool>);

impl Candidates {
    /// Returns those of the patterns that may match.
    pub fn of<'p>(&self, patterns: &'p [Pattern]) -> Vec<&'p Regex> {
        let may_match = patterns.iter().filter(|pattern| self.has(pattern.number));
        may_match.map(|pattern| &pattern.regex).collect()
    }

    fn has(&self, number: usize) -> bool {
        self.0.get(number).copied().unwrap_or(true)
    }
}

impl Prefilter {
    /// Takes the patterns in the order of their numbers.
    pub fn new<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Self {
        let mut by_word: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut prefilter = Self::default();
        for (number, pattern) in patterns.into_iter().enumerate() {
            prefilter.count += 1;
            match necessary_words(pattern) {
                Some(words) => {
                    for word in words {
                        by_word.entry(word).or_default().push(number);
                    }
                }
                None => prefilter.always.push(number),
            }
        }
        let (words, patterns): (Vec<String>, _) = by_word.into_iter().unzip();
        match AhoCorasick::new(words) {
            Ok(search) => {
                prefilter.search = Some(search);
                prefilter.patterns = patterns;
            }
            // More words than it can number: all patterns are tried.
            Err(_) => prefilter.always = (0..prefilter.count).collect(),
        }
        prefilter
    }

    /// Returns the patterns that can match the text or a part of it.
    pub fn candidates(&self, text: &str) -> Candidates {
        let mut found = vec![false; self.count];
        let words = self
            .search
            .iter()
            .flat_map(|search| search.find_overlapping_iter(text));
        let of_words = words.filter_map(|word| self.patterns.get(word.pattern().as_usize()));
        for pattern in of_words.flatten().chain(&self.always) {
            if let Some(found) = found.get_mut(*pattern) {
                *found = true;
            }
        }
        Candidates(found)
    }
}

/// Words of which every text that the pattern matches has at least one; `None` if there are no such words.
fn necessary_words(pattern: &str) -> Option<Vec<String>> {
    // Without its conditions on what stands before and after, a pattern matches more, and is regular.
    let regular = without_look_around(pattern)?;
    let mut words = of(&regex_syntax::parse(&regular).ok()?)?;
    words.sort_unstable();
    words.dedup();
    (words.len() <= MAX_WORDS).then_some(words)
}

fn of(hir: &Hir) -> Option<Vec<String>> {
    let prefixes = prefixes(hir);
    let inner = match hir.kind() {
        HirKind::Repetition(repetition) if repetition.min > 0 => of(&repetition.sub),
        HirKind::Capture(capture) => of(&capture.sub),
        HirKind::Alternation(each) => each
            .iter()
            .map(of)
            .collect::<Option<Vec<_>>>()
            .map(|all| all.concat()),
        HirKind::Concat(parts) => {
            let tails = (0..parts.len()).filter_map(|from| prefixes_of_tail(parts, from));
            tails
                .chain(parts.iter().filter_map(of))
                .max_by_key(|words| selectivity(words))
        }
        _ => None,
    };
    prefixes
        .into_iter()
        .chain(inner)
        .max_by_key(|words| selectivity(words))
}

fn prefixes_of_tail(parts: &[Hir], from: usize) -> Option<Vec<String>> {
    prefixes(&Hir::concat(parts.get(from..)?.to_vec()))
}

/// The beginnings of what an expression matches, if they are few.
fn prefixes(hir: &Hir) -> Option<Vec<String>> {
    if let HirKind::Class(Class::Unicode(class)) = hir.kind()
        && class.ranges().iter().map(|range| range.len()).sum::<usize>() > MAX_WORDS
    {
        return None;
    }
    let mut extractor = Extractor::new();
    extractor
        .limit_class(16)
        .limit_repeat(4)
        .limit_literal_len(24)
        .limit_total(MAX_WORDS);
    let literals = extractor.extract(hir);
    let words: Vec<String> = literals
        .literals()?
        .iter()
        .map(|literal| as_characters(literal.as_bytes()))
        .collect();
    (!words.is_empty() && words.iter().all(|word| !word.is_empty())).then_some(words)
}

/// A limit may have cut a character in the middle: what is whole is as necessary.
fn as_characters(bytes: &[u8]) -> String {
    let whole = bytes.utf8_chunks().next().map(|chunk| chunk.valid());
    whole.unwrap_or_default().to_owned()
}

/// Longer words exclude more texts; of equally long ones, few exclude more than many.
fn selectivity(words: &[String]) -> (usize, std::cmp::Reverse<usize>) {
    let shortest = words.iter().map(|word| word.chars().count()).min();
    (
        shortest.unwrap_or_default().min(LONG_WORD),
        std::cmp::Reverse(words.len()),
    )
}

/// Replaces `(?=…)`, `(?!…)`, `(?<=…)` and `(?<!…)` by an empty group, which takes a repetition behind it. `None` if a
/// parenthesis is left open.
fn without_look_around(pattern: &str) -> Option<String> {
    let mut regular = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(next) = rest.chars().next() {
        if ["(?=", "(?!", "(?<=", "(?<!"]
            .iter()
            .any(|open| rest.starts_with(open))
        {
            regular.push_str("(?:)");
            rest = rest.get(group_bytes(rest)?..)?;
            continue;
        }
        let token = match next {
            '\\' => next.len_utf8() + rest.chars().nth(1).map_or(0, char::len_utf8),
            '[' => class_bytes(rest)?,
            _ => next.len_utf8(),
        };
        regular.push_str(rest.get(..token)?);
        rest = rest.get(token..)?;
    }
    Some(regular)
}

/// The length of the group that a text begins with.
fn group_bytes(text: &str) -> Option<usize> {
    let (mut depth, mut at) = (0, 0);
    loop {
        let rest = text.get(at..)?;
        let next = rest.chars().next()?;
        at += match next {
            '\\' => next.len_utf8() + rest.chars().nth(1)?.len_utf8(),
            '[' => class_bytes(rest)?,
            _ => next.len_utf8(),
        };
        match next {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
}

/// The length of the character class that a text begins with.
fn class_bytes(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ']' if at > 1 => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pattern: &str) -> Option<Vec<String>> {
        necessary_words(pattern)
    }

    #[test]
    fn the_longest_words_that_a_match_needs_are_chosen() {
        assert_eq!(words("(?:触电)").unwrap(), ["触电"]);
        assert_eq!(words("(?:煤|燃)气.{0,4}漏").unwrap(), ["煤气", "燃气"]);
        assert_eq!(words("(老人|孩子)?.{0,3}(掉|跌)进").unwrap(), ["掉进", "跌进"]);
        assert_eq!(words("^(?:着火)(?!线).{0,2}$").unwrap(), ["着火"]);
        assert_eq!(words("漏(?!油){2}电").unwrap(), ["漏电"]);
        assert_eq!(words("绝食|跳(楼|河)").unwrap(), ["绝食", "跳楼", "跳河"]);
    }

    #[test]
    fn a_pattern_without_necessary_words_is_always_tried() {
        for pattern in ["触电?.{0,3}|", ".{0,4}", "[^。]{2}", "(a)\\1"] {
            assert_eq!(words(pattern), None, "{pattern}");
        }
        let prefilter = Prefilter::new(["漏电", "[^。]{2}"]);
        let found = prefilter.candidates("路面塌陷");
        assert!(!found.has(0) && found.has(1));
    }

    #[test]
    fn conditions_around_a_match_are_removed() {
        let removed = |pattern| without_look_around(pattern).unwrap();
        assert_eq!(removed("(?<!真)不想活(?!的(心|话))了"), "(?:)不想活(?:)了");
        assert_eq!(removed("a(?=[)(]b)c\\("), "a(?:)c\\(");
        assert_eq!(without_look_around("(?!a"), None);
    }
}
