//! Pure: subjects of notices other than orders, and the mini-program's pages that show them.

use entity::ids::{CampaignId, MeasureId, OrderId, ReportId, SiteMessageId, TopicId, WatchListId};
use entity::kinds::Visibility;
use serde::{Deserialize, Serialize};

use crate::notices::audience::EventKind;
use crate::stored_json::StoredJson;

/// The object of an event that belongs to no single order; stored with the notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Subject {
    SiteMessage(SiteMessageId),
    Topic(TopicId),
    Report(ReportId),
    Matter(CampaignId),
    /// The number in the page's path.
    Opinion(String),
    Measure(MeasureId),
    WatchList(WatchListId),
}

impl Subject {
    /// Returns the page's path with its query.
    #[must_use]
    pub fn page(&self) -> String {
        match self {
            Self::SiteMessage(id) => format!("pages/site-message/index?id={id}"),
            Self::Topic(id) => format!("pages/topic/index?id={id}"),
            Self::Report(id) => format!("pages/report/index?id={id}"),
            Self::Matter(id) => format!("pages/matter/index?id={id}"),
            Self::Opinion(number) => format!("pages/opinion/index?no={number}"),
            Self::Measure(id) => format!("pages/measures/index?id={id}"),
            Self::WatchList(id) => format!("pages/watch-list/index?id={id}"),
        }
    }

    /// Returns `true` if people who read notices at this visibility may open the page. Watch lists are the standing
    /// committee's own.
    #[must_use]
    pub fn is_open_to(&self, visibility: Visibility) -> bool {
        !matches!(self, Self::WatchList(_)) || visibility == Visibility::Supervision
    }
}

/// Returns the page of an order.
#[must_use]
pub fn order_page(number: &str) -> String {
    format!("pages/order/index?number={number}")
}

/// The facts of a notice besides its texts, as `notice.data` stores them. Old rows have only some of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoticeData {
    /// The order's.
    pub number: Option<String>,
    pub round: Option<i32>,
    /// The number of another object in the notice, e.g. of a supervision order.
    pub reference: Option<String>,
    pub subject: Option<Subject>,
}

impl StoredJson for NoticeData {
    const COLUMNS: &'static [&'static str] = &["notice.data"];
    const LABEL: &'static str = "消息";
}

impl NoticeData {
    /// Returns the page of the mini-program that an inbox line opens, with its query, or `None` for work in the
    /// console.
    #[must_use]
    pub fn page(&self, order: Option<OrderId>) -> Option<String> {
        if let Some(subject) = &self.subject {
            return Some(subject.page());
        }
        order?;
        self.number.as_deref().map(order_page)
    }
}

/// Returns [`NoticeData::page`] of stored data. Also returns `None` for data that this release cannot read.
#[must_use]
pub fn page_of(order: Option<OrderId>, data: &serde_json::Value) -> Option<String> {
    NoticeData::from_stored(data).ok()?.page(order)
}

/// The target of an event's notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    ToOrder,
    ToSubject,
    /// Work that is done in the console only.
    ToConsole,
}

impl EventKind {
    /// Returns where the notices of this event lead.
    #[must_use]
    pub fn leads(self) -> Leads {
        use EventKind::*;
        match self {
            SiteMessage | HotTopic | ReportReady | ReportSent | CampaignOpened | CampaignClosed
            | CountyTask | LookedBack | OpinionIssued | OpinionReplied | OpinionAccepted
            | OpinionReturned | OpinionDue | MeasureSet | MeasureDone | MeasureReturned | MeasureDue
            | InspectionDue => Leads::ToSubject,
            ContentReview | HolidayNoticeMissing | WebhookDisabled => Leads::ToConsole,
            _ => Leads::ToOrder,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    const APP: &str = include_str!("../../../miniprogram-stubs/miniprogram/app.json");

    fn pages() -> BTreeSet<String> {
        let app: serde_json::Value = serde_json::from_str(APP).unwrap();
        let pages = app["pages"].as_array().unwrap().iter();
        pages.map(|page| page.as_str().unwrap().to_owned()).collect()
    }

    fn all() -> Vec<Subject> {
        vec![
            Subject::SiteMessage(SiteMessageId::generate()),
            Subject::Topic(TopicId::generate()),
            Subject::Report(ReportId::generate()),
            Subject::Matter(CampaignId::generate()),
            Subject::Opinion("YJ410300-2025-001".to_owned()),
            Subject::Measure(MeasureId::generate()),
            Subject::WatchList(WatchListId::generate()),
        ]
    }

    #[test]
    fn every_page_of_a_notice_is_a_page_of_the_mini_program() {
        let pages = pages();
        let subjects = all();
        let links = subjects.iter().map(Subject::page);
        for link in links.chain([order_page("T20250908000001")]) {
            let (path, query) = link.split_once('?').unwrap();
            assert!(pages.contains(path), "{link}");
            assert!(
                query.split_once('=').is_some_and(|(_, value)| !value.is_empty()),
                "{link}"
            );
        }
    }

    #[test]
    fn a_stored_subject_is_read_as_it_was_written() {
        for subject in all() {
            let stored = serde_json::to_value(&subject).unwrap();
            assert_eq!(serde_json::from_value::<Subject>(stored).unwrap(), subject);
        }
    }

    #[test]
    fn the_stored_data_is_fixed_and_old_rows_are_read() {
        let id = TopicId::generate();
        let data = NoticeData {
            subject: Some(Subject::Topic(id)),
            ..NoticeData::default()
        };
        let stored = json!({
            "version": 1, "number": null, "round": null, "reference": null,
            "subject": { "kind": "topic", "id": id },
        });
        assert_eq!(data.to_stored(), stored);
        assert_eq!(NoticeData::from_stored(&stored).unwrap(), data);
        let old = NoticeData::from_stored(&json!({ "number": "T20250908000001" })).unwrap();
        assert_eq!(
            old.page(Some(OrderId::generate())),
            Some(order_page("T20250908000001"))
        );
        assert_eq!(old.page(None), None);
        assert_eq!(NoticeData::from_stored(&json!({})), Ok(NoticeData::default()));
        assert!(NoticeData::from_stored(&json!({ "version": 2 })).is_err());
    }

    #[test]
    fn every_event_that_is_pushed_leads_to_a_page() {
        for kind in EventKind::ALL {
            let pushed = kind.audiences().iter().any(|rule| rule.push.is_some());
            assert!(!pushed || kind.leads() != Leads::ToConsole, "{kind:?}");
        }
    }
}
