//! Counts what is sent to the database, for tests that bound the work a use case causes or look at the plans of its reads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use sea_orm::Statement;

/// Counters of one database handle and its clones.
#[derive(Debug, Default)]
pub struct Counters {
    writes: AtomicU64,
    statements: AtomicU64,
    is_recording: AtomicBool,
    recorded: Mutex<Vec<Statement>>,
}

/// Counters at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Write transactions that were begun, and statements outside a transaction that may write.
    pub writes: u64,
    /// Statements inside and outside transactions, without `BEGIN` and `COMMIT`.
    pub statements: u64,
}

impl Counters {
    #[must_use]
    pub fn now(&self) -> Counts {
        Counts {
            writes: self.writes.load(Ordering::Relaxed),
            statements: self.statements.load(Ordering::Relaxed),
        }
    }

    pub(super) fn count_write(&self) {
        self.writes.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_statement(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    /// Keeps the reads outside transactions from now on, until [`Self::take_recorded`].
    pub(super) fn record(&self) {
        self.is_recording.store(true, Ordering::Release);
    }

    pub(super) fn note_read(&self, statement: &Statement) {
        if self.is_recording.load(Ordering::Acquire) {
            self.recorded
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(statement.clone());
        }
    }

    pub(super) fn take_recorded(&self) -> Vec<Statement> {
        self.is_recording.store(false, Ordering::Release);
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *recorded)
    }
}
