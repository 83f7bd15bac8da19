//! Pure: which column holds what, by its heading.

use crate::Limits;
use crate::text::{folded, is_format};

/// A column that a kind of table may have.
#[derive(Clone, Copy, Debug)]
pub struct Field<F: 'static> {
    /// Identifies the field in code.
    pub id: F,
    /// The first names the field in faults and templates. Earlier ones are more specific and win over later ones.
    pub headings: &'static [&'static str],
    /// Whether a table must have the column.
    pub required: bool,
    /// Words by which a heading shows that it carries rights (role, level, on roster). Such a column is never passed
    /// over in silence.
    pub rights: &'static [&'static str],
}

impl<F> Field<F> {
    /// Whether a table must have the column.
    #[must_use]
    pub const fn required(id: F, headings: &'static [&'static str]) -> Self {
        Self {
            id,
            headings,
            required: true,
            rights: &[],
        }
    }

    /// A column that a table may have.
    #[must_use]
    pub const fn optional(id: F, headings: &'static [&'static str]) -> Self {
        Self {
            id,
            headings,
            required: false,
            rights: &[],
        }
    }

    /// The words that say that a column may carry rights: it is never passed over.
    #[must_use]
    pub const fn carries_rights(mut self, words: &'static [&'static str]) -> Self {
        self.rights = words;
        self
    }

    /// The field's first heading.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.headings.first().copied().unwrap_or_default()
    }
}

/// A kind of table.
#[derive(Clone, Copy, Debug)]
pub struct Kind<F: 'static> {
    /// In Chinese, for sentences.
    pub name: &'static str,
    /// Columns that are known.
    pub fields: &'static [Field<F>],
    /// Bounds of a file of this kind.
    pub limits: Limits,
}

impl<F: Copy + Eq> Kind<F> {
    /// The name of a field in faults.
    #[must_use]
    pub fn field_name(&self, id: F) -> &'static str {
        let field = self.fields.iter().find(|field| field.id == id);
        field.map_or("", Field::name)
    }
}

/// How a heading was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// Index of the field, and how specific the heading is: 0 is most specific.
    Field { field: usize, rank: usize },
    /// Close to a heading of the field.
    Near { field: usize, heading: &'static str },
    /// No field has this heading.
    Unknown,
}

/// Finds the field of a heading.
pub fn matched<F>(text: &str, kind: &Kind<F>) -> Match {
    let full = normal(text);
    let short = normal(&without_brackets(text));
    let bare = without_notes(&short);
    [&full, &short, &bare]
        .into_iter()
        .find_map(|heading| exact(heading, kind))
        .or_else(|| alternatives(&without_brackets(text), kind))
        .or_else(|| near(&short, kind))
        .or_else(|| near(&full, kind))
        .unwrap_or(Match::Unknown)
}

/// `手机/电话`, `姓名 Name`, `选区或代表团`: headings of one field, whose best rank counts. Two fields in one heading are
/// nothing that can be read.
fn alternatives<F>(text: &str, kind: &Kind<F>) -> Option<Match> {
    let folded = folded(text);
    let parts = folded.split(['/', '、', '|', '\\', '\n', '或', '和', '及']);
    let parts: Vec<String> = parts
        .map(|part| without_notes(&normal(part)))
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() < 2 {
        return two_languages(&folded, kind);
    }
    best_of(parts.iter().map(|part| exact(part, kind)))
}

/// `姓名 Name`: Chinese, then the same in Latin letters.
fn two_languages<F>(text: &str, kind: &Kind<F>) -> Option<Match> {
    let at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (chinese, latin) = text.split_at(at);
    let parts = [normal(chinese), normal(latin)];
    if parts.iter().any(String::is_empty) {
        return None;
    }
    best_of(parts.iter().map(|part| exact(part, kind)))
}

/// The most specific of matches of one field; `None` if any part is unknown or they name two fields.
fn best_of(found: impl Iterator<Item = Option<Match>>) -> Option<Match> {
    let mut best: Option<(usize, usize)> = None;
    for found in found {
        let Some(Match::Field { field, rank }) = found else {
            return None;
        };
        best = match best {
            None => Some((field, rank)),
            Some((held, held_rank)) if held == field => Some((field, rank.min(held_rank))),
            Some(_) => return None,
        };
    }
    best.map(|(field, rank)| Match::Field { field, rank })
}

/// Without a number in front (`1.姓名`, `①姓名`) and a note on filling in (`姓名必填`).
fn without_notes(heading: &str) -> String {
    const NOTES: [&str; 8] = [
        "必填项",
        "选填项",
        "必须填写",
        "必填",
        "选填",
        "可不填",
        "可选",
        "可空",
    ];
    let mut rest =
        heading.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '、' | ',' | '①'..='⑳'));
    for note in NOTES {
        rest = rest
            .strip_suffix(note)
            .or(rest.strip_prefix(note))
            .unwrap_or(rest);
    }
    rest.to_owned()
}

