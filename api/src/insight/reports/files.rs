//! A report as PDF, DOCX or XLSX. All three say the same; the last has the source of every number and the orders. Takes up to a second of one core: not for an async thread.

use std::str::FromStr;

use serde_json::{Value, json};

use crate::city::snapshot::City;
use crate::error::Result;
use crate::insight::reports::body::{Block, Run};
use crate::insight::reports::report_file::ReportFile;
use crate::insight::reports::{docx, xlsx};
use crate::orders::paper::render::refused;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Pdf,
    Docx,
    Xlsx,
}

impl Format {
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
        }
    }

    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

impl FromStr for Format {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "pdf" => Ok(Self::Pdf),
            "docx" => Ok(Self::Docx),
            "xlsx" => Ok(Self::Xlsx),
            _ => Err(()),
        }
    }
}

/// Renders the report in a format.
pub fn make(format: Format, city: &City, file: &ReportFile) -> Result<Vec<u8>> {
    match format {
        Format::Pdf => pdf(file),
        Format::Docx => Ok(docx::make(file)?),
        Format::Xlsx => Ok(xlsx::make(city, &file.body, &file.facts)?),
    }
}

fn pdf(file: &ReportFile) -> Result<Vec<u8>> {
    let photos = file.photos.iter();
    let images = photos.filter_map(|(id, photo)| Some((id.to_string(), photo.bytes.clone()?)));
    pdf::render_with(pdf::Template::InsightReport, &data(file), &images.collect()).map_err(refused)
}

/// The body as the template reads it: sentences are plain, the sources of their numbers are in the workbook.
fn data(file: &ReportFile) -> Value {
    let sections: Vec<_> = file
        .body
        .sections
        .iter()
        .map(|section| {
            let blocks: Vec<_> = section.blocks.iter().map(|part| block(file, part)).collect();
            json!({ "heading": section.heading, "blocks": blocks })
        })
        .collect();
    json!({
        "title": file.body.title,
        "subtitle": file.body.subtitle,
        "issuer": file.body.issuer,
        "number": file.stamp.number,
        "date": file.stamp.date,
        "record": file.stamp.record,
        "sections": sections,
    })
}

fn block(file: &ReportFile, block: &Block) -> Value {
    match block {
        Block::Heading { text } => json!({ "type": "heading", "text": text }),
        Block::Paragraph { runs } => {
            let text: String = runs.iter().map(Run::plain).collect();
            json!({ "type": "paragraph", "text": text })
        }
        Block::Photos { photos } => {
            let photos: Vec<_> = photos
                .iter()
                .map(|photo| {
                    let known = file.photos.get(&photo.photo);
                    let image = known.filter(|known| known.bytes.is_some());
                    json!({ "image": image.map(|_| photo.photo.to_string()), "caption": photo.caption })
                })
                .collect();
            json!({ "type": "photos", "photos": photos })
        }
        Block::Table(table) => {
            let rows: Vec<Vec<_>> = table
                .shown_rows()
                .map(|row| row.iter().map(Run::plain).collect())
                .collect();
            json!({ "type": "table", "caption": table.caption, "columns": table.columns, "rows": rows })
        }
        Block::Chart { caption, svg } => json!({ "type": "chart", "caption": caption, "svg": svg }),
    }
}
