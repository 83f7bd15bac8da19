//! Tells what happens, a line at a time, with the date of the story.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// Where the lines go: the terminal, or a test that only wants the outcome.
pub trait Narrator: Send + Sync {
    fn line(&self, line: &str);
}

/// Keeps the lines, for tests.
#[derive(Default)]
pub struct RecordedLines(Mutex<Vec<String>>);

impl RecordedLines {
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().map(|lines| lines.clone()).unwrap_or_default()
    }
}

impl Narrator for RecordedLines {
    fn line(&self, line: &str) {
        if let Ok(mut lines) = self.0.lock() {
            lines.push(line.to_owned());
        }
    }
}

/// Formats a line: `2025-09-08 09:10 故事一 …`.
#[must_use]
pub fn line(at: DateTime<Utc>, zone: Tz, story: &str, text: &str) -> String {
    format!(
        "{} {story} {text}",
        at.with_timezone(&zone).format("%Y-%m-%d %H:%M")
    )
}
