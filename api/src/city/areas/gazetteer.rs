//! Finds places in words: the name of a township or community in an address or a description, with a confidence. If a
//! name fits several places, or a text names several, they share the confidence.

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
pub struct Gazetteer {
    townships: HashMap<String, Township>,
    /// Name → the townships it may mean, and how surely the name alone says so.
    names: HashMap<String, Vec<(String, f64)>>,
    /// By township, as the list has them.
    communities: HashMap<String, Vec<String>>,
    longest: usize,
}

/// A place that a text may mean.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceMatch<'a> {
    pub township: &'a Township,
    /// 0 to 1.
    pub confidence: f64,
}

/// A township by its own name; by another name of its; by a community; by a village, whose name people share.
const BY_NAME: f64 = 0.95;
const BY_OTHER_NAME: f64 = 0.9;
const BY_COMMUNITY: f64 = 0.85;
const BY_VILLAGE: f64 = 0.8;

/// Shorter names occur in too many other words.
const MIN_CHARS: usize = 3;

impl Gazetteer {
    #[must_use]
    pub fn new(townships: Vec<Township>, communities: Vec<Community>) -> Self {
        let mut names: HashMap<String, Vec<(String, f64)>> = HashMap::new();
        let mut add = |name: &str, township: &str, sure: f64| {
            if name.chars().count() >= MIN_CHARS {
                let meant = names.entry(name.to_owned()).or_default();
                if !meant.iter().any(|(code, _)| code == township) {
                    meant.push((township.to_owned(), sure));
                }
            }
        };
        for township in &townships {
            add(&township.name, &township.code, BY_NAME);
            // People say 翠云路办事处 as well as 翠云路街道.
            if let Some(stem) = township.name.strip_suffix("街道") {
                add(&format!("{stem}办事处"), &township.code, BY_OTHER_NAME);
            }
            for name in &township.other_names {
                add(name, &township.code, BY_OTHER_NAME);
            }
        }
        for community in &communities {
            add(
                &format!("{}社区", community.name),
                &community.township,
                BY_COMMUNITY,
            );
            add(
                &format!("{}村", community.name.trim_end_matches('村')),
                &community.township,
                BY_VILLAGE,
            );
        }
        let mut by_township: HashMap<String, Vec<String>> = HashMap::new();
        for Community { name, township } in communities {
            by_township.entry(township).or_default().push(name);
        }
        let longest = names.keys().map(|name| name.chars().count()).max().unwrap_or(0);
        let townships = townships
            .into_iter()
            .map(|township| (township.code.clone(), township))
            .collect();
        Self {
            townships,
            names,
            communities: by_township,
            longest,
        }
    }

    #[must_use]
    pub fn township(&self, code: &str) -> Option<&Township> {
        self.townships.get(code)
    }

    /// Names of the villages and communities of a township.
    #[must_use]
    pub fn communities_of(&self, township: &str) -> &[String] {
        self.communities.get(township).map_or(&[], Vec::as_slice)
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
        match self.matches(text, county).as_slice() {
            [one] => Some(one.township),
            _ => None,
        }
    }

    /// The townships that the words may mean, the surest first; of the given county where one is known. The longest
    /// names that are found count; shorter pieces of them are not looked at.
    #[must_use]
    pub fn matches(&self, text: &str, county: Option<&str>) -> Vec<PlaceMatch<'_>> {
        let letters: Vec<char> = text.chars().collect();
        for length in (MIN_CHARS..=self.longest).rev() {
            let told = self.by_name(&letters, length, county);
            if !told.is_empty() {
                return split_confidence(told);
            }
        }
        Vec::new()
    }

    /// Returns the possible places of each name of this length.
    fn by_name(&self, letters: &[char], length: usize, county: Option<&str>) -> Vec<Vec<PlaceMatch<'_>>> {
        let mut told = Vec::new();
        for window in letters.windows(length) {
            let name: String = window.iter().collect();
            let meant = self.names.get(&name).into_iter().flatten();
            let meant = meant.filter_map(|(code, sure)| {
                let township = self.townships.get(code)?;
                county
                    .is_none_or(|county| township.county == county)
                    .then_some(PlaceMatch {
                        township,
                        confidence: *sure,
                    })
            });
            let meant: Vec<_> = meant.collect();
            if !meant.is_empty() {
                told.push(meant);
            }
        }
        told
    }
}

/// Each name is worth the same; what it means shares its worth.
fn split_confidence(told: Vec<Vec<PlaceMatch<'_>>>) -> Vec<PlaceMatch<'_>> {
    let names = told.len() as f64;
    let mut sum: HashMap<&str, PlaceMatch<'_>> = HashMap::new();
    for meant in told {
        let share = 1.0 / (names * meant.len() as f64);
        for PlaceMatch { township, confidence } in meant {
            let held = sum.entry(&township.code).or_insert(PlaceMatch {
                township,
                confidence: 0.0,
            });
            held.confidence += confidence * share;
        }
    }
    let mut all: Vec<_> = sum.into_values().collect();
    all.sort_by(|a, b| {
        b.confidence
            .total_cmp(&a.confidence)
            .then_with(|| a.township.code.cmp(&b.township.code))
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Gazetteer {
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
        Gazetteer::new(
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

    fn told(text: &str, county: Option<&str>) -> Vec<(String, f64)> {
        let words = words();
        let told = words.matches(text, county);
        told.iter()
            .map(|meant| (meant.township.code.clone(), meant.confidence))
            .collect()
    }

    #[test]
    fn how_sure_it_is_follows_from_the_kind_of_name_and_from_who_else_bears_it() {
        let one = |code: &str, sure: f64| vec![(code.to_owned(), sure)];
        assert_eq!(told("翠云路街道行知街", None), one("1", 0.95));
        assert_eq!(told("行知社区门口", None), one("1", 0.85));
        assert_eq!(told("行知村口的桥", None), one("1", 0.8));
        let both = vec![("2".to_owned(), 0.475), ("3".to_owned(), 0.475)];
        assert_eq!(told("城关镇中心小学", None), both);
        assert_eq!(told("城关镇中心小学", Some("B")), one("3", 0.95));
        assert!(told("路口东南角", None).is_empty());
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
