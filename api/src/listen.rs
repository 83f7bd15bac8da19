//! The listeners: the product's own, with every path and what holds for all of them, and the one of the metrics.

use crate::http::metrics::Metrics;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive, Protocol};
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use anyhow::Context as _;
use tokio::sync::OnceCell;
use utoipa::OpenApi as _;
use utoipa_actix_web::AppExt as _;
use utoipa_swagger_ui::{Config as SwaggerConfig, SwaggerUi};

use crate::app::App;
use crate::config::MetricsBind;
use crate::error::Error;
use crate::http::connections::stream::Watched;
use crate::http::connections::table::{ConnectionLimits, Connections};
use crate::http::{answer_headers, extract, nul, read_routing, receiving, request_id};
use crate::ops::file_limit;
use crate::{ops, routes};

/// How long requests and jobs in flight may take to finish after SIGTERM.
pub const SHUTDOWN_SECS: u64 = 30;

/// An answered connection that has to be closed is read for so long, so that the answer is not lost to a reset.
const LINGER: Duration = Duration::from_secs(2);

/// Starts the HTTP server without awaiting it; it stops at SIGTERM or when its handle says so.
/// # Errors
/// If the listener cannot be used.
pub fn listen(app: App, listener: TcpListener) -> anyhow::Result<Server> {
    let address = listener.local_addr()?;
    let limits = ConnectionLimits {
        per_address: app.config.http.connections_per_address,
        total: file_limit::max_connections(file_limit::raise()),
        head: app.config.http.head_timeout,
        proxies: app.config.http.trusted_proxies.clone(),
    };
    let total = limits.total;
    let connections = Connections::new(limits, app.state::<Metrics>().open_connections.clone());
    connections.spawn_sweep();
    let builder = Server::build();
    let ending = builder.graceful_shutdown_signal();
    let factory = move || {
        let http = &app.config.http;
        let (connections, ending) = (connections.clone(), ending.clone());
        let service = service(app.clone())
            .into_factory()
            .map_err(|error| error.error_response());
        let server = HttpService::build()
            .graceful_shutdown_signal(move || {
                let ending = ending.clone();
                async move { ending.notified().await }
            })
            .keep_alive(KeepAlive::Timeout(http.keep_alive))
            .client_request_timeout(http.head_timeout)
            .client_disconnect_timeout(LINGER)
            .local_addr(address)
            .on_connect_ext(|socket: &Watched, data| {
                data.insert(Arc::clone(socket.connection()));
            })
            .finish(map_config(service, |()| AppConfig::default()));
        fn_service(move |socket: TcpStream| {
            let peer = socket.peer_addr().ok();
            let watched = Watched::accept(socket, &connections);
            std::future::ready(match watched {
                Ok(watched) => Ok((watched, Protocol::Http1, peer)),
                Err(error) => Err(DispatchError::Io(error)),
            })
        })
        .and_then(server)
    };
    let server = builder
        // The table sheds load before this does; it must not stop the accepting of connections.
        .max_concurrent_connections(total.saturating_add(1))
        .shutdown_timeout(SHUTDOWN_SECS)
        .listen("zhitong", listener, factory)?
        .run();
    Ok(server)
}

/// Every path of the product with what holds for all of them.
fn service(
    app: App,
) -> ActixApp<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let metrics = app.state::<Metrics>().requests.clone();
    ActixApp::new()
        .app_data(web::Data::new(app))
        .app_data(extract::json_config())
        .app_data(extract::query_config())
        .app_data(extract::path_config())
        .service(web::scope("/api/v1").configure(routes::api))
        .configure(routes::absolute)
        .service(web::redirect("/", "/console"))
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(SwaggerConfig::from("/openapi.json")))
        .route("/openapi.json", web::get().to(openapi))
        .configure(routes::plain)
        .default_service(web::route().to(ops::routes::unknown_path))
        .wrap(from_fn(read_routing::middleware))
        .wrap(from_fn(nul::middleware))
        .wrap(from_fn(receiving::middleware))
        .wrap(Compress::default())
        .wrap(from_fn(answer_headers::middleware))
        .wrap(metrics)
        .wrap(from_fn(request_id::middleware))
}

/// Serves `/metrics` at its own address; `None` if that is switched off, or not set and taken by another process.
/// # Errors
/// If the stated address cannot be listened on.
pub fn listen_for_metrics(app: &App) -> anyhow::Result<Option<(Server, SocketAddr)>> {
    let (bind, is_stated) = match app.config.http.metrics {
        MetricsBind::Off => return Ok(None),
        MetricsBind::Default(bind) => (bind, false),
        MetricsBind::Stated(bind) => (bind, true),
    };
    let listener = match TcpListener::bind(bind) {
        Ok(listener) => listener,
        Err(error) if !is_stated => {
            tracing::warn!(%error, %bind, "metrics address taken");
            return Ok(None);
        }
        Err(error) => {
            return Err(error).with_context(|| format!("ZHITONG_METRICS_BIND: cannot listen on {bind}"));
        }
    };
    let address = listener.local_addr()?;
    let data = web::Data::new(app.clone());
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(data.clone())
            .service(ops::routes::metrics)
    })
    .workers(1)
    .tcp_nodelay(true)
    .client_request_timeout(app.config.http.head_timeout)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(Some((server, address)))
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
        .service(utoipa_actix_web::scope("/api/v1").configure(|paths| routes::api(paths)))
        .configure(|paths| routes::absolute(paths))
        .split_for_parts();
    document
}
