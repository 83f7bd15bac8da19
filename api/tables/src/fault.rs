//! Faults of a file, with their position.

use std::fmt::{self, Write as _};

/// Faults that a list shows one by one; the rest is a number.
const SHOWN: usize = 50;

/// One fault, for the person who keeps the table and for machines.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// As the spreadsheet counts; 1 when the whole file is meant.
    pub line: usize,
    /// The heading, or a column's number in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Stable `snake_case` English.
    pub code: &'static str,
    /// A Chinese sentence.
    pub detail: String,
    /// The sheet, when several were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
}

impl Fault {
    /// A fault of a line.
    #[must_use]
    pub fn line(line: usize, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            line,
            column: None,
            code,
            detail: detail.into(),
            sheet: None,
        }
    }

    /// A fault of the whole file.
    #[must_use]
    pub fn whole(code: &'static str, detail: impl Into<String>) -> Self {
        Self::line(1, code, detail)
    }

    /// Names the column.
    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }

    /// Names the sheet, if the file has several.
    #[must_use]
    pub fn sheet(mut self, sheet: Option<&str>) -> Self {
        self.sheet = sheet.map(str::to_owned);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sheet) = &self.sheet {
            write!(f, "工作表「{sheet}」")?;
        }
        match &self.column {
            Some(column) => write!(f, "第 {} 行「{column}」：{}", self.line, self.detail),
            None => write!(f, "第 {} 行：{}", self.line, self.detail),
        }
    }
}

/// All faults as text, one per line.
#[must_use]
pub fn listed(faults: &[Fault]) -> String {
    let mut text = format!("表中有 {} 处错误，没有导入任何内容：", faults.len());
    for fault in faults.iter().take(SHOWN) {
        let _ = write!(text, "\n  {fault}");
    }
    if let Some(more) = faults.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = write!(text, "\n  另有 {more} 处");
    }
    text
}
