//! Selected features and TF-IDF weights. Each feature group is scaled to length 1 on its own. Unknown features count for
//! the length, so a text with few known features gets low scores.

use std::collections::HashMap;

use super::features::{Counts, FEATURE_GROUPS, Feature};

/// A text as the models see it: (index of a kept feature, weight), by ascending index.
pub type Row = Vec<(u32, f32)>;

/// The features that a model knows, and how common they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Vocabulary {
    /// How many texts it was made of.
    texts: u32,
    /// Ascending.
    features: Vec<Feature>,
    /// In how many texts each stands.
    frequencies: Vec<u32>,
    index: HashMap<Feature, u32>,
}

impl Vocabulary {
    /// Of the commonest features, `most` at the most.
    #[must_use]
    pub fn of(texts: &[&Counts], most: usize) -> Self {
        let mut frequencies: HashMap<Feature, u32> = HashMap::new();
        for (feature, _) in texts.iter().flat_map(|counts| counts.iter().flatten()) {
            *frequencies.entry(*feature).or_default() += 1;
        }
        let mut kept: Vec<_> = frequencies.into_iter().collect();
        kept.sort_unstable_by_key(|(feature, frequency)| (std::cmp::Reverse(*frequency), *feature));
        kept.truncate(most);
        kept.sort_unstable();
        let (features, frequencies) = kept.into_iter().unzip();
        Self::from_parts(
            u32::try_from(texts.len()).unwrap_or(u32::MAX),
            features,
            frequencies,
        )
    }

    /// Rebuilds a vocabulary from [`Self::parts`].
    #[must_use]
    pub fn from_parts(texts: u32, features: Vec<Feature>, frequencies: Vec<u32>) -> Self {
        let index = (0..).zip(&features).map(|(at, feature)| (*feature, at)).collect();
        Self {
            texts,
            features,
            frequencies,
            index,
        }
    }

    /// Returns the number of texts, the features, and the number of texts with each.
    #[must_use]
    pub fn parts(&self) -> (u32, &[Feature], &[u32]) {
        (self.texts, &self.features, &self.frequencies)
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.features.len()
    }

    /// Weighs the counts of a text.
    #[must_use]
    pub fn row(&self, counts: &Counts) -> Row {
        let mut row = Row::with_capacity(counts.iter().map(Vec::len).sum());
        for family in counts {
            let begin = row.len();
            let mut squares = 0.0;
            for (feature, times) in family {
                let at = self.index.get(feature);
                let frequency = at.and_then(|at| self.frequencies.get(*at as usize));
                let weight = self.weight(*times, frequency.copied().unwrap_or(1));
                squares += weight * weight;
                row.extend(at.map(|at| (*at, weight)));
            }
            let length = squares.max(f32::MIN_POSITIVE).sqrt() * (FEATURE_GROUPS as f32).sqrt();
            for (_, weight) in row.iter_mut().skip(begin) {
                *weight /= length;
            }
        }
        row.sort_unstable_by_key(|(at, _)| *at);
        row
    }

    /// Twice the same word is not twice the evidence; smoothed as if one more text held every feature.
    fn weight(&self, times: u32, frequency: u32) -> f32 {
        let texts = 1.0 + self.texts as f32;
        (1.0 + (times as f32).ln()) * (1.0 + (texts / (1.0 + frequency as f32)).ln())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::features::count;

    fn length(row: &Row) -> f32 {
        row.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt()
    }

    #[test]
    fn a_known_text_has_length_one_and_a_half_known_one_less() {
        let (known, half) = (count("路灯不亮"), count("路灯不亮厨房漏气"));
        let vocabulary = Vocabulary::of(&[&known], 100);
        assert!((length(&vocabulary.row(&known)) - 1.0).abs() < 1e-5);
        let half = length(&vocabulary.row(&half));
        assert!(half > 0.3 && half < 0.9, "{half}");
        let unknown = vocabulary.row(&count("停水"));
        assert_eq!(unknown.len(), 1, "only the mark of its edges is known");
    }

    #[test]
    fn a_rare_word_weighs_more_than_a_common_one() {
        let texts = [count("路灯 停水"), count("路灯 停电"), count("路灯 漏气")];
        let vocabulary = Vocabulary::of(&texts.each_ref(), 100);
        let row = vocabulary.row(&count("路灯 停水"));
        let of = |word: &str| {
            let at = vocabulary.index[&count(word)[0][0].0];
            row.iter().find(|(index, _)| *index == at).unwrap().1
        };
        assert!(of("停水") > of("路灯"));
    }

    #[test]
    fn the_commonest_features_are_kept() {
        let texts = [count("路灯 停水"), count("路灯 停电")];
        let vocabulary = Vocabulary::of(&texts.each_ref(), 1);
        assert_eq!(vocabulary.len(), 1);
        assert_eq!(vocabulary.parts().2, [2]);
    }
}
