//! 标准答复: texts that a unit starts its public reply from, by kind of matter. Data of the city pack.

use std::collections::BTreeMap;

use serde::Serialize;

/// Key of a text for all categories.
pub const ANY: &str = "*";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ReplyText {
    pub title: String,
    pub text: String,
}

/// All texts, by category code.
#[derive(Clone, Debug, Default)]
pub struct ReplyTexts(BTreeMap<String, Vec<ReplyText>>);

impl ReplyTexts {
    pub fn add(&mut self, category: &str, text: ReplyText) {
        self.0.entry(category.to_owned()).or_default().push(text);
    }

    /// Those of the kind itself first, then those of its group, then those that always fit.
    #[must_use]
    pub fn of(&self, category: &str, group: Option<&str>) -> Vec<ReplyText> {
        let keys = [Some(category), group, Some(ANY)];
        let found = keys.into_iter().flatten().filter_map(|key| self.0.get(key));
        found.flatten().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_texts_come_first_and_those_of_other_kinds_do_not_come() {
        let mut texts = ReplyTexts::default();
        for key in [ANY, "01", "0101", "0102"] {
            let (title, text) = (key.to_owned(), String::new());
            texts.add(key, ReplyText { title, text });
        }
        let titles = |category, group| -> Vec<String> {
            let found = texts.of(category, group).into_iter();
            found.map(|text| text.title).collect()
        };
        assert_eq!(titles("0101", Some("01")), ["0101", "01", "*"]);
        assert_eq!(titles("0901", Some("09")), ["*"]);
    }
}
