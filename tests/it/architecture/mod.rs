//! The shape of the code, read from its source: who may know whom, how long a file may be, what stands
//! only in one place. A rule that no tool checks is not kept.

use std::path::Path;

mod cycles;
mod sources;

use sources::{Source, api, none, outside, product, root};

#[test]
fn http_stays_in_routes_and_at_the_edge() {
    // Besides routes: the edge itself, the extractor that says who is asking, and what puts the server together.
    let homes = [
        "routes.rs",
        "/routes",
        "api/src/http",
        "api/src/listen.rs",
        "api/src/server.rs",
        "api/src/people/extract.rs",
        "/pages.rs",
        "/multipart.rs",
    ];
    none(
        &outside(&api(), "actix_web", &homes),
        "actix_web belongs to routes.rs and http/",
    );
}

#[test]
fn routes_know_no_database() {
    let mut routes = api();
    routes.retain(|source| source.name() == "routes.rs" || source.path.contains("/routes/"));
    none(
        &outside(&routes, "sea_orm", &[]),
        "routes.rs calls a service, never the database",
    );
}

/// Rules that decide and do nothing else: whatever they need is handed to them.
const PURE: [&str; 36] = [
    "api/places/src/datum.rs",
    "api/places/src/lookup/mod.rs",
    "api/src/city/categories/suggest.rs",
    "api/src/city/committees.rs",
    "api/src/city/duty_table.rs",
    "api/src/publication_rules.rs",
    "api/src/content/result.rs",
    "api/src/deadlines/calculator/mod.rs",
    "api/src/deadlines/calendar.rs",
    "api/src/deadlines/lights.rs",
    "api/src/deadlines/policy.rs",
    "api/src/files/content.rs",
    "api/src/notices/audience.rs",
    "api/src/notices/template.rs",
    "api/src/notices/text_pattern.rs",
    "api/src/notices/wording/mod.rs",
    "api/src/orders/rules/access.rs",
    "api/src/orders/rules/consequences.rs",
    "api/src/orders/rules/lifecycle/mod.rs",
    "api/src/orders/rules/same_matter.rs",
    "api/src/orders/search/grams.rs",
    "api/src/overview/count_deltas.rs",
    "api/src/overview/period.rs",
    "api/src/overview/rates.rs",
    "api/src/phone.rs",
    "api/src/photos/exif.rs",
    "api/src/retention/periods.rs",
    "api/src/sites/code.rs",
    "api/src/supervision/campaigns/open_items.rs",
    "api/src/supervision/campaigns/rebound.rs",
    "api/src/supervision/campaigns/stages.rs",
    "api/src/supervision/campaigns/vote_count.rs",
    "api/src/supervision/due_light.rs",
    "api/src/supervision/measures/rules.rs",
    "api/src/supervision/opinions/rules.rs",
    "api/src/watch_lists/rules.rs",
];

#[test]
fn pure_rules_are_pure() {
    let mut pure = product();
    pure.retain(|source| PURE.contains(&source.path.as_str()));
    assert_eq!(pure.len(), PURE.len(), "a file of PURE is not there");
    let impure = [
        "sea_orm",
        "actix_web",
        "reqwest",
        "tokio",
        "sqlx",
        "async fn",
        "crate::app",
        "crate::db",
        "crate::config",
        "crate::http",
    ];
    let found: Vec<_> = impure.iter().flat_map(|what| outside(&pure, what, &[])).collect();
    none(
        &found,
        "a pure file uses std, chrono, geo types and the enums of entity",
    );
}

/// The parts of the product that each part may use: those of its own tier and of lower ones.
const TIERS: [&[&str]; 6] = [
    &[
        "app",
        "caller",
        "clock",
        "config",
        "db",
        "error",
        "hash_chain",
        "heap_trim",
        "http",
        "jobs",
        "ops",
        "phone",
        "publication_rules",
        "sealing",
        "wechat",
    ],
    &[
        "audit_log",
        "city",
        "content",
        "deadlines",
        "files",
        "notices",
        "objects",
        "people",
        "photos",
        "sandbox",
        "watch_lists",
        "webhooks",
    ],
    &["orders"],
    &[
        "follow_up",
        "history_import",
        "hotline",
        "overview",
        "sites",
        "supervision",
    ],
    &["console", "imports", "insight", "link", "open311", "retention"],
    &[
        "commands",
        "demo",
        "job_registry",
        "lib",
        "listen",
        "main",
        "routes",
        "server",
    ],
];

