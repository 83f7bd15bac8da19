//! Another system that webhooks call: a real HTTP server on a free port that records what it is sent.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::Value;

/// One call as it arrived.
#[derive(Clone, Debug)]
pub struct ReceivedCall {
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub body: String,
}

impl ReceivedCall {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The `type` of the body.
    #[must_use]
    pub fn event(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }
}

/// The server; stopped when the last handle is dropped.
pub struct Receiver {
    base: String,
    handle: ServerHandle,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    calls: Vec<ReceivedCall>,
    answer: u16,
}

impl Receiver {
    /// Starts a server that answers 204.
    ///
    /// # Panics
    /// When no port is free.
    #[must_use]
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State {
            calls: Vec::new(),
            answer: 204,
        }));
        let shared = web::Data::from(state.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .default_service(web::route().to(receive))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .expect("a server")
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { base, handle, state }
    }

    /// Where it is called.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/hook", self.base)
    }

    /// Answers with this status from now on; a redirect leads to another path of this server.
    pub fn answer(&self, status: u16) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).answer = status;
    }

    /// The calls so far, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<ReceivedCall> {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .calls
            .clone()
    }

    /// The events of the calls so far.
    #[must_use]
    pub fn events(&self) -> Vec<String> {
        self.calls().iter().map(ReceivedCall::event).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let handle = self.handle.clone();
        tokio::spawn(async move { handle.stop(false).await });
    }
}

async fn receive(state: web::Data<Mutex<State>>, request: HttpRequest, body: String) -> HttpResponse {
    let header = |name: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    state.calls.push(ReceivedCall {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body,
    });
    let status = StatusCode::from_u16(state.answer).unwrap_or(StatusCode::OK);
    let mut answer = HttpResponse::build(status);
    if status.is_redirection() {
        answer.insert_header(("location", "/elsewhere"));
    }
    answer.finish()
}
