//! The tabs of the desk.

use std::str::FromStr;

use entity::kinds::Status;

use crate::app::App;
use crate::caller::Caller;
use crate::content::review;
use crate::deadlines::policy::FollowUp;
use crate::error::Result;
use crate::hotline::queue::kinds::QueueKind;
use crate::hotline::queue::service;
use crate::sites::unhandled as messages;

pub const PATH: &str = "/console/desk";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Triage,
    Returned,
    Extension,
    FollowUp,
    Messages,
    Reviews,
}

impl Tab {
    pub const ALL: [Self; 6] = [
        Self::Triage,
        Self::Returned,
        Self::Extension,
        Self::FollowUp,
        Self::Messages,
        Self::Reviews,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Triage => "triage",
            Self::Returned => "returned",
            Self::Extension => "extension",
            Self::FollowUp => "follow_up",
            Self::Messages => "messages",
            Self::Reviews => "reviews",
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Triage => Status::Triage.label(),
            Self::Returned => "退单",
            Self::Extension => "延期",
            Self::FollowUp => "人工回访",
            Self::Messages => "群众留言",
            Self::Reviews => "内容复核",
        }
    }

    /// Returns the text of an empty tab.
    #[must_use]
    pub fn empty(self, policy: &FollowUp) -> String {
        match self {
            Self::Triage => "没有待派单的工单。规则分派不了的工单会出现在这里。",
            Self::Returned => "没有退单。承办单位退回的工单会出现在这里。",
            Self::Extension => "没有待审批的延期申请。",
            Self::FollowUp => {
                return format!(
                    "没有需要打电话回访的工单。代表 {} 个工作日没有评价的工单会出现在这里。",
                    policy.manual_after_working_days
                );
            }
            Self::Messages => "没有等待代表处理的群众留言。",
            Self::Reviews => "没有需要复核的内容。",
        }
        .to_owned()
    }

    /// Returns the kinds of queue items in this tab.
    #[must_use]
    pub fn kinds(self) -> &'static [QueueKind] {
        match self {
            Self::Triage => &[QueueKind::Triage, QueueKind::Unmatched],
            Self::Returned => &[QueueKind::Returned],
            Self::Extension => &[QueueKind::Extension],
            Self::FollowUp => &[QueueKind::FollowUp],
            Self::Messages | Self::Reviews => &[],
        }
    }

    /// The list of the tab.
    #[must_use]
    pub fn address(self) -> String {
        format!("{PATH}?tab={}", self.as_str())
    }

    /// The page of one matter in it.
    #[must_use]
    pub fn page(self, key: &str) -> String {
        format!("{PATH}/{}/{key}", self.as_str())
    }
}

impl FromStr for Tab {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|tab| tab.as_str() == text).ok_or(())
    }
}

/// A tab as the page shows it.
pub struct TabLink {
    pub href: String,
    pub label: &'static str,
    pub count: u64,
    pub on: bool,
}

/// All tabs with how many wait in each.
pub async fn links(app: &App, caller: &Caller, current: Tab) -> Result<Vec<TabLink>> {
    let orders = service::counts(app, caller).await?;
    let mut links = Vec::with_capacity(Tab::ALL.len());
    for tab in Tab::ALL {
        let count = match tab {
            Tab::Messages => messages::count(app, caller).await?,
            Tab::Reviews => review::count_waiting(app, caller).await?,
            _ => tab.kinds().iter().filter_map(|kind| orders.get(kind)).sum(),
        };
        links.push(TabLink {
            href: tab.address(),
            label: tab.label(),
            count,
            on: tab == current,
        });
    }
    Ok(links)
}
