//! Pure: rows of imported tables become the rows that a pack has, with names turned into codes.

use entity::kinds::UnitLevel;
use tables::kinds::{departments, duty};
use tables::{Choice, Row, TableInfo};

use crate::city::csv_rows::{CsvLine, DutyRow, Fault, UnitRow};
use crate::city::import::{Divisions, TableFile};

type Read<T> = Result<(Vec<CsvLine<T>>, TableInfo), Vec<Fault>>;

/// Longest code, name or list of a cell.
const MAX_CHARS: usize = 200;

/// Units; county and township by code or name, the unit above by code or name.
pub(super) fn units(file: &TableFile, places: &Divisions) -> Read<UnitRow> {
    use departments::{Column, DEPARTMENTS};
    let table = tables::read(&file.bytes, &DEPARTMENTS, Choice::of(file.sheet.as_deref()))
        .map_err(|faults| of_table(file, faults))?;
    let codes: Vec<(&str, &str)> = table
        .rows
        .iter()
        .map(|row| (row.text(Column::Name), row.text(Column::Code)))
        .collect();
    let name = |column| DEPARTMENTS.field_name(column);
    let mut faults = Vec::new();
    let mut lines = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let mut cells = Cells {
            row,
            faults: &mut faults,
        };
        let level = cells.required(Column::Level, name(Column::Level));
        let level = level.and_then(|text| {
            let found = unit_level(&text);
            if found.is_none() {
                let detail = "请填：市级部门、区县部门、区县政府、功能区管委会、乡镇街道、企业之一。";
                cells.fault(name(Column::Level), "unknown_level", detail);
            }
            found
        });
        let code = cells.required(Column::Code, name(Column::Code));
        let unit = cells.required(Column::Name, name(Column::Name));
        let county = cells.optional(Column::County, name(Column::County));
        let county = county.map(|text| places.code(&text, None).unwrap_or(text));
        let township = cells.optional(Column::Township, name(Column::Township));
        let township = township.map(|text| places.code(&text, county.as_deref()).unwrap_or(text));
        let parent = cells.optional(Column::Parent, name(Column::Parent));
        let parent = parent.map(|text| {
            let named = codes.iter().find(|(name, _)| *name == text);
            named.map_or(text, |(_, code)| (*code).to_owned())
        });
        let alias = cells.optional(Column::Alias, name(Column::Alias));
        if let (Some(code), Some(unit), Some(level)) = (code, unit, level) {
            lines.push(CsvLine {
                line: row.line as u64,
                row: UnitRow {
                    code,
                    name: unit,
                    alias,
                    level,
                    county,
                    township,
                    parent,
                },
            });
        }
    }
    finished(file, lines, faults, table.info())
}

/// Rows of the duty table.
pub(super) fn duties(file: &TableFile) -> Read<DutyRow> {
    use duty::{Column, DUTY};
    let table = tables::read(&file.bytes, &DUTY, Choice::of(file.sheet.as_deref()))
        .map_err(|faults| of_table(file, faults))?;
    let name = |column| DUTY.field_name(column);
    let mut faults = Vec::new();
    let mut lines = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let mut cells = Cells {
            row,
            faults: &mut faults,
        };
        let category = cells.required(Column::Category, name(Column::Category));
        let scope = cells.required(Column::Scope, name(Column::Scope));
        let lead = cells.required(Column::Lead, name(Column::Lead));
        let supports = cells.optional(Column::Supports, name(Column::Supports));
        let precedence = cells.number(Column::Precedence, name(Column::Precedence));
        if let (Some(category), Some(scope), Some(lead), Some(precedence)) =
            (category, scope, lead, precedence)
        {
            lines.push(CsvLine {
                line: row.line as u64,
                row: DutyRow {
                    category,
                    scope: if scope == "全市" {
                        "city".to_owned()
                    } else {
                        scope
                    },
                    lead,
                    supports: supports.map(|text| text.replace(['、', '，', ','], " ")),
                    precedence,
                },
            });
        }
    }
    finished(file, lines, faults, table.info())
}

fn of_table(file: &TableFile, faults: Vec<tables::Fault>) -> Vec<Fault> {
    faults
        .into_iter()
        .map(|fault| Fault::of_table(&file.name, fault))
        .collect()
}

fn finished<T>(
    file: &TableFile,
    lines: Vec<CsvLine<T>>,
    faults: Vec<tables::Fault>,
    info: TableInfo,
) -> Read<T> {
    if faults.is_empty() {
        Ok((lines, info))
    } else {
        Err(of_table(file, faults))
    }
}

/// One row while it is read.
struct Cells<'a, F> {
    row: &'a Row<F>,
    faults: &'a mut Vec<tables::Fault>,
}

impl<F: Copy + Eq> Cells<'_, F> {
    fn fault(&mut self, column: &str, code: &'static str, detail: &str) {
        self.faults.push(self.row.fault(column, code, detail));
    }

    fn optional(&mut self, field: F, column: &str) -> Option<String> {
        let text = self.row.text(field);
        if text.chars().count() > MAX_CHARS {
            self.fault(column, "too_long", &format!("超过 {MAX_CHARS} 个字。"));
            return None;
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn required(&mut self, field: F, column: &str) -> Option<String> {
        if self.row.text(field).is_empty() {
            self.fault(column, "empty", "不能为空。");
            return None;
        }
        self.optional(field, column)
    }

    /// 0 if the cell is empty.
    fn number(&mut self, field: F, column: &str) -> Option<i32> {
        let text = self.row.text(field);
        if text.is_empty() {
            return Some(0);
        }
        let number = text.parse().ok().filter(|number: &i32| number.abs() <= 1_000_000);
        if number.is_none() {
            self.fault(column, "malformed", "请填整数。");
        }
        number
    }
}

impl Divisions {
    /// The code of a division by code or name; a township's name within its county.
    fn code(&self, text: &str, county: Option<&str>) -> Option<String> {
        let matches = |(name, code, of): &&(String, String, Option<String>)| {
            (name == text || code == text) && (county.is_none() || of.as_deref() == county)
        };
        self.names.iter().find(matches).map(|(_, code, _)| code.clone())
    }
}

fn unit_level(text: &str) -> Option<UnitLevel> {
    let text = tables::text::folded(text);
    Some(match text.as_str() {
        "市级部门" | "市直部门" | "市直单位" | "市级单位" => UnitLevel::CityBureau,
        "区县部门" | "县级部门" | "县直部门" | "区直部门" | "县区部门" => {
            UnitLevel::CountyBureau
        }
        "区县政府" | "县区政府" | "县政府" | "区政府" | "县级政府" => {
            UnitLevel::CountyGovernment
        }
        "功能区管委会" | "管委会" | "功能区" => UnitLevel::ZoneCommittee,
        "乡镇街道" | "街道" | "街道办" | "街道办事处" | "乡镇" | "乡镇政府" => {
            UnitLevel::StreetOffice
        }
        "企业" | "公共企业" | "国有企业" => UnitLevel::Enterprise,
        other => return other.parse().ok(),
    })
}