fn tier(part: &str) -> Option<usize> {
    TIERS.iter().position(|parts| parts.contains(&part))
}

/// The parts named by `crate::part` and `crate::{part, …}` on this line.
fn parts_named(line: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        text[..end.unwrap_or(text.len())].to_owned()
    };
    let mut parts = Vec::new();
    for rest in line.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => {
                let mut depth = 0;
                let mut start = true;
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && depth == 0 && c.is_ascii_lowercase() => {
                            parts.push(word(&group[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
            None => parts.push(word(rest)),
        }
    }
    parts
}

#[test]
fn lower_parts_never_know_higher_ones() {
    // It asks the object store whether it answers.
    let joints = ["ops/routes.rs"];
    let mut found = Vec::new();
    for source in api() {
        let own = source.capability().unwrap().to_owned();
        let own_tier = tier(&own);
        if own_tier.is_none() {
            found.push(format!("{}: say in TIERS where `{own}` stands", source.path));
        }
        if joints.iter().any(|joint| source.path.ends_with(joint)) {
            continue;
        }
        for (number, line) in source.lines() {
            for part in parts_named(line) {
                let higher = tier(&part).zip(own_tier).is_some_and(|(part, own)| part > own);
                if higher {
                    found.push(format!("{}:{number}: `{own}` knows `{part}`", source.path));
                }
            }
        }
    }
    none(&found, "lower never knows higher");
}

#[test]
fn nobody_reaches_into_another_store() {
    let mut found = Vec::new();
    // What puts the product together opens each store once.
    for source in api().iter().filter(|source| source.path != "api/src/server.rs") {
        let own = format!("crate::{}::", source.capability().unwrap());
        for (number, line) in source.lines().filter(|(_, line)| line.contains("::store")) {
            if line.contains("crate::") && !line.contains(&own) {
                found.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    none(&found, "a capability's store is its own; call its service");
}

#[test]
fn the_crates_know_each_other_one_way() {
    for (manifest, unknown) in [
        ("entity/Cargo.toml", ["zhitong", "migration"]),
        ("migration/Cargo.toml", ["zhitong", "entity"]),
    ] {
        let text = std::fs::read_to_string(root().join(manifest)).unwrap();
        for name in unknown {
            let depends = text
                .lines()
                .any(|line| line.starts_with(&format!("{name}.")) || line.starts_with(&format!("{name} ")));
            assert!(!depends, "{manifest} must not know {name}");
        }
    }
}

/// The names in `[dependencies]` of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let section = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let lines = section
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.split(['.', ' ', '=']).next().unwrap().to_owned())
        .collect()
}

#[test]
fn no_dependency_is_dead() {
    // Named in a manifest for its features only.
    let silent = ["sqlx"];
    let mut dead = Vec::new();
    for (package, folders) in [
        ("api", &["api/src", "api/benches"][..]),
        ("entity", &["entity/src"]),
        ("migration", &["migration/src"]),
        (
            "tests",
            &[
                "tests/src",
                "tests/it",
                "tests/attack",
                "tests/load",
                "tests/nights",
            ],
        ),
    ] {
        let mut sources = Vec::new();
        for folder in folders
            .iter()
            .map(|folder| root().join(folder))
            .filter(|folder| folder.exists())
        {
            read_folder_whole(&folder, &mut sources);
        }
        let manifest = std::fs::read_to_string(root().join(package).join("Cargo.toml")).unwrap();
        for name in dependencies(&manifest) {
            let path = match name.as_str() {
                "kamadak-exif" => "exif::".to_owned(),
                name => format!("{}::", name.replace('-', "_")),
            };
            if !silent.contains(&name.as_str()) && !sources.iter().any(|text| text.contains(&path)) {
                dead.push(format!("{package}: {name}"));
            }
        }
    }
    none(&dead, "a dependency that nothing names");
}

/// The text of every source file, its tests included.
fn read_folder_whole(folder: &Path, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_folder_whole(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn one_place_reads_the_time_and_one_the_environment() {
    let sources = product();
    for needle in ["Utc::now(", "Local::now(", "SystemTime::now("] {
        none(
            &outside(&sources, needle, &["api/src/clock.rs"]),
            "only clock.rs reads the time",
        );
    }
    let homes = ["api/src/config/mod.rs"];
    none(
        &outside(&sources, "env::var", &homes),
        "only config.rs reads the environment",
    );
    for needle in ["CURRENT_TIMESTAMP", "datetime('now'", "now()\"", "NOW()"] {
        none(
            &outside(&sources, needle, &[]),
            "SQL never reads the time: bind it",
        );
    }
}

#[test]
fn transactions_are_opened_in_one_place() {
    for needle in [".begin()", ".begin_with_options(", ".transaction("] {
        none(
            &outside(&api(), needle, &["api/src/db"]),
            "open a transaction with db::write",
        );
    }
}

#[test]
fn nothing_of_the_city_is_in_code() {
    let mut sources = product();
    // The stories are the city's; their scripts are data, and the sandbox's people come from the pack.
    sources.retain(|source| !source.path.starts_with("api/src/demo/stories"));
    let mut found = outside(&sources, "洛阳", &[]);
    for county in [
        "涧西",
        "西工",
        "洛龙",
        "瀍河",
        "老城区",
        "伊川",
        "偃师",
        "孟津",
        "栾川",
        "嵩县",
        "汝阳",
        "宜阳",
        "洛宁",
        "新安县",
    ] {
        found.extend(outside(&sources, county, &[]));
    }
    found.extend(outside(&sources, "\"4103", &[]));
    none(&found, "the city is data: api/city");
    // The name of the built-in pack is a default, and where the pack is built in.
    let homes = ["api/src/config/mod.rs", "api/src/city"];
    none(
        &outside(&sources, "luoyang", &homes),
        "the city's name is a setting",
    );
}

#[test]
fn only_commands_print() {
    for needle in ["println!", "print!(", "eprintln!"] {
        let homes = ["api/src/main.rs", "api/src/commands", "api/src/demo"];
        none(
            &outside(&product(), needle, &homes),
            "the server logs; commands print",
        );
    }
}

#[test]
fn files_are_short() {
    /// No file is longer than this without its tests.
    const MAX_LINES: usize = 420;
    let sources = product();
    let mut lengths: Vec<usize> = sources.iter().map(Source::length).collect();
    let long: Vec<_> = sources
        .iter()
        .filter(|source| source.length() > MAX_LINES)
        .map(|source| format!("{}: {} lines", source.path, source.length()))
        .collect();
    none(&long, "no file has over 420 lines without its tests");
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= 120, "half of the files have over 120 lines: {median}");
    let ninth = lengths[lengths.len() * 9 / 10];
    assert!(
        ninth <= 300,
        "more than one file in ten has over 300 lines: {ninth}"
    );
}

#[test]
fn every_file_says_what_it_is() {
    let silent = |source: &&Source| !source.code.starts_with("//!");
    let silent: Vec<_> = product()
        .iter()
        .filter(silent)
        .map(|source| source.path.clone())
        .collect();
    none(&silent, "a file begins with `//!` and what it is");
}

#[test]
fn names_say_something() {
    let empty = ["utils", "util", "helpers", "helper", "common", "manager", "misc"];
    let found: Vec<_> = product()
        .iter()
        .filter(|source| source.path.split(['/', '.']).any(|part| empty.contains(&part)))
        .map(|source| source.path.clone())
        .collect();
    none(&found, "a file is named after what it holds");
}