/// Width and case folded; blanks, line breaks, invisible characters, joiners of words and markers of mandatory columns
/// removed.
pub fn normal(text: &str) -> String {
    let marker = |c: char| {
        matches!(
            c,
            '*' | '※' | '★' | '☆' | '▲' | '●' | ':' | '#' | '"' | '\'' | '_' | '-' | '—' | '–'
        )
    };
    folded(text)
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && !is_format(*c))
        .filter(|c| !marker(*c))
        .collect()
}

/// `手机号（必填）`, `手机号(11位)`, `在册【是/否】` without what stands in brackets.
fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' | '（' | '[' | '［' | '【' | '〔' | '{' => depth += 1,
            ')' | '）' | ']' | '］' | '】' | '〕' | '}' => depth = depth.saturating_sub(1),
            c if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

/// True if nothing but markers and brackets stands there.
pub fn says_nothing(text: &str) -> bool {
    normal(&without_brackets(text)).is_empty()
}

fn exact<F>(heading: &str, kind: &Kind<F>) -> Option<Match> {
    if heading.is_empty() {
        return None;
    }
    kind.fields.iter().enumerate().find_map(|(field, spec)| {
        let rank = spec.headings.iter().position(|known| normal(known) == heading)?;
        Some(Match::Field { field, rank })
    })
}

fn near<F>(heading: &str, kind: &Kind<F>) -> Option<Match> {
    if heading.chars().count() < 2 {
        return None;
    }
    let by_word = kind.fields.iter().enumerate().find_map(|(field, spec)| {
        let word = spec.rights.iter().any(|word| heading.contains(word));
        word.then(|| Match::Near {
            field,
            heading: spec.name(),
        })
    });
    by_word.or_else(|| {
        kind.fields.iter().enumerate().find_map(|(field, spec)| {
            let close = spec
                .headings
                .iter()
                .find(|known| is_close(heading, &normal(known)))?;
            Some(Match::Near {
                field,
                heading: close,
            })
        })
    })
}

/// One letter off, or one contained in the other; short words are close to too much.
fn is_close(heading: &str, known: &str) -> bool {
    let (a, b) = (heading.chars().count(), known.chars().count());
    a.min(b) >= 3 && is_close_long(heading, known, a.max(b))
}

fn is_close_long(heading: &str, known: &str, longer: usize) -> bool {
    heading.contains(known)
        || known.contains(heading)
        || (longer >= 4 && distance_at_most_one(heading, known))
}

/// Levenshtein distance of at most one.
fn distance_at_most_one(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    head + tail + 1 >= a.len().max(b.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::roster::{Column, DELEGATES};

    fn field(text: &str) -> Option<Column> {
        match matched(text, &DELEGATES) {
            Match::Field { field, .. } => Some(DELEGATES.fields[field].id),
            _ => None,
        }
    }

    #[test]
    fn markers_blanks_and_width_are_passed_over() {
        for (text, wanted) in [
            ("*姓名", Column::Name),
            ("姓 名", Column::Name),
            ("\u{200b}姓名", Column::Name),
            ("＊手机号", Column::Phone),
            ("手机号（必填）", Column::Phone),
            ("手机号(11位)", Column::Phone),
            ("手机\n号码：", Column::Phone),
            ("移动电话", Column::Phone),
            ("联系方式", Column::Phone),
            ("在册（是/否）", Column::OnRoster),
            ("*角色", Column::Role),
            ("县（区）", Column::Area),
            ("ＮＡＭＥ", Column::Name),
            ("代表团", Column::ElectoralUnit),
            ("姓名必填", Column::Name),
            ("必填 姓名", Column::Name),
            ("1.姓名", Column::Name),
            ("② 手机号码", Column::Phone),
            ("姓名 Name", Column::Name),
            ("Full Name", Column::Name),
            ("手机/电话", Column::Phone),
            ("Mobile Phone", Column::Phone),
            ("手机-号码", Column::Phone),
            ("电话（手机）", Column::Phone),
            ("代表手机", Column::Phone),
            ("选区或代表团", Column::ElectoralUnit),
            ("所在代表团", Column::ElectoralUnit),
            ("县（市、区）", Column::Area),
            ("所在县区", Column::Area),
            ("人大代表姓名", Column::Name),
            ("任职状态", Column::OnRoster),
        ] {
            assert_eq!(field(text), Some(wanted), "{text:?}");
        }
    }

    #[test]
    fn a_heading_that_is_close_is_a_question_and_others_are_unknown() {
        let near = |text| match matched(text, &DELEGATES) {
            Match::Near { field, .. } => Some(DELEGATES.fields[field].id),
            _ => None,
        };
        assert_eq!(near("系统角色"), Some(Column::Role));
        assert_eq!(near("是否仍在册"), Some(Column::OnRoster));
        assert_eq!(near("手机号吗"), Some(Column::Phone));
        assert_eq!(
            near("本人手机号码").or(field("本人手机号码")),
            Some(Column::Phone)
        );
        for text in [
            "性别",
            "民族",
            "出生年月",
            "备注",
            "序号",
            "政治面貌",
            "身份证号",
            "学历",
            "办公电话",
            "家庭住址",
            "党派",
        ] {
            assert_eq!(matched(text, &DELEGATES), Match::Unknown, "{text}");
        }
    }
}
