//! Puts the application together and serves it.

use crate::http::time::LocalZone;
use crate::job_registry;
use crate::sealing::Sealer;
use entity::kinds::SecondChannel;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use crate::app::{App, AppInner, Jobs, States};
use crate::audit_tree::gauges::TreeGauges;
use crate::audit_tree::keys::TreeKeys;
use crate::audit_tree::worker as audit_worker;
use crate::channels::Channels;
use crate::channels::sandbox::ChannelSandbox;
use crate::city::pack::Pack;
use crate::city::snapshot::CityHandle;
use crate::city::store::{self, PackSettings};
use crate::city::{refresh, seed};
use crate::clock::Clock;
use crate::config::{Config, WeChatMode};
use crate::db::{self, Db};
use crate::error::Error;
use crate::http::budgets::Budgets;
use crate::http::connections::strangers::Strangers;
use crate::http::metrics::Metrics;
use crate::http::multipart::BodyMemory;
use crate::insight::{nightly, reports};
use crate::jobs::monitor::LaneLags;
use crate::notices::{MessageCatalog, Wording, template_check};
use crate::objects::client::ObjectStore;
use crate::objects::connect;
use crate::official::OfficialAccount;
use crate::ops::disk_space::{self, DiskSpace};
use crate::orders::search::text_index::{self, TextIndex};
use crate::orders::search::text_search;
use crate::orders::submit::number::NumberAllocator;
use crate::overview::counts_cache::CountsCache;
use crate::overview::screen_hub::ScreenHub;
use crate::overview::worker;
use crate::people::clients::rate::ClientRates;
use crate::people::roster;
use crate::people::tokens::Tokens;
use crate::photos::permits::PhotoPermits;
use crate::webhooks::sender::Sender as WebhookSender;
use crate::webhooks::worker as webhook_worker;
use crate::wechat::WeChat;
use crate::wechat::sandbox::Sandbox;
use crate::wechat::sandbox::server::SandboxConfig;
use crate::{console, heap_trim, jobs};

use crate::listen::SHUTDOWN_SECS;
pub use crate::listen::{document, listen, listen_for_metrics};

/// Takes the address; done first, because the sandbox's own address follows from it.
pub fn bind(config: &Config) -> anyhow::Result<TcpListener> {
    TcpListener::bind(config.bind).with_context(|| format!("ZHITONG_BIND: cannot listen on {}", config.bind))
}

/// Opens everything the product needs. The database is brought up to date and, when it is empty, filled
/// from the city pack; of replicas that start together, one does it while the others wait.
pub async fn build(config: Config, address: SocketAddr) -> anyhow::Result<App> {
    let pack = Pack::open(&config.city_pack)?;
    build_with_pack(config, address, &pack).await
}

/// As [`build`], from a pack that was read before.
pub async fn build_with_pack(mut config: Config, address: SocketAddr, pack: &Pack) -> anyhow::Result<App> {
    if !config.public_url_is_stated {
        // The port may have been left to the system.
        config.public_url = format!("http://{address}");
    }
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("ZHITONG_DATA_DIR: cannot create {}", config.data_dir.display()))?;
    let (setup, db, tree_keys) = open_database(&config).await?;
    let clock = config.clock_start.map_or_else(Clock::real, Clock::starting_at);
    let city = open_city(&db, pack, &clock).await.context("the city's data")?;
    let sealer = Sealer::new(&config.data_keys).context("DATA_KEY")?;
    let objects = open_store(&config, &sealer, &clock)
        .await
        .context("the object store")?;
    let tokens = Tokens::new(&config.jwt_secret);
    let wechat = WeChat::new(&config.wechat, address, clock.clone())?;
    let official = OfficialAccount::new(&config.wechat, address, clock.clone())?;
    let channels = Channels::new(&config.channels, address, &clock)?;
    let channels = official.add_channel(channels, &config.wechat.app_id);
    let (sandbox, wording) = open_wording(&config, pack, address, &clock, &city)?;
    let photo_permits = PhotoPermits::new(config.decode_memory_mib);
    let webhook_sender = WebhookSender::new(config.webhook_allow_private)?;
    let disk_space = DiskSpace::new(&config);
    let metrics = Metrics::new()?;
    let zone = pack.policy.clocks.time_zone;
    let states = States::default()
        .with(city)
        .with(LocalZone(zone))
        .with(photo_permits)
        .with(BodyMemory::default())
        .with(Budgets::default())
        .with(Strangers::default())
        .with(TreeGauges::register(&metrics.registry)?)
        .with(metrics)
        .with(objects)
        .with(NumberAllocator::default())
        .with(TextIndex::default())
        .with(ScreenHub::default())
        .with(CountsCache::default())
        .with(sealer)
        .with(tokens)
        .with(ClientRates::default())
        .with(webhook_sender)
        .with(disk_space)
        .with(tree_keys)
        .with(LaneLags::default())
        .with(wechat)
        .with(channels)
        .with(official)
        .with(ChannelSandbox::default())
        .with(sandbox)
        .with(wording)
        .with(job_registry::workload())
        .with(job_registry::publishers());
    let app = App::new(AppInner {
        config,
        db,
        clock,
        jobs: Jobs::default(),
        states,
    });
    app.state::<ScreenHub>()
        .set_renderer(console::overview::screen_page::render);
    seed_sandbox(&app, pack).await?;
    nightly::schedule(&app, app.clock.now())
        .await
        .context("the nightly search for hot topics")?;
    setup.finish().await.context("DATABASE_URL")?;
    Ok(app)
}

