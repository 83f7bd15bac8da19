//! Each kind of id has a type of its own, so that a photo cannot be looked up by an order's id.

use sea_orm::entity::prelude::*;
use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! id {
    ($($name:ident),* $(,)?) => {$(
        /// A UUID version 7: sortable by creation time.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType, utoipa::ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Makes a new id.
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

id! {
    ActivityId,
    AssignmentId,
    BoundarySetId,
    CalendarFeedId,
    CampaignEventId,
    CampaignId,
    ClientId,
    ContentCheckId,
    ContentPictureId,
    DeadlineId,
    DeliveryId,
    DutyRuleId,
    ExportId,
    ExtensionId,
    FileId,
    FollowUpId,
    HistoryCheckId,
    InspectionId,
    MeasureId,
    NoticeId,
    OpinionId,
    OrderId,
    PersonId,
    PhotoId,
    ReplyId,
    ReportId,
    ReturnId,
    SecondDeliveryId,
    SessionId,
    SiteId,
    SiteMessageId,
    SupervisionOrderId,
    TopicId,
    UnitId,
    UpkeepRunId,
    UrgeId,
    VerdictId,
    VideoId,
    VoteId,
    WatchEntryId,
    WatchListId,
    WebhookDeliveryId,
    WebhookId,
}
