//! Guards on the repository's texts: a clone stands alone, comments and log messages follow the prose guide,
//! templates have readable lines.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A text file: its path from the repository's root, and its lines.
struct Text {
    path: String,
    content: String,
}

impl Text {
    /// Returns `path:line: text` of the lines that `wrong` selects.
    fn lines_where<'a>(&'a self, wrong: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = String> + 'a {
        let lines = self.content.lines().enumerate();
        lines
            .filter(move |(_, line)| wrong(line))
            .map(|(index, line)| format!("{}:{}: {}", self.path, index + 1, line.trim()))
    }
}

/// Folders that hold what tools make.
const GENERATED: [&str; 7] = [
    ".git",
    ".tools",
    "data",
    "node_modules",
    "target",
    "test-output",
    "__pycache__",
];

fn collect(folder: &Path, into: &mut Vec<Text>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !GENERATED.contains(&name.as_str()) || path.ends_with("tests/data") {
                collect(&path, into);
            }
        } else if let Ok(content) = std::fs::read_to_string(&path) {
            let path = path.strip_prefix(root()).unwrap().display().to_string();
            into.push(Text { path, content });
        }
    }
}

/// The text files below the root that a commit may hold.
fn texts() -> Vec<Text> {
    let mut texts = Vec::new();
    collect(&root(), &mut texts);
    assert!(texts.len() > 800, "the repository was not found");
    texts
}

fn with_extension(extension: &str) -> Vec<Text> {
    let mut texts = texts();
    texts.retain(|text| text.path.ends_with(extension));
    texts
}

#[track_caller]
fn assert_none(found: &[String], rule: &str) {
    let shown = found.iter().take(40).cloned().collect::<Vec<_>>().join("\n  ");
    assert!(found.is_empty(), "{rule} ({} lines):\n  {shown}", found.len());
}

/// The words of a line, without punctuation.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|char: char| !(char.is_ascii_alphanumeric() || char == '_'))
        .filter(|word| !word.is_empty())
}

fn has_pronoun(text: &str) -> bool {
    words(text).any(|word| ["he", "his", "him", "himself"].contains(&word))
}

#[test]
fn a_clone_needs_nothing_beside_it() {
    // Split, so that this file is no hit.
    let needles = [concat!("../", "shared"), concat!("TEST_", "SHARED")];
    let outside = [
        ".ci/alone",
        "api/insight/tests/real_messages.rs",
        "tests/evaluate",
    ];
    let texts = texts();
    let inside = texts.iter().filter(|text| !outside.contains(&text.path.as_str()));
    let found: Vec<String> = inside
        .flat_map(|text| text.lines_where(|line| needles.iter().any(|needle| line.contains(needle))))
        // Style sheets import a file of this name.
        .filter(|line| !line.contains("shared.wxss"))
        .collect();
    assert_none(
        &found,
        "only tests/evaluate may read data from beside the repository",
    );
}

#[test]
fn template_lines_are_at_most_160_characters() {
    let templates = with_extension(".html");
    let found: Vec<String> = templates
        .iter()
        .flat_map(|text| text.lines_where(|line| line.chars().count() > 160))
        .collect();
    assert_none(&found, "break the line");
}

#[test]
fn people_are_they_or_a_role() {
    let code = with_extension(".rs");
    let in_code = code.iter().flat_map(|text| {
        text.lines_where(|line| {
            line.split_once("//")
                .is_some_and(|(_, comment)| has_pronoun(comment))
        })
    });
    let documents = with_extension(".md");
    let in_documents = documents.iter().flat_map(|text| text.lines_where(has_pronoun));
    let found: Vec<String> = in_code.chain(in_documents).collect();
    assert_none(&found, "write they or the role");
}

#[test]
fn a_doc_comment_starts_with_a_verb_or_a_noun() {
    let openings = [
        "What",
        "Whoever",
        "Whom",
        "Whose",
        "The same",
        "Somebody",
        "Everybody",
        "Everything",
    ];
    let opens_badly = |line: &str| {
        let line = line.trim_start();
        let comment = line.strip_prefix("/// ").or_else(|| line.strip_prefix("//! "));
        comment.is_some_and(|comment| {
            openings.iter().any(|opening| {
                let rest = comment.strip_prefix(opening);
                rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
            })
        })
    };
    let code = with_extension(".rs");
    let found: Vec<String> = code
        .iter()
        .flat_map(|text| text.lines_where(opens_badly))
        .collect();
    assert_none(&found, "start with a verb (function) or a noun phrase (type)");
}

/// Returns the last string literal of each `tracing` event in a file, which is its message.
fn messages(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for level in ["trace", "debug", "info", "warn", "error"] {
        let opening = format!("tracing::{level}!(");
        found.extend(code.split(&opening).skip(1).filter_map(last_literal));
    }
    found
}

/// Returns the last string literal before the parenthesis that closes the call.
fn last_literal(call: &str) -> Option<String> {
    let (mut depth, mut literal, mut last) = (1, None::<String>, None);
    for char in call.chars() {
        match (&mut literal, char) {
            (Some(_), '"') => last = literal.take(),
            (Some(text), _) => text.push(char),
            (None, '"') => literal = Some(String::new()),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, _) => {}
        }
        if depth == 0 {
            break;
        }
    }
    last
}

#[test]
fn log_messages_are_lower_case_event_names() {
    let mut found = Vec::new();
    let code = with_extension(".rs");
    let product = code.iter().filter(|text| text.path.starts_with("api/"));
    for text in product {
        let plain = |message: &&String| {
            let allowed = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == ' ';
            message.chars().all(allowed)
        };
        let messages = messages(&text.content);
        let wrong = messages.iter().filter(|message| !plain(message));
        found.extend(wrong.map(|message| format!("{}: {message}", text.path)));
    }
    assert_none(&found, "name the event in lower case, data go into fields");
}
