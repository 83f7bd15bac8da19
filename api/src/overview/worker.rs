//! Keeps the counts and the screens up to date all the time, on every replica.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::period::Period;
use super::scope::Scope;
use super::screen_hub::Board;
use super::{projector, replica_events, stream};
use crate::app::App;
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::people::sessions;

/// How long a change waits at most before it is counted; one index probe each.
const FOLD_EVERY: Duration = Duration::from_millis(250);
/// New counts are put together at most so often, however much happens.
const SHOW_EVERY: Duration = Duration::from_secs(1);
/// And at least so often: what is left until a deadline shrinks by itself.
const SHOW_AT_LEAST_EVERY: Duration = Duration::from_secs(60);
/// How long a screen outlives its session at most.
const SESSIONS_EVERY: Duration = Duration::from_secs(10);

/// Runs until told to stop.
pub async fn run(app: App, stop: CancellationToken) {
    tokio::join!(
        fold_all_the_time(&app, &stop),
        show_all_the_time(&app, &stop),
        watch_sessions(&app, &stop),
        replica_events::listen(&app, &stop),
    );
}

async fn fold_all_the_time(app: &App, stop: &CancellationToken) {
    while wait(stop, FOLD_EVERY).await {
        if let Err(error) = projector::fold(app).await {
            tracing::error!(error = %error, "the counts of the screen were not brought up to date");
            wait(stop, SHOW_EVERY).await;
        }
    }
}

async fn show_all_the_time(app: &App, stop: &CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.screens.moved() => {}
            () = tokio::time::sleep(SHOW_AT_LEAST_EVERY) => {}
        }
        for board in app.screens.watched() {
            if let Err(error) = show(app, &board).await {
                tracing::error!(error = %error, "a screen was not brought up to date");
            }
        }
        if !wait(stop, SHOW_EVERY).await {
            return;
        }
    }
}

/// Puts new counts on a board.
pub async fn show(app: &App, board: &Board) -> Result<()> {
    let today = local_date(app.clock.now(), app.city.load().zone());
    let scope = Scope {
        area: board.area.clone(),
        period: Period::of(board.grain, today),
    };
    app.screens
        .show(board, stream::counts(app, &scope, board.face).await?);
    Ok(())
}

async fn watch_sessions(app: &App, stop: &CancellationToken) {
    while wait(stop, SESSIONS_EVERY).await {
        if let Err(error) = end_orphans(app).await {
            tracing::error!(error = %error, "the sessions of the screens were not looked at");
        }
    }
}

/// Ends the screens of sessions that have ended.
pub async fn end_orphans(app: &App) -> Result<()> {
    let asked = app.screens.sessions();
    if !asked.is_empty() {
        let living = sessions::living(app, &asked, app.clock.now()).await?;
        app.screens.end_all_but(&asked, &living);
    }
    Ok(())
}

/// False when it is time to stop.
async fn wait(stop: &CancellationToken, time: Duration) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = tokio::time::sleep(time) => true,
    }
}
