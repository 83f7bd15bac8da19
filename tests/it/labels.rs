//! Chinese labels of enums: written once, beside the enum, and generated from there for the mini-program.
//! `UPDATE=1 cargo test -p tests --test it -- labels` writes the generated file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use entity::kinds::*;

const LABELS_TS: &str = "miniprogram-stubs/miniprogram/services/labels.ts";

type Labels = Vec<(&'static str, &'static str)>;

fn of<E: Labelled>() -> (&'static str, Labels) {
    (E::NAME, E::labels())
}

/// The words of the mini-program.
fn shown_on_phones() -> Vec<(&'static str, Labels)> {
    vec![
        of::<ActorRole>(),
        of::<CampaignStage>(),
        of::<CategorySource>(),
        of::<Channel>(),
        of::<ClockKind>(),
        of::<Light>(),
        of::<MeasureStatus>(),
        of::<OpinionKind>(),
        of::<OpinionStatus>(),
        of::<PersonLevel>(),
        of::<PhotoRole>(),
        of::<Satisfaction>(),
        of::<SiteMessageStatus>(),
        of::<Solved>(),
        of::<Status>(),
        of::<TopicStatus>(),
    ]
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `SiteMessageStatus` is `SITE_MESSAGE_STATUS`.
fn constant(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_uppercase());
    }
    text
}

fn generated() -> String {
    let mut text =
        "// Generated from the server's enums: `UPDATE=1 cargo test -p tests --test it -- labels`.\n\
         import type { components } from '../api/schema'\n\n\
         type Schemas = components['schemas']\n"
            .to_owned();
    for (name, labels) in shown_on_phones() {
        let constant = constant(name);
        writeln!(
            text,
            "\nexport const {constant}: Record<Schemas['{name}'], string> = {{"
        )
        .unwrap();
        for (key, label) in labels {
            writeln!(text, "  {key}: '{label}',").unwrap();
        }
        text.push_str("}\n");
    }
    text
}

#[test]
fn the_labels_of_the_mini_program_are_those_of_the_server() {
    let path = root().join(LABELS_TS);
    let generated = generated();
    #[expect(clippy::disallowed_methods, reason = "UPDATE=1 writes the file anew")]
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    assert!(
        read(&path) == generated,
        "{LABELS_TS} is stale: UPDATE=1 cargo test -p tests --test it -- labels"
    );
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    const SKIPPED: [&str; 4] = ["node_modules", "target", "training", "judged"];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if path.is_dir() && !SKIPPED.contains(&name) {
            collect(&path, into);
        } else if ["rs", "html", "js", "ts", "wxml", "wxs", "typ"]
            .iter()
            .any(|ending| name.ends_with(&format!(".{ending}")))
        {
            into.push(path);
        }
    }
}

/// The product's own sources that people's texts come from, without tests and generated files.
pub fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in [
        "api/src",
        "api/console",
        "api/pdf",
        "api/scan",
        "miniprogram-stubs/miniprogram",
    ] {
        collect(&root().join(folder), &mut files);
    }
    let names = files.into_iter().map(|path| {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let text = read(&path);
        (
            name,
            text.split("#[cfg(test)]").next().unwrap_or_default().to_owned(),
        )
    });
    let mut sources: Vec<_> = names.collect();
    sources.retain(|(name, _)| {
        name != LABELS_TS && !name.ends_with("schema.d.ts") && !name.ends_with("tests.rs")
    });
    assert!(sources.len() > 400, "the sources are not where they were");
    sources
}

/// Every enum with labels, by the text of the files that declare them: name, then stored name and label.
fn labelled() -> BTreeMap<String, Vec<(String, String, String)>> {
    let mut enums = BTreeMap::new();
    let folder = root().join("entity/src/kinds");
    for entry in std::fs::read_dir(folder).unwrap() {
        let mut current = String::new();
        for line in read(&entry.unwrap().path()).lines() {
            if let Some(name) = line.trim().strip_prefix("pub enum ") {
                current = name.trim_end_matches([' ', '{']).to_owned();
            }
            let quoted: Vec<&str> = line.split('"').collect();
            if let [variant, stored, " = ", label, ","] = quoted.as_slice() {
                let variant = variant.trim().trim_end_matches(" =>").to_owned();
                let row = (variant, (*stored).to_owned(), (*label).to_owned());
                enums.entry(current.clone()).or_insert_with(Vec::new).push(row);
            }
        }
    }
    assert!(enums.len() > 30, "the enums are not where they were");
    enums
}

/// Texts in quotation marks or between tags of a line.
fn literals(line: &str) -> impl Iterator<Item = &str> {
    line.split(['"', '\'', '`', '>', '<'])
}

/// Fields and filters that are no values of an enum, though they have the name and the label of one.
const OTHER_THINGS: [(&str, &str); 3] = [
    ("unit", "承办单位"),
    ("account", "办理情况"),
    ("tracked", "重点跟踪"),
];

