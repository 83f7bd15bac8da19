//! Logs as JSON lines on standard error, and traces to a collector when one is named.

use anyhow::Context as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use super::traces;

const DEFAULT_FILTER: &str =
    "info,sqlx=warn,sea_orm_migration=warn,actix_server=warn,aws_smithy_runtime=warn";
/// A request that is no HTTP is its sender's fault and answered with 400; the library calls it an error of ours.
const FAULTS_OF_CALLERS: &str = "actix_http::h1::dispatcher";

/// Libraries that write whole requests into their debug lines.
const TELL_ADDRESSES: [&str; 12] = [
    "aws_config",
    "aws_credential_types",
    "aws_runtime",
    "aws_sdk_s3",
    "aws_sigv4",
    "aws_smithy_http_client",
    "aws_smithy_runtime",
    "aws_smithy_runtime_api",
    "hyper",
    "hyper_util",
    "reqwest",
    "s3s",
];

/// How lines look: one JSON object each for machines, or short ones for a person at a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Json,
    Short,
}

/// Sends what is still buffered when dropped.
pub struct Telemetry(Option<SdkTracerProvider>);

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(provider) = &self.0 {
            let _ = provider.shutdown();
        }
    }
}

/// Starts logging. `filter` is `RUST_LOG`.
pub fn start(style: Style, otlp_endpoint: Option<&str>) -> anyhow::Result<Telemetry> {
    let default = match style {
        Style::Json => DEFAULT_FILTER,
        // A person watches the output: show only what needs their attention.
        Style::Short => "error",
    };
    let mut filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    if !filter.to_string().contains(FAULTS_OF_CALLERS) {
        filter = filter.add_directive(format!("{FAULTS_OF_CALLERS}=off").parse()?);
    }
    // Their lines hold the addresses of requests, and presigned addresses are secrets.
    for target in TELL_ADDRESSES {
        filter = filter.add_directive(format!("{target}=warn").parse()?);
    }
    let lines = match style {
        Style::Json => fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(std::io::stderr)
            .boxed(),
        Style::Short => fmt::layer()
            .compact()
            .with_target(false)
            .with_writer(std::io::stderr)
            .boxed(),
    };
    let provider = otlp_endpoint.map(traces::provider).transpose()?;
    let layer = provider
        .as_ref()
        .map(|p| tracing_opentelemetry::layer().with_tracer(p.tracer("zhitong")));
    tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .with(layer)
        .try_init()
        .context("logging")?;
    Ok(Telemetry(provider))
}
