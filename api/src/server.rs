//! Puts the application together and serves it.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, DefaultHeaders, from_fn};
use actix_web::web::Bytes;
use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use actix_web_prom::{PrometheusMetrics, PrometheusMetricsBuilder};
use anyhow::Context as _;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use utoipa::OpenApi as _;
use utoipa_actix_web::AppExt as _;
use utoipa_swagger_ui::{Config as SwaggerConfig, SwaggerUi};

use crate::app::{App, AppInner, Jobs};
use crate::city::pack::Pack;
use crate::city::snapshot::CityHandle;
use crate::city::store::{self, PackSettings};
use crate::city::{refresh, seed};
use crate::clock::Clock;
use crate::config::{Config, S3Config, WeChatMode};
use crate::db::{self, Db};
use crate::error::Error;
use crate::http::{extract, request_id};
use crate::insight::{nightly, reports};
use crate::notices::{MessageCatalog, Wording, template_check};
use crate::objects::client::{ObjectStore, Settings};
use crate::objects::embedded;
use crate::orders::search::text_index::{self, TextIndex};
use crate::orders::search::text_search;
use crate::orders::submit::number::NumberAllocator;
use crate::overview::counts_cache::CountsCache;
use crate::overview::screen_hub::ScreenHub;
use crate::overview::worker;
use crate::people::clients::rate::ClientRates;
use crate::people::roster;
use crate::people::sealing::Sealer;
use crate::people::tokens::Tokens;
use crate::photos::service::PhotoPermits;
use crate::webhooks::sender::Sender as WebhookSender;
use crate::webhooks::worker as webhook_worker;
use crate::wechat::WeChat;
use crate::wechat::sandbox::Sandbox;
use crate::wechat::sandbox::server::SandboxConfig;
use crate::{console, heap_trim, jobs, ops, routes};

/// How long requests and jobs in flight may take to finish after SIGTERM.
const SHUTDOWN_SECS: u64 = 30;
const REQUEST_HEAD: Duration = Duration::from_secs(15);

/// Takes the address; done first, because the sandbox's own address follows from it.
pub fn bind(config: &Config) -> anyhow::Result<TcpListener> {
    TcpListener::bind(config.bind).with_context(|| format!("ZHITONG_BIND: cannot listen on {}", config.bind))
}

/// Opens everything the product needs. The database is brought up to date and, when it is empty, filled
/// from the city pack; of replicas that start together, one does it while the others wait.
pub async fn build(config: Config, address: SocketAddr) -> anyhow::Result<App> {
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("ZHITONG_DATA_DIR: cannot create {}", config.data_dir.display()))?;
    let url = secrecy::ExposeSecret::expose_secret(&config.database_url).to_owned();
    let setup = db::Setup::begin(&url)
        .await
        .context("DATABASE_URL: cannot connect")?;
    setup
        .migrate()
        .await
        .context("DATABASE_URL: the schema could not be brought up to date")?;
    let db = db::connect(&url).await.context("DATABASE_URL: cannot connect")?;
    let clock = config.clock_start.map_or_else(Clock::real, Clock::starting_at);
    let pack = Pack::open(&config.city_pack)?;
    let city = open_city(&db, &pack, &clock).await.context("the city's data")?;
    let sealer = Sealer::new(&config.data_keys).context("DATA_KEY")?;
    let objects = open_store(&config, &sealer).await.context("the object store")?;
    let tokens = Tokens::new(&config.jwt_secret);
    let wechat = WeChat::new(&config.wechat, address, clock.clone())?;
    let setting = SandboxConfig {
        people: pack.files.get("demo/people.csv"),
        wording: pack.files.get("wording.toml"),
    };
    let sandbox = Sandbox::open(&config.wechat, address, &clock, &setting).context("the sandbox")?;
    let mut wording = Wording::parse(
        pack.files.get("wording.toml").unwrap_or_default(),
        pack.policy.clocks.time_zone,
    )
    .map_err(|faults| anyhow::anyhow!("CITY_PACK: wording.toml\n  {}", faults.join("\n  ")))?;
    wording.consent_events_enabled = config.wechat.push_token.is_some();
    let wording = MessageCatalog::new(wording, city.clone());
    let webhook_sender = WebhookSender::new(config.webhook_allow_private)?;
    let app = App::new(AppInner {
        config,
        db,
        clock,
        city,
        photo_permits: PhotoPermits::default(),
        jobs: Jobs::default(),
        objects,
        numbers: NumberAllocator::default(),
        text_index: TextIndex::default(),
        screen_hub: ScreenHub::default(),
        counts_cache: CountsCache::default(),
        sealer,
        tokens,
        client_rates: ClientRates::default(),
        webhook_sender,
        wechat,
        sandbox,
        messages: wording,
    });
    app.screen_hub
        .set_renderer(console::overview::screen_page::render);
    if app.config.wechat.mode == WeChatMode::Sandbox {
        roster::seed_demo_if_empty(&app)
            .await
            .context("demo/people.csv of the city pack")?;
        seed::demo_sites(&app.db, &app.city.load(), &pack, app.clock.now())
            .await
            .context("demo/sites.csv of the city pack")?;
    }
    nightly::schedule(&app, app.clock.now())
        .await
        .context("the nightly search for hot topics")?;
    setup.finish().await.context("DATABASE_URL")?;
    Ok(app)
}

