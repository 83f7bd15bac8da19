//! Metrics of the delay of the tree.

use prometheus::{IntGauge, Registry};

use super::sequencer::Lag;

/// The gauges of the tree.
pub struct TreeGauges {
    leaves: IntGauge,
    waiting: IntGauge,
    refused: IntGauge,
}

impl TreeGauges {
    /// # Errors
    /// A gauge with this name is registered already, which is a fault of the program.
    pub fn register(registry: &Registry) -> anyhow::Result<Self> {
        let gauge = |name: &str, help: &str| -> anyhow::Result<IntGauge> {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok(gauge)
        };
        Ok(Self {
            leaves: gauge("zhitong_audit_leaves", "Leaves of the Merkle tree of the record")?,
            waiting: gauge("zhitong_audit_waiting", "Committed entries that have no leaf yet")?,
            refused: gauge("zhitong_audit_refused", "Entries without a valid seal")?,
        })
    }

    pub fn set(&self, lag: Lag) {
        let gauges = [
            (&self.leaves, lag.leaves),
            (&self.waiting, lag.waiting),
            (&self.refused, lag.refused),
        ];
        for (gauge, value) in gauges {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
    }
}
