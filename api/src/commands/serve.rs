//! `zhitong serve`

use crate::city::categories::retrain;
use crate::config::Config;
use crate::ops::telemetry::{self, Style};
use crate::{server, upkeep};

pub async fn run() -> anyhow::Result<()> {
    let config = Config::from_environment()?;
    let _telemetry = telemetry::start(Style::Json, config.otlp_endpoint.as_deref())?;
    let listener = server::bind(&config)?;
    let address = listener.local_addr()?;
    let app = server::build(config, address).await?;
    retrain::schedule(&app, app.clock.now()).await?;
    upkeep::start::schedule(&app, app.clock.now()).await?;
    tracing::info!(%address, "server started");
    server::serve(app, listener).await
}
