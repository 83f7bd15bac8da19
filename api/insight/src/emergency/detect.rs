//! Matches a text with the rules.

use std::borrow::Cow;
use std::ops::Range;

use fancy_regex::Regex;

use super::rules::{EmergencyRules, Kind};
use crate::segmenter::normalise;

/// Only this much of a text is read.
const MAX_CHARS: usize = 2_000;
/// Characters before and after a match in which signs for and against it count, within its sentence.
const CONTEXT_BEFORE: usize = 12;
const CONTEXT_AFTER: usize = 12;
/// Characters before a match in which a doubt counts.
const DOUBT_BEFORE: usize = 8;
/// People in an emergency write little. In a longer text a match counts only near its beginning or with a sign that it
/// happens now. Characters.
const SHORT_TEXT: usize = 100;
const BEGINNING: usize = 60;
/// Stands where an ignored phrase was.
const REMOVED: &str = "□";

/// An emergency that a text tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emergency<'r> {
    /// The kind of emergency.
    pub kind: &'r str,
    /// Number to call first.
    pub call: &'r str,
    /// Instruction shown to the person.
    pub message: &'r str,
    /// The words of the text that matched, normalised.
    pub matched: String,
}

impl EmergencyRules {
    /// Returns the first kind of emergency, in the order of the file, that the text tells of. `None` for an ordinary
    /// report. Takes some thirty microseconds for a short text.
    #[must_use]
    pub fn detect(&self, text: &str) -> Option<Emergency<'_>> {
        let text = prepare(text);
        let candidates = self.prefilter.candidates(&text);
        self.kinds.iter().find_map(|kind| {
            let (strong, weak) = (candidates.of(&kind.strong), candidates.of(&kind.patterns));
            if strong.is_empty() && weak.is_empty() {
                return None;
            }
            let text = match &kind.ignore {
                Some(ignore) => ignore
                    .try_replacen(&text, 0, REMOVED)
                    .unwrap_or(Cow::Borrowed(&text)),
                None => Cow::Borrowed(text.as_str()),
            };
            let matched = self.match_kind(kind, &strong, &weak, &text)?;
            Some(Emergency {
                kind: &kind.kind,
                call: &kind.call,
                message: &kind.message,
                matched,
            })
        })
    }

    fn match_kind(&self, kind: &Kind, strong: &[&Regex], weak: &[&Regex], text: &str) -> Option<String> {
        let is_long = text.chars().nth(SHORT_TEXT).is_some();
        let beginning = text
            .char_indices()
            .nth(BEGINNING)
            .map_or(text.len(), |(at, _)| at);
        let strong = matches(strong, text).find(|found| {
            let is_buried = is_long && found.start > beginning;
            (!is_buried && !self.is_doubtful(text, found)) || self.is_now(text, found)
        });
        let weak = || {
            matches(weak, text).find(|found| {
                let is_dismissed = says(kind.unless.as_ref(), text.get(context(text, found)));
                (!is_long && !is_dismissed) || self.is_now(text, found)
            })
        };
        let found = strong.or_else(weak)?;
        text.get(found).map(str::to_owned)
    }

    fn is_now(&self, text: &str, found: &Range<usize>) -> bool {
        says(self.now.as_ref(), text.get(context(text, found)))
    }

    fn is_doubtful(&self, text: &str, found: &Range<usize>) -> bool {
        let start = within_sentence(text, found, DOUBT_BEFORE, 0).start;
        says(self.doubt.as_ref(), text.get(start..found.end))
    }
}

fn says(pattern: Option<&Regex>, text: Option<&str>) -> bool {
    // A pattern that gives up is taken for one that does not match: for `unless` and `doubt` that is the safe side.
    let says = |pattern: &Regex, text: &str| pattern.is_match(text).unwrap_or(false);
    pattern
        .zip(text)
        .is_some_and(|(pattern, text)| says(pattern, text))
}

fn matches<'a>(patterns: &'a [&Regex], text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let found = patterns
        .iter()
        .flat_map(|pattern| pattern.find_iter(text).map_while(Result::ok));
    found.map(|found| found.range())
}

/// Normalises the text and removes blanks, which people type in the middle of words.
fn prepare(text: &str) -> String {
    let short: String = text.chars().take(MAX_CHARS).collect();
    // A line ends a sentence, and `normalise` makes a blank of it.
    let lines: Vec<String> = short
        .lines()
        .map(|line| normalise(line).replace(' ', ""))
        .collect();
    lines.join("\n")
}

