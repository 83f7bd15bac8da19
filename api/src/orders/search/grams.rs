//! Pure: the terms of a text and of a search.
//!
//! Pairs of neighbouring characters, folded in case and width, without blanks and punctuation; so `led` finds `ＬＥＤ`,
//! and a word of two Chinese characters is one term.

use std::collections::BTreeSet;

use tables::text::{half_width, is_format};

/// Terms of one text; a description has at most 2,000 characters.
const MAX_TERMS: usize = 3_000;
/// Digits of an order number after its letters: a date and a count.
const NUMBER_DIGITS: usize = 14;
const SHORT_DIGITS: usize = 6;

/// A search on the roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextQuery {
    /// A whole order number stood in the text.
    Number(String),
    /// All of these words.
    Words(Vec<Word>),
}

/// One word: all of its terms, or the order that its digits name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// The word itself, folded.
    pub letters: String,
    pub terms: Vec<String>,
    /// A word of one character: the beginning of a term.
    pub prefix: Option<String>,
    /// The term of an order number's digits.
    pub number: Option<String>,
}

impl Word {
    fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.prefix.is_none() && self.number.is_none()
    }
}

/// The terms under which an order is found.
#[must_use]
pub fn terms_of_order(number: &str, description: &str, address: Option<&str>) -> Vec<String> {
    let mut terms = BTreeSet::new();
    for text in [Some(description), address].into_iter().flatten() {
        let letters: Vec<char> = letters(text).collect();
        terms.extend(letters.windows(2).map(term));
        terms.extend(letters.last().map(|last| term(&[*last])));
    }
    let mut terms: Vec<String> = terms.into_iter().take(MAX_TERMS).collect();
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let from = digits.len().saturating_sub(SHORT_DIGITS);
    terms.extend(digits.get(from..).map(|short| format!("n{short}")));
    terms.push(format!("n{digits}"));
    terms
}

/// The letters in which a word is found, text and address apart.
#[must_use]
pub fn letters_of_order(description: &str, address: Option<&str>) -> String {
    let mut folded: String = letters(description).collect();
    folded.push('\n');
    folded.extend(letters(address.unwrap_or_default()));
    folded
}

/// Reads a search. `None`: nothing in it can be searched for.
#[must_use]
pub fn query(text: &str) -> Option<TextQuery> {
    if let Some(number) = whole_number(text) {
        return Some(TextQuery::Number(number));
    }
    let words: Vec<Word> = text
        .split_whitespace()
        .map(word)
        .filter(|word| !word.is_empty())
        .collect();
    (!words.is_empty()).then_some(TextQuery::Words(words))
}

fn word(text: &str) -> Word {
    let letters: Vec<char> = letters(text).collect();
    let is_number =
        letters.iter().all(char::is_ascii_digit) && matches!(letters.len(), SHORT_DIGITS | NUMBER_DIGITS);
    Word {
        letters: letters.iter().collect(),
        terms: letters.windows(2).map(term).collect(),
        prefix: match letters.as_slice() {
            [only] => Some(term(&[*only])),
            _ => None,
        },
        number: is_number.then(|| format!("n{}", letters.iter().collect::<String>())),
    }
}

/// An order number anywhere in a text, in any case and width: letters, then 14 digits.
fn whole_number(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().map(half_width).collect();
    let starts = letters.windows(NUMBER_DIGITS).enumerate().filter(|(at, digits)| {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + NUMBER_DIGITS);
        digits.iter().all(char::is_ascii_digit)
            && before.is_some_and(char::is_ascii_alphabetic)
            && !after.is_some_and(char::is_ascii_digit)
    });
    let (at, digits) = starts.into_iter().next()?;
    let prefix = letters.get(at.checked_sub(1)?)?.to_ascii_uppercase();
    Some(std::iter::once(prefix).chain(digits.iter().copied()).collect())
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|c| !is_format(*c))
        .map(half_width)
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric())
}

/// Letters and digits only, so that both databases take it for one word.
fn term(letters: &[char]) -> String {
    let mut term = String::from("g");
    for letter in letters {
        term.push_str(&format!("{:x}z", u32::from(*letter)));
    }
    term
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a search finds a text, by the rule that the databases follow.
    fn finds(search: &str, text: &str) -> bool {
        let terms = terms_of_order("T20250117000725", text, Some("建设路 12 号"));
        match query(search) {
            None => false,
            Some(TextQuery::Number(number)) => number == "T20250117000725",
            Some(TextQuery::Words(words)) => words.iter().all(|word| {
                let all = (!word.terms.is_empty() && word.terms.iter().all(|term| terms.contains(term)))
                    || word
                        .prefix
                        .as_ref()
                        .is_some_and(|prefix| terms.iter().any(|term| term.starts_with(prefix)));
                all || word.number.as_ref().is_some_and(|number| terms.contains(number))
            }),
        }
    }

    #[test]
    fn a_search_is_read_as_it_is_meant() {
        let text = "小区门口的ＬＥＤ 路灯坏了，晚上看不见路";
        for search in [
            "路灯",
            "led",
            "LED",
            "ＬＥＤ",
            "led路灯",
            "路灯 建设路",
            "路灯　门口",
            "路",
            "12号",
            "000725",
            "20250117000725",
            "t20250117000725",
            "请问T20250117000725办得怎样了",
            "Ｔ２０２５０１１７０００７２５",
            "路灯坏了晚上",
        ] {
            assert!(finds(search, text), "{search}");
        }
        for search in ["井盖", "路灯 井盖", "000726", "灯路", "！？", "T20250117000726"] {
            assert!(!finds(search, text), "{search}");
        }
        assert_eq!(query(" ，。"), None);
    }
}
