//! Open connections, so that no caller without an account can hold them all.
//!
//! - `table`: counts them by address and decides which one makes way
//! - `stream`: a socket that the table can close
//! - `strangers`: requests in progress by client address, for connections that a proxy shares

pub mod strangers;
pub mod stream;
pub mod table;

use std::sync::Arc;

use actix_web::{HttpMessage as _, HttpRequest};

use strangers::Slot;
use table::Connection;

/// Records that the request comes from a caller with an account: its connection no longer counts against its address.
pub fn mark_identified(request: &HttpRequest) {
    if let Some(connection) = request.conn_data::<Arc<Connection>>() {
        connection.identify();
    }
    if let Some(slot) = request.extensions().get::<Slot>() {
        slot.release();
    }
}