/// The configured store, or the embedded one, whose secret follows from the data key.
async fn open_store(config: &Config, sealer: &Sealer) -> anyhow::Result<ObjectStore> {
    let S3Config {
        endpoint,
        public_endpoint,
        embedded_bind,
        region,
        bucket,
        access_key_id,
        ..
    } = config.s3.clone();
    let (endpoint, secret_access_key, path_style) = if let Some(endpoint) = endpoint {
        (
            endpoint,
            config.s3.secret_access_key.clone(),
            config.s3.path_style,
        )
    } else {
        let secret = sealer.hash("embedded store", &access_key_id);
        let root = config.data_dir.join("objects");
        let address = embedded::start(&root, embedded_bind, &access_key_id, &secret).await?;
        (format!("http://{address}"), secret.into(), true)
    };
    let public_endpoint = public_endpoint.unwrap_or_else(|| endpoint.clone());
    let objects = ObjectStore::new(&Settings {
        endpoint,
        public_endpoint,
        region,
        bucket,
        access_key_id,
        secret_access_key,
        path_style,
    });
    if let Err(error) = objects.ensure_bucket().await {
        // Reports without photos still work; /readyz says so, and uploads answer 503 until it is back.
        tracing::warn!(error = %error, "the object store is not ready");
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

/// The HTTP server, started but not awaited; it stops at SIGTERM or when its handle says so.
pub fn listen(app: App, listener: TcpListener) -> anyhow::Result<Server> {
    let metrics = metrics()?;
    let server = HttpServer::new(move || {
        // The document is made for whoever asks; each worker would keep its own, of many megabytes.
        let (service, _) = ActixApp::new()
            .app_data(web::Data::new(app.clone()))
            .app_data(extract::json_config())
            .app_data(extract::query_config())
            .app_data(extract::path_config())
            .into_utoipa_app()
            .openapi(routes::Document::openapi())
            .service(utoipa_actix_web::scope("/api/v1").configure(routes::api))
            .configure(routes::absolute)
            .split_for_parts();
        service
            .service(web::redirect("/", "/console"))
            .service(web::redirect("/docs", "/docs/"))
            .service(SwaggerUi::new("/docs/{_:.*}").config(SwaggerConfig::from("/openapi.json")))
            .route("/openapi.json", web::get().to(openapi))
            .configure(routes::plain)
            .default_service(web::route().to(ops::routes::unknown_path))
            .wrap(Compress::default())
            .wrap(DefaultHeaders::new().add(("X-Content-Type-Options", "nosniff")))
            .wrap(metrics.clone())
            .wrap(from_fn(request_id::middleware))
    })
    .client_request_timeout(REQUEST_HEAD)
    .shutdown_timeout(SHUTDOWN_SECS)
    .listen(listener)?
    .run();
    Ok(server)
}

/// Brings orders of an older release into the index of words.
async fn index_orders(app: App) {
    match text_search::catch_up(&app).await {
        Ok(0) => {}
        Ok(orders) => tracing::info!(orders, "orders indexed for search"),
        Err(error) => tracing::error!(%error, "order search index incomplete"),
    }
}

/// Serves until told to stop, with the job runner beside it; both finish what they have begun.
pub async fn serve(app: App, listener: TcpListener) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    reports::schedule::begin(&app)
        .await
        .context("the calendar's reports")?;
    let runner = tokio::spawn(jobs::runner::run(app.clone(), stop.clone()));
    tokio::spawn(refresh::run(app.clone(), stop.clone()));
    tokio::spawn(worker::run(app.clone(), stop.clone()));
    tokio::spawn(close_screens(app.clone()));
    tokio::spawn(text_index::preload(app.clone()));
    tokio::spawn(index_orders(app.clone()));
    tokio::spawn(heap_trim::run(stop.clone()));
    tokio::spawn(webhook_worker::run(app.clone(), stop.clone()));
    let server = listen(app.clone(), listener)?;
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
    app.screen_hub.close();
}

/// The document, written once.
async fn openapi() -> Result<HttpResponse, Error> {
    static WRITTEN: OnceCell<Bytes> = OnceCell::const_new();
    let write = || async {
        let text = web::block(|| document().to_json())
            .await
            .map_err(anyhow::Error::from)?;
        Ok::<_, Error>(Bytes::from(text.map_err(anyhow::Error::from)?))
    };
    let text = WRITTEN.get_or_try_init(write).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(text.clone()))
}

/// The OpenAPI document as it is served.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, document) = ActixApp::new()
        .into_utoipa_app()
        .openapi(routes::Document::openapi())
        .service(utoipa_actix_web::scope("/api/v1").configure(routes::api))
        .configure(routes::absolute)
        .split_for_parts();
    document
}

fn metrics() -> anyhow::Result<PrometheusMetrics> {
    PrometheusMetricsBuilder::new("zhitong")
        .endpoint("/metrics")
        .exclude("/metrics")
        .build()
        .map_err(|error| anyhow::anyhow!("metrics: {error}"))
}
