//! Pure: a calendar as text (RFC 5545). A deadline at midnight is an event of the whole day that ends.

use std::fmt::Write as _;

use chrono::{DateTime, Timelike as _, Utc};
use chrono_tz::Tz;

use crate::orders::paper::times::due_day;

/// Octets of a line without its end.
const LINE_OCTETS: usize = 75;

/// A deadline in the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Id that stays the same in each answer.
    pub uid: String,
    pub summary: String,
    /// The page of the matter.
    pub url: String,
    pub due_at: DateTime<Utc>,
    /// When it was last known to change.
    pub stamp: DateTime<Utc>,
}

/// Writes a calendar. The same entries give the same text.
#[must_use]
pub fn write(name: &str, entries: &[Entry], zone: Tz) -> String {
    let mut text = String::new();
    for part in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//zhitong//deadlines//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ] {
        line(&mut text, part);
    }
    line(&mut text, &format!("X-WR-CALNAME:{}", escape(name)));
    for entry in entries {
        event(&mut text, entry, zone);
    }
    line(&mut text, "END:VCALENDAR");
    text
}

fn event(text: &mut String, entry: &Entry, zone: Tz) {
    let utc = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ").to_string();
    let is_midnight = entry.due_at.with_timezone(&zone).num_seconds_from_midnight() == 0;
    line(text, "BEGIN:VEVENT");
    line(text, &format!("UID:{}", escape(&entry.uid)));
    line(text, &format!("DTSTAMP:{}", utc(entry.stamp)));
    if is_midnight {
        let day = due_day(entry.due_at, zone);
        line(text, &format!("DTSTART;VALUE=DATE:{}", day.format("%Y%m%d")));
    } else {
        line(text, &format!("DTSTART:{}", utc(entry.due_at)));
    }
    let ends = if is_midnight {
        "（24:00截止）"
    } else {
        "（截止）"
    };
    line(text, &format!("SUMMARY:{}{ends}", escape(&entry.summary)));
    line(text, &format!("URL:{}", entry.url));
    line(text, "TRANSP:TRANSPARENT");
    line(text, "END:VEVENT");
}

/// Text as a value: RFC 5545, 3.3.11.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            '\n' => escaped.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Adds a line, folded so that no part has more than 75 octets and no letter is cut.
fn line(text: &mut String, content: &str) {
    let mut octets = 0;
    for letter in content.chars() {
        if octets + letter.len_utf8() > LINE_OCTETS {
            text.push_str("\r\n ");
            octets = 1;
        }
        octets += letter.len_utf8();
        let _ = write!(text, "{letter}");
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Shanghai;

    use super::*;

    fn entry(due_at: &str, summary: &str) -> Entry {
        Entry {
            uid: "a@zhitong".to_owned(),
            summary: summary.to_owned(),
            url: "https://zhitong.example.cn/console/orders/T20250908000001".to_owned(),
            due_at: due_at.parse().unwrap(),
            stamp: "2025-09-08T01:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn midnight_is_the_day_that_ends() {
        let text = write("某单位", &[entry("2025-09-10T16:00:00Z", "办结期限")], Shanghai);
        assert!(text.contains("\r\nDTSTART;VALUE=DATE:20250910\r\n"), "{text}");
        assert!(text.contains("SUMMARY:办结期限（24:00截止）\r\n"), "{text}");
        let text = write("某单位", &[entry("2025-09-10T01:30:00Z", "签收期限")], Shanghai);
        assert!(text.contains("\r\nDTSTART:20250910T013000Z\r\n"), "{text}");
        assert!(!text.contains("VALARM"));
    }

    #[test]
    fn long_lines_are_folded_and_no_letter_is_cut() {
        let summary = "占道经营".repeat(40);
        let text = write("某单位", &[entry("2025-09-10T16:00:00Z", &summary)], Shanghai);
        assert!(text.split("\r\n").all(|line| line.len() <= LINE_OCTETS), "{text}");
        assert!(text.replace("\r\n ", "").contains(&summary));
        assert!(text.ends_with("END:VCALENDAR\r\n"));
    }

    #[test]
    fn signs_of_the_format_are_escaped() {
        let text = write(
            "甲,乙",
            &[entry("2025-09-10T16:00:00Z", "a;b\\c\nd\re")],
            Shanghai,
        );
        assert!(text.contains("X-WR-CALNAME:甲\\,乙\r\n"), "{text}");
        assert!(text.contains("SUMMARY:a\\;b\\\\c\\nde（"), "{text}");
    }
}
