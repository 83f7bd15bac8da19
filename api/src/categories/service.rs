//! Asks the suggester off the async threads.

use std::sync::Arc;

use crate::categories::suggest::Suggestion;
use crate::city::snapshot::City;
use crate::error::Result;

/// The likeliest categories of a text, the best first.
pub async fn suggest(city: &Arc<City>, text: &str) -> Result<Vec<Suggestion>> {
    let (city, text) = (Arc::clone(city), text.to_owned());
    let work = tokio::task::spawn_blocking(move || city.suggester.suggest(&text));
    Ok(work.await.map_err(anyhow::Error::from)?)
}
