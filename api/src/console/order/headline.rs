//! Pure: the title of an order's page and its one next action.

use entity::kinds::{Light, Role, Status};

/// Characters of a title.
const TITLE_CHARS: usize = 36;

/// Returns the first sentence of a report, shortened at a comma if it is long.
#[must_use]
pub fn headline(description: &str) -> String {
    let sentence = description
        .trim()
        .split(['。', '！', '？', '!', '?', '；', '\n'])
        .find(|part| !part.trim().is_empty())
        .unwrap_or_default()
        .trim();
    if sentence.chars().count() <= TITLE_CHARS {
        return sentence.to_owned();
    }
    let start: String = sentence.chars().take(TITLE_CHARS).collect();
    match start.rsplit_once(['，', ',', '、']) {
        Some((clause, _)) if clause.chars().count() >= TITLE_CHARS / 3 => clause.to_owned(),
        _ => format!("{start}…"),
    }
}

/// Returns the action that the page offers as its one button: the first of these that is open to the caller.
#[must_use]
pub fn next_action<'a>(role: Role, status: Status, light: Light, open: &[&'a str]) -> Option<&'a str> {
    let wanted: &[&str] = match role {
        Role::Handler => &["accept", "answer_supervision_order", "reply"],
        Role::Operator if status == Status::Triage => &["dispatch"],
        Role::Operator => &["decide_extension", "follow_ups"],
        Role::Delegate => &["verdict"],
        Role::Supervisor if light != Light::Green => &["urges"],
        Role::Supervisor | Role::Admin => &[],
    };
    wanted
        .iter()
        .find_map(|name| open.iter().copied().find(|action| action == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_is_the_problem() {
        for (description, title) in [
            ("路灯不亮。夜里很黑。", "路灯不亮"),
            ("  井盖缺失", "井盖缺失"),
            ("\n第二行才有内容！", "第二行才有内容"),
            (
                "景华路与南昌路交叉口东北角的工地夜里一直在施工，渣土车来回跑，附近小区几百户居民睡不着觉",
                "景华路与南昌路交叉口东北角的工地夜里一直在施工，渣土车来回跑",
            ),
            ("", ""),
        ] {
            assert_eq!(headline(description), title);
        }
        let long = "长".repeat(50);
        assert_eq!(headline(&long), format!("{}…", "长".repeat(TITLE_CHARS)));
    }

    #[test]
    fn each_role_has_one_thing_to_do() {
        let handler =
            |open: &[&'static str]| next_action(Role::Handler, Status::Dispatched, Light::Green, open);
        assert_eq!(handler(&["return", "accept"]), Some("accept"));
        assert_eq!(
            handler(&["reply", "answer_supervision_order"]),
            Some("answer_supervision_order")
        );
        assert_eq!(handler(&["extensions", "reply"]), Some("reply"));
        assert_eq!(handler(&["notes"]), None);
        let operator = |status| next_action(Role::Operator, status, Light::Red, &["dispatch", "merge"]);
        assert_eq!(operator(Status::Triage), Some("dispatch"));
        assert_eq!(
            operator(Status::InProgress),
            None,
            "a re-dispatch is an exception"
        );
        let supervisor = |light| {
            next_action(
                Role::Supervisor,
                Status::InProgress,
                light,
                &["urges", "tracking"],
            )
        };
        assert_eq!(supervisor(Light::Red), Some("urges"));
        assert_eq!(supervisor(Light::Green), None);
    }
}
