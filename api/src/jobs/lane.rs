//! Pure: lanes, kinds of work that never wait for one another.

/// A kind of work with its own workers and its own concurrency on every replica. A slow external service delays its
/// own lane only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Deadlines whose light changes.
    Clocks,
    /// Messages to WeChat.
    Pushes,
    /// Jobs that ask WeChat about texts and pictures.
    Checks,
    /// Jobs that take some database statements.
    Short,
    /// Reports, exports, training, searches, clean-up of the object store.
    Heavy,
}

/// Maximum number of concurrent heavy jobs.
const HEAVY_WORKERS: usize = 2;
const BATCH: u64 = 32;

impl Lane {
    pub const ALL: [Self; 5] = [Self::Clocks, Self::Pushes, Self::Checks, Self::Short, Self::Heavy];

    /// Returns the label of its metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clocks => "clocks",
            Self::Pushes => "pushes",
            Self::Checks => "checks",
            Self::Short => "short",
            Self::Heavy => "heavy",
        }
    }

    /// Returns its name for administrators.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Clocks => "期限",
            Self::Pushes => "消息推送",
            Self::Checks => "内容检查",
            Self::Short => "日常任务",
            Self::Heavy => "耗时任务",
        }
    }

    /// Returns `true` if its work is rows of the table of jobs.
    #[must_use]
    pub fn has_jobs(self) -> bool {
        matches!(self, Self::Checks | Self::Short | Self::Heavy)
    }

    #[must_use]
    pub fn workers(self) -> usize {
        match self {
            Self::Heavy => HEAVY_WORKERS,
            Self::Clocks | Self::Pushes | Self::Checks | Self::Short => 1,
        }
    }

    /// Returns how many jobs a worker leases at a time. A heavy job is leased alone, so it delays no other.
    #[must_use]
    pub fn batch(self) -> u64 {
        match self {
            Self::Heavy => 1,
            Self::Clocks | Self::Pushes | Self::Checks | Self::Short => BATCH,
        }
    }
}
