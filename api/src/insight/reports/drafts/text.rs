//! Pure: the text of a report as people edit it, a paragraph a line.
//!
//! A paragraph that is left as it was keeps the sources of its numbers; tables, charts and photos stay behind the
//! paragraph that they follow.

use entity::ids::PhotoId;

use crate::insight::reports::body::{Block, Body, Run, Section};
use crate::insight::reports::drafts::rules::Refused;

const MAX_TITLE: usize = 100;
const MAX_PARAGRAPHS: usize = 100;
const MAX_CHARS: usize = 10_000;

/// A text as it was edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedText {
    pub title: String,
    /// One text per section, a paragraph a line.
    pub sections: Vec<String>,
    /// Photos that are not to be in the report.
    pub removed_photos: Vec<PhotoId>,
}

/// The text of a section for the form.
#[must_use]
pub fn of_section(section: &Section) -> String {
    let lines: Vec<String> = section.blocks.iter().filter_map(prose).collect();
    lines.join("\n")
}

fn prose(block: &Block) -> Option<String> {
    match block {
        Block::Heading { text } => Some(text.clone()),
        Block::Paragraph { runs } => Some(runs.iter().map(Run::plain).collect()),
        Block::Photos { .. } | Block::Table(_) | Block::Chart { .. } => None,
    }
}

/// Puts the edited text into the body.
///
/// # Errors
/// `OtherSections`, `Empty`, `TooLong`.
pub fn apply(body: &Body, edited: &EditedText) -> Result<Body, Refused> {
    let title = edited.title.trim();
    if edited.sections.len() != body.sections.len() {
        return Err(Refused::OtherSections);
    }
    if title.is_empty() {
        return Err(Refused::Empty);
    }
    if title.chars().count() > MAX_TITLE {
        return Err(Refused::TooLong);
    }
    let mut changed = Body {
        title: title.to_owned(),
        ..body.clone()
    };
    for (section, text) in changed.sections.iter_mut().zip(&edited.sections) {
        section.blocks = blocks(&section.blocks, text)?;
    }
    remove_photos(&mut changed, &edited.removed_photos);
    Ok(changed)
}

fn blocks(old: &[Block], text: &str) -> Result<Vec<Block>, Refused> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    if lines.is_empty() {
        return Err(Refused::Empty);
    }
    if lines.len() > MAX_PARAGRAPHS || text.chars().count() > MAX_CHARS {
        return Err(Refused::TooLong);
    }
    let known: Vec<(String, &Block)> = old
        .iter()
        .filter_map(|block| Some((prose(block)?, block)))
        .collect();
    let line = |line: &&str| {
        let same = known.iter().find(|(text, _)| text.trim() == *line);
        match same {
            Some((_, block)) => (*block).clone(),
            None if is_heading(line) => Block::Heading {
                text: (*line).to_owned(),
            },
            None => Block::Paragraph {
                runs: vec![Run::text(*line)],
            },
        }
    };
    let mut behind: Vec<(usize, &Block)> = Vec::new();
    let mut before = 0;
    for block in old {
        match prose(block) {
            Some(_) => before += 1,
            None => behind.push((place(&known, &lines, before), block)),
        }
    }
    let mut changed = Vec::new();
    for at in 0..=lines.len() {
        if let Some(text) = at.checked_sub(1).and_then(|index| lines.get(index)) {
            changed.push(line(text));
        }
        let here = behind.iter().filter(|(place, _)| *place == at);
        changed.extend(here.map(|(_, block)| (*block).clone()));
    }
    Ok(changed)
}

/// After how many of the new lines a block stands that stood after `before` old ones.
fn place(known: &[(String, &Block)], lines: &[&str], before: usize) -> usize {
    let last = before.checked_sub(1).and_then(|index| known.get(index));
    let kept = last.and_then(|(text, _)| lines.iter().position(|line| *line == text.trim()));
    match kept {
        Some(at) => at + 1,
        None => before.min(lines.len()),
    }
}

