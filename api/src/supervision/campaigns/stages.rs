//! Pure: the stages of a campaign and which may follow which.

use entity::kinds::{CampaignStage, CampaignStatus};

use crate::error::{ErrorKind, Refusal};

/// A campaign holds at most so many orders; more is a report, not a campaign.
pub const MAX_ORDERS: u64 = 2_000;

/// Why a campaign cannot be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Closed,
    /// Looking back comes after closing.
    NotClosed,
    ChangedMeanwhile,
    TooManyOrders,
    /// Orders that do not exist or that the caller does not see.
    UnknownOrders,
    /// A filter that no order fits.
    NothingFound,
    /// Activities, opinions, measures or county tasks beyond what one campaign holds.
    TooManyEntries,
    /// County tasks belong to a campaign of the whole city.
    NotCityWide,
    /// The county has its task already.
    CountyHasTask,
    UnknownParent,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Closed => "campaign_closed",
            Self::NotClosed => "campaign_not_closed",
            Self::ChangedMeanwhile => "campaign_changed",
            Self::TooManyOrders => "too_many_orders",
            Self::UnknownOrders => "order_unknown",
            Self::NothingFound => "nothing_found",
            Self::TooManyEntries => "too_many_entries",
            Self::NotCityWide => "campaign_not_city_wide",
            Self::CountyHasTask => "county_has_task",
            Self::UnknownParent => "unknown_parent",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Closed => "这项专项监督已经结项。".to_owned(),
            Self::NotClosed => "结项之后才能回头看。".to_owned(),
            Self::ChangedMeanwhile => "别人刚刚改过这项专项监督，请刷新后再试。".to_owned(),
            Self::TooManyOrders => format!("一项专项监督最多 {MAX_ORDERS} 件工单。"),
            Self::UnknownOrders => "有的工单编号不存在，或您无权查看。".to_owned(),
            Self::NothingFound => "没有符合条件的工单。".to_owned(),
            Self::TooManyEntries => "这项专项监督的记录已满，请另立一项。".to_owned(),
            Self::NotCityWide => "只有全市的专项监督可以向县区交办任务。".to_owned(),
            Self::CountyHasTask => "这个县区已经有这项专项监督的任务。".to_owned(),
            Self::UnknownParent => "没有这项市级专项监督。".to_owned(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Closed | Self::NotClosed | Self::ChangedMeanwhile | Self::CountyHasTask => {
                ErrorKind::Conflict
            }
            Self::TooManyOrders
            | Self::UnknownOrders
            | Self::NothingFound
            | Self::TooManyEntries
            | Self::NotCityWide
            | Self::UnknownParent => ErrorKind::Rule,
        }
    }
}

/// Checks a move to a stage. Before closing, stages may be skipped, gone back to, and noted again: 整改 that fails its
/// vote is followed by more 整改. Closing ends this; looking back follows closing.
pub fn check_move(status: CampaignStatus, to: CampaignStage) -> Result<(), Refused> {
    match (status, to) {
        (CampaignStatus::Open, CampaignStage::LookBack) => Err(Refused::NotClosed),
        (CampaignStatus::Open, _) | (CampaignStatus::Closed, CampaignStage::LookBack) => Ok(()),
        (CampaignStatus::Closed, _) => Err(Refused::Closed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_stage_follows_before_closing_and_only_the_look_back_after_it() {
        for to in CampaignStage::ALL.iter().copied() {
            let looks_back = to == CampaignStage::LookBack;
            let open = check_move(CampaignStatus::Open, to);
            assert_eq!(
                open,
                if looks_back {
                    Err(Refused::NotClosed)
                } else {
                    Ok(())
                },
                "{to}"
            );
            let closed = check_move(CampaignStatus::Closed, to);
            assert_eq!(
                closed,
                if looks_back { Ok(()) } else { Err(Refused::Closed) },
                "{to}"
            );
        }
    }
}
