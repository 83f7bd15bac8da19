//! Where a pack's files come from: built in, or a folder.

use std::collections::BTreeMap;
use std::path::Path;

/// The texts of a pack by their path inside it, e.g. `units.csv`, `demo/stories/1.toml`.
#[derive(Clone, Debug, Default)]
pub struct Files(BTreeMap<String, String>);

/// Folders of a pack that are read, besides the pack itself.
const FOLDERS: &[&str] = &["", "demo", "demo/stories"];

macro_rules! built_in {
    ($folder:literal: $($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../city/", $folder, "/", $path)))),*]
    };
}

/// The packs that are compiled into the program: name, files.
const BUILT_IN: &[(&str, &[(&str, &str)])] = &[(
    "luoyang",
    built_in!("luoyang": "areas.geojson", "calendar.json", "categories.csv", "communities.csv", "duty.csv", "kinds.toml", "policy.toml",
        "reply_texts.csv", "townships.csv", "units.csv", "wording.toml", "demo/people.csv", "demo/sites.csv", "demo/stories/1.toml", "demo/stories/2.toml",
        "demo/stories/3.toml", "demo/stories/4.toml", "demo/stories/5.toml", "demo/stories/6.toml", "demo/stories/7.toml",
        "demo/stories/8.toml", "demo/stories/9.toml"),
)];

impl Files {
    /// A built-in pack's name, or a folder.
    pub fn open(pack: &str) -> anyhow::Result<Self> {
        if let Some((_, files)) = BUILT_IN.iter().find(|(name, _)| *name == pack) {
            return Ok(Self(
                files
                    .iter()
                    .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
                    .collect(),
            ));
        }
        let root = Path::new(pack);
        anyhow::ensure!(
            root.is_dir(),
            "CITY_PACK: {pack} is neither a built-in pack nor a folder"
        );
        let mut files = BTreeMap::new();
        for folder in FOLDERS {
            let Ok(entries) = std::fs::read_dir(root.join(folder)) else {
                continue;
            };
            for path in entries
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| path.is_file())
            {
                let name = path
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default();
                let name = if folder.is_empty() {
                    name
                } else {
                    format!("{folder}/{name}")
                };
                // What is not text (a picture, say) is none of a pack's files.
                if let Ok(text) = std::fs::read_to_string(&path) {
                    files.insert(name, text);
                }
            }
        }
        Ok(Self(files))
    }

    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The files below a folder, in the order of their names.
    #[must_use]
    pub fn below(&self, folder: &str) -> Vec<(String, String)> {
        let inside =
            |(path, text): (&String, &String)| path.starts_with(folder).then(|| (path.clone(), text.clone()));
        self.0.iter().filter_map(inside).collect()
    }
}
