//! What every capability is handed: the pool, the clock, the outside services. Cheap to clone.

use std::ops::Deref;
use std::sync::Arc;

use crate::city::snapshot::CityHandle;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::http::budgets::Budgets;
use crate::http::connections::strangers::Strangers;
use crate::http::metrics::Metrics;
use crate::http::multipart::BodyMemory;
use crate::jobs::monitor::LaneLags;
use crate::notices::MessageCatalog;
use crate::objects::client::ObjectStore;
use crate::ops::disk_space::DiskSpace;
use crate::orders::search::text_index::TextIndex;
use crate::orders::submit::number::NumberAllocator;
use crate::overview::counts_cache::CountsCache;
use crate::overview::screen_hub::ScreenHub;
use crate::people::clients::rate::ClientRates;
use crate::people::sealing::Sealer;
use crate::people::tokens::Tokens;
use crate::photos::permits::PhotoPermits;
use crate::webhooks::sender::Sender as WebhookSender;
use crate::wechat::WeChat;
use crate::wechat::sandbox::Sandbox;

/// A handle; all clones are the same application.
#[derive(Clone)]
pub struct App(Arc<AppInner>);

pub struct AppInner {
    pub config: Config,
    /// Reads go straight to it; writes through `db::write`.
    pub db: Db,
    pub clock: Clock,
    /// The city's data in memory, as of the last change.
    pub city: CityHandle,
    /// Free space for the embedded data.
    pub disk_space: DiskSpace,
    pub jobs: Jobs,
    /// Memory for the bytes of uploads.
    pub body_memory: BodyMemory,
    /// How often callers without an account may ask.
    pub budgets: Budgets,
    /// Requests in progress without an account.
    pub strangers: Strangers,
    /// What is counted and measured.
    pub metrics: Metrics,
    /// Turns, cores and memory for decoding photos.
    pub photo_permits: PhotoPermits,
    /// Photos' bytes.
    pub objects: ObjectStore,
    /// Order numbers held in reserve.
    pub numbers: NumberAllocator,
    /// The recent reports, indexed by their words.
    pub text_index: TextIndex,
    /// Screens that are connected to this replica.
    pub screen_hub: ScreenHub,
    /// The kept counts as the screens read them last.
    pub counts_cache: CountsCache,
    /// Phone numbers and openids at rest.
    pub sealer: Sealer,
    /// Access tokens.
    pub tokens: Tokens,
    /// Requests of API clients per minute.
    pub client_rates: ClientRates,
    /// Calls other systems.
    pub webhook_sender: WebhookSender,
    /// WeChat's servers, or the stand-in for them.
    pub wechat: WeChat,
    /// The stand-in itself; none in live mode.
    pub sandbox: Option<Sandbox>,
    /// The words of notices and the templates of pushes.
    pub messages: MessageCatalog,
}

/// How the job runner is woken, and kept from running while the sandbox's clock is being moved.
#[derive(Default)]
pub struct Jobs {
    pub wake: tokio::sync::Notify,
    /// The workers hold it for reading, a move of the clock for writing.
    pub run_lock: tokio::sync::RwLock<()>,
    pub lags: LaneLags,
}

impl Deref for App {
    type Target = AppInner;

    fn deref(&self) -> &AppInner {
        &self.0
    }
}

impl App {
    #[must_use]
    pub fn new(parts: AppInner) -> Self {
        Self(Arc::new(parts))
    }
}
