//! Traces for a collector. Everything that one request causes is in one trace, whichever process does it.

use std::sync::Arc;

use anyhow::Context as _;
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_otlp::{SpanExporter as OtlpExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, SdkTracerProvider, SpanData, SpanExporter};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::http::request_id;

/// Sends spans to the collector at `endpoint`. Call it on the Tokio runtime.
///
/// # Errors
/// If the endpoint is no address.
pub fn provider(endpoint: &str) -> anyhow::Result<SdkTracerProvider> {
    let exporter = OtlpExporter::builder()
        .with_http()
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .build()
        .context("OTEL_EXPORTER_OTLP_ENDPOINT")?;
    let exporter = OnRuntime {
        exporter: Arc::new(exporter),
        runtime: Handle::try_current()?,
    };
    let resource = Resource::builder().with_service_name("zhitong").build();
    Ok(SdkTracerProvider::builder()
        .with_id_generator(RequestTraces::default())
        .with_batch_exporter(exporter)
        .with_resource(resource)
        .build())
}

/// An exporter that works on the Tokio runtime. The SDK exports from a thread of its own, where the HTTP client panics.
#[derive(Debug)]
struct OnRuntime<E> {
    exporter: Arc<E>,
    runtime: Handle,
}

impl<E: SpanExporter + 'static> SpanExporter for OnRuntime<E> {
    fn export(&self, batch: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
        let exporter = self.exporter.clone();
        let sent = self.runtime.spawn(async move { exporter.export(batch).await });
        async move {
            let ended = sent.await;
            ended.unwrap_or_else(|error| Err(OTelSdkError::InternalFailure(error.to_string())))
        }
    }

    fn set_resource(&mut self, resource: &Resource) {
        // The SDK sets it before the first export, when nothing else has the exporter.
        if let Some(exporter) = Arc::get_mut(&mut self.exporter) {
            exporter.set_resource(resource);
        }
    }
}

/// Derives the id of a new trace from the id of the request that caused the work; random if there is none.
#[derive(Debug, Default)]
struct RequestTraces(RandomIdGenerator);

impl IdGenerator for RequestTraces {
    fn new_trace_id(&self) -> TraceId {
        request_id::cause().map_or_else(|| self.0.new_trace_id(), |id| trace_id(&id))
    }

    fn new_span_id(&self) -> SpanId {
        self.0.new_span_id()
    }
}

/// Returns the id of a request's trace: the request's own id if it is a trace id (W3C) or a UUID, otherwise the first half
/// of its SHA-256.
fn trace_id(request_id: &str) -> TraceId {
    let own = Uuid::try_parse(request_id).ok().filter(|id| !id.is_nil());
    let bytes = own.map_or_else(|| digest(request_id), Uuid::into_bytes);
    TraceId::from_bytes(bytes)
}

fn digest(text: &str) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let mut half = [0; 16];
    half.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    half
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use opentelemetry::trace::TracerProvider as _;
    use tracing::Instrument as _;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[derive(Clone, Debug, Default)]
    struct Collected(Arc<Mutex<Vec<SpanData>>>);

    impl SpanExporter for Collected {
        async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
            self.0.lock().unwrap().extend(batch);
            Ok(())
        }
    }

    #[test]
    fn a_request_has_one_trace_whatever_its_id_looks_like() {
        assert_eq!(trace_id(TRACE).to_string(), TRACE);
        let uuid = "0199275c-8f4e-7c3a-9d2e-5b6f7a8c9d0e";
        assert_eq!(trace_id(uuid).to_string(), uuid.replace('-', ""));
        let named = trace_id("client-made-id-0002");
        assert_eq!(named, trace_id("client-made-id-0002"));
        assert_ne!(named, trace_id("client-made-id-0003"));
        assert_ne!(trace_id(&"0".repeat(32)), TraceId::INVALID);
    }

    #[tokio::test]
    async fn what_a_request_causes_is_in_its_trace() {
        let collected = Collected::default();
        let provider = SdkTracerProvider::builder()
            .with_id_generator(RequestTraces::default())
            .with_simple_exporter(collected.clone())
            .build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
        let cause = Some(TRACE.to_owned());
        let request = async { async {}.instrument(tracing::info_span!("step")).await };
        let request = request.instrument(tracing::info_span!("request"));
        request_id::caused_by(cause.clone(), request).await;
        let push = async {}.instrument(tracing::info_span!(parent: None, "push"));
        request_id::caused_by(cause, push).await;
        let clock = async {}.instrument(tracing::info_span!("clock"));
        request_id::caused_by(None, clock).await;
        let spans = collected.0.lock().unwrap();
        let traces: BTreeMap<&str, String> = spans
            .iter()
            .map(|span| (span.name.as_ref(), span.span_context.trace_id().to_string()))
            .collect();
        for name in ["request", "step", "push"] {
            assert_eq!(traces[name], TRACE, "{name}");
        }
        assert_ne!(traces["clock"], TRACE);
    }
}
