//! Word segmentation. The process has one dictionary; the first call loads it (some 0.2 s, some tens of megabytes). Call
//! [`segmenter`] off the async threads.

use std::collections::HashSet;
use std::sync::LazyLock;

use jieba_rs::Jieba;

/// City terms that the general dictionary would split (路灯不亮 → 路 灯不亮).
const DOMAIN: &str = include_str!("words/domain.txt");
/// As frequent as the commonest nouns of the dictionary, so that a longer rare word does not cut one apart.
const DOMAIN_FREQUENCY: usize = 20_000;
/// Stop words: particles, politeness, “please deal with it”.
const STOP: &str = include_str!("words/stop.txt");

static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(Segmenter::load);

/// The one segmenter of this process. The first call reads the dictionary.
#[must_use]
pub fn segmenter() -> &'static Segmenter {
    &SEGMENTER
}

/// Cuts texts into words.
pub struct Segmenter {
    jieba: Jieba,
    stop: HashSet<&'static str>,
    trade: HashSet<String>,
}

impl Segmenter {
    fn load() -> Self {
        let mut jieba = Jieba::new();
        let trade: HashSet<String> = DOMAIN.split_whitespace().map(normalise).collect();
        for word in &trade {
            jieba.add_word(word, Some(DOMAIN_FREQUENCY), None);
        }
        Self {
            jieba,
            stop: STOP.split_whitespace().collect(),
            trade,
        }
    }

    /// The words that say something, in order: normalised, without punctuation and stop words. Numbers stay.
    #[must_use]
    pub fn words(&self, text: &str) -> Vec<String> {
        let text = normalise(text);
        let kept = self.segment(&text).filter(|word| !self.is_stop(word));
        kept.map(str::to_owned).collect()
    }

    /// All words of a text that is normalised already, stop words too, without punctuation.
    pub fn segment<'t>(&self, normalised: &'t str) -> impl Iterator<Item = &'t str> {
        let tokens = self.jieba.cut(normalised, false).into_iter();
        tokens
            .map(|token| token.word)
            .filter(|word| word.chars().any(is_letter))
    }

    /// Returns `true` if the word is a city term that names a problem or an object (流动摊贩), never a place.
    #[must_use]
    pub fn is_trade(&self, word: &str) -> bool {
        self.trade.contains(word)
    }

    /// Returns `true` if the dictionary has the word as a verb, an adjective, an adverb or a particle: no piece of a name.
    #[must_use]
    pub fn is_predicate(&self, word: &str) -> bool {
        const TAGS: [char; 13] = ['v', 'd', 'c', 'p', 'r', 'm', 'q', 'a', 'u', 'i', 'l', 't', 'y'];
        let tagged = self.jieba.tag(word, false);
        let tag = tagged.first().map_or("x", |tagged| tagged.tag);
        // A noun made of a verb may be a name's piece (建设 路).
        tag != "vn" && tag.starts_with(TAGS)
    }

    /// Returns `true` if the word tells nothing about a text.
    #[must_use]
    pub fn is_stop(&self, word: &str) -> bool {
        self.stop.contains(word)
    }
}

/// One spelling for what means the same: half-width letters, digits and punctuation, lower case, one blank for
/// any run of white space, none at the ends; invisible characters are dropped.
#[must_use]
pub fn normalise(text: &str) -> String {
    let mut normalised = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_invisible(*c)).map(half_width) {
        if is_han(c) {
            normalised.push(c);
        } else if c.is_whitespace() {
            if !normalised.is_empty() && !normalised.ends_with(' ') {
                normalised.push(' ');
            }
        } else {
            normalised.extend(c.to_lowercase());
        }
    }
    normalised.truncate(normalised.trim_end().len());
    normalised
}

/// Returns `true` if a character belongs to a word: letters, digits, Chinese characters.
#[must_use]
pub fn is_letter(c: char) -> bool {
    is_han(c) || c.is_alphanumeric()
}

/// The Chinese characters of nearly all texts (U+4E00 to U+9FFF), told without the tables of Unicode, which would
/// take as long as the dictionary.
fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}')
}

/// `Ａ１（` → `A1(`.
fn half_width(c: char) -> char {
    /// From the full-width forms (U+FF01 to U+FF5E) to their ASCII.
    const DISTANCE: u32 = 0xFEE0;
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - DISTANCE).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Returns `true` for zero-width blanks and joiners, byte order marks, soft hyphens and other control characters.
fn is_invisible(c: char) -> bool {
    if is_han(c) {
        return false;
    }
    let unseen = matches!(
        c,
        '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FE0F}' | '\u{FEFF}'
    );
    unseen || (c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_trade_stay_whole() {
        for (text, words) in [
            ("路灯不亮", vec!["路灯", "不亮"]),
            ("下水道冒污水", vec!["下水道", "冒污水"]),
            ("流动摊贩占道经营", vec!["流动摊贩", "占道经营"]),
        ] {
            assert_eq!(segmenter().words(text), words);
        }
    }

    #[test]
    fn what_says_nothing_is_left_out() {
        assert_eq!(segmenter().words("希望领导关心一下！"), Vec::<String>::new());
        assert_eq!(segmenter().words("，。！？ \n"), Vec::<String>::new());
        assert_eq!(segmenter().words(""), Vec::<String>::new());
    }

    #[test]
    fn widths_cases_blanks_and_invisible_characters_do_not_matter() {
        for (text, normalised) in [
            ("ＫＴＶ　１２３４５", "ktv 12345"),
            ("  Wi\u{200B}Fi\r\n 没信号\u{FEFF} ", "wifi 没信号"),
            ("（５号楼）", "(5号楼)"),
        ] {
            assert_eq!(normalise(text), normalised);
        }
    }

    #[test]
    fn every_word_of_the_lists_stands_there_once() {
        for list in [DOMAIN, STOP] {
            let mut seen = HashSet::new();
            let twice: Vec<_> = list
                .split_whitespace()
                .filter(|word| !seen.insert(*word))
                .collect();
            assert!(twice.is_empty(), "{twice:?}");
        }
    }
}
