//! Where a pack's files come from: built in, or a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The texts of a pack by their path inside it, e.g. `units.csv`, `demo/stories/1.toml`.
#[derive(Clone, Debug, Default)]
pub struct Files {
    texts: BTreeMap<String, String>,
    model: Option<Arc<[u8]>>,
}

/// The trained model of the suggestion; the only file of a pack that is not text.
pub const MODEL: &str = "suggest.model";

/// Folders of a pack that are read, besides the pack itself.
const FOLDERS: &[&str] = &["", "demo", "demo/stories", "training"];

macro_rules! built_in {
    ($folder:literal: $($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../city/", $folder, "/", $path)))),*]
    };
}

/// Path and text of each file.
type Texts = &'static [(&'static str, &'static str)];

/// The packs that are compiled into the program: name, texts, model.
const BUILT_IN: &[(&str, Texts, &[u8])] = &[(
    "luoyang",
    built_in!("luoyang": "areas.geojson", "calendar.json", "categories.csv", "committees.toml", "communities.csv", "duty.csv", "emergencies.toml", "kinds.toml", "policy.toml",
        "reply_texts.csv", "townships.csv", "units.csv", "wording.toml", "demo/committee_year.toml", "demo/living_city.toml", "demo/people.csv", "demo/sites.csv", "demo/stories/1.toml", "demo/stories/2.toml",
        "demo/stories/3.toml", "demo/stories/4.toml", "demo/stories/5.toml", "demo/stories/6.toml", "demo/stories/7.toml",
        "demo/stories/8.toml", "demo/stories/9.toml",
        "training/01.csv", "training/02.csv", "training/03.csv", "training/04.csv", "training/05.csv", "training/06.csv", "training/07.csv", "training/08.csv", "training/09.csv", "training/10.csv", "training/11.csv", "training/12.csv", "training/13.csv", "training/14.csv", "training/15.csv", "training/16.csv", "training/17.csv", "training/18.csv", "training/19.csv", "training/20.csv", "training/21.csv", "training/22.csv", "training/23.csv", "training/24.csv", "training/25.csv", "training/26.csv", "training/27.csv", "training/28.csv"),
    include_bytes!("../../city/luoyang/suggest.model"),
)];

impl Files {
    /// A built-in pack's name, or a folder.
    pub fn open(pack: &str) -> anyhow::Result<Self> {
        if let Some((_, texts, model)) = BUILT_IN.iter().find(|(name, ..)| *name == pack) {
            let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
            return Ok(Self {
                texts: texts.iter().map(owned).collect(),
                model: Some(Arc::from(*model)),
            });
        }
        let root = Path::new(pack);
        anyhow::ensure!(
            root.is_dir(),
            "CITY_PACK: {pack} is neither a built-in pack nor a folder"
        );
        let mut texts = BTreeMap::new();
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
                    texts.insert(name, text);
                }
            }
        }
        let model = std::fs::read(root.join(MODEL)).ok().map(Arc::from);
        Ok(Self { texts, model })
    }

    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// For training: the model that is there may be of another format, and is about to be replaced.
    #[must_use]
    pub fn without_model(self) -> Self {
        Self { model: None, ..self }
    }

    #[must_use]
    pub fn model(&self) -> Option<&[u8]> {
        self.model.as_deref()
    }

    /// The files below a folder, in the order of their names.
    #[must_use]
    pub fn below(&self, folder: &str) -> Vec<(String, String)> {
        let inside =
            |(path, text): (&String, &String)| path.starts_with(folder).then(|| (path.clone(), text.clone()));
        self.texts.iter().filter_map(inside).collect()
    }
}
