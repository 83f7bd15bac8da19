//! Fallback values for unreadable variables, so that all faults can be reported at once.

use std::net::SocketAddr;

/// A placeholder for a value that could not be read; the fault is already recorded.
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
