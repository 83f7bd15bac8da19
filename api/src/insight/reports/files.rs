//! A report as PDF, DOCX or XLSX. All three say the same; the tables of the last are whole, with the orders.
//! Takes up to a second of one core: not for an async thread.

use std::str::FromStr;

use serde_json::json;

use crate::city::snapshot::City;
use crate::error::{Error, ErrorKind, Result};
use crate::insight::reports::body::{Block, Body, Run};
use crate::insight::reports::facts::ReportFact;
use crate::insight::reports::{docx, xlsx};

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

/// Renders the report in a format. `link` is its address in the console; the orders of its figures are listed below it.
pub fn make(format: Format, city: &City, body: &Body, facts: &[ReportFact], link: &str) -> Result<Vec<u8>> {
    match format {
        Format::Pdf => pdf(body, link),
        Format::Docx => Ok(docx::make(body, link)?),
        Format::Xlsx => Ok(xlsx::make(city, body, facts)?),
    }
}

fn pdf(body: &Body, link: &str) -> Result<Vec<u8>> {
    pdf::render(pdf::Template::InsightReport, &data(body, link)).map_err(|error| match error {
        pdf::Error::NoChineseFont => {
            let kind = ErrorKind::Unavailable {
                retry_after_secs: 3600,
            };
            let detail = "服务器没有安装中文字体，请管理员安装 fonts-noto-cjk。";
            Error::refused(kind, "no_chinese_font", detail)
        }
        other => anyhow::Error::from(other).into(),
    })
}

/// The body as the template reads it: every number with the ordinals of its figures, counted from 1.
fn data(body: &Body, link: &str) -> serde_json::Value {
    let run = |run: &Run| {
        let figures: Vec<_> = run.figures().into_iter().map(|figure| figure + 1).collect();
        json!({ "text": run.plain(), "figures": figures })
    };
    let block = |block: &Block| match block {
        Block::Paragraph { runs } => {
            json!({ "type": "paragraph", "runs": runs.iter().map(run).collect::<Vec<_>>() })
        }
        Block::Table(table) => {
            let rows: Vec<Vec<_>> = table
                .rows
                .iter()
                .map(|row| row.iter().map(run).collect())
                .collect();
            json!({ "type": "table", "caption": table.caption, "columns": table.columns, "rows": rows })
        }
        Block::Chart { caption, svg } => json!({ "type": "chart", "caption": caption, "svg": svg }),
    };
    let sections: Vec<_> = body
        .sections
        .iter()
        .map(|section| {
            let blocks: Vec<_> = section.blocks.iter().map(block).collect();
            json!({ "heading": section.heading, "blocks": blocks })
        })
        .collect();
    let figures: Vec<_> = body
        .figures
        .iter()
        .map(|figure| {
            json!({ "label": figure.label, "value": figure.value, "link": format!("{link}/figures/{}", figure.key) })
        })
        .collect();
    json!({
        "title": body.title,
        "subtitle": body.subtitle,
        "sections": sections,
        "figures": figures,
        "definitions": body.definitions,
    })
}
