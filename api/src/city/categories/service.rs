//! Asks the suggester off the async threads.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use crate::city::categories::suggest::Suggestion;
use crate::city::categories::two_matters::{self, Matter};
use crate::city::emergencies::{self, EmergencyView};
use crate::city::snapshot::City;
use crate::error::Result;

/// A description as the city understands it.
#[derive(Clone, Debug, Default)]
pub struct Understood {
    /// The likeliest categories, best first.
    pub suggestions: Vec<Suggestion>,
    /// Two if the text tells of two matters, otherwise none.
    pub matters: Vec<Matter>,
    pub emergency: Option<EmergencyView>,
}

/// Suggests categories and looks for an emergency, off the async threads.
pub async fn understand(city: &Arc<City>, text: &str) -> Result<Understood> {
    let (city, text) = (Arc::clone(city), text.to_owned());
    let work = tokio::task::spawn_blocking(move || Understood {
        suggestions: city.suggester.suggest(&text),
        matters: two_matters::find(&city.suggester, &text),
        emergency: emergencies::detect(&city.emergencies, &text),
    });
    Ok(work.await.map_err(anyhow::Error::from)?)
}

/// Suggests categories for many texts, by their keys.
pub async fn suggest_all<K>(
    city: &Arc<City>,
    texts: HashMap<K, String>,
) -> Result<HashMap<K, Vec<Suggestion>>>
where
    K: Eq + Hash + Send + 'static,
{
    let city = Arc::clone(city);
    let work = tokio::task::spawn_blocking(move || {
        let suggested = texts
            .into_iter()
            .map(|(key, text)| (key, city.suggester.suggest(&text)));
        suggested.collect()
    });
    Ok(work.await.map_err(anyhow::Error::from)?)
}

/// Finds the two matters of each text that tells of two, by their keys.
pub async fn two_matters_of_all<K>(
    city: &Arc<City>,
    texts: HashMap<K, String>,
) -> Result<HashMap<K, Vec<Matter>>>
where
    K: Eq + Hash + Send + 'static,
{
    let city = Arc::clone(city);
    let work = tokio::task::spawn_blocking(move || {
        let found = texts
            .into_iter()
            .map(|(key, text)| (key, two_matters::find(&city.suggester, &text)));
        found.filter(|(_, matters)| !matters.is_empty()).collect()
    });
    Ok(work.await.map_err(anyhow::Error::from)?)
}
