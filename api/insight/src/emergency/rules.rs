//! The rule file: patterns per kind of emergency, and what makes a match an ordinary report.

use std::collections::BTreeMap;

use fancy_regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::prefilter::Prefilter;

/// Characters allowed between two words of a pattern, within one sentence.
const GAP: &str = "[^。!?;\n]{0,10}";
/// Upper limit for the compiled size of a pattern or a joined list. Bytes.
const MAX_BYTES: usize = 32 << 20;
/// Steps after which a pattern gives up on a text: look-around has no linear bound.
const MAX_STEPS: usize = 200_000;

/// `emergencies.toml` of a city pack.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Alternatives by name; a pattern refers to them as `{name}`.
    #[serde(default)]
    pub words: BTreeMap<String, String>,
    /// Phrases that are removed from the text before any pattern is tried (消防通道).
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Signs near a match that the event is past, feared or discussed.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Signs right before a match that the event is feared, past or asked about.
    #[serde(default)]
    pub doubt: Vec<String>,
    /// Signs near a match that the event is happening now; they override `unless` and `doubt`.
    #[serde(default)]
    pub now: Vec<String>,
    /// The kinds of emergency.
    #[serde(default, rename = "emergency")]
    pub emergencies: Vec<KindSection>,
}

/// One kind of emergency.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindSection {
    /// Stable name in the API, e.g. `fire`.
    pub kind: String,
    /// Number to call first.
    pub call: String,
    /// Instruction shown to the person.
    pub message: String,
    /// Patterns that only `doubt` dismisses.
    #[serde(default)]
    pub strong: Vec<String>,
    /// Weaker patterns, which `unless` dismisses.
    #[serde(default)]
    pub patterns: Vec<String>,
    /// Further phrases removed for this kind only.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Further signs against a match of this kind.
    #[serde(default)]
    pub unless: Vec<String>,
}

/// Compiled rules, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct EmergencyRules {
    pub(super) now: Option<Regex>,
    pub(super) doubt: Option<Regex>,
    pub(super) kinds: Vec<Kind>,
    pub(super) prefilter: Prefilter,
}

/// Compiled patterns of one kind.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    /// The kind's stable name.
    pub kind: String,
    /// The number to call.
    pub call: String,
    /// The words for the person.
    pub message: String,
    /// Removed from a text before it is searched.
    pub ignore: Option<Regex>,
    /// A text with it is no emergency of this kind.
    pub unless: Option<Regex>,
    /// One of these is enough.
    pub strong: Vec<Pattern>,
    /// Expressions of the kind.
    pub patterns: Vec<Pattern>,
}

/// A compiled pattern and its number in the prefilter.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub regex: Regex,
    pub number: usize,
}

impl EmergencyRules {
    /// Compiles a rule file.
    ///
    /// # Errors
    /// One sentence per pattern that is not a regular expression, is too large or names an unknown word list.
    pub fn compile(file: &RuleFile) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let mut compiler = Compiler {
            words: &file.words,
            faults: &mut faults,
            sources: Vec::new(),
        };
        let now = compiler.any_of("now", [&file.now]);
        let doubt = compiler.any_of("doubt", [&file.doubt]);
        let kinds: Vec<Kind> = file
            .emergencies
            .iter()
            .map(|section| compiler.kind(file, section))
            .collect();
        let sources = compiler.sources;
        if faults.is_empty() {
            let prefilter = Prefilter::new(sources.iter().map(String::as_str));
            Ok(Self {
                now,
                doubt,
                kinds,
                prefilter,
            })
        } else {
            Err(faults)
        }
    }

    /// Returns the number to call first and the instruction of a kind.
    #[must_use]
    pub fn instruction(&self, kind: &str) -> Option<(&str, &str)> {
        let found = self.kinds.iter().find(|known| known.kind == kind)?;
        Some((&found.call, &found.message))
    }
}

struct Compiler<'a> {
    words: &'a BTreeMap<String, String>,
    faults: &'a mut Vec<String>,
    /// The patterns, in the order of their numbers.
    sources: Vec<String>,
}

