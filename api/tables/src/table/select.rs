//! Which sheets of a workbook are read.

use super::header::{Headings, headings};
use crate::headings::{Kind, Match};
use crate::sheet::Sheet;
use crate::{Choice, Fault};

/// Sheets that hold the table, each with its headings.
pub type Chosen = Vec<(Sheet, Headings)>;

/// The sheets to read with their headings, and the names of those that are not read.
pub fn select<F: Copy + Eq>(
    sheets: Vec<Sheet>,
    kind: &Kind<F>,
    choice: Choice<'_>,
) -> Result<(Chosen, Vec<String>), Vec<Fault>> {
    let mut found: Chosen = Vec::new();
    let mut hidden = Vec::new();
    let mut others = Vec::new();
    let mut closest: Option<Headings> = None;
    let mut names = Vec::new();
    for sheet in sheets {
        let name = sheet.name.clone().unwrap_or_default();
        names.push(name.clone());
        let wanted = match choice {
            Choice::Named(wanted) => sheet.name.is_none() || name == wanted,
            Choice::Only | Choice::All => !sheet.hidden,
        };
        match headings(&sheet, kind) {
            Ok(headings) if wanted => found.push((sheet, headings)),
            Ok(_) if sheet.hidden => hidden.push(name),
            Ok(_) => others.push(name),
            Err(near) => {
                if wanted
                    && let Some(near) = near
                    && near.fields() > closest.as_ref().map_or(0, Headings::fields)
                {
                    closest = Some(near);
                }
                if sheet.hidden {
                    hidden.push(name);
                } else if !sheet.rows.is_empty() {
                    others.push(name);
                }
            }
        }
    }
    if let Choice::Named(wanted) = choice
        && found.is_empty()
        && !names.iter().any(|name| name == wanted)
    {
        let detail = format!("没有名为「{wanted}」的工作表；文件里有：{}。", names.join("、"));
        return Err(vec![Fault::whole("unknown_sheet", detail)]);
    }
    if found.len() > 1 && choice == Choice::Only {
        let names: Vec<_> = found
            .iter()
            .filter_map(|(sheet, _)| sheet.name.as_deref())
            .collect();
        let detail = format!(
            "有 {} 张工作表都像{}：{}。请指定要导入哪一张，或者说明全部导入。",
            names.len(),
            kind.name,
            names.join("、")
        );
        return Err(vec![Fault::whole("several_sheets", detail)]);
    }
    if found.is_empty() {
        return Err(vec![nothing(kind, closest.as_ref(), &hidden)]);
    }
    others.extend(hidden);
    Ok((found, others))
}

/// Why no headings were found.
fn nothing<F>(kind: &Kind<F>, closest: Option<&Headings>, hidden: &[String]) -> Fault {
    if let Some(headings) = closest {
        let missing: Vec<_> = headings.missing(kind);
        let names: Vec<_> = missing
            .iter()
            .map(|(_, field)| format!("「{}」", field.name()))
            .collect();
        let near = headings
            .columns
            .iter()
            .find_map(|(_, text, matched)| match matched {
                Match::Near { field, heading } if missing.iter().any(|(index, _)| index == field) => {
                    Some(format!("「{text}」是否就是「{heading}」？如是，请改成后者。"))
                }
                _ => None,
            });
        let detail = format!(
            "表头（第 {} 行）缺少{}列。{}",
            headings.first_line,
            names.join("、"),
            near.unwrap_or_default()
        );
        return Fault::line(headings.first_line, "missing_column", detail);
    }
    let names: Vec<_> = kind
        .fields
        .iter()
        .filter(|field| field.required)
        .map(|field| format!("「{}」", field.name()))
        .collect();
    let mut detail = format!("没有找到表头：{}至少要有{}列。", kind.name, names.join("、"));
    if !hidden.is_empty() {
        detail.push_str(&format!("隐藏的工作表没有读取：{}。", hidden.join("、")));
    }
    Fault::whole("no_heading", detail)
}
