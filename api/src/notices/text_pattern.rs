//! Pure: texts with `{facts}` in them.

use std::collections::BTreeMap;

/// The facts that a text may contain. `title` and `body` of the event itself are allowed in a template's fields only.
pub const PLACEHOLDERS: [&str; 16] = [
    "number",
    "round",
    "unit",
    "category",
    "place",
    "summary",
    "reporter",
    "note",
    "due",
    "time",
    "title",
    "reference",
    "committee",
    "phrase",
    "event",
    "city",
];
const MISSING: &str = "无";

/// The facts known when a notice is written; a missing fact becomes `无`.
pub type PlaceholderValues = BTreeMap<&'static str, String>;

/// A text with `{facts}` in it.
#[derive(Clone, Debug, Default)]
pub struct Pattern(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Fact(&'static str),
}

impl Pattern {
    pub fn read(key: &str, text: &str, faults: &mut Vec<String>) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            pieces.push(Piece::Text(before.to_owned()));
            let Some((name, tail)) = after.split_once('}') else {
                faults.push(format!("{key}: `{{` without `}}`"));
                return Self(pieces);
            };
            match PLACEHOLDERS.iter().find(|fact| **fact == name) {
                Some(fact) => pieces.push(Piece::Fact(fact)),
                None => faults.push(format!(
                    "{key}: {{{name}}} is not a fact; known are {}",
                    PLACEHOLDERS.join(", ")
                )),
            }
            rest = tail;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        if text.trim().is_empty() {
            faults.push(format!("{key}: is empty"));
        }
        Self(pieces)
    }

    /// Returns the text without facts.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
            Piece::Fact(_) => None,
        })
    }

    /// Returns `true` if the text uses this fact.
    pub fn uses_placeholder(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|piece| matches!(piece, Piece::Fact(fact) if *fact == name))
    }

    pub fn render(&self, facts: &PlaceholderValues) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.as_str(),
                Piece::Fact(fact) => facts.get(fact).map_or(MISSING, String::as_str),
            })
            .collect()
    }
}
