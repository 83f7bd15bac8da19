//! The document as an official letter (GB/T 9704).

use crate::city::snapshot::CityHandle;
use chrono::Datelike as _;
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::supervision::opinions::access;
use crate::supervision::opinions::rules::label;
use crate::supervision::opinions::view;
use crate::supervision::print::render;

/// The PDF, for those who may know of the opinion.
pub async fn pdf(app: &App, caller: &Caller, number: &str) -> Result<Vec<u8>> {
    let (row, _) = access::visible(app, caller, number).await?;
    let city = app.state::<CityHandle>().load();
    let issued = local_date(row.issued_at, city.zone());
    let view = view::one(app, row).await?;
    let paragraphs: Vec<&str> = view
        .text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let attachments: Vec<&str> = view.files.iter().map(|file| stem(&file.name)).collect();
    let due = view.due_at.map(|due| due.format("%Y年%-m月%-d日").to_string());
    let data = json!({
        "issuer": view.issuer,
        "document_number": view.document_number,
        "title": view.title,
        "kind": label(view.kind),
        "to": view.to_unit.name,
        "paragraphs": paragraphs,
        "due": due,
        "attachments": attachments,
        "date": format!("{}年{}月{}日", issued.year(), issued.month(), issued.day()),
    });
    render(pdf::Template::OpinionLetter, data).await
}

/// An attachment is named without its extension.
fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
