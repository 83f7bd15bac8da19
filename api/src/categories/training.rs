//! What a suggestion is learned from: the texts of a city pack (`training/*.csv`: code, text), and the names and
//! keywords of its categories.

use insight::classify::Example;
use serde::Deserialize;

use crate::categories::tree::Tree;
use crate::city::files::Files;
use crate::city::rows::{self, Fault, Line};

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

/// The folder of a pack that holds the texts.
const FOLDER: &str = "training/";

/// All training texts of a pack, in the order of its files; each line must name a category of the second level.
pub fn texts(files: &Files, tree: &Tree) -> Result<Vec<Example>, Vec<Fault>> {
    let (mut examples, mut faults) = (Vec::new(), Vec::new());
    for (path, text) in files.below(FOLDER) {
        match rows::read::<TextRow>(&path, &text) {
            Err(found) => faults.extend(found),
            Ok(lines) => {
                for Line { line, row } in lines {
                    if tree
                        .find(&row.code)
                        .is_none_or(|category| category.parent.is_none())
                    {
                        faults.push(rows::fault(
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

/// One text a category: its name, and the words by which people mean it.
#[must_use]
pub fn anchors(tree: &Tree) -> Vec<Example> {
    let anchor = |category: &crate::categories::tree::Category| Example {
        text: format!("{}，{}", category.name, category.keywords.join("，")),
        label: category.code.clone(),
    };
    tree.leaves().map(anchor).collect()
}
