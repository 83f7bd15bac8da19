//! The process's limit of open files: raised at the start, and shared out between connections and all else.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Enough for any city; beyond it the kernel's tables only cost memory.
const WANTED: u64 = 65_536;
/// Database connections, photos on their way to the store, temporary files.
const MIN_RESERVE: u64 = 128;
const MAX_RESERVE: u64 = 1024;

/// Raises the soft limit as far as the hard limit allows, and returns it.
pub fn raise() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let hard = limit.maximum.unwrap_or(WANTED);
    let current = limit.current.unwrap_or(hard);
    let wanted = hard.min(WANTED);
    if current >= wanted {
        return current;
    }
    let raised = Rlimit {
        current: Some(wanted),
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => wanted,
        Err(error) => {
            tracing::warn!(%error, current, wanted, "limit of open files not raised");
            current
        }
    }
}

/// Returns how many connections may be open, of `files` in all; the rest is the reserve.
#[must_use]
pub fn max_connections(files: u64) -> usize {
    let reserve = (files / 4).clamp(MIN_RESERVE, MAX_RESERVE);
    usize::try_from(files.saturating_sub(reserve).max(1)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_within_bounds_is_kept_back() {
        assert_eq!(max_connections(1024), 768);
        assert_eq!(max_connections(256), 128);
        assert_eq!(max_connections(65_536), 64_512);
        assert_eq!(max_connections(64), 1);
    }
}
