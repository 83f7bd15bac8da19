//! The words of a text besides its place: those of the problem, and the numbered parts of a site that it names
//! (3号楼, 二单元, 一期, 东门). Two reports that name different parts of one site are two matters.

use crate::segmenter::{is_letter, normalise, segmenter};
use crate::similar::features::term;
use crate::similar::place_names::{NAME_WORDS, PLACE_ENDINGS};

/// Words read; a longer text has said its problem by then.
const MAX_WORDS: usize = 120;
/// A part of a site: its kind and its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    kind: PartKind,
    number: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum PartKind {
    Building,
    Entrance,
    Phase,
    Gate,
}

/// The words and parts of a text, sorted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wording {
    words: Box<[u32]>,
    parts: Box<[Part]>,
}

impl Wording {
    /// Reads the beginning of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = normalise(text);
        let mut parts = parts(&text);
        parts.sort_unstable();
        parts.dedup();
        let mut words = Vec::new();
        for clause in text.split(|c: char| !is_letter(c)) {
            let run: Vec<&str> = segmenter().segment(clause).collect();
            problem_words(&run, &mut words);
        }
        words.truncate(MAX_WORDS);
        words.sort_unstable();
        words.dedup();
        Self {
            words: words.into(),
            parts: parts.into(),
        }
    }

    /// Returns the share of the shorter text's words that the other has too: 0 to 1, `None` if one has none.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> Option<f64> {
        let fewest = self.words.len().min(other.words.len());
        if fewest == 0 {
            return None;
        }
        let shared = self
            .words
            .iter()
            .filter(|word| other.words.binary_search(word).is_ok());
        Some(shared.count() as f64 / fewest as f64)
    }

    /// Returns `true` if both name parts of one kind and none in common.
    #[must_use]
    pub fn names_other_parts(&self, other: &Self) -> bool {
        let mut kinds: Vec<PartKind> = self.parts.iter().map(|part| part.kind).collect();
        kinds.dedup();
        kinds.into_iter().any(|kind| {
            let mut theirs = other.parts.iter().filter(|part| part.kind == kind).peekable();
            theirs.peek().is_some() && !theirs.any(|part| self.parts.contains(part))
        })
    }
}

/// Adds the words that are neither stop words nor part of a place's name.
fn problem_words(run: &[&str], into: &mut Vec<u32>) {
    let mut named_until = 0;
    let mut kept: Vec<(usize, &str)> = Vec::new();
    for (at, word) in run.iter().enumerate() {
        if PLACE_ENDINGS.iter().any(|ending| word.ends_with(ending)) {
            named_until = at + 1;
            let alone = PLACE_ENDINGS.contains(word);
            let name = if alone { NAME_WORDS } else { 0 };
            while let Some((before, _)) = kept.last() {
                if before + name < at {
                    break;
                }
                kept.pop();
            }
        } else if at >= named_until && !segmenter().is_stop(word) && word.chars().nth(1).is_some() {
            kept.push((at, word));
        }
    }
    into.extend(kept.into_iter().map(|(_, word)| term(&[word])));
}

/// Finds numbers before 号楼, 栋, 单元, 期, and directions before 门.
fn parts(text: &str) -> Vec<Part> {
    const COUNTED: [(&str, PartKind); 8] = [
        ("号楼", PartKind::Building),
        ("号院", PartKind::Building),
        ("栋", PartKind::Building),
        ("幢", PartKind::Building),
        ("座", PartKind::Building),
        ("单元", PartKind::Entrance),
        ("期", PartKind::Phase),
        ("号门", PartKind::Gate),
    ];
    const DIRECTIONS: [char; 4] = ['东', '南', '西', '北'];
    let mut found = Vec::new();
    for (ending, kind) in COUNTED {
        for (at, _) in text.match_indices(ending) {
            let number = text.get(..at).and_then(number_at_end);
            found.extend(number.map(|number| Part { kind, number }));
        }
    }
    for (at, _) in text.match_indices('门') {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let direction = before.and_then(|c| DIRECTIONS.iter().position(|direction| *direction == c));
        let number = direction.and_then(|at| u16::try_from(1_000 + at).ok());
        found.extend(number.map(|number| Part {
            kind: PartKind::Gate,
            number,
        }));
    }
    found
}

/// Reads the number at the end of a text: Arabic digits, or Chinese ones up to 99.
fn number_at_end(text: &str) -> Option<u16> {
    let digits: Vec<char> = text.chars().rev().take_while(char::is_ascii_digit).collect();
    if !digits.is_empty() {
        let digits: String = digits.into_iter().rev().collect();
        return digits.parse().ok();
    }
    let is_numeral = |c: &char| *c == '十' || numeral(*c).is_some();
    let mut numerals: Vec<char> = text.chars().rev().take_while(is_numeral).collect();
    numerals.reverse();
    let ten = numerals.iter().position(|c| *c == '十');
    let value = |part: &[char]| part.first().and_then(|c| numeral(*c));
    match ten {
        None => value(&numerals),
        Some(at) => {
            let tens = numerals.get(..at).and_then(value).unwrap_or(1);
            let ones = numerals.get(at + 1..).and_then(value).unwrap_or(0);
            Some(tens * 10 + ones)
        }
    }
}

fn numeral(c: char) -> Option<u16> {
    let at = "零一二三四五六七八九".chars().position(|numeral| numeral == c)?;
    u16::try_from(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn other_parts(a: &str, b: &str) -> bool {
        let (a, b) = (Wording::of(a), Wording::of(b));
        assert_eq!(a.names_other_parts(&b), b.names_other_parts(&a));
        a.names_other_parts(&b)
    }

    #[test]
    fn different_parts_of_one_site_are_told_apart() {
        assert!(other_parts("3号楼外墙脱落", "9号楼卫生间漏水"));
        assert!(other_parts("一期墙体开裂", "三期逾期不交房"));
        assert!(other_parts("东门外乱停车", "西门停了货车"));
        assert!(other_parts("十二栋停水", "2栋停水"));
        assert!(!other_parts("二单元电梯困人", "2单元的电梯又坏了"));
        assert!(!other_parts("十二号楼漏水", "12号楼顶漏水"));
        assert!(!other_parts("3号楼漏水", "小区漏水"));
        assert!(!other_parts("6楼水压低", "三楼没水"));
    }

    #[test]
    fn the_name_of_a_place_is_no_word_of_the_problem() {
        let (a, b) = (Wording::of("厚载门街路灯不亮"), Wording::of("厚载门街井盖坏了"));
        assert_eq!(a.overlap(&b), Some(0.0));
        let same = Wording::of("政和路的路灯不亮").overlap(&Wording::of("龙门大道路灯不亮很久了"));
        assert!(same.is_some_and(|share| share > 0.5), "{same:?}");
        assert_eq!(Wording::of("请领导尽快解决！").overlap(&a), None);
    }
}
