//! Memory and processor time of the product's process, as `/proc` has it.

use crate::product::Product;

/// `USER_HZ` of Linux.
const TICKS_PER_SECOND: u64 = 100;

impl Product {
    /// The most memory that was resident since the start or the last [`Self::forget_peak`], in MiB.
    pub fn peak_memory_mib(&self) -> u64 {
        self.status_kib("VmHWM:") / 1024
    }

    /// Memory that is resident now, in MiB.
    pub fn memory_mib(&self) -> u64 {
        self.status_kib("VmRSS:") / 1024
    }

    pub fn forget_peak(&self) {
        std::fs::write(format!("/proc/{}/clear_refs", self.pid()), "5").expect("the process is ours");
    }

    /// Processor time so far, in seconds.
    pub fn cpu_seconds(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).expect("a process");
        // The name, in brackets, may hold blanks.
        let (_, fields) = stat.rsplit_once(')').expect("a name");
        let ticks = fields.split_whitespace().skip(11).take(2);
        ticks.filter_map(|text| text.parse::<u64>().ok()).sum::<u64>() / TICKS_PER_SECOND
    }

    fn status_kib(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.unwrap_or_else(|| panic!("no {name} in {status}"))
    }
}
