//! The report's tables, its figures, and the orders they count, as a workbook.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use tables::written::plain;

use crate::city::snapshot::City;
use crate::insight::reports::body::{Block, Body, Figure, Run, Table};
use crate::insight::reports::facts::{ComparedPeriod, ReportFact};
use crate::overview::facts::OutcomeKind;

/// The format allows 31 characters in a sheet's name.
const MAX_SHEET_NAME: usize = 31;

pub fn make(city: &City, body: &Body, facts: &[ReportFact]) -> anyhow::Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let formats = Formats {
        head: Format::new().set_bold().set_align(FormatAlign::Center),
        percent: Format::new().set_num_format("0.0%"),
        date: Format::new().set_num_format("yyyy-mm-dd"),
    };
    let mut used = BTreeMap::new();
    for section in &body.sections {
        for block in &section.blocks {
            if let Block::Table(table) = block {
                let sheet = workbook
                    .add_worksheet()
                    .set_name(sheet_name(&table.caption, &mut used))?;
                table_sheet(sheet, table, &body.figures, &formats)?;
            }
        }
    }
    figures_sheet(workbook.add_worksheet().set_name("指标")?, body, &formats.head)?;
    orders_sheet(workbook.add_worksheet().set_name("工单")?, city, facts, &formats)?;
    definitions_sheet(workbook.add_worksheet().set_name("统计口径")?, body)?;
    Ok(workbook.save_to_buffer()?)
}

/// Returns the caption without the text in brackets, made unique.
fn sheet_name(caption: &str, used: &mut BTreeMap<String, usize>) -> String {
    let plain = caption.split('（').next().unwrap_or(caption);
    let name: String = plain
        .chars()
        .filter(|c| !"[]:*?/\\'".contains(*c))
        .take(MAX_SHEET_NAME - 3)
        .collect();
    let count = used.entry(name.clone()).or_insert(0);
    *count += 1;
    if *count == 1 {
        name
    } else {
        format!("{name} {count}")
    }
}

fn heads(sheet: &mut Worksheet, names: &[&str], head: &Format) -> Result<(), XlsxError> {
    for (column, name) in (0u16..).zip(names) {
        sheet.write_with_format(0, column, *name, head)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

struct Formats {
    head: Format,
    percent: Format,
    date: Format,
}

/// Counts and shares as numbers; a share of nothing is a word.
fn table_sheet(
    sheet: &mut Worksheet,
    table: &Table,
    figures: &[Figure],
    formats: &Formats,
) -> Result<(), XlsxError> {
    let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
    heads(sheet, &columns, &formats.head)?;
    let value = |at: &usize| figures.get(*at).map_or(0, |figure| figure.value);
    for (line, row) in (1u32..).zip(&table.rows) {
        for (column, run) in (0u16..).zip(row) {
            match run {
                Run::Number { value, .. } => sheet.write(line, column, *value)?,
                Run::Rate {
                    numerator,
                    denominator,
                    ..
                } if value(denominator) > 0 => {
                    let share = value(numerator) as f64 / value(denominator) as f64;
                    sheet.write_number_with_format(line, column, share, &formats.percent)?
                }
                run => sheet.write_string(line, column, plain(&run.plain()))?,
            };
        }
    }
    sheet.autofit();
    Ok(())
}

fn definitions_sheet(sheet: &mut Worksheet, body: &Body) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 120)?;
    for (line, definition) in (0u32..).zip(&body.definitions) {
        sheet.write_string(line, 0, definition)?;
    }
    Ok(())
}

fn figures_sheet(sheet: &mut Worksheet, body: &Body, head: &Format) -> Result<(), XlsxError> {
    heads(sheet, &["指标", "数值", "编号"], head)?;
    for (line, figure) in (1u32..).zip(&body.figures) {
        sheet.write_string(line, 0, plain(&figure.label))?;
        sheet.write(line, 1, figure.value)?;
        sheet.write(line, 2, figure.key.as_str())?;
    }
    sheet.autofit();
    Ok(())
}

const ORDER_COLUMNS: [&str; 13] = [
    "工单编号",
    "收到时段",
    "收到日期",
    "渠道",
    "县区",
    "类别",
    "承办单位",
    "状态",
    "本期响应",
    "本期办结",
    "本期评价",
    "办理次数",
    "延期次数",
];

fn orders_sheet(
    sheet: &mut Worksheet,
    city: &City,
    facts: &[ReportFact],
    formats: &Formats,
) -> Result<(), XlsxError> {
    heads(sheet, &ORDER_COLUMNS, &formats.head)?;
    sheet.set_column_width(0, 18)?;
    sheet.set_column_width(6, 24)?;
    for (line, fact) in (1u32..).zip(facts) {
        let area = fact.area.as_deref().map_or("", |code| city.county_name(code));
        let category = fact
            .category
            .as_deref()
            .map_or("", |code| city.categories.name_of(code));
        let unit = fact
            .unit
            .and_then(|id| city.unit(id))
            .map_or("", |unit| unit.name.as_str());
        let when = match fact.when {
            Some(ComparedPeriod::Now) => "本期",
            Some(ComparedPeriod::Before) => "上期",
            None => "更早",
        };
        let [response, resolution, verdict] = decided(fact);
        let texts = [
            fact.number.as_str(),
            when,
            "",
            fact.channel.label(),
            area,
            category,
            unit,
            fact.status.label(),
            &response,
            &resolution,
            &verdict,
        ];
        for (column, text) in (0u16..).zip(texts) {
            sheet.write_string(line, column, plain(text))?;
        }
        put_day(sheet, line, fact.day, &formats.date)?;
        sheet.write(line, 11, fact.round)?;
        sheet.write(line, 12, fact.extensions)?;
    }
    Ok(())
}

/// A day before 1900 is no date of a spreadsheet.
fn put_day(sheet: &mut Worksheet, line: u32, day: NaiveDate, format: &Format) -> Result<(), XlsxError> {
    let parts = (
        u16::try_from(day.year()),
        u8::try_from(day.month()),
        u8::try_from(day.day()),
    );
    if let (Ok(year), Ok(month), Ok(of_month)) = parts
        && let Ok(date) = ExcelDateTime::from_ymd(year, month, of_month)
    {
        sheet.write_datetime_with_format(line, 2, &date, format)?;
    } else {
        sheet.write_string(line, 2, day.to_string())?;
    }
    Ok(())
}

/// Returns the decisions of the period on response, handling and verdict, in this order.
fn decided(fact: &ReportFact) -> [String; 3] {
    let mut told: [Vec<&str>; 3] = Default::default();
    let [response, resolution, verdict] = &mut told;
    for decided in fact
        .decided
        .iter()
        .filter(|decided| decided.when == ComparedPeriod::Now)
    {
        match decided.what {
            OutcomeKind::Response { met } => response.push(kept_name(met)),
            OutcomeKind::Resolution { met } => resolution.push(kept_name(met)),
            OutcomeKind::Verdict { result, .. } => verdict.push(result.label()),
            OutcomeKind::Unrated => verdict.push("未评价"),
            OutcomeKind::Closed => {}
        }
    }
    told.map(|words| words.join("、"))
}

fn kept_name(met: bool) -> &'static str {
    if met {
        "按时"
    } else {
        entity::kinds::Light::Red.label()
    }
}
