//! Pure: the page that a notice opens, by its subject and the reader's role.

use entity::kinds::Role;

use crate::notices::subject::{NoticeData, Subject};

/// The page of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Page(String),
    /// The page of the matter that an opinion (by its number) or a measure belongs to.
    MatterOfOpinion(String),
    MatterOfMeasure(String),
}

/// Returns what a notice opens. `None` if the reader has no page for it.
#[must_use]
pub fn target(event: &str, data: &NoticeData, role: Role) -> Option<Target> {
    let page = |address: String| Some(Target::Page(address));
    if let Some(number) = &data.number {
        return page(format!("/console/orders/{number}"));
    }
    let Some(subject) = &data.subject else {
        return without_subject(event, role).map(|address| Target::Page(address.to_owned()));
    };
    match (subject, role) {
        (Subject::SiteMessage(id), Role::Delegate) => page(format!("{MESSAGES}/{id}")),
        (_, Role::Delegate) => None,
        (
            Subject::Matter(_) | Subject::Opinion(_) | Subject::Measure(_) | Subject::WatchList(_),
            Role::Handler,
        ) => page(TASKS.to_owned()),
        (_, Role::Handler) => None,
        (Subject::Matter(id), _) => page(format!("{MATTERS}/{id}")),
        (Subject::Opinion(number), _) => Some(Target::MatterOfOpinion(number.clone())),
        (Subject::Measure(id), _) => Some(Target::MatterOfMeasure(id.to_string())),
        (_, Role::Operator) => None,
        (Subject::WatchList(id), _) => page(format!("{WATCH_LISTS}/{id}")),
        (Subject::Topic(id), _) => page(format!("{TOPICS}/{id}")),
        (Subject::Report(id), _) => page(format!("{REPORTS}/{id}")),
        (Subject::SiteMessage(_), _) => None,
    }
}

const MESSAGES: &str = "/console/messages";
const TASKS: &str = "/console/tasks";
const MATTERS: &str = "/console/campaigns";
const WATCH_LISTS: &str = "/console/watch-lists";
const TOPICS: &str = "/console/insight/topics";
const REPORTS: &str = "/console/insight/reports";

/// The list that a notice without a subject opens: of work in the console, or of before subjects were stored.
fn without_subject(event: &str, role: Role) -> Option<&'static str> {
    match (event, role) {
        ("site_message", Role::Delegate) => Some(MESSAGES),
        (_, Role::Delegate) | ("site_message", _) => None,
        ("hot_topic" | "report_ready" | "content_review", Role::Handler) => None,
        (_, Role::Handler) => Some(TASKS),
        ("content_review", Role::Operator) => Some("/console/desk?tab=reviews"),
        ("hot_topic" | "report_ready" | "inspection_due", Role::Operator) | ("content_review", _) => None,
        ("hot_topic", _) => Some(TOPICS),
        ("report_ready", _) => Some(REPORTS),
        ("inspection_due", _) => Some(WATCH_LISTS),
        ("holiday_notice_missing", Role::Admin) => Some("/console/admin/calendar"),
        _ => Some(MATTERS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::ids::{CampaignId, SiteMessageId, TopicId};

    #[test]
    fn a_notice_opens_the_page_of_what_it_speaks_of() {
        let about = |subject| NoticeData {
            subject: Some(subject),
            ..NoticeData::default()
        };
        let order = NoticeData {
            number: Some("T20250117000725".to_owned()),
            ..NoticeData::default()
        };
        let (matter_id, topic_id, message_id) = (
            CampaignId::generate(),
            TopicId::generate(),
            SiteMessageId::generate(),
        );
        let matter = about(Subject::Matter(matter_id));
        let topic = about(Subject::Topic(topic_id));
        let opinion = about(Subject::Opinion("YJ1".to_owned()));
        let message = about(Subject::SiteMessage(message_id));
        let none = NoticeData::default();
        let messages = format!("/console/messages/{message_id}");
        let matters = format!("/console/campaigns/{matter_id}");
        let topics = format!("/console/insight/topics/{topic_id}");
        for (event, data, role, opened) in [
            (
                "accepted",
                &order,
                Role::Delegate,
                Some("/console/orders/T20250117000725"),
            ),
            ("site_message", &message, Role::Delegate, Some(messages.as_str())),
            ("opinion_issued", &opinion, Role::Handler, Some("/console/tasks")),
            ("county_task", &matter, Role::Supervisor, Some(matters.as_str())),
            ("hot_topic", &topic, Role::Supervisor, Some(topics.as_str())),
            // Written before subjects were stored.
            (
                "report_ready",
                &none,
                Role::Admin,
                Some("/console/insight/reports"),
            ),
            (
                "content_review",
                &none,
                Role::Operator,
                Some("/console/desk?tab=reviews"),
            ),
            (
                "holiday_notice_missing",
                &none,
                Role::Admin,
                Some("/console/admin/calendar"),
            ),
            ("hot_topic", &topic, Role::Operator, None),
        ] {
            let page = opened.map(|page| Target::Page(page.to_owned()));
            assert_eq!(target(event, data, role), page, "{event} {role}");
        }
        let of_opinion = target("opinion_replied", &opinion, Role::Supervisor);
        assert_eq!(of_opinion, Some(Target::MatterOfOpinion("YJ1".to_owned())));
    }
}
