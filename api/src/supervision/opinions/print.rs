//! The document as an official letter (GB/T 9704).

use std::collections::BTreeMap;

use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::orders::paper::render::render;
use crate::orders::paper::times;
use crate::supervision::opinions::access;
use crate::supervision::opinions::view;

/// The PDF, for those who may know of the opinion.
pub async fn pdf(app: &App, caller: &Caller, number: &str) -> Result<Vec<u8>> {
    let (row, _) = access::visible(app, caller, number).await?;
    let city = app.state::<CityHandle>().load();
    let issued = times::day_of(row.issued_at, city.zone());
    let due = row.due_at.map(|due| times::day(times::due_day(due, city.zone())));
    let view = view::one(app, row).await?;
    let paragraphs: Vec<&str> = view
        .text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let attachments: Vec<&str> = view.files.iter().map(|file| stem(&file.name)).collect();
    let data = json!({
        "issuer": view.issuer,
        "document_number": view.document_number,
        "title": view.title,
        "kind": view.kind.label(),
        "to": view.to_unit.name,
        "paragraphs": paragraphs,
        "due": due,
        "attachments": attachments,
        "date": issued,
    });
    render(pdf::Template::OpinionLetter, data, BTreeMap::new()).await
}

/// An attachment is named without its extension.
fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
