//! Guards stored texts: each has an encoding of its own, since a derived `Debug` text changes with every rename.

use crate::labels::sources;

/// Lines that print for people at a terminal, and messages of assertions and of errors.
fn is_shown_only(path: &str, line: &str) -> bool {
    path.starts_with("api/src/commands/") || line.starts_with("#[error(") || line == "\"{:?}\","
}

#[test]
fn no_debug_text_reaches_the_database() {
    let mut found = Vec::new();
    for (path, text) in sources().iter().filter(|(path, _)| path.starts_with("api/src")) {
        for line in text.lines().map(str::trim) {
            let is_log = line.starts_with("tracing::") || line.starts_with("debug_assert");
            if line.contains(":?}") && !is_log && !is_shown_only(path, line) {
                found.push(format!("{path}: {line}"));
            }
        }
    }
    assert!(found.is_empty(), "write the encoding out:\n{}", found.join("\n"));
}