/// Whether the line gives the label to the variant again, as a match arm, a choice or an entry of a table.
fn repeats(line: &str, variant: &str, stored: &str, label: &str) -> bool {
    if !literals(line).any(|text| text == label) || OTHER_THINGS.contains(&(stored, label)) {
        return false;
    }
    if let Some(named) = line.find(variant) {
        // `"已办结" => Status::Closed` reads a file of another system.
        return line
            .find(&format!("\"{label}\""))
            .is_some_and(|labelled| named < labelled);
    }
    let entry = format!("{stored}: ");
    let reads = line.contains("=>") && line.contains(" | ");
    !reads && (line.trim_start().starts_with(&entry) || literals(line).any(|text| text == stored))
}

#[test]
fn no_label_is_written_twice() {
    let mut found = Vec::new();
    let enums = labelled();
    for (path, text) in sources() {
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !is_comment(line)) {
            if line.is_ascii() {
                continue;
            }
            for (name, rows) in &enums {
                for (variant, stored, label) in rows {
                    let variant = format!("{name}::{variant}");
                    if repeats(line, &variant, stored, label) {
                        found.push(format!("{path}:{number}: {variant} is labelled {label} again"));
                    }
                }
            }
        }
    }
    assert!(found.is_empty(), "use `.label()`:\n{}", found.join("\n"));
}

#[test]
fn a_repeated_label_is_seen() {
    let seen = |line: &str| repeats(line, "Status::Closed", "closed", "已办结");
    for line in [
        "Status::Closed => \"已办结\",",
        "    (\"closed\", \"已办结\"),",
        "  closed: '已办结',",
        "<option value=\"closed\">已办结</option>",
    ] {
        assert!(seen(line), "{line}");
    }
    assert!(
        !seen("\"已办结\" | \"完成\" => Status::Closed,"),
        "a file is read"
    );
    assert!(!seen("closed: STATUS.closed,"));
}

/// Per concept, the words that are not used in texts for people, the one that is, and words that only contain them.
const ONE_WORDING: [(&[&str], &str, &[&str]); 6] = [
    (&["超时"], "超期", &[]),
    (&["待分派"], "待派单", &[]),
    (&["管理员"], "系统管理员", &["系统管理员"]),
    (&["居民"], "群众", &["居民小区", "居民楼", "居民区"]),
    (&["时限"], "期限", &[]),
    (&["轮办理", "轮次", "} 轮"], "第 N 次办理", &[]),
];

#[test]
fn a_concept_has_one_wording() {
    let mut sources = sources();
    let wording = "api/city/luoyang/wording.toml";
    sources.push((wording.to_owned(), read(&root().join(wording))));
    let mut found = Vec::new();
    for (path, text) in &sources {
        let texts = text.lines().filter(|line| !is_comment(line));
        for line in texts {
            for (losers, winner, allowed) in ONE_WORDING {
                let line = allowed
                    .iter()
                    .fold(line.to_owned(), |line, word| line.replace(word, ""));
                // The roster of a city may use any word: it is read, not shown.
                let reads = line.contains(" | ") && line.contains("=>");
                if losers.iter().any(|loser| line.contains(loser)) && !reads {
                    found.push(format!("{path}: {winner}, not: {}", line.trim()));
                }
            }
        }
    }
    assert!(
        found.is_empty(),
        "docs/glossary.md has the words:\n{}",
        found.join("\n")
    );
}

/// Units of measure that a number in a text is a limit of.
const MEASURES: [&str; 10] = [
    "个工作日",
    "小时内",
    "分钟内",
    "天内",
    "张照片",
    "张。",
    "张）",
    "个字",
    "条以内",
    "MB",
];

/// Whether a text states a number of its own before a unit, as `3 个工作日` does and `${days} 个工作日` does not.
fn states_a_limit(line: &str) -> bool {
    MEASURES.iter().any(|measure| {
        line.match_indices(measure).any(|(at, _)| {
            let before = line.get(..at).unwrap_or_default().trim_end();
            before.ends_with(|last: char| last.is_ascii_digit() || "一二两三四五六七八九十".contains(last))
        })
    })
}

#[test]
fn clients_and_pages_state_no_number_of_the_policy() {
    // An order that never was, with its clocks.
    const EXAMPLE: &str = "pages/example/";
    let mut found = Vec::new();
    for (path, text) in sources() {
        let page = ["api/console", "api/scan", "api/src/console"]
            .iter()
            .any(|folder| path.starts_with(folder));
        if !(page || path.starts_with("miniprogram-stubs")) || path.contains(EXAMPLE) {
            continue;
        }
        for line in text
            .lines()
            .filter(|line| !is_comment(line) && states_a_limit(line))
        {
            found.push(format!("{path}: {}", line.trim()));
        }
    }
    assert!(
        found.is_empty(),
        "take the number from the server or a constant:\n{}",
        found.join("\n")
    );
}

#[test]
fn a_number_of_its_own_is_seen() {
    for line in [
        "须在3个工作日内答复",
        "最多 9 张。",
        "须在一个工作日内",
        "超过 10 MB",
        "照片（最多 6 张）",
        "至少 4 个字",
    ] {
        assert!(states_a_limit(line), "{line}");
    }
    for line in ["须在 ${days} 个工作日内", "最多 {MAX} 张。", "再试一次"] {
        assert!(!states_a_limit(line), "{line}");
    }
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["//", "*", "/*", "{#", "<!--", "#"]
        .iter()
        .any(|sign| line.starts_with(sign))
}
