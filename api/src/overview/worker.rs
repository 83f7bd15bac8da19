//! Keeps the counts and the screens up to date all the time, on every replica.

use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::period::Window;
use super::scope::Scope;
use super::screen_hub::ScreenKey;
use super::{projector, replica_events, stream};
use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::overview::screen_hub::ScreenHub;
use crate::people::sessions;

/// How long a signalled change waits, so that what follows it within this time is counted with it.
const PROJECTION_DELAY: Duration = Duration::from_secs(1);
/// How late a change is counted that nobody signals, e.g. of a replica that was ended; one index probe each.
const PROJECTION_POLL: Duration = Duration::from_secs(2);
/// Minimum time between two updates of the counts.
const PUBLISH_INTERVAL: Duration = Duration::from_secs(1);
/// Maximum time between two updates: remaining times shrink without events.
const MAX_PUBLISH_INTERVAL: Duration = Duration::from_secs(60);
/// How long a screen outlives its session at most.
const SESSION_INTERVAL: Duration = Duration::from_secs(10);

/// Runs until cancelled.
pub async fn run(app: App, stop: CancellationToken) {
    tokio::join!(
        projection_loop(&app, &stop),
        publish_loop(&app, &stop),
        session_loop(&app, &stop),
        replica_events::listen(&app, &stop),
    );
}

async fn projection_loop(app: &App, stop: &CancellationToken) {
    let mut woken = app.jobs.wake.subscribe();
    while wait_for_change(&mut woken, stop).await {
        if let Err(error) = projector::apply_changes(app).await {
            tracing::error!(error = %error, "overview projection failed");
            wait(stop, PUBLISH_INTERVAL).await;
        }
    }
}

async fn publish_loop(app: &App, stop: &CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.state::<ScreenHub>().counts_changed() => {}
            () = tokio::time::sleep(MAX_PUBLISH_INTERVAL) => {}
        }
        for board in app.state::<ScreenHub>().active_keys() {
            if let Err(error) = publish(app, &board).await {
                tracing::error!(error = %error, "overview screen update failed");
            }
        }
        if !wait(stop, PUBLISH_INTERVAL).await {
            return;
        }
    }
}

/// Puts new counts on a board.
pub async fn publish(app: &App, board: &ScreenKey) -> Result<()> {
    let today = local_date(app.clock.now(), app.state::<CityHandle>().load().zone());
    let scope = Scope {
        area: board.area.clone(),
        period: Window::of(board.length, today),
    };
    app.state::<ScreenHub>()
        .publish_counts(board, stream::counts(app, &scope, board.face).await?);
    Ok(())
}

async fn session_loop(app: &App, stop: &CancellationToken) {
    while wait(stop, SESSION_INTERVAL).await {
        if let Err(error) = disconnect_ended(app).await {
            tracing::error!(error = %error, "overview session check failed");
        }
    }
}

/// Ends the screens of sessions that have ended.
pub async fn disconnect_ended(app: &App) -> Result<()> {
    let asked = app.state::<ScreenHub>().sessions();
    if !asked.is_empty() {
        let living = sessions::active(app, &asked, app.clock.now()).await?;
        app.state::<ScreenHub>().disconnect_except(&asked, &living);
    }
    Ok(())
}

/// Waits for a signal or the next poll. Returns `false` when it is time to stop.
async fn wait_for_change(woken: &mut watch::Receiver<()>, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        Ok(()) = woken.changed() => wait(stop, PROJECTION_DELAY).await,
        () = tokio::time::sleep(PROJECTION_POLL) => true,
    }
}

/// False when it is time to stop.
async fn wait(stop: &CancellationToken, time: Duration) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = tokio::time::sleep(time) => true,
    }
}
