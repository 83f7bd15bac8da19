//! Training examples: the texts of a city pack (`training/*.csv`: code, text), and the names and keywords of its
//! categories.

use std::collections::BTreeSet;

use insight::classify::{Example, Settings};
use serde::Deserialize;

use crate::city::categories::tree::{Category, Tree};
use crate::city::csv_rows::{self, CsvLine, Fault};
use crate::city::files::Files;

/// A line of a pack's training texts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextRow {
    pub code: String,
    pub text: String,
}

impl From<TextRow> for Example {
    fn from(row: TextRow) -> Self {
        let TextRow { code, text } = row;
        Self { text, label: code }
    }
}

/// The folder of the training texts in a pack.
const FOLDER: &str = "training/";

/// All training texts of a pack, in the order of its files; each line must name a category of the second level.
pub fn texts(files: &Files, tree: &Tree) -> Result<Vec<Example>, Vec<Fault>> {
    let (mut examples, mut faults) = (Vec::new(), Vec::new());
    for (path, text) in files.below(FOLDER) {
        match csv_rows::read::<TextRow>(&path, &text) {
            Err(found) => faults.extend(found),
            Ok(lines) => {
                for CsvLine { line, row } in lines {
                    if tree
                        .find(&row.code)
                        .is_none_or(|category| category.parent.is_none())
                    {
                        faults.push(csv_rows::fault(
                            &path,
                            line,
                            &format!("unknown category {}", row.code),
                        ));
                    }
                    examples.push(row.into());
                }
            }
        }
    }
    if faults.is_empty() {
        Ok(examples)
    } else {
        Err(faults)
    }
}

/// How a model of these categories is trained on a pack's texts.
///
/// No start from naive Bayes: among very many categories with few texts each it costs more than it gives (`cargo run
/// --release -p insight --example starter`).
#[must_use]
pub fn settings(tree: &Tree, min_confidence: f64) -> Settings {
    Settings {
        min_confidence: min_confidence as f32,
        prior: 0.0,
        family_chars: family_chars(tree),
        curve: false,
        ..Settings::default()
    }
}

/// How many characters of a code name the first-level category; 0 where codes do not say.
fn family_chars(tree: &Tree) -> usize {
    let of_leaf = |leaf: &Category| {
        let parent = leaf.parent.as_deref().unwrap_or_default();
        leaf.code.starts_with(parent).then(|| parent.chars().count())
    };
    let lengths: BTreeSet<Option<usize>> = tree.leaves().map(of_leaf).collect();
    match lengths.into_iter().collect::<Vec<_>>().as_slice() {
        [Some(only)] => *only,
        _ => 0,
    }
}

/// Returns the name and the keywords of each category, together and one by one. A single word is a stronger hint for
/// its category than all words together.
#[must_use]
pub fn anchors(tree: &Tree) -> Vec<Example> {
    let of_leaf = |leaf: &Category| {
        let together = format!("{}，{}", leaf.name, leaf.keywords.join("，"));
        let one_by_one = leaf.keywords.iter().chain([&leaf.name]).cloned();
        let texts: Vec<String> = std::iter::once(together).chain(one_by_one).collect();
        let label = leaf.code.clone();
        texts.into_iter().map(move |text| Example {
            text,
            label: label.clone(),
        })
    };
    tree.leaves().flat_map(of_leaf).collect()
}
