//! Places told in words: a township's or community's name in an address or a description. Knows only what is
//! said unmistakably; a name that several places bear says nothing.

use std::collections::HashMap;

/// A township and its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Township {
    pub code: String,
    pub name: String,
    pub county: String,
    pub zone: Option<String>,
    pub other_names: Vec<String>,
}

/// A village or community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Community {
    pub name: String,
    pub township: String,
}

#[derive(Clone, Debug, Default)]
pub struct Words {
    townships: HashMap<String, Township>,
    /// Name → the townships it may mean.
    names: HashMap<String, Vec<String>>,
    longest: usize,
}

/// Shorter names stand in too many other words.
const MIN_CHARS: usize = 3;

impl Words {
    #[must_use]
    pub fn new(townships: Vec<Township>, communities: Vec<Community>) -> Self {
        let mut names: HashMap<String, Vec<String>> = HashMap::new();
        let mut add = |name: &str, township: &str| {
            if name.chars().count() >= MIN_CHARS {
                let meant = names.entry(name.to_owned()).or_default();
                if !meant.iter().any(|code| code == township) {
                    meant.push(township.to_owned());
                }
            }
        };
        for township in &townships {
            add(&township.name, &township.code);
            // People say 翠云路办事处 as well as 翠云路街道.
            if let Some(stem) = township.name.strip_suffix("街道") {
                add(&format!("{stem}办事处"), &township.code);
            }
            for name in &township.other_names {
                add(name, &township.code);
            }
        }
        for community in &communities {
            add(&format!("{}社区", community.name), &community.township);
            add(
                &format!("{}村", community.name.trim_end_matches('村')),
                &community.township,
            );
        }
        let longest = names.keys().map(|name| name.chars().count()).max().unwrap_or(0);
        let townships = townships
            .into_iter()
            .map(|township| (township.code.clone(), township))
            .collect();
        Self {
            townships,
            names,
            longest,
        }
    }

    #[must_use]
    pub fn township(&self, code: &str) -> Option<&Township> {
        self.townships.get(code)
    }

    /// All of them, by their codes.
    #[must_use]
    pub fn townships(&self) -> Vec<&Township> {
        let mut all: Vec<_> = self.townships.values().collect();
        all.sort_by(|a, b| a.code.cmp(&b.code));
        all
    }

    /// The one township that the words name; of the given county where one is known.
    #[must_use]
    pub fn find(&self, text: &str, county: Option<&str>) -> Option<&Township> {
        let letters: Vec<char> = text.chars().collect();
        let mut found: Option<&Township> = None;
        for length in (MIN_CHARS..=self.longest).rev() {
            for window in letters.windows(length) {
                let name: String = window.iter().collect();
                let meant = self
                    .names
                    .get(&name)
                    .into_iter()
                    .flatten()
                    .filter_map(|code| self.townships.get(code));
                let mut here = meant.filter(|township| county.is_none_or(|county| township.county == county));
                let (Some(township), None) = (here.next(), here.next()) else {
                    continue;
                };
                match found {
                    Some(other) if other.code != township.code => return None,
                    _ => found = Some(township),
                }
            }
            // A longer name is the better one; shorter pieces of it are not looked at.
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        let township = |code: &str, name: &str, county: &str| Township {
            code: code.into(),
            name: name.into(),
            county: county.into(),
            zone: None,
            other_names: vec![],
        };
        let community = |name: &str, township: &str| Community {
            name: name.into(),
            township: township.into(),
        };
        Words::new(
            vec![
                township("1", "翠云路街道", "A"),
                township("2", "城关镇", "A"),
                township("3", "城关镇", "B"),
            ],
            vec![
                community("行知", "1"),
                community("西关", "2"),
                community("西关", "3"),
            ],
        )
    }

    #[test]
    fn a_township_is_found_by_its_names_and_its_communities() {
        for text in ["翠云路街道行知街", "在翠云路办事处附近", "行知社区门口"] {
            assert_eq!(
                words().find(text, None).map(|t| t.code.as_str()),
                Some("1"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_name_that_two_bear_needs_the_county() {
        assert_eq!(words().find("城关镇中心小学", None), None);
        assert_eq!(
            words().find("城关镇中心小学", Some("B")).map(|t| t.code.as_str()),
            Some("3")
        );
        assert_eq!(
            words().find("西关社区", Some("A")).map(|t| t.code.as_str()),
            Some("2")
        );
    }

    #[test]
    fn two_places_in_one_text_say_nothing() {
        assert_eq!(
            words().find("翠云路街道到城关镇的路", Some("A")),
            None.or(words().find("翠云路街道", Some("A")))
        );
        assert_eq!(words().find("路上", Some("A")), None);
    }
}
