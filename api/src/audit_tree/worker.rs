//! Appends entries and signs checkpoints continuously, on every replica.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::gauges::TreeGauges;
use super::{checkpoints, sequencer};
use crate::app::App;

/// Delay after a signal, in which several entries gather for one transaction.
const INTERVAL: Duration = Duration::from_secs(2);
/// Maximum delay without a signal.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// Pause after an error.
const PAUSE: Duration = Duration::from_secs(10);

/// Runs until cancelled.
pub async fn run(app: App, stop: CancellationToken) {
    let mut woken = app.jobs.wake.subscribe();
    let mut pause = INTERVAL;
    loop {
        let waiting = async {
            tokio::time::sleep(pause).await;
            // Nothing is urgent; a signal only ends the wait early.
            let _ = tokio::time::timeout(POLL_INTERVAL.saturating_sub(INTERVAL), woken.changed()).await;
        };
        if stop.run_until_cancelled(waiting).await.is_none() {
            return;
        }
        pause = INTERVAL;
        match sequencer::lag(&app.db).await {
            Ok(lag) => app.state::<TreeGauges>().set(lag),
            Err(error) => tracing::warn!(%error, "audit lag not measured"),
        }
        if let Err(error) = sequencer::sequence(&app).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "audit sequencing failed"
            );
            pause = PAUSE;
        } else if let Err(error) = checkpoints::sign_if_due(&app).await {
            tracing::error!(error = &error as &dyn std::error::Error, "checkpoint not signed");
            pause = PAUSE;
        }
    }
}
