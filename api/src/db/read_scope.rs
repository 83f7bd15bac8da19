//! The server that may answer the reads of the running request or job: the task's own value, so that no query names it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use entity::ids::PersonId;
use tokio::sync::OnceCell;

tokio::task_local! {
    static SCOPE: Arc<ReadScope>;
}

/// The state that a replica must have replayed before it may answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wants {
    /// It may not answer.
    Primary,
    /// All that the person has written.
    OwnWrites,
    /// All that was committed when the reading began.
    Everything,
}

#[derive(Debug)]
pub(super) struct ReadScope {
    pub(super) wants: Wants,
    reader: OnceLock<PersonId>,
    /// Whether the replica answers; decided at the first read.
    pub(super) choice: OnceCell<bool>,
    is_left: AtomicBool,
    has_written: AtomicBool,
}

impl ReadScope {
    pub(super) fn new(wants: Wants) -> Arc<Self> {
        Arc::new(Self {
            wants,
            reader: OnceLock::new(),
            choice: OnceCell::new(),
            is_left: AtomicBool::new(false),
            has_written: AtomicBool::new(false),
        })
    }

    /// Runs `task` in this scope. Tasks that it spawns are outside.
    pub(super) async fn run<T>(self: Arc<Self>, task: impl Future<Output = T>) -> T {
        SCOPE.scope(self, task).await
    }

    /// `None` until the person is known.
    pub(super) fn reader(&self) -> Option<PersonId> {
        self.reader.get().copied()
    }

    pub(super) fn has_written(&self) -> bool {
        self.has_written.load(Ordering::Acquire)
    }

    /// All further reads go to the primary: a later answer of the replica could be older than one already given.
    pub(super) fn leave(&self) {
        self.is_left.store(true, Ordering::Release);
    }

    pub(super) fn is_left(&self) -> bool {
        self.is_left.load(Ordering::Acquire)
    }
}

pub(super) fn current() -> Option<Arc<ReadScope>> {
    SCOPE.try_with(Arc::clone).ok()
}

/// Remembers who makes the running request. Reads before that go to the primary.
pub fn identify_reader(person: PersonId) {
    if let Some(scope) = current() {
        let _ = scope.reader.set(person);
    }
}

/// Remembers that the running request has written.
pub(super) fn note_write() {
    if let Some(scope) = current() {
        scope.has_written.store(true, Ordering::Release);
        scope.leave();
    }
}
