//! A file whose first line begins with `//! Pure:` decides and does nothing else: whatever it needs is handed to it.

use super::sources::{Source, none, outside, product, root};

/// A pure file never contains these.
const IMPURE: [&str; 11] = [
    "sea_orm",
    "actix_web",
    "reqwest",
    "tokio",
    "sqlx",
    "std::fs",
    "async fn",
    "crate::app",
    "crate::db",
    "config::Config",
    "crate::http::",
];

/// Crates in which every file is pure.
const PURE_CRATES: [&str; 4] = ["api/insight", "api/pixels", "api/places", "api/tables"];

fn is_pure(source: &Source) -> bool {
    let in_crate = |folder: &str| source.path.starts_with(&format!("{folder}/src/"));
    source.code.starts_with("//! Pure:") || PURE_CRATES.iter().any(|folder| in_crate(folder))
}

#[test]
fn pure_files_are_pure() {
    let mut pure = product();
    pure.retain(is_pure);
    let found: Vec<_> = IMPURE.iter().flat_map(|what| outside(&pure, what, &[])).collect();
    none(
        &found,
        "a pure file uses std, chrono, geo types and the enums of entity",
    );
    let marked = pure.iter().filter(|source| source.path.starts_with("api/src/"));
    let marked = marked.count();
    assert!(
        marked >= 80,
        "rules lost their marker `//! Pure:`; marked are {marked}"
    );
}

#[test]
fn the_marker_is_the_first_line() {
    let misplaced = |source: &&Source| {
        let mut lines = source.code.lines().skip(1);
        lines.any(|line| line.starts_with("//! Pure:") || line == "//! Pure.")
    };
    let found: Vec<_> = product()
        .iter()
        .filter(misplaced)
        .map(|source| source.path.clone())
        .collect();
    none(&found, "a pure file begins with `//! Pure:`");
}

#[test]
fn pure_crates_depend_on_nothing_impure() {
    for folder in PURE_CRATES {
        let manifest = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        for name in [
            "actix-web",
            "entity",
            "reqwest",
            "sea-orm",
            "sqlx",
            "tokio",
            "zhitong",
        ] {
            let depends = manifest
                .lines()
                .any(|line| line.starts_with(&format!("{name}.")) || line.starts_with(&format!("{name} ")));
            assert!(!depends, "{folder} must not know {name}");
        }
    }
}