/// Brings the schema up to date and connects. Write transactions seal history under the keys of the record's tree.
async fn open_database(config: &Config) -> anyhow::Result<(db::Setup, Db, TreeKeys)> {
    let server_url = secrecy::ExposeSecret::expose_secret(config.database.server_url());
    let setup = db::Setup::begin(server_url)
        .await
        .context("DATABASE_URL or DATABASE_DIRECT_URL: cannot connect")?;
    setup
        .migrate()
        .await
        .context("DATABASE_URL: the schema could not be brought up to date")?;
    let tree_keys = TreeKeys::new(&config.audit).context("ZHITONG_AUDIT_KEY")?;
    let db = db::open(&config.database)
        .await
        .context("DATABASE_URL: cannot connect")?;
    Ok((setup, db.with_seals(tree_keys.seals.clone()), tree_keys))
}

/// The sandbox, if this is one, and the texts of notices.
fn open_wording(
    config: &Config,
    pack: &Pack,
    address: SocketAddr,
    clock: &Clock,
    city: &CityHandle,
) -> anyhow::Result<(Option<Sandbox>, MessageCatalog)> {
    let setting = SandboxConfig {
        people: pack.files.get("demo/people.csv"),
        wording: pack.files.get("wording.toml"),
    };
    let sandbox = Sandbox::open(&config.wechat, address, clock, &setting).context("the sandbox")?;
    let mut wording = Wording::parse(
        pack.files.get("wording.toml").unwrap_or_default(),
        pack.policy.clocks.time_zone,
    )
    .map_err(|faults| anyhow::anyhow!("CITY_PACK: wording.toml\n  {}", faults.join("\n  ")))?;
    wording.consent_events_enabled = config.wechat.push_token.is_some();
    let sms = config.channels.sms.as_ref().map(|_| SecondChannel::Sms);
    let wecom = config.channels.wecom.as_ref().map(|_| SecondChannel::Wecom);
    let official = config.wechat.official.as_ref().map(|_| SecondChannel::Official);
    wording
        .second_channel
        .configure([sms, wecom, official].into_iter().flatten());
    Ok((sandbox, MessageCatalog::new(wording, city.clone())))
}

/// Fills an empty sandbox with the people and sites of the demonstration.
async fn seed_sandbox(app: &App, pack: &Pack) -> anyhow::Result<()> {
    if app.config.wechat.mode == WeChatMode::Sandbox {
        roster::seed_demo_if_empty(app)
            .await
            .context("demo/people.csv of the city pack")?;
        seed::demo_sites(&app.db, &app.state::<CityHandle>().load(), pack, app.clock.now())
            .await
            .context("demo/sites.csv of the city pack")?;
    }
    Ok(())
}

/// Connects to the store and makes sure of its bucket.
async fn open_store(config: &Config, sealer: &Sealer, clock: &Clock) -> anyhow::Result<ObjectStore> {
    let objects = connect::connect(config, sealer, clock).await?;
    if let Err(error) = objects.ensure_bucket().await {
        // Reports without photos still work; /readyz says so, and uploads answer 503 until it is back.
        tracing::warn!(error = %error, "object store not ready");
    }
    Ok(objects)
}

/// Fills an empty database from the pack, then reads the city into memory.
async fn open_city(db: &Db, pack: &Pack, clock: &Clock) -> Result<CityHandle, Error> {
    seed::seed_if_empty(db, pack, clock.now()).await?;
    Ok(CityHandle::new(
        store::load(db, PackSettings::of_pack(pack)).await?,
    ))
}

/// Brings orders of an older release into the index of words.
async fn index_orders(app: App) {
    match text_search::catch_up(&app).await {
        Ok(0) => {}
        Ok(orders) => tracing::info!(orders, "orders indexed for search"),
        Err(error) => tracing::error!(%error, "order search index incomplete"),
    }
}

/// Serves until cancelled, together with the job runner; both finish work in progress.
pub async fn serve(app: App, listener: TcpListener) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    reports::schedule::begin(&app)
        .await
        .context("the calendar's reports")?;
    let runner = tokio::spawn(jobs::runner::run(app.clone(), stop.clone()));
    tokio::spawn(refresh::run(app.clone(), stop.clone()));
    tokio::spawn(disk_space::run(app.clone(), stop.clone()));
    tokio::spawn(worker::run(app.clone(), stop.clone()));
    tokio::spawn(close_screens(app.clone()));
    tokio::spawn(text_index::preload(app.clone()));
    tokio::spawn(heap_trim::run(stop.clone()));
    tokio::spawn(index_orders(app.clone()));
    tokio::spawn(webhook_worker::run(app.clone(), stop.clone()));
    tokio::spawn(audit_worker::run(app.clone(), stop.clone()));
    let server = listen(app.clone(), listener)?;
    let metrics = listen_for_metrics(&app)?;
    if let Some((server, address)) = metrics {
        tracing::info!(%address, "metrics served");
        let ending = server.handle();
        let stop = stop.clone();
        tokio::spawn(server);
        tokio::spawn(async move {
            stop.cancelled().await;
            ending.stop(false).await;
        });
    }
    tokio::spawn(async move { template_check::warn_of_differences(&app).await });
    let served = server.await;
    stop.cancel();
    let _ = tokio::time::timeout(Duration::from_secs(SHUTDOWN_SECS), runner).await;
    served.context("the server stopped")
}

/// Streams never end by themselves, and the server waits for its requests: they end with the signal that ends it.
async fn close_screens(app: App) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut quit)) = (signal(SignalKind::terminate()), signal(SignalKind::quit()))
    else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = quit.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    app.state::<ScreenHub>().close();
}
