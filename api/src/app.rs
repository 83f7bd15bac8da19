//! What every capability is handed: the pool, the clock, the outside services. Cheap to clone.

use std::ops::Deref;
use std::sync::Arc;

use crate::city::snapshot::CityHandle;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::notices::Voice;
use crate::objects::client::Objects;
use crate::orders::search::text_index::Memory;
use crate::orders::submit::number::Numbers;
use crate::overview::counts_cache::Readings;
use crate::overview::screen_hub::Hub;
use crate::people::sealing::Sealer;
use crate::people::tokens::Tokens;
use crate::photos::service::Darkroom;
use crate::wechat::WeChat;
use crate::wechat::sandbox::Sandbox;

/// A handle; all clones are the same application.
#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub config: Config,
    /// Reads go straight to it; writes through `db::write`.
    pub db: Db,
    pub clock: Clock,
    /// The city's data in memory, as of the last change.
    pub city: CityHandle,
    pub jobs: Jobs,
    /// Room for decoding photos.
    pub darkroom: Darkroom,
    /// Photos' bytes.
    pub objects: Objects,
    /// Order numbers held in reserve.
    pub numbers: Numbers,
    /// The recent reports, indexed by their words.
    pub recent: Memory,
    /// Screens that are connected to this replica.
    pub screens: Hub,
    /// The kept counts as the screens read them last.
    pub readings: Readings,
    /// Phone numbers and openids at rest.
    pub sealer: Sealer,
    /// Access tokens.
    pub tokens: Tokens,
    /// WeChat's servers, or the stand-in for them.
    pub wechat: WeChat,
    /// The stand-in itself; none in live mode.
    pub sandbox: Option<Sandbox>,
    /// The words of notices and the templates of pushes.
    pub wording: Voice,
}

/// How the job runner is woken, and kept from running while the sandbox's clock is being moved.
#[derive(Default)]
pub struct Jobs {
    pub wake: tokio::sync::Notify,
    pub turn: tokio::sync::Mutex<()>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}
