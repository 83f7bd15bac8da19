//! Limits by the policy of the city and the server, served with the actions that they limit.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::city::snapshot::City;
use crate::orders::rules::text_limits::ActionTexts;
use crate::photos::limits::{MAX_PHOTO_MB, MAX_PHOTOS};

/// Numbers that forms and texts quote; clients keep none of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionLimits {
    /// Photos of a reply, a verdict or a reopening.
    pub photos: usize,
    /// Megabytes of a photo.
    pub photo_mb: usize,
    /// How often one unit may return the order.
    pub returns: u32,
    /// Working days after the dispatch in which the unit may return it.
    pub return_working_days: u32,
    /// How often the order may be extended in one round.
    pub extensions: u32,
    /// Maximum working days of one extension.
    pub extension_working_days: u32,
    /// Working days of a supplementary handling.
    pub supplementary_working_days: u32,
    /// Working days to answer a supervision order without a date of its own.
    pub supervision_order_working_days: u32,
    /// Minutes between two urges of the order.
    pub urge_interval_minutes: u32,
    /// Days after closing in which the delegate may reopen.
    pub reopen_days: u32,
    /// How long the texts are.
    #[serde(default)]
    #[schema(required = true)]
    pub texts: ActionTexts,
}

impl ActionLimits {
    #[must_use]
    pub fn of(city: &City) -> Self {
        let (clocks, supervision) = (&city.policy.clocks, &city.policy.supervision);
        Self {
            photos: MAX_PHOTOS,
            photo_mb: MAX_PHOTO_MB,
            returns: clocks.returns_per_unit,
            return_working_days: clocks.return_working_days,
            extensions: clocks.extension_max_count,
            extension_working_days: clocks.extension_working_days,
            supplementary_working_days: clocks.supplementary_working_days,
            supervision_order_working_days: supervision.order_due_working_days,
            urge_interval_minutes: supervision.urge_min_interval_minutes,
            reopen_days: city.policy.follow_up.reopen_days,
            texts: ActionTexts::PRODUCT,
        }
    }
}
