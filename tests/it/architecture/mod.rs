//! The shape of the code, read from its source: who may know whom, how long a file may be, what stands only in one
//! place.
//!
//! A rule that no tool checks is not kept. `tiers.rs` and `cycles.rs`: which part may use which; `tables/`: which
//! part queries which table; `pure.rs`: rules without effects; `old_names.rs`: names that are gone.

use std::path::Path;

mod cycles;
mod old_names;
mod pure;
mod sources;
mod tables;
mod tiers;

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
    // The stories are the city's: they lie with the pack. No source file is exempt.
    let sources = product();
    assert!(root().join("api/city/luoyang/demo/stories").exists());
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
fn a_file_names_what_it_uses() {
    // A file that takes everything from its parent was cut off it, not thought of by itself.
    none(
        &outside(&product(), "use super::*", &[]),
        "name the items, or put the file back where it was",
    );
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

#[test]
fn parameters_are_not_tuples() {
    // `fn cell((row, column): (u32, u16), …)` hides what belongs together from the caller. Closures may.
    let takes_tuple = |line: &str| {
        let line = line.trim_start();
        let parameter = line.split_once('(').filter(|(before, _)| before.contains("fn "));
        let parameters = parameter.map_or(line, |(_, rest)| rest);
        let is_parameter = parameter.is_some() || line.starts_with('(') || line.starts_with("&(");
        let opens = parameters.starts_with('(') || parameters.contains(", (") || parameters.starts_with("&(");
        let typed = parameters.contains("): (") || parameters.contains("): &(");
        // A pair of coordinates is one value, and a job without input has `()`.
        let is_one_value = line.contains("): (f64, f64)") || line.contains("(): ()");
        is_parameter && opens && typed && !is_one_value && !line.contains('|') && !line.starts_with("let ")
    };
    let mut found = Vec::new();
    for source in product() {
        let hits = source.lines().filter(|(_, line)| takes_tuple(line));
        found.extend(hits.map(|(number, line)| format!("{}:{number}: {}", source.path, line.trim())));
    }
    none(&found, "name the parts with a struct, or give each its parameter");
}
