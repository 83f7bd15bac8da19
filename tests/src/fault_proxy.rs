//! A line between the product and a service it calls, which a test can cut.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A fault of all connections made or used from now on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    #[default]
    None,
    /// Closes at once, as if nobody listened.
    Refuse,
    /// Waits this long before the first byte goes through.
    Delay(Duration),
    /// Lets so many bytes of what is sent through, and then resets.
    CutRequestAfter(usize),
    /// Lets so many bytes of the answer through, and then resets.
    CutAnswerAfter(usize),
    /// Takes everything and never answers.
    Hang,
}

/// A TCP proxy on a free port of the loopback interface.
pub struct FaultProxy {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    accepting: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct State {
    fault: Fault,
    connections: Vec<tokio::task::JoinHandle<()>>,
    /// Connections made since the fault was set.
    made: usize,
}

impl FaultProxy {
    /// Starts a line to `upstream` (`host:port`).
    pub async fn start(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(State::default()));
        let (upstream, shared) = (upstream.to_owned(), Arc::clone(&state));
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let fault = locked(&shared).fault;
                let carried = tokio::spawn(carry(client, upstream.clone(), fault));
                let mut state = locked(&shared);
                state.connections.push(carried);
                state.made += 1;
            }
        });
        Self {
            address,
            state,
            accepting,
        }
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections were made since the fault was set.
    #[must_use]
    pub fn connections_made(&self) -> usize {
        locked(&self.state).made
    }

    /// Sets what happens from now on. Connections that are open are closed, so that a kept-alive one does
    /// not slip past the fault.
    pub fn set(&self, fault: Fault) {
        let mut state = locked(&self.state);
        state.fault = fault;
        state.made = 0;
        for connection in state.connections.drain(..) {
            connection.abort();
        }
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.set(Fault::None);
    }
}

fn locked(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn carry(client: TcpStream, upstream: String, fault: Fault) {
    let (mut up_limit, mut down_limit) = (usize::MAX, usize::MAX);
    match fault {
        Fault::None => {}
        Fault::Refuse => return reset(client),
        Fault::Hang => {
            let mut client = client;
            let mut sink = vec![0; 64 * 1024];
            while client.read(&mut sink).await.is_ok_and(|read| read > 0) {}
            return;
        }
        Fault::Delay(wait) => tokio::time::sleep(wait).await,
        Fault::CutRequestAfter(bytes) => up_limit = bytes,
        Fault::CutAnswerAfter(bytes) => down_limit = bytes,
    }
    let Ok(server) = TcpStream::connect(&upstream).await else {
        return reset(client);
    };
    let (mut client_read, mut client_write) = client.into_split();
    let (mut server_read, mut server_write) = server.into_split();
    let up = pass(&mut client_read, &mut server_write, up_limit);
    let down = pass(&mut server_read, &mut client_write, down_limit);
    tokio::select! {
        () = up => {}
        () = down => {}
    }
    if let Ok(client) = client_read.reunite(client_write)
        && fault != Fault::None
    {
        reset(client);
    }
}

/// Carries up to `limit` bytes one way.
async fn pass(
    from: &mut (impl tokio::io::AsyncRead + Unpin),
    to: &mut (impl tokio::io::AsyncWrite + Unpin),
    limit: usize,
) {
    let mut left = limit;
    let mut buffer = vec![0; 16 * 1024];
    while left > 0 {
        let Ok(read) = from.read(&mut buffer).await else {
            return;
        };
        if read == 0 {
            return;
        }
        let part = read.min(left);
        if to.write_all(&buffer[..part]).await.is_err() {
            return;
        }
        left -= part;
    }
}

/// Closes with a reset: the other side sees an error, not an end.
fn reset(stream: TcpStream) {
    let _ = stream.set_zero_linger();
}
