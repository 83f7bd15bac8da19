//! The delegates who look after the sites.

use crate::app::App;
use crate::error::Result;
use crate::people::profile;
use crate::sites::past;

/// Returns the names of the delegates to whom residents' messages at sites for matters of any kind go.
pub async fn names(app: &App) -> Result<Vec<String>> {
    let sites = past::sites(app).await?;
    let people = sites.into_iter().flat_map(|site| site.delegates);
    Ok(profile::names(app, people).await?.into_values().collect())
}
