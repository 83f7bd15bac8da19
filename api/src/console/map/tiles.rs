//! The tile service of street maps, for the script of the page.

use crate::app::App;

/// The service as JSON. `None` if none is configured.
#[must_use]
pub fn description(app: &App) -> Option<String> {
    let tiles = app.config.tiles.as_ref()?;
    serde_json::to_string(tiles).ok()
}
