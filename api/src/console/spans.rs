//! The choice of a span above a table: lengths, and the spans before and after.

use askama::Template;
use askama::filters::HtmlSafe;
use chrono::NaiveDate;

use crate::overview::period::Window;

/// Spans that are offered; the first is taken unless one is asked for.
const LENGTHS: [(&str, &str); 5] = [
    ("30d", "近 30 天"),
    ("week", "本周"),
    ("month", "本月"),
    ("quarter", "本季"),
    ("year", "本年"),
];

pub struct SpanChip {
    pub href: String,
    pub label: &'static str,
    pub on: bool,
}

#[derive(Template)]
#[template(path = "spans.html")]
pub struct SpanChoice {
    chips: Vec<SpanChip>,
    name: String,
    earlier: String,
    later: Option<String>,
}

impl HtmlSafe for SpanChoice {}

impl SpanChoice {
    /// `address` is the page with what else is asked for; it has a question mark.
    #[must_use]
    pub fn of(window: Window, today: NaiveDate, address: &str) -> Self {
        let now = (window.from..=window.to).contains(&today);
        let length = window.length.to_string();
        let at = |window: Window| {
            let on = if (window.from..=window.to).contains(&today) {
                String::new()
            } else {
                format!("&on={}", window.to)
            };
            format!("{address}&period={length}{on}")
        };
        Self {
            chips: LENGTHS
                .into_iter()
                .map(|(name, label)| SpanChip {
                    href: format!("{address}&period={name}"),
                    label,
                    on: now && name == length,
                })
                .collect(),
            name: window.name(),
            earlier: at(window.previous()),
            later: window.next(today).map(at),
        }
    }
}

/// The length that is asked for, or thirty days.
#[must_use]
pub fn length(asked: Option<String>) -> Option<String> {
    asked
        .filter(|text| !text.is_empty())
        .or_else(|| Some("30d".to_owned()))
}
