//! Chinese documents as PDF, set by typst. A document is a template and data: people's words are data, never source,
//! because typst is a programming language. There is no file resolver, so a template can only read its data.
//! `raster.rs` draws SVG for other kinds of documents.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use typst::foundations::{Bytes, Dict, IntoValue};
use typst_as_lib::TypstEngine;
use typst_layout::PagedDocument;

pub mod raster;

/// Font folders of common systems.
const FONT_FOLDERS: &[&str] = &[
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
];
/// File names of fonts with Chinese characters.
const CHINESE_FONTS: &[&str] = &[
    "NotoSerifCJK-Regular",
    "NotoSerifCJK-Bold",
    "NotoSansCJK-Regular",
    "NotoSansCJK-Bold",
    "SourceHanSerif",
    "SourceHanSans",
    "wqy",
];
/// Depth of the search below a font folder.
const MAX_DEPTH: usize = 4;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no Chinese font on this machine: install one (Debian: apt-get install fonts-noto-cjk)")]
    NoChineseFont,
    #[error("the template does not set: {0}")]
    Template(String),
    #[error("the drawing cannot be read: {0}")]
    Drawing(String),
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

/// Renders the template with pictures (JPEG, PNG, SVG), which it reads as `sys.inputs.images` by name.
pub fn render_with(
    template: Template,
    data: &Value,
    images: &BTreeMap<String, Vec<u8>>,
) -> Result<Vec<u8>, Error> {
    let fonts = fonts();
    if fonts.is_empty() {
        return Err(Error::NoChineseFont);
    }
    let engine = TypstEngine::builder()
        .main_file(template.source())
        .fonts(fonts.iter().map(Vec::as_slice))
        .build();
    let mut inputs = Dict::new();
    inputs.insert("data".into(), serde_json::to_string(data)?.into_value());
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

/// Returns the machine's Chinese fonts, read once.
fn fonts() -> &'static [Vec<u8>] {
    static FONTS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    FONTS.get_or_init(|| {
        let mut files = Vec::new();
        for folder in FONT_FOLDERS {
            find(Path::new(folder), MAX_DEPTH, &mut files);
        }
        files.iter().filter_map(|file| std::fs::read(file).ok()).collect()
    })
}

fn find(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if path.is_dir() && depth > 0 {
            find(&path, depth - 1, files);
        } else if CHINESE_FONTS.iter().any(|font| name.starts_with(font)) {
            files.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_of_people_are_data_and_not_source() {
        let data = json!({
            "city": "某市", "number": "督〔2025〕1号", "order_number": "T20250117000725", "unit": "某局", "level": "单位",
            "requirement": "#panic(\"x\") *不是标记* $x$", "issued_at": "2025年1月24日", "due_at": "2025年2月7日",
            "issuer": "系统", "description": "路面塌陷", "address": "某路口", "history": [
                {"at": "2025-01-17 08:40", "who": "代表", "what": "提交", "note": "= 标题?"}], "answer": null,
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
