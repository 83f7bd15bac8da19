//! What a variable that cannot be read is taken for, so that all faults can be told at once.

use std::net::SocketAddr;

/// What stands in for a value that could not be read; the fault is already noted.
pub trait FallbackValue {
    fn fallback() -> Self;
}

impl FallbackValue for SocketAddr {
    fn fallback() -> Self {
        Self::from(([127, 0, 0, 1], 0))
    }
}

impl FallbackValue for usize {
    fn fallback() -> Self {
        1
    }
}

impl FallbackValue for u64 {
    fn fallback() -> Self {
        1
    }
}

impl FallbackValue for bool {
    fn fallback() -> Self {
        true
    }
}
