//! Permits for what photos take: turns, cores and memory. All of them are taken after the bytes have arrived.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, ErrorKind, Result};
use crate::photos::intake::Refused;

/// Photos being decoded and stored at the same time; each takes up to nine file handles with the embedded store.
const UPLOADS: usize = 16;
/// A photo that finds no place in this time is refused, so that the sender can try again.
const TIMEOUT: Duration = Duration::from_secs(30);
const RETRY_SECS: u64 = 10;
const UNIT_BYTES: u64 = 1 << 20;

/// A handle; clones share the permits.
#[derive(Clone)]
pub struct PhotoPermits {
    uploads: Arc<Semaphore>,
    decodes: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    memory_units: u32,
}

impl PhotoPermits {
    /// As many decodes at a time as there are cores, within `memory_mib` of memory for all of them.
    #[must_use]
    pub fn new(memory_mib: u32) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            uploads: Arc::new(Semaphore::new(UPLOADS)),
            decodes: Arc::new(Semaphore::new(cores)),
            memory: Arc::new(Semaphore::new(memory_mib as usize)),
            memory_units: memory_mib,
        }
    }

    /// A turn to be decoded and stored.
    pub async fn upload(&self) -> Result<OwnedSemaphorePermit> {
        wait(&self.uploads, 1).await
    }

    /// A core.
    pub async fn decode(&self) -> Result<OwnedSemaphorePermit> {
        wait(&self.decodes, 1).await
    }

    /// Memory for one picture.
    /// # Errors
    /// `photo_too_many_pixels` (422) if the budget is smaller than the picture.
    pub async fn memory(&self, bytes: u64) -> Result<OwnedSemaphorePermit> {
        let units = u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX);
        if units > self.memory_units {
            return Err(Refused::TooManyPixels.into());
        }
        wait(&self.memory, units).await
    }
}

async fn wait(permits: &Arc<Semaphore>, count: u32) -> Result<OwnedSemaphorePermit> {
    let permit = Arc::clone(permits).acquire_many_owned(count);
    let permit = tokio::time::timeout(TIMEOUT, permit).await.map_err(|_| busy())?;
    Ok(permit.map_err(anyhow::Error::from)?)
}

fn busy() -> Error {
    let kind = ErrorKind::Unavailable {
        retry_after_secs: RETRY_SECS,
    };
    Error::refused(kind, "busy", "上传的人太多，请稍后再试。")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_picture_larger_than_the_budget_is_refused_and_the_rest_wait_for_each_other() {
        let permits = PhotoPermits::new(100);
        assert!(permits.memory(101 << 20).await.is_err());
        let first = permits.memory(60 << 20).await.unwrap();
        let second = permits.memory(60 << 20);
        tokio::pin!(second);
        assert!(futures_util::poll!(&mut second).is_pending());
        drop(first);
        assert!(second.await.is_ok());
    }
}
