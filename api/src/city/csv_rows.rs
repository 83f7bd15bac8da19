//! The rows of a pack's tables, read line by line; every fault says file, line and reason.

use entity::kinds::{ScopeKind, UnitLevel};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A fault in a row, with its line.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    pub file: String,
    /// 0: the whole file.
    pub line: u64,
    pub column: Option<String>,
    /// Stable `snake_case` English.
    pub code: &'static str,
    pub reason: String,
}

impl Fault {
    /// A fault of reading a table.
    #[must_use]
    pub fn of_table(file: &str, fault: tables::Fault) -> Self {
        Self {
            file: file.to_owned(),
            line: fault.line as u64,
            column: fault.column,
            code: fault.code,
            reason: fault.detail,
        }
    }
}

impl From<Fault> for tables::Fault {
    fn from(fault: Fault) -> Self {
        Self {
            line: usize::try_from(fault.line).unwrap_or(usize::MAX).max(1),
            column: fault.column,
            code: fault.code,
            detail: fault.reason,
            sheet: None,
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

/// A row and its line number.
#[derive(Clone, Debug)]
pub struct CsvLine<T> {
    pub line: u64,
    pub row: T,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitRow {
    pub code: String,
    pub name: String,
    pub alias: Option<String>,
    pub level: UnitLevel,
    pub county: Option<String>,
    pub township: Option<String>,
    /// Code of the unit above.
    pub parent: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TownshipRow {
    pub code: String,
    pub name: String,
    pub county: String,
    pub zone: Option<String>,
    /// Former and other names, separated by blanks.
    pub alias: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommunityRow {
    pub code: String,
    pub name: String,
    pub township: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryRow {
    pub code: String,
    pub parent: Option<String>,
    pub name: String,
    pub keywords: Option<String>,
    pub urgency: String,
}

/// `scope`: `city`, `county:CODE`, `county:*`, `township:CODE`, `township:*`, `zone:NAME`.
///
/// `lead` and each of `supports`: a unit's code, `government` (the county's), `office` (the township's),
/// `bureau:SUFFIX` (the county bureau whose code is `B` + county + SUFFIX).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyRow {
    pub category: String,
    pub scope: String,
    pub lead: String,
    pub supports: Option<String>,
    #[serde(default)]
    pub precedence: i32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteRow {
    pub code: String,
    pub name: String,
    pub kind: String,
    pub longitude: f64,
    pub latitude: f64,
    pub category: Option<String>,
    pub unit: Option<String>,
    pub address: Option<String>,
    /// Names, separated by blanks.
    pub delegates: Option<String>,
}

/// `category`: a code of either level, or `*` for every kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyTextRow {
    pub category: String,
    pub title: String,
    pub text: String,
}

/// Reads a CSV with a heading line.
pub fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<Vec<CsvLine<T>>, Vec<Fault>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => return Err(vec![fault(file, 1, &error.to_string())]),
    };
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let parsed = record.and_then(|record| {
            let line = record.position().map_or(0, csv::Position::line);
            record
                .deserialize(Some(&headers))
                .map(|row| CsvLine { line, row })
        });
        match parsed {
            Ok(row) => rows.push(row),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                faults.push(fault(file, line, &error.to_string()));
            }
        }
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

#[must_use]
pub fn fault(file: &str, line: u64, reason: &str) -> Fault {
    Fault {
        file: file.to_owned(),
        line,
        column: None,
        code: "invalid",
        reason: reason.to_owned(),
    }
}

/// The parts of a duty row's scope.
pub fn scope(text: &str) -> Option<(ScopeKind, &str)> {
    match text.split_once(':') {
        None if text == "city" => Some((ScopeKind::City, crate::city::duty_table::ANY)),
        Some(("county", code)) if !code.is_empty() => Some((ScopeKind::County, code)),
        Some(("township", code)) if !code.is_empty() => Some((ScopeKind::Township, code)),
        Some(("zone", name)) if !name.is_empty() => Some((ScopeKind::Zone, name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_its_line() {
        let text =
            "code,name,alias,level,county,township,parent\nD1,某局,,city_bureau,,,\nD2,某局,,bureau,,,\n";
        let faults = read::<UnitRow>("units.csv", text).unwrap_err();
        assert_eq!((faults.len(), faults[0].line), (1, 3));
        assert!(
            faults[0].to_string().starts_with("units.csv:3: "),
            "{}",
            faults[0]
        );
    }

    #[test]
    fn a_scope_is_read() {
        assert_eq!(scope("city"), Some((ScopeKind::City, "*")));
        assert_eq!(scope("county:*"), Some((ScopeKind::County, "*")));
        assert_eq!(scope("zone:高新区"), Some((ScopeKind::Zone, "高新区")));
        assert_eq!(scope("county:"), None);
        assert_eq!(scope("village:1"), None);
    }
}
