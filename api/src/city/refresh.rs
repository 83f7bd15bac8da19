//! Keeps the city in memory as the database has it: an import on any replica is seen by all within seconds.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::kinds::GenerationKind;
use sea_orm::ConnectionTrait;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::city::store::{self, PackSettings};
use crate::error::Result;

/// One small query every so often.
const EVERY: Duration = Duration::from_secs(5);

/// Runs until cancelled. If the city's data cannot be read, the copy in memory stays.
pub async fn run(app: App, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        match refresh(&app).await {
            Ok(true) => tracing::info!("city data reloaded"),
            Ok(false) => {}
            Err(error) => tracing::error!(error = %error, "city data reload failed"),
        }
    }
}

/// Says in the transaction of a change that replicas must reload.
pub async fn publish_change(
    connection: &impl ConnectionTrait,
    kind: GenerationKind,
    now: DateTime<Utc>,
) -> Result<()> {
    store::bump_generation(connection, kind, now).await
}

/// Lets this replica see a change at once that has been committed; if that fails, the next look will.
pub async fn refresh_now(app: &App) {
    if let Err(error) = refresh(app).await {
        tracing::error!(error = %error, "city data reload failed");
    }
}

/// Reloads when the rows have changed; says whether it did.
pub async fn refresh(app: &App) -> Result<bool> {
    let held = app.state::<CityHandle>().load();
    if store::total_generation(&app.db).await? == held.generation {
        return Ok(false);
    }
    let city = store::load(&app.db, PackSettings::of_city(&held)).await?;
    app.state::<CityHandle>().swap(city);
    Ok(true)
}