impl Compiler<'_> {
    fn kind(&mut self, file: &RuleFile, section: &KindSection) -> Kind {
        let KindSection {
            kind,
            call,
            message,
            strong,
            patterns,
            ignore,
            unless,
        } = section;
        if kind.is_empty() || call.is_empty() || message.is_empty() {
            self.faults
                .push(format!("{kind}: kind, call and message must not be empty"));
        }
        if patterns.is_empty() && strong.is_empty() {
            self.faults.push(format!("{kind}: has no pattern"));
        }
        Kind {
            kind: kind.clone(),
            call: call.clone(),
            message: message.clone(),
            ignore: self.any_of(kind, [&file.ignore, ignore]),
            unless: self.any_of(kind, [&file.unless, unless]),
            strong: self.patterns(kind, strong),
            patterns: self.patterns(kind, patterns),
        }
    }

    fn patterns(&mut self, kind: &str, patterns: &[String]) -> Vec<Pattern> {
        let mut compiled = Vec::new();
        for pattern in patterns {
            let Some(source) = self.expand(kind, pattern) else {
                continue;
            };
            if let Some(regex) = self.build(kind, &source) {
                let number = self.sources.len();
                compiled.push(Pattern { regex, number });
                self.sources.push(source);
            }
        }
        compiled
    }

    /// Compiles alternatives into one expression; `None` if there are none.
    fn any_of<'l>(&mut self, of: &str, lists: impl IntoIterator<Item = &'l Vec<String>>) -> Option<Regex> {
        let mut sources = Vec::new();
        for pattern in lists.into_iter().flatten() {
            if self.compile(of, pattern).is_some() {
                sources.extend(self.expand(of, pattern).map(|source| format!("(?:{source})")));
            }
        }
        if sources.is_empty() {
            return None;
        }
        self.build(of, &sources.join("|"))
    }

    fn compile(&mut self, of: &str, pattern: &str) -> Option<Regex> {
        let source = self.expand(of, pattern)?;
        self.build(of, &source)
    }

    fn build(&mut self, of: &str, source: &str) -> Option<Regex> {
        let mut builder = RegexBuilder::new(source);
        let built = builder
            .delegate_size_limit(MAX_BYTES)
            .backtrack_limit(MAX_STEPS)
            .build();
        built
            .map_err(|error| self.faults.push(format!("{of}: {source}: {error}")))
            .ok()
    }

    /// Replaces blanks by the gap and `{name}` by the word list of that name. A repetition such as `{0,4}` stays.
    fn expand(&mut self, of: &str, pattern: &str) -> Option<String> {
        let mut source = String::new();
        for (at, word) in pattern.split_whitespace().enumerate() {
            if at > 0 {
                source.push_str(GAP);
            }
            source.push_str("(?:");
            let mut rest = word;
            while let Some((before, after)) = rest.split_once('{') {
                let (name, behind) = after.split_once('}').unwrap_or((after, ""));
                source.push_str(before);
                if name.starts_with(|c: char| c.is_ascii_digit()) {
                    source.push_str(&format!("{{{name}}}"));
                } else if let Some(words) = self.words.get(name) {
                    source.push_str(&format!("(?:{words})"));
                } else {
                    self.faults.push(format!("{of}: {pattern}: no word list {name}"));
                    return None;
                }
                rest = behind;
            }
            source.push_str(rest);
            source.push(')');
        }
        Some(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(pattern: &str) -> RuleFile {
        toml::from_str(&format!(
            r#"
            words = {{ gas = "煤气|燃气" }}
            [[emergency]]
            kind = "gas"
            call = "119"
            message = "请撤离。"
            patterns = ["{pattern}"]
            "#
        ))
        .unwrap()
    }

    #[test]
    fn a_word_list_is_named_in_braces_and_a_repetition_stays() {
        let rules = EmergencyRules::compile(&file("{gas} 漏.{0,2}气")).unwrap();
        assert!(rules.detect("厨房燃气好像漏了点气").is_some());
        assert!(rules.detect("厨房水漏了").is_none());
    }

    #[test]
    fn each_fault_of_a_file_is_named() {
        for (pattern, fault) in [("{smoke}", "no word list smoke"), ("煤气(", "煤气(")] {
            let faults = EmergencyRules::compile(&file(pattern)).unwrap_err();
            assert!(faults.iter().any(|found| found.contains(fault)), "{faults:?}");
        }
        let mut without = file("煤气");
        without.emergencies[0].call.clear();
        without.emergencies[0].patterns.clear();
        assert_eq!(EmergencyRules::compile(&without).unwrap_err().len(), 2);
    }
}
