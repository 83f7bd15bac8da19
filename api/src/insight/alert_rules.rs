//! Pure: decides when supervisors are alerted of a topic, and names the topic.

use entity::kinds::TopicStatus;

/// A group alerts with this many recent orders from this many delegates; a smaller one alerts if it rises beyond doubt.
const MANY_ORDERS: u32 = 5;
const MANY_DELEGATES: usize = 3;
const FEW_ORDERS: u32 = 4;
const BEYOND_DOUBT: f64 = 0.01;
/// A rise alerts up to this p-value. `docs/insight.md` has the false alarms a year that were measured with it.
pub const RISE_ALERTS: f64 = 1.0 / 365.0;
/// Up to this one it is shown, and never alerts.
pub const RISE_SHOWN: f64 = 0.05;
/// Areas named in a title.
const NAMED_AREAS: usize = 2;
const MAX_TITLE_CHARS: usize = 100;

/// Whether a group of `delegates` with `recent` orders in the last days crosses the line.
#[must_use]
pub fn should_alert(status: TopicStatus, recent: u32, delegates: usize, p_value: f64) -> bool {
    let many = recent >= MANY_ORDERS && delegates >= MANY_DELEGATES;
    let sure = recent >= FEW_ORDERS && p_value <= BEYOND_DOUBT;
    status != TopicStatus::Over && (many || sure)
}

/// Returns the status of a category that rises today.
#[must_use]
pub fn rise_status(p_value: f64) -> TopicStatus {
    if p_value <= RISE_ALERTS {
        TopicStatus::Rising
    } else {
        TopicStatus::Watch
    }
}

/// Returns the status of a rise that was not seen today: one that never alerted is over, an alerted one only after a while.
#[must_use]
pub fn unseen_rise_status(alerted: bool, expired: bool) -> TopicStatus {
    if alerted && !expired {
        TopicStatus::Steady
    } else {
        TopicStatus::Over
    }
}

/// `宜阳县、嵩县等4个县区农村饮水：饮水安全工程、吃水困难`.
#[must_use]
pub fn title(areas: &[&str], category: Option<&str>, keywords: &[String]) -> String {
    let place = match areas {
        [] => String::new(),
        few if few.len() <= NAMED_AREAS => few.join("、"),
        many => {
            let named: Vec<&str> = many.iter().take(NAMED_AREAS).copied().collect();
            format!("{}等{}个县区", named.join("、"), many.len())
        }
    };
    let words: Vec<&str> = keywords.iter().take(3).map(String::as_str).collect();
    let matter = match (category, words.is_empty()) {
        (Some(category), true) => category.to_owned(),
        (Some(category), false) => format!("{category}：{}", words.join("、")),
        (None, _) => words.join("、"),
    };
    format!("{place}{matter}").chars().take(MAX_TITLE_CHARS).collect()
}

/// Compares a count with the number that the past predicts: `明显高于往年同期（6 件，往年约 1 件）`.
#[must_use]
pub fn compared(recent: i32, expected: f64) -> String {
    let usual = if expected < 0.5 {
        "往年几乎没有".to_owned()
    } else {
        format!("往年约 {expected:.0} 件")
    };
    let count = f64::from(recent);
    let word = if count >= 2.0 * expected.max(0.5) && recent > 2 {
        "明显高于往年同期"
    } else if count > expected {
        "高于往年同期"
    } else {
        "与往年同期相当"
    };
    format!("{word}（{recent} 件，{usual}）")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_compared_in_words() {
        for (recent, expected, told) in [
            (6, 1.2, "明显高于往年同期（6 件，往年约 1 件）"),
            (4, 0.1, "明显高于往年同期（4 件，往年几乎没有）"),
            (5, 4.0, "高于往年同期（5 件，往年约 4 件）"),
            (3, 3.2, "与往年同期相当（3 件，往年约 3 件）"),
        ] {
            assert_eq!(compared(recent, expected), told);
        }
    }

    #[test]
    fn a_rise_that_chance_shows_more_than_once_a_year_is_watched_and_then_over() {
        assert_eq!(rise_status(RISE_ALERTS), TopicStatus::Rising);
        assert_eq!(rise_status(RISE_ALERTS * 1.01), TopicStatus::Watch);
        assert_eq!(rise_status(RISE_SHOWN), TopicStatus::Watch);
        assert_eq!(unseen_rise_status(false, false), TopicStatus::Over);
        assert_eq!(unseen_rise_status(true, false), TopicStatus::Steady);
        assert_eq!(unseen_rise_status(true, true), TopicStatus::Over);
    }

    #[test]
    fn many_orders_of_several_delegates_or_a_sure_rise_cross_the_line() {
        for (status, recent, delegates, p_value, expected) in [
            (TopicStatus::Steady, 5, 3, 1.0, true),
            // Five reports by one delegate are no common matter.
            (TopicStatus::Steady, 5, 2, 1.0, false),
            (TopicStatus::Rising, 4, 2, 0.001, true),
            (TopicStatus::Rising, 4, 2, 0.04, false),
            (TopicStatus::Rising, 3, 3, 0.001, false),
            (TopicStatus::Over, 9, 9, 0.001, false),
        ] {
            assert_eq!(
                should_alert(status, recent, delegates, p_value),
                expected,
                "{status} {recent} {delegates}"
            );
        }
    }

    #[test]
    fn a_title_says_where_what_and_how_it_is_told() {
        let words = ["停水".to_owned(), "水浑".to_owned()];
        assert_eq!(
            title(&["嵩县"], Some("农村饮水"), &words),
            "嵩县农村饮水：停水、水浑"
        );
        assert_eq!(
            title(&["嵩县", "洛宁县", "宜阳县"], Some("农村饮水"), &[]),
            "嵩县、洛宁县等3个县区农村饮水"
        );
        assert_eq!(title(&[], None, &words), "停水、水浑");
    }
}
