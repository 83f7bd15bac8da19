//! 类: kinds of matters that a committee follows as one, by rules of the city pack (`kinds.toml`).

use serde::Deserialize;

/// The file of the pack; a pack without it has no kinds.
pub const FILE: &str = "kinds.toml";

/// The city's kinds, in the order they are tried.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kinds {
    #[serde(default, rename = "kind")]
    kinds: Vec<Rule>,
}

/// One kind: an order belongs to it when its category is one of these and its text speaks of one of these
/// places; where one of the two lists is empty the other decides.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub name: String,
    /// Names or codes of categories.
    #[serde(default)]
    pub categories: Vec<String>,
    #[serde(default)]
    pub words: Vec<String>,
}

impl Kinds {
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.kinds.iter().map(|rule| rule.name.as_str())
    }

    /// The first kind that an order belongs to. `category`: its code and its name.
    #[must_use]
    pub fn of(&self, category: Option<(&str, &str)>, text: &str) -> Option<&str> {
        let first = self.kinds.iter().find(|rule| rule.fits(category, text));
        first.map(|rule| rule.name.as_str())
    }
}

impl Rule {
    fn fits(&self, category: Option<(&str, &str)>, text: &str) -> bool {
        let of_category = category.is_some_and(|(code, name)| {
            self.categories
                .iter()
                .any(|wanted| wanted == code || wanted == name)
        });
        let of_words = self.words.iter().any(|word| text.contains(word.as_str()));
        match (self.categories.is_empty(), self.words.is_empty()) {
            (false, false) => of_category && of_words,
            (false, true) => of_category,
            (true, _) => of_words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds() -> Kinds {
        Kinds::parse(
            r#"
            [[kind]]
            name = "校园周边"
            categories = ["占道经营", "0203"]
            words = ["小学", "中学"]

            [[kind]]
            name = "饮水"
            categories = ["农村饮水"]

            [[kind]]
            name = "节日"
            words = ["庙会"]
            "#,
        )
        .unwrap()
    }

    #[test]
    fn a_kind_asks_for_its_categories_and_its_words() {
        for (category, text, expected) in [
            // Both lists, both met; by code as well as by name.
            (Some(("0101", "占道经营")), "小学门口摆摊", Some("校园周边")),
            (Some(("0203", "路灯")), "中学门口没灯", Some("校园周边")),
            // One of the two is not enough.
            (Some(("0101", "占道经营")), "菜市场摆摊", None),
            (Some(("0301", "噪声")), "小学门口太吵", None),
            (None, "小学门口摆摊", None),
            // One list alone decides.
            (Some(("0901", "农村饮水")), "水浑", Some("饮水")),
            (None, "庙会后垃圾没人收", Some("节日")),
        ] {
            assert_eq!(kinds().of(category, text), expected, "{category:?} {text}");
        }
    }

    #[test]
    fn a_misspelt_field_is_refused() {
        assert!(Kinds::parse("[[kind]]\nname = \"a\"\nword = [\"b\"]").is_err());
    }
}
