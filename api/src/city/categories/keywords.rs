//! Suggestion by keywords, for cities without a trained model: the share of a category's own words in the text,
//! weighted by their rarity among categories.
//!
//! Pairs of characters replace segmentation. The confidence is the winner's share against the runner-up, damped by the
//! share of recognized words.

use std::collections::HashMap;

use crate::city::categories::tree::Tree;

#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    pub code: String,
    pub name: String,
    /// 0 to 1. A model's is calibrated: of the texts of which 0.8 is said, four in five are of this category.
    pub confidence: f64,
}

#[derive(Clone, Debug, Default)]
pub struct KeywordSuggester {
    /// Piece of text → (category, weight).
    pieces: HashMap<String, Vec<(usize, f64)>>,
    names: Vec<(String, String)>,
}

/// Weight of a whole keyword relative to a pair of characters.
const WHOLE_WORD: f64 = 3.0;
/// This much recognised weight counts as "well recognised".
const ENOUGH: f64 = 6.0;

impl KeywordSuggester {
    #[must_use]
    pub fn new(tree: &Tree) -> Self {
        let mut pieces: HashMap<String, HashMap<usize, f64>> = HashMap::new();
        let mut names = Vec::new();
        for (index, category) in tree.leaves().enumerate() {
            names.push((category.code.clone(), category.name.clone()));
            let words = category
                .keywords
                .iter()
                .map(String::as_str)
                .chain(name_words(&category.name));
            for word in words {
                let whole = pieces
                    .entry(word.to_owned())
                    .or_default()
                    .entry(index)
                    .or_default();
                *whole = whole.max(WHOLE_WORD);
                for pair in pairs(word) {
                    let piece = pieces.entry(pair).or_default().entry(index).or_default();
                    *piece = piece.max(1.0);
                }
            }
        }
        let weigh = |(piece, categories): (String, HashMap<usize, f64>)| {
            let rarity = 1.0 / (categories.len() as f64).sqrt();
            (
                piece,
                categories
                    .into_iter()
                    .map(|(index, weight)| (index, weight * rarity))
                    .collect(),
            )
        };
        Self {
            pieces: pieces.into_iter().map(weigh).collect(),
            names,
        }
    }

    /// Returns the likeliest categories, best first. Empty if no word is known.
    #[must_use]
    pub fn suggest(&self, text: &str, limit: usize) -> Vec<Suggestion> {
        let mut scores: HashMap<usize, f64> = HashMap::new();
        let text: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
        for length in 1..=6 {
            let mut seen = std::collections::HashSet::new();
            for window in text.windows(length) {
                let piece: String = window.iter().collect();
                if let Some(categories) = self.pieces.get(&piece).filter(|_| seen.insert(piece)) {
                    for (index, weight) in categories {
                        *scores.entry(*index).or_default() += weight;
                    }
                }
            }
        }
        let mut ranked: Vec<_> = scores.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let total: f64 = ranked.iter().take(3).map(|(_, score)| score).sum();
        let suggestion = |(index, score): &(usize, f64)| {
            let (code, name) = self.names.get(*index)?.clone();
            let recognised = (score / ENOUGH).min(1.0);
            Some(Suggestion {
                code,
                name,
                confidence: score / total.max(f64::MIN_POSITIVE) * recognised,
            })
        };
        ranked.iter().take(limit).filter_map(suggestion).collect()
    }
}

/// `排水不畅与积水` → `排水不畅`, `积水`.
fn name_words(name: &str) -> impl Iterator<Item = &str> {
    name.split(['与', '、', '和', '及', '（', '）', '(', ')'])
        .filter(|word| word.chars().count() >= 2)
}

fn pairs(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    letters.windows(2).map(|pair| pair.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::categories::tree::Category;

    fn keywords() -> KeywordSuggester {
        let leaf = |code: &str, name: &str, keywords: &str| Category {
            code: code.into(),
            parent: Some("01".into()),
            name: name.into(),
            keywords: keywords.split(' ').map(str::to_owned).collect(),
            urgency: "普通".into(),
        };
        let top = Category {
            code: "01".into(),
            parent: None,
            name: "一".into(),
            keywords: vec![],
            urgency: "普通".into(),
        };
        KeywordSuggester::new(
            &Tree::build(vec![
                top,
                leaf("0101", "占道经营", "流动摊贩 店外经营 摆摊"),
                leaf("0206", "污水外溢", "下水道 反水 冒污水 堵"),
                leaf("0801", "交通拥堵", "堵车 高峰"),
            ])
            .unwrap(),
        )
    }

    #[test]
    fn the_words_of_a_category_lead_to_it() {
        for (text, code) in [
            ("路口流动摊贩摆摊，车过不去", "0101"),
            ("下水道冒污水，臭", "0206"),
            ("早高峰堵车半小时，交通拥堵", "0801"),
        ] {
            let first = &keywords().suggest(text, 5)[0];
            assert_eq!(first.code, code, "{text}");
            assert!(
                first.confidence > 0.5 && first.confidence <= 1.0,
                "{text}: {}",
                first.confidence
            );
        }
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        assert!(keywords().suggest("希望领导关心一下", 5).is_empty());
        assert!(keywords().suggest("", 5).is_empty());
        let weak = keywords().suggest("高峰时间", 5);
        assert!(weak[0].confidence < 0.6, "{weak:?}");
    }
}
