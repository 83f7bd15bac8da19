//! Counters and gauges, served at `/metrics` of their own address.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web_prom::{PrometheusMetrics, PrometheusMetricsBuilder};
use prometheus::{IntGauge, Registry, TextEncoder};

/// Every path and method that is none of ours has this one label: a caller must not be able to add series.
pub const UNMATCHED: &str = "unmatched";

/// A handle; clones are the same metrics. Parts of the product register their own in `registry`.
#[derive(Clone)]
pub struct Metrics {
    pub registry: Registry,
    /// Counts and times requests.
    pub requests: PrometheusMetrics,
    pub open_connections: IntGauge,
}

impl Metrics {
    /// # Errors
    /// If a metric cannot be registered, which is a fault of the program.
    pub fn new() -> anyhow::Result<Self> {
        let registry = Registry::new();
        let requests = PrometheusMetricsBuilder::new("zhitong")
            .registry(registry.clone())
            .mask_unmatched_patterns(UNMATCHED)
            .build()
            .map_err(|error| anyhow::anyhow!("metrics: {error}"))?;
        let open_connections = IntGauge::new("zhitong_open_connections", "Open HTTP connections")?;
        registry.register(Box::new(open_connections.clone()))?;
        Ok(Self {
            registry,
            requests,
            open_connections,
        })
    }

    /// All metrics in the text format of Prometheus.
    /// # Errors
    /// If a metric has no valid text, which is a fault of the program.
    pub fn text(&self) -> anyhow::Result<String> {
        let mut text = String::new();
        TextEncoder::new().encode_utf8(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

/// Replaces a method that HTTP does not define by one name, before it becomes a label.
pub fn mask_method(request: &mut ServiceRequest) {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    if !known.contains(request.method())
        && let Ok(other) = Method::from_bytes(b"OTHER")
    {
        request.head_mut().method = other;
    }
}
