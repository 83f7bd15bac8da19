//! Free memory goes back to the system. The C library keeps what was freed for the thread that asked for it: after the
//! start of a server that is more than half of all that it holds, after a night's search some hundreds of megabytes.

/// Gives back whole pages that nothing lies in; true where there were any. Takes some tens of milliseconds for a
/// gigabyte, during which who allocates may wait: to be called from time to time, off the async threads. With another C
/// library than glibc it does nothing.
pub fn trim() -> bool {
    imp::trim()
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod imp {
    #[expect(unsafe_code, reason = "the C library offers it in no other way")]
    pub fn trim() -> bool {
        // SAFETY: asks for nothing of its caller and may be called from any thread (malloc_trim(3): MT-Safe); what is
        // allocated stays where it is.
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
        // Small pieces, of which the library keeps the pages; the last one keeps it from giving them back by itself.
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
