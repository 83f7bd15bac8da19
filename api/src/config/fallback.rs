//! What a variable that cannot be read is taken for, so that all faults can be told at once.

use std::net::SocketAddr;

/// What stands in for a value that could not be read; the fault is already noted.
pub trait DefaultFor {
    fn fallback() -> Self;
}

impl DefaultFor for SocketAddr {
    fn fallback() -> Self {
        Self::from(([127, 0, 0, 1], 0))
    }
}

impl DefaultFor for usize {
    fn fallback() -> Self {
        1
    }
}

impl DefaultFor for bool {
    fn fallback() -> Self {
        true
    }
}