/// `（一）道路破损问题`: short, and numbered as a heading of the second level.
fn is_heading(line: &str) -> bool {
    let numbered = line.strip_prefix('（').and_then(|rest| rest.split_once('）'));
    numbered.is_some_and(|(number, title)| {
        let numeral = |c: char| "一二三四五六七八九十".contains(c);
        !number.is_empty() && number.chars().all(numeral) && !title.ends_with(['。', '；', '，'])
    })
}

fn remove_photos(body: &mut Body, removed: &[PhotoId]) {
    for section in &mut body.sections {
        for block in &mut section.blocks {
            if let Block::Photos { photos } = block {
                photos.retain(|photo| !removed.contains(&photo.photo));
            }
        }
        section
            .blocks
            .retain(|block| !matches!(block, Block::Photos { photos } if photos.is_empty()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::reports::body::CasePhoto;

    fn number() -> Block {
        let runs = vec![
            Run::text("本期"),
            Run::Number { figure: 0, value: 7 },
            Run::text("件。"),
        ];
        Block::Paragraph { runs }
    }

    fn said(text: &str) -> Block {
        Block::Paragraph {
            runs: vec![Run::text(text)],
        }
    }

    fn heading(text: &str) -> Block {
        Block::Heading {
            text: text.to_owned(),
        }
    }

    fn photos(ids: &[PhotoId]) -> Block {
        let photo = |id: &PhotoId| CasePhoto {
            photo: *id,
            caption: "办理前".to_owned(),
        };
        Block::Photos {
            photos: ids.iter().map(photo).collect(),
        }
    }

    fn body(blocks: Vec<Block>) -> Body {
        Body {
            title: "报告".to_owned(),
            sections: vec![Section {
                heading: "一、总体情况".to_owned(),
                blocks,
            }],
            ..Body::default()
        }
    }

    fn edited(text: &str, removed: &[PhotoId]) -> EditedText {
        EditedText {
            title: "报告".to_owned(),
            sections: vec![text.to_owned()],
            removed_photos: removed.to_vec(),
        }
    }

    #[test]
    fn what_is_left_as_it_was_keeps_its_sources_and_photos_stay_in_their_place() {
        let (one, two) = (PhotoId::generate(), PhotoId::generate());
        let body = body(vec![
            heading("（一）噪声问题"),
            number(),
            photos(&[one, two]),
            said("旧的一句。"),
        ]);
        let text = of_section(&body.sections[0]);
        assert_eq!(text, "（一）噪声问题\n本期7件。\n旧的一句。");
        assert_eq!(apply(&body, &edited(&text, &[])).unwrap(), body);

        let more = "先说一句。\n（一）噪声问题\n本期7件。\n\n 新的一句。\n（二）供水问题";
        let changed = apply(&body, &edited(more, &[two])).unwrap();
        assert_eq!(
            changed.sections[0].blocks,
            [
                said("先说一句。"),
                heading("（一）噪声问题"),
                number(),
                photos(&[one]),
                said("新的一句。"),
                heading("（二）供水问题"),
            ]
        );
        // Of a rewritten paragraph the photos stand where they stood.
        let changed = apply(&body, &edited("（一）噪声问题\n本期约7件。", &[one, two])).unwrap();
        assert_eq!(
            changed.sections[0].blocks,
            [heading("（一）噪声问题"), said("本期约7件。")]
        );
    }

    #[test]
    fn a_text_without_words_or_with_other_sections_is_refused() {
        let body = body(vec![number()]);
        assert_eq!(apply(&body, &edited(" \n ", &[])), Err(Refused::Empty));
        let untitled = EditedText {
            title: " ".to_owned(),
            ..edited("有字。", &[])
        };
        assert_eq!(apply(&body, &untitled), Err(Refused::Empty));
        assert_eq!(
            apply(&body, &edited(&"字".repeat(MAX_CHARS + 1), &[])),
            Err(Refused::TooLong)
        );
        let other = EditedText {
            sections: Vec::new(),
            ..edited("", &[])
        };
        assert_eq!(apply(&body, &other), Err(Refused::OtherSections));
    }
}
