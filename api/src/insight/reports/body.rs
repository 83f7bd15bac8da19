//! Pure: the stored body of a report: sections of prose, tables and charts. Numbers are references to `figures`, so
//! that each one leads to the counted orders.

use entity::ids::PhotoId;
use serde::{Deserialize, Serialize};

use crate::stored_json::StoredJson;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Body {
    pub title: String,
    /// The line below the title: period, state of the data.
    pub subtitle: String,
    pub sections: Vec<Section>,
    pub figures: Vec<Figure>,
    /// How the rates are counted.
    pub definitions: Vec<String>,
    /// 落款: the body that issues the report. Empty in reports of before it was named.
    #[serde(default)]
    pub issuer: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Section {
    pub heading: String,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Block {
    /// A heading of the second level.
    Heading {
        text: String,
    },
    Paragraph {
        runs: Vec<Run>,
    },
    /// Photos of a typical case, before and after.
    Photos {
        photos: Vec<CasePhoto>,
    },
    Table(Table),
    /// A drawing as SVG; `caption` says what it shows, for those who do not see it too.
    Chart {
        caption: String,
        svg: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Table {
    pub caption: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Run>>,
    /// Rows shown on paper and on the page; the workbook has all. None for all.
    #[serde(default)]
    pub shown: Option<usize>,
}

impl Table {
    /// The rows for paper and for the page.
    pub fn shown_rows(&self) -> impl Iterator<Item = &Vec<Run>> {
        self.rows.iter().take(self.shown.unwrap_or(usize::MAX))
    }
}

/// A photo of a typical case, by the id under which the photos' own rules show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CasePhoto {
    pub photo: PhotoId,
    pub caption: String,
}

/// A piece of a sentence, or a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Run {
    Text {
        text: String,
    },
    /// A counted number: an index into `figures`.
    Number {
        figure: usize,
        value: u64,
    },
    /// A share of two counted numbers, in percent. `None` if the denominator is 0.
    Rate {
        numerator: usize,
        denominator: usize,
        text: String,
    },
}

/// One number of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Figure {
    /// The key of the figure, e.g. `now.satisfied.area:410302`; its orders are listed under this name.
    pub key: String,
    pub label: String,
    pub value: u64,
}

impl Run {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    /// As it is read aloud.
    #[must_use]
    pub fn plain(&self) -> String {
        match self {
            Self::Text { text } | Self::Rate { text, .. } => text.clone(),
            Self::Number { value, .. } => value.to_string(),
        }
    }

    /// The figures behind it.
    #[must_use]
    pub fn figures(&self) -> Vec<usize> {
        match self {
            Self::Text { .. } => Vec::new(),
            Self::Number { figure, .. } => vec![*figure],
            Self::Rate {
                numerator,
                denominator,
                ..
            } => vec![*numerator, *denominator],
        }
    }
}

impl StoredJson for Body {
    const COLUMNS: &'static [&'static str] = &["insight_report.body", "insight_report_revision.body"];
    const LABEL: &'static str = "分析报告";
}

impl Body {
    /// All photos of the report.
    #[must_use]
    pub fn photos(&self) -> Vec<PhotoId> {
        let blocks = self.sections.iter().flat_map(|section| &section.blocks);
        let photos = blocks.filter_map(|block| match block {
            Block::Photos { photos } => Some(photos),
            _ => None,
        });
        photos.flatten().map(|photo| photo.photo).collect()
    }

    /// The prose without tables and charts, a paragraph a line.
    #[must_use]
    pub fn plain(&self) -> String {
        let mut lines = Vec::new();
        for section in &self.sections {
            lines.push(section.heading.clone());
            for block in &section.blocks {
                match block {
                    Block::Heading { text } => lines.push(text.clone()),
                    Block::Paragraph { runs } => lines.push(runs.iter().map(Run::plain).collect()),
                    Block::Photos { .. } | Block::Table(_) | Block::Chart { .. } => {}
                }
            }
        }
        lines.join("\n")
    }
}
