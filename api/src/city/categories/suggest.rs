//! Pure: which category a text means: a trained model where there is one, otherwise the keywords of the categories.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use insight::classify::Model;

use crate::city::categories::keywords::KeywordSuggester;
pub use crate::city::categories::keywords::Suggestion;
use crate::city::categories::tree::Tree;

/// The models at hand; all clones share them.
#[derive(Clone, Default)]
pub struct Models {
    /// From the city pack.
    pub starter: Option<Arc<Model>>,
    /// From orders; takes the starter's place.
    pub learned: Option<Learned>,
}

/// A model that was made of orders.
#[derive(Clone)]
pub struct Learned {
    pub version: i64,
    /// Training time; later orders are unseen.
    pub made_at: DateTime<Utc>,
    pub model: Arc<Model>,
}

impl Models {
    #[must_use]
    pub fn current(&self) -> Option<&Arc<Model>> {
        self.learned
            .as_ref()
            .map(|learned| &learned.model)
            .or(self.starter.as_ref())
    }
}

#[derive(Clone)]
pub struct Suggester {
    pub models: Models,
    keywords: KeywordSuggester,
    tree: Tree,
}

const MAX_SUGGESTIONS: usize = 5;

impl Suggester {
    #[must_use]
    pub fn new(tree: &Tree, models: Models) -> Self {
        Self {
            models,
            keywords: KeywordSuggester::new(tree),
            tree: tree.clone(),
        }
    }

    /// Returns `true` if both are of one first-level category.
    #[must_use]
    pub fn are_siblings(&self, one: &str, other: &str) -> bool {
        let parent = |code: &str| self.tree.find(code).and_then(|category| category.parent.clone());
        parent(one) == parent(other)
    }

    /// Returns the likeliest categories, best first. Empty if no word is known. Takes a fraction of a millisecond, but
    /// the first call of a process reads the dictionary: do not call it on an async thread.
    #[must_use]
    pub fn suggest(&self, text: &str) -> Vec<Suggestion> {
        let Some(model) = self.models.current() else {
            return self.keywords.suggest(text, MAX_SUGGESTIONS);
        };
        let ranked = model.suggest(text, MAX_SUGGESTIONS);
        // A category may have been taken out of the list since the model was trained.
        let known = ranked.into_iter().filter_map(|ranked| {
            let category = self.tree.find(ranked.label)?;
            Some(Suggestion {
                code: category.code.clone(),
                name: category.name.clone(),
                confidence: f64::from(ranked.confidence),
            })
        });
        known.collect()
    }
}