/// Returns the bytes around a match in which signs for and against it count.
fn context(text: &str, found: &Range<usize>) -> Range<usize> {
    within_sentence(text, found, CONTEXT_BEFORE, CONTEXT_AFTER)
}

/// Widens a match by at most so many characters before and after it, within its sentence.
fn within_sentence(text: &str, found: &Range<usize>, before: usize, after: usize) -> Range<usize> {
    let ends = |c: char| matches!(c, '。' | '!' | '?' | ';' | '\n');
    let head = text.get(..found.start).unwrap_or_default();
    let start = head
        .char_indices()
        .rev()
        .take(before)
        .take_while(|(_, c)| !ends(*c))
        .last()
        .map_or(found.start, |(at, _)| at);
    let tail = text.get(found.end..).unwrap_or_default();
    let end = tail
        .char_indices()
        .take(after)
        .take_while(|(_, c)| !ends(*c))
        .last()
        .map_or(found.end, |(at, c)| found.end + at + c.len_utf8());
    start..end
}

#[cfg(test)]
mod tests {
    use super::super::RuleFile;
    use super::*;

    fn rules() -> EmergencyRules {
        let file: RuleFile = toml::from_str(
            r#"
            ignore = ["消防通道"]
            unless = ["容易", "去年"]
            doubt = ["担心"]
            now = ["现在"]
            [[emergency]]
            kind = "fire"
            call = "119"
            message = "请立即拨打 119。"
            strong = ["火势"]
            patterns = ["着火", "消防"]
            "#,
        )
        .unwrap();
        EmergencyRules::compile(&file).unwrap()
    }

    fn kind(text: &str) -> Option<String> {
        rules().detect(text).map(|found| found.kind.to_owned())
    }

    #[test]
    fn signs_near_a_match_dismiss_it_unless_it_happens_now() {
        assert!(kind("楼上着火了").is_some());
        assert!(kind("这种线容易着火").is_none());
        assert!(kind("去年着火过，现在又着火了").is_some());
        assert!(kind("去年修过路。楼上着火了").is_some(), "another sentence");
        assert!(
            kind("去年这里的住户在阳台上堆放很多杂物引起了着火").is_some(),
            "too far away"
        );
        assert!(kind("去年火势很大").is_some(), "strong");
        assert!(kind("担心火势很大").is_none(), "strong, but feared");
    }

    #[test]
    fn in_a_long_text_a_match_counts_at_its_beginning_or_when_it_happens_now() {
        let long = "我们小区的物业从来不管事，绿化没人剪，垃圾没人拉，路灯也不亮，反映了很多次都没有结果，"
            .repeat(3);
        assert!(kind(&format!("楼上火势很大，{long}")).is_some());
        assert!(kind(&format!("{long}有一次火势很大")).is_none());
        assert!(kind(&format!("{long}现在火势很大")).is_some());
    }

    /// Each pattern of the built-in pack, on reports with and without an emergency.
    #[test]
    fn no_pattern_that_matches_is_left_out() {
        let file: RuleFile = toml::from_str(include_str!("../../../city/luoyang/emergencies.toml")).unwrap();
        let rules = EmergencyRules::compile(&file).unwrap();
        let (mut tried, mut all) = (0, 0);
        for texts in [
            include_str!("../../tests/emergency/emergencies.csv"),
            include_str!("../../tests/emergency/held_out.csv"),
            include_str!("../../tests/emergency/ordinary.csv"),
        ] {
            for text in texts.lines().map(prepare) {
                let candidates = rules.prefilter.candidates(&text);
                for pattern in rules
                    .kinds
                    .iter()
                    .flat_map(|kind| kind.strong.iter().chain(&kind.patterns))
                {
                    all += 1;
                    if !candidates.of(std::slice::from_ref(pattern)).is_empty() {
                        tried += 1;
                    } else {
                        assert!(
                            !pattern.regex.is_match(&text).unwrap(),
                            "{text}: {}",
                            pattern.regex
                        );
                    }
                }
            }
        }
        assert!(tried * 10 < all, "{tried} of {all} are tried");
    }

    #[test]
    fn ignored_phrases_and_blanks_do_not_count() {
        assert!(kind("消防通道被堵").is_none());
        assert!(kind("楼 上 着 火 了").is_some());
    }

    #[test]
    fn the_match_names_its_words() {
        let rules = rules();
        let found = rules.detect("３楼着火了！").unwrap();
        assert_eq!((found.call, found.matched.as_str()), ("119", "着火"));
    }
}
