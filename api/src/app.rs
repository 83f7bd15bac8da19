//! State shared by all capabilities: the pool, the clock, the outside services. Cheap to clone.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;

/// A handle; all clones are the same application.
#[derive(Clone)]
pub struct App(Arc<AppInner>);

pub struct AppInner {
    pub config: Config,
    /// Reads go straight to it; writes through `db::write`.
    pub db: Db,
    pub clock: Clock,
    pub jobs: Jobs,
    pub states: States,
}

/// Wakes the background workers, and pauses the job runner while the sandbox's clock is being moved.
#[derive(Default)]
pub struct Jobs {
    pub wake: Wake,
    /// The workers hold it for reading, a move of the clock for writing.
    pub run_lock: Arc<tokio::sync::RwLock<()>>,
}

/// Says to the background workers of this process that a transaction with work for them has committed. A worker that is
/// busy finds the signal later; several signals may become one.
#[derive(Default)]
pub struct Wake(tokio::sync::watch::Sender<()>);

impl Wake {
    /// Call it after the commit.
    pub fn notify_one(&self) {
        self.0.send_replace(());
    }

    /// Returns a receiver that sees the signals from now on.
    #[must_use]
    pub fn subscribe(&self) -> tokio::sync::watch::Receiver<()> {
        self.0.subscribe()
    }
}

/// The in-memory state of the capabilities, one value per type.
#[derive(Default)]
pub struct States(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

impl States {
    #[must_use]
    pub fn with<T: Any + Send + Sync>(mut self, state: T) -> Self {
        self.0.insert(TypeId::of::<T>(), Box::new(state));
        self
    }

    fn get<T: Any>(&self) -> Option<&T> {
        self.0.get(&TypeId::of::<T>())?.downcast_ref()
    }
}

impl Deref for App {
    type Target = AppInner;

    fn deref(&self) -> &AppInner {
        &self.0
    }
}

impl App {
    #[must_use]
    pub fn new(inner: AppInner) -> Self {
        Self(Arc::new(inner))
    }

    /// The state that a capability keeps.
    ///
    /// # Panics
    /// If `server.rs` has left it out when it built the application.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "an application without the state is never built"
    )]
    pub fn state<T: Any>(&self) -> &T {
        self.states
            .get()
            .expect("the application was built without this state")
    }
}
