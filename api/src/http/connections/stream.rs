//! A socket that reports its progress to the table and ends when the table closes it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::table::{Connection, Connections, Place};

/// Sent to a connection that finds no place; best effort, the socket is new and its buffer empty.
const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// A socket with a place in the table.
pub struct Watched {
    socket: TcpStream,
    place: Place,
}

impl Watched {
    /// Takes a socket that was just accepted, and sends small packets at once from then on (`TCP_NODELAY`).
    /// # Errors
    /// If it finds no place; the client has been told 503.
    pub fn accept(socket: TcpStream, connections: &Connections) -> io::Result<Self> {
        let peer = socket.peer_addr().ok().map(|address| address.ip());
        // Otherwise an answer that leaves in two writes waits for a delayed ACK, about 40 ms.
        socket.set_nodelay(true)?;
        let Some(place) = connections.admit(peer) else {
            let _ = socket.try_write(REFUSAL);
            return Err(io::ErrorKind::ConnectionRefused.into());
        };
        Ok(Self { socket, place })
    }

    #[must_use]
    pub fn connection(&self) -> &Arc<Connection> {
        self.place.connection()
    }

    /// Registers the task to be woken when the table closes the connection.
    fn check_open(&self, context: &Context<'_>) -> io::Result<()> {
        self.connection().waker.register(context.waker());
        if self.connection().is_closed() {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check_open(cx)?;
        let before = buf.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.connection().record_read();
        } else if read.is_ready() {
            self.connection().record_end();
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check_open(cx)?;
        let written = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.connection().record_write(written.is_pending());
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check_open(cx)?;
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, buffers);
        self.connection().record_write(written.is_pending());
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
