//! The product's source as the guards read it.

use std::path::{Path, PathBuf};

/// A source file of the product.
pub(super) struct Source {
    /// From the repository's root, e.g. `api/src/orders/routes/mod.rs`.
    pub(super) path: String,
    /// Without its unit tests.
    pub(super) code: String,
}

impl Source {
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap()
    }

    /// The folder or file right below `api/src`: `orders`, `server.rs`.
    pub(super) fn capability(&self) -> Option<&str> {
        let below = self.path.strip_prefix("api/src/")?;
        below.split('/').next().map(|first| first.trim_end_matches(".rs"))
    }

    /// Lines of code that are not comments, each with its number.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.code.lines().enumerate();
        lines
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .map(|(index, line)| (index + 1, line))
    }

    /// Its length without its tests.
    pub(super) fn length(&self) -> usize {
        let code = self.code.split("\n#[cfg(test)]\nmod tests;").next();
        code.unwrap().trim_end().lines().count()
    }

    /// Where `needle` stands in the code, as `path:line`.
    pub(super) fn finds(&self, needle: &str) -> Vec<String> {
        let hits = self.lines().filter(|(_, line)| line.contains(needle));
        hits.map(|(number, line)| format!("{}:{number}: {}", self.path, line.trim()))
            .collect()
    }
}

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

pub(super) fn read_folder(folder: &Path, into: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_folder(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let mut code = text.as_str();
            for tests in [
                "\n#[cfg(test)]\nmod tests {",
                "\n#[cfg(test)]\npub(crate) mod tests {",
            ] {
                code = code.split(tests).next().unwrap();
            }
            let code = code.to_owned();
            let path = path.strip_prefix(root()).unwrap().display().to_string();
            into.push(Source { path, code });
        }
    }
}

/// The product's source: the crates below `api`, `entity`, `migration`.
pub(super) fn product() -> Vec<Source> {
    let mut sources = Vec::new();
    for part in [
        "api/src",
        "api/insight/src",
        "api/heap/src",
        "api/pdf/src",
        "api/pixels/src",
        "api/places/src",
        "api/tables/src",
        "entity/src",
        "migration/src",
    ] {
        read_folder(&root().join(part), &mut sources);
    }
    assert!(sources.len() > 50, "the source was not found");
    let for_tests: Vec<_> = sources.iter().flat_map(modules_for_tests).collect();
    let is_test = |path: &str| {
        let module = path.trim_end_matches(".rs");
        for_tests
            .iter()
            .any(|test| module == test || module.starts_with(&format!("{test}/")))
    };
    sources.retain(|source| !is_test(&source.path));
    sources
}

/// The modules that a file declares for its tests only, as paths without `.rs`.
fn modules_for_tests(source: &Source) -> Vec<String> {
    let folder = match source.path.rsplit_once('/').unwrap() {
        (folder, "mod.rs" | "lib.rs" | "main.rs") => folder.to_owned(),
        _ => source.path.trim_end_matches(".rs").to_owned(),
    };
    let declared = source.code.split("#[cfg(test)]\n").skip(1);
    let names = declared.filter_map(|rest| rest.lines().next()?.split_once("mod ")?.1.strip_suffix(';'));
    names.map(|name| format!("{folder}/{name}")).collect()
}

pub(super) fn api() -> Vec<Source> {
    let mut sources = product();
    sources.retain(|source| source.path.starts_with("api/src/"));
    sources
}

#[track_caller]
pub(super) fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

/// Finds `needle` everywhere but in the files that end in one of `homes`. Each home must have a file.
#[track_caller]
pub(super) fn outside(sources: &[Source], needle: &str, homes: &[&str]) -> Vec<String> {
    let is_at = |source: &Source, home: &str| {
        source.path.ends_with(home) || source.path.contains(&format!("{home}/"))
    };
    for home in homes {
        let exists = sources.iter().any(|source| is_at(source, home));
        assert!(exists, "no file is at {home}: take it off the list");
    }
    let elsewhere = sources
        .iter()
        .filter(|source| !homes.iter().any(|home| is_at(source, home)));
    elsewhere.flat_map(|source| source.finds(needle)).collect()
}

/// Folders that hold what tools make.
const GENERATED: [&str; 6] = [
    ".tools",
    "data",
    "node_modules",
    "target",
    "test-output",
    "__pycache__",
];

/// Reads the files below `folder` that have one of the extensions, whole.
pub(super) fn read_texts(folder: &Path, extensions: &[&str], into: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !GENERATED.contains(&name.as_str()) {
                read_texts(&path, extensions, into);
            }
        } else if extensions
            .iter()
            .any(|extension| name.ends_with(&format!(".{extension}")))
        {
            let code = std::fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().display().to_string();
            into.push(Source { path, code });
        }
    }
}
