//! Returns free memory to the system. The C library keeps freed memory for the allocating thread: more than half of a
//! server's memory after its start, some hundreds of megabytes after a nightly search.

#![warn(missing_docs)]

/// Returns unused pages to the system. Returns `true` if there were any.
///
/// Takes some tens of milliseconds per gigabyte, during which allocating threads may wait: call it from time to time,
/// off the async threads. Does nothing with another C library than glibc.
pub fn trim() -> bool {
    imp::trim()
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod imp {
    #[expect(unsafe_code, reason = "the C library offers it in no other way")]
    pub fn trim() -> bool {
        // SAFETY: has no preconditions and may be called from any thread (malloc_trim(3): MT-Safe); allocated memory
        // does not move.
        unsafe { libc::malloc_trim(0) == 1 }
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod imp {
    pub fn trim() -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::trim;

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn what_was_freed_is_given_back() {
        // Small allocations; the last one prevents the library from releasing their pages on its own.
        let pieces: Vec<Box<[u8; 512]>> = (0..40_000).map(|_| Box::new([1; 512])).collect();
        let (last, before) = (Box::new([1_u8; 512]), resident_kib());
        drop(pieces);
        trim();
        let given_back = before.saturating_sub(resident_kib());
        assert!(given_back > 10_000, "{given_back} KiB");
        drop(last);
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn resident_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let number = line.unwrap().trim().trim_end_matches("kB").trim().to_owned();
        number.parse().unwrap()
    }
}
