//! Administrators' commands.

use crate::app::App;
use crate::people::login_requests::service;

/// An address that signs the first admin in to the console, once, within a quarter of an hour.
pub async fn login_link(app: &App) -> anyhow::Result<String> {
    let code = service::admin_link(app, app.clock.now())
        .await
        .map_err(anyhow::Error::from)?;
    let code = code.ok_or_else(|| {
        anyhow::anyhow!("the roster has no admin; import one first: zhitong import delegates FILE")
    })?;
    Ok(format!("{}/console/login/{code}", app.config.public_url))
}
