//! Memory that was needed for a moment, at the start or for a night's search, is not kept (`docs/adr/one-unsafe-call.md`).

/// Gives back to the system what is free.
pub async fn give_back() {
    // It waits for those who allocate, and they for it.
    let trimmed = tokio::task::spawn_blocking(heap::trim).await;
    tracing::debug!(some = trimmed.unwrap_or(false), "free memory given back");
}
