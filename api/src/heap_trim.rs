//! Returns memory that was needed briefly, at the start or for a nightly search (`docs/adr/trim-the-heap.md`).

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// The start is over by then.
const FIRST_DELAY: Duration = Duration::from_secs(10);
/// A night's search, reports, photos and imports come and go. Some milliseconds each time.
const INTERVAL: Duration = Duration::from_secs(60);

/// Returns free memory once a minute, until cancelled.
pub async fn run(stop: CancellationToken) {
    let mut wait = FIRST_DELAY;
    while stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_some() {
        trim().await;
        wait = INTERVAL;
    }
}

async fn trim() {
    // It waits for those who allocate, and they for it.
    let trimmed = tokio::task::spawn_blocking(heap::trim).await;
    tracing::debug!(some = trimmed.unwrap_or(false), "heap trimmed");
}
