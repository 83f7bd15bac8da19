//! Asks the suggester off the async threads.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use crate::city::categories::suggest::Suggestion;
use crate::city::snapshot::City;
use crate::error::Result;

/// The likeliest categories of a text, the best first.
pub async fn suggest(city: &Arc<City>, text: &str) -> Result<Vec<Suggestion>> {
    let (city, text) = (Arc::clone(city), text.to_owned());
    let work = tokio::task::spawn_blocking(move || city.suggester.suggest(&text));
    Ok(work.await.map_err(anyhow::Error::from)?)
}

/// The same of many texts, by their keys.
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
