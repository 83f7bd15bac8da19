//! Pure: which column holds what, by its heading.

use crate::Limits;
use crate::text::{folded, is_format};

/// A column that a kind of table may have.
#[derive(Clone, Copy, Debug)]
pub struct Field<F: 'static> {
    pub id: F,
    /// The first names the field in faults and templates. Earlier ones are more specific and win over later ones.
    pub headings: &'static [&'static str],
    pub required: bool,
    /// Words by which a heading shows that it carries rights (role, level, on roster). Such a column is never passed
    /// over in silence.
    pub rights: &'static [&'static str],
}

impl<F> Field<F> {
    #[must_use]
    pub const fn required(id: F, headings: &'static [&'static str]) -> Self {
        Self {
            id,
            headings,
            required: true,
            rights: &[],
        }
    }

    #[must_use]
    pub const fn optional(id: F, headings: &'static [&'static str]) -> Self {
        Self {
            id,
            headings,
            required: false,
            rights: &[],
        }
    }

    #[must_use]
    pub const fn carries_rights(mut self, words: &'static [&'static str]) -> Self {
        self.rights = words;
        self
    }

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
    pub fields: &'static [Field<F>],
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
    Field {
        field: usize,
        rank: usize,
    },
    /// Close to a heading of the field.
    Near {
        field: usize,
        heading: &'static str,
    },
    Unknown,
}

pub fn matched<F>(text: &str, kind: &Kind<F>) -> Match {
    let full = normal(text);
    let short = normal(&without_brackets(text));
    [&full, &short]
        .into_iter()
        .find_map(|heading| exact(heading, kind))
        .or_else(|| near(&short, kind))
        .or_else(|| near(&full, kind))
        .unwrap_or(Match::Unknown)
}

/// Width and case folded; blanks, line breaks, invisible characters and markers of mandatory columns removed.
fn normal(text: &str) -> String {
    let marker = |c: char| matches!(c, '*' | '※' | '★' | '☆' | ':' | '#' | '"' | '\'');
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
        assert_eq!(near("本人手机号码"), Some(Column::Phone));
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
        ] {
            assert_eq!(matched(text, &DELEGATES), Match::Unknown, "{text}");
        }
    }
}
