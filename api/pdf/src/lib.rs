//! Chinese documents as PDF, set by typst.
//!
//! A document is a template and data: people's words are data, never source, because typst is a programming language.
//! There is no file resolver, so a template can only read its data. `raster.rs` draws SVG for other kinds of documents.

#![warn(missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use typst::foundations::{Bytes, Dict, IntoValue};
use typst_as_lib::TypstEngine;
use typst_layout::PagedDocument;

use fonts::{Chosen, FontSet, Purpose};

mod fonts;
pub mod raster;

const PRELUDE: &str = include_str!("../templates/prelude.typ");
const MISSING: &str = include_str!("../templates/missing.typ");

/// Why a document cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The machine has no Chinese font.
    #[error(
        "no font with Chinese characters on this machine: install one (Debian: apt-get install fonts-noto-cjk)"
    )]
    NoChineseFont,
    /// The template cannot be set.
    #[error("the template does not set: {0}")]
    Template(String),
    /// A drawing cannot be rendered.
    #[error("the drawing cannot be read: {0}")]
    Drawing(String),
    /// The data cannot be serialized.
    #[error("the data is not JSON: {0}")]
    Data(#[from] serde_json::Error),
}

/// A kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// 督办单 with the order's history.
    SupervisionOrder,
    /// 工单档案: an order with the content of its page.
    OrderFile,
    /// A sheet of site codes.
    SiteCodes,
    /// 建议, 审议意见, 决定: an official letter to a government (GB/T 9704).
    OpinionLetter,
    /// 专项分析报告 with tables, charts and the source of every number.
    InsightReport,
}

impl Template {
    fn source(self) -> &'static str {
        match self {
            Self::SupervisionOrder => include_str!("../templates/supervision_order.typ"),
            Self::OrderFile => include_str!("../templates/order_file.typ"),
            Self::SiteCodes => include_str!("../templates/site_codes.typ"),
            Self::OpinionLetter => include_str!("../templates/opinion_letter.typ"),
            Self::InsightReport => include_str!("../templates/insight_report.typ"),
        }
    }
}

/// Renders a document as PDF; the template reads `data`. Takes some tens of milliseconds of one core: do not call it on
/// an async thread.
pub fn render(template: Template, data: &Value) -> Result<Vec<u8>, Error> {
    render_with(template, data, &BTreeMap::new())
}

/// Renders the template with pictures (JPEG, PNG, SVG), which it reads as `sys.inputs.images` by name. Characters for
/// which the machine has no glyph are named at the end of the document.
pub fn render_with(
    template: Template,
    data: &Value,
    images: &BTreeMap<String, Vec<u8>>,
) -> Result<Vec<u8>, Error> {
    let set = FontSet::of_system();
    if set.is_empty() {
        return Err(Error::NoChineseFont);
    }
    let Chosen { fonts, missing } = set.choose(&characters(data));
    let source = format!("{PRELUDE}\n{}\n{MISSING}", template.source());
    let engine = TypstEngine::builder()
        .main_file(source.as_str())
        .fonts(fonts)
        .build();
    let mut inputs = Dict::new();
    inputs.insert("data".into(), serde_json::to_string(data)?.into_value());
    inputs.insert("missing".into(), named(&missing).into_value());
    let families: Dict = Purpose::ALL
        .iter()
        .map(|purpose| (purpose.name().into(), set.families(*purpose).into_value()))
        .collect();
    inputs.insert("fonts".into(), families.into_value());
    let images: Dict = images
        .iter()
        .map(|(name, bytes)| (name.as_str().into(), Bytes::new(bytes.clone()).into_value()))
        .collect();
    inputs.insert("images".into(), images.into_value());
    let document: PagedDocument = engine
        .compile_with_input(inputs)
        .output
        .map_err(|error| Error::Template(format!("{error:?}")))?;
    typst_pdf::pdf(&document, &Default::default()).map_err(|error| Error::Template(format!("{error:?}")))
}

/// Returns `true` if the machine has a font with Chinese characters. Reads the fonts the first time.
#[must_use]
pub fn has_chinese_font() -> bool {
    !FontSet::of_system().is_empty()
}

/// All characters of the texts in the data.
fn characters(data: &Value) -> BTreeSet<char> {
    let mut found = BTreeSet::new();
    let mut open = vec![data];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => found.extend(text.chars()),
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => open.extend(fields.values()),
            _ => {}
        }
    }
    found
}

/// Code points, because their glyphs are what is missing.
fn named(missing: &BTreeSet<char>) -> String {
    let names: Vec<String> = missing
        .iter()
        .map(|c| format!("U+{:04X}", u32::from(*c)))
        .collect();
    names.join("、")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_of_people_are_data_and_not_source() {
        let data = json!({
            "number": "督〔2025〕1号", "title": "关于限期办理的督办单", "issuer": "某市人大常委会", "signed": "某市人大常委会",
            "automatic": false, "issued_on": "2025年1月24日", "unit": "某局",
            "paragraphs": ["路面塌陷", "#panic(\"x\") *不是标记* $x$"], "annexes": ["办理经过"], "history": [
                {"at": "2025年1月17日 08:40", "who": "代表", "what": "提交", "note": "= 标题?"}], "photos": [],
        });
        let pdf = render(Template::SupervisionOrder, &data).unwrap();
        assert!(pdf.starts_with(b"%PDF"));
    }

    #[test]
    fn a_letter_is_set_with_and_without_attachments_and_due_date() {
        for (attachments, due) in [
            (json!([]), json!(null)),
            (json!(["现场照片"]), json!("2025年9月30日")),
            (json!(["现场照片", "调研报告"]), json!(null)),
        ] {
            let data = json!({
                "issuer": "某市人民代表大会常务委员会", "document_number": "某人常督〔2025〕1号",
                "title": "关于规范流动摊贩管理的建议", "kind": "建议", "to": "某区人民政府",
                "paragraphs": ["#panic() 一、疏堵结合。", "二、划定摊位。"], "due": due,
                "attachments": attachments, "date": "2025年9月15日",
            });
            let pdf = render(Template::OpinionLetter, &data).unwrap();
            assert!(pdf.starts_with(b"%PDF"));
        }
    }

    #[test]
    fn a_sheet_has_a_page_for_each_site_with_its_picture() {
        let site = |code: &str, place: Option<&str>| {
            json!({
                "code": code, "name": "#panic() 某站", "place": place, "mini_program": false, "trial": false,
            })
        };
        let square =
            br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>"#;
        let sites = [site("AAA", None), site("BBB", Some("某路口"))];
        let data = json!({ "city": "某市", "host": "example.cn", "sites": sites });
        let image = |code: &str| (code.to_owned(), square.to_vec());
        let images = BTreeMap::from([image("AAA"), image("BBB")]);
        let pdf = render_with(Template::SiteCodes, &data, &images).unwrap();
        assert!(pdf.starts_with(b"%PDF"));
        // A site without a picture is an error, not an empty frame.
        assert!(render(Template::SiteCodes, &data).is_err());
    }
}
