//! The content of a report's files, read by independent programs.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _};

use calamine::Data;
use serde_json::Value;

pub(super) fn cell(data: &Data) -> u64 {
    match data {
        Data::Float(number) => *number as u64,
        Data::Int(number) => u64::try_from(*number).unwrap(),
        other => panic!("{other:?} is no number"),
    }
}

/// The prose, the tables and the charts all stand in the document; the sources of the numbers stand in the workbook.
pub(super) fn reads_the_same(report: &Value, docx: Vec<u8>) {
    let mut parts = zip::ZipArchive::new(Cursor::new(docx)).unwrap();
    let read = |parts: &mut zip::ZipArchive<Cursor<Vec<u8>>>, name: &str| {
        let mut bytes = Vec::new();
        parts.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    let document = String::from_utf8(read(&mut parts, "word/document.xml")).unwrap();
    let pieces = document
        .split("<w:t")
        .skip(1)
        .filter_map(|rest| rest.split_once('>'));
    let text: String = pieces
        .map(|(_, rest)| rest.split("</w:t>").next().unwrap())
        .collect();
    let mut charts = 0;
    for section in report["body"]["sections"].as_array().unwrap() {
        assert!(text.contains(section["heading"].as_str().unwrap()));
        for block in section["blocks"].as_array().unwrap() {
            charts += usize::from(block["type"] == "chart");
            if let Some(caption) = block["caption"].as_str() {
                assert!(text.contains(caption), "{caption}");
            }
        }
    }
    for run in runs(report) {
        let said = run["text"]
            .as_str()
            .map_or_else(|| run["value"].to_string(), str::to_owned);
        assert!(text.contains(&said), "{said}");
    }
    assert!(text.contains(report["body"]["issuer"].as_str().unwrap()));
    assert!(!text.contains("now."), "no keys of figures");
    assert!(
        text.contains("存证码 "),
        "the short code of the record at the foot"
    );
    let pictures: Vec<String> = parts
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .filter(|name| name.ends_with(".png"))
        .collect();
    assert_eq!(
        (pictures.len(), charts),
        (2, 2),
        "the weeks and the map: {pictures:?}"
    );
    for name in pictures {
        let picture = image::load_from_memory(&read(&mut parts, &name))
            .unwrap()
            .to_rgba8();
        assert_eq!(picture.width(), 1_920, "{name}");
        let shades: BTreeSet<[u8; 4]> = picture.pixels().map(|pixel| pixel.0).collect();
        assert!(shades.len() > 20, "{name} is empty");
    }
}

/// Every run of the prose and every cell of the tables.
pub(super) fn runs(report: &Value) -> Vec<Value> {
    let mut runs = Vec::new();
    for section in report["body"]["sections"].as_array().unwrap() {
        for block in section["blocks"].as_array().unwrap() {
            match block["type"].as_str().unwrap() {
                "paragraph" => runs.extend(block["runs"].as_array().unwrap().iter().cloned()),
                "table" => {
                    // On paper as many as are shown; the workbook has all.
                    let shown = block["shown"]
                        .as_u64()
                        .map_or(usize::MAX, |shown| usize::try_from(shown).unwrap());
                    for row in block["rows"].as_array().unwrap().iter().take(shown) {
                        runs.extend(row.as_array().unwrap().iter().cloned());
                    }
                }
                _ => {}
            }
        }
    }
    runs
}
