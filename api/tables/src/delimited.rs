//! Delimited text: comma, tab, semicolon, pipe or full-width comma, quoted as spreadsheets quote.

use std::collections::HashMap;

use crate::headings::Kind;
use crate::sheet::{RawRow, Sheet};
use crate::table;
use crate::text::tidy;
use crate::{Fault, Limits};

const DELIMITERS: [char; 5] = [',', '\t', ';', '|', '，'];

/// Reads the sheets.
/// # Errors
/// Faults of the file as a whole.
pub fn sheets<F: Copy + Eq>(text: &str, kind: &Kind<F>) -> Result<Vec<Sheet>, Vec<Fault>> {
    let (mut reader, text) = begin(text, kind, kind.limits)?;
    reader.feed(text).map_err(|fault| vec![fault])?;
    let rows = reader.finish().map_err(|fault| vec![fault])?;
    Ok(vec![Sheet {
        rows,
        ..Sheet::default()
    }])
}

/// Decides on the delimiter by the beginning of a file, and returns a reader with the part of `text` that it is to be fed.
///
/// # Errors
/// `not_a_table` for a web page or XML.
pub fn begin<'t, F: Copy + Eq>(
    text: &'t str,
    kind: &Kind<F>,
    limits: Limits,
) -> Result<(Reader, &'t str), Vec<Fault>> {
    let start: String = text
        .trim_start()
        .chars()
        .take(15)
        .collect::<String>()
        .to_lowercase();
    if ["<html", "<!doctype", "<table", "<?xml"]
        .iter()
        .any(|tag| start.starts_with(tag))
    {
        let detail =
            "这是网页或 XML 格式的文件（有的系统导出时起名为 .xls），请用 Excel 或 WPS 打开后另存为 .xlsx。";
        return Err(vec![Fault::whole("not_a_table", detail)]);
    }
    let (declared, text, first_line) = declaration(text);
    let delimiter = declared.unwrap_or_else(|| detect(text, kind));
    let mut reader = Reader::new(delimiter, limits);
    reader.line = first_line;
    reader.row.line = first_line;
    Ok((reader, text))
}

/// Excel's own first line `sep=;`, and where the rest begins.
fn declaration(text: &str) -> (Option<char>, &str, usize) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let bare = first.trim_end_matches('\r').trim_matches('"');
    let named = bare
        .get(..4)
        .filter(|key| key.eq_ignore_ascii_case("sep="))
        .and_then(|_| bare.get(4..));
    match named.map(|named| named.chars().next()) {
        // `sep=,` may itself be padded with delimiters to the width of the table.
        Some(delimiter) => (delimiter.filter(|c| *c != '"'), rest, 2),
        None => (None, text, 1),
    }
}

/// The delimiter under which the first rows show most headings.
fn detect<F: Copy + Eq>(text: &str, kind: &Kind<F>) -> char {
    let score = |delimiter: char| {
        let rows = Reader::new(delimiter, kind.limits).preview(text);
        table::best_score(&rows, kind)
    };
    let mut best = (0, ',');
    for delimiter in DELIMITERS {
        let score = score(delimiter);
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Only blanks so far.
    Start,
    Plain,
    Quoted,
    /// After the closing quote.
    Closed,
}

/// A quoted cell of several lines, and how many delimiters stand in each.
struct Multiline {
    line: usize,
    column: usize,
    delimiters: Vec<usize>,
}

/// Reads delimited text that it is fed in parts.
pub struct Reader {
    delimiter: char,
    limits: Limits,
    line: usize,
    state: State,
    cell: String,
    row: RawRow,
    column: usize,
    open_line: usize,
    open_delimiters: Vec<usize>,
    rows: Vec<RawRow>,
    widths: HashMap<usize, usize>,
    multiline: Vec<Multiline>,
    cells: usize,
    stop_after: usize,
}

impl Reader {
    fn new(delimiter: char, limits: Limits) -> Self {
        Self {
            delimiter,
            limits,
            line: 1,
            state: State::Start,
            cell: String::new(),
            row: RawRow {
                line: 1,
                ..RawRow::default()
            },
            column: 0,
            open_line: 1,
            open_delimiters: Vec::new(),
            rows: Vec::new(),
            widths: HashMap::new(),
            multiline: Vec::new(),
            cells: 0,
            stop_after: usize::MAX,
        }
    }

    /// The first rows, as far as they can be read.
    fn preview(mut self, text: &str) -> Vec<RawRow> {
        self.stop_after = table::HEADING_ROWS;
        if self.feed(text).is_ok() && self.rows.len() < self.stop_after {
            let _ = self.end();
        }
        self.rows
    }

    /// Ends the text and returns the rows that were not taken.
    ///
    /// # Errors
    /// A quote that is still open, or that was closed by a quote of another row.
    pub fn finish(mut self) -> Result<Vec<RawRow>, Fault> {
        self.end()?;
        match self.swallowed() {
            Some(fault) => Err(fault),
            None => Ok(self.rows),
        }
    }

    /// Takes the rows read so far, so that a long file is never held as a whole.
    ///
    /// # Errors
    /// A quote that was closed by a quote of another row, as far as the rows so far show it.
    pub fn take(&mut self) -> Result<Vec<RawRow>, Fault> {
        if let Some(fault) = self.swallowed() {
            return Err(fault);
        }
        self.multiline.clear();
        self.cells = 0;
        Ok(std::mem::take(&mut self.rows))
    }

    /// Reads a part of the text. Parts are cut behind a line break.
    ///
    /// # Errors
    /// The first fault of the file.
    pub fn feed(&mut self, text: &str) -> Result<(), Fault> {
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            if c == '\r' || c == '\n' {
                if c == '\r' {
                    rest.next_if_eq(&'\n');
                }
                self.line_end()?;
                if self.rows.len() >= self.stop_after {
                    return Ok(());
                }
            } else if c == '"' && self.state == State::Quoted && rest.next_if_eq(&'"').is_some() {
                self.cell.push('"');
            } else {
                self.character(c)?;
            }
            if self.cell.len() > self.limits.cell_chars.saturating_mul(4) {
                return Err(self.too_long());
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        if self.state == State::Quoted {
            return Err(self.open_quote(self.open_line, self.column));
        }
        self.end_row()
    }

    fn character(&mut self, c: char) -> Result<(), Fault> {
        match (self.state, c) {
            (State::Start, '"') => {
                self.cell.clear();
                self.state = State::Quoted;
                self.open_line = self.line;
                self.open_delimiters = vec![0];
            }
            (State::Quoted, '"') => {
                self.state = State::Closed;
                if self.open_delimiters.len() > 1 {
                    self.multiline.push(Multiline {
                        line: self.open_line,
                        column: self.column,
                        delimiters: std::mem::take(&mut self.open_delimiters),
                    });
                }
            }
            (State::Quoted, c) => {
                if c == self.delimiter
                    && let Some(count) = self.open_delimiters.last_mut()
                {
                    *count += 1;
                }
                self.cell.push(c);
            }
            (_, c) if c == self.delimiter => self.end_cell()?,
            (State::Closed, c) if c.is_whitespace() => {}
            (State::Closed, _) if self.open_line < self.line => {
                return Err(self.open_quote(self.open_line, self.column));
            }
            (State::Closed, _) => {
                let detail = "引号后面还有文字：引号只能包住整个单元格，单元格内的引号要写成两个。";
                return Err(self.at(self.line, "misplaced_quote", detail, self.column));
            }
            (State::Start, c) if c.is_whitespace() => self.cell.push(c),
            (State::Start | State::Plain, c) => {
                self.state = State::Plain;
                self.cell.push(c);
            }
        }
        Ok(())
    }

    fn line_end(&mut self) -> Result<(), Fault> {
        self.line += 1;
        if self.state == State::Quoted {
            self.cell.push('\n');
            self.open_delimiters.push(0);
            return Ok(());
        }
        self.end_row()
    }

    fn end_cell(&mut self) -> Result<(), Fault> {
        self.state = State::Start;
        let text = tidy(&std::mem::take(&mut self.cell));
        let column = self.column;
        self.column += 1;
        if text.is_empty() {
            return Ok(());
        }
        if text.contains('\0') {
            let detail = "有空字符（NUL），请删除后再导入。";
            return Err(self.at(self.row.line, "nul_character", detail, column));
        }
        if column >= self.limits.columns {
            let detail = format!("超过 {} 列，请删除用不到的列。", self.limits.columns);
            return Err(self.at(self.row.line, "too_many_columns", &detail, column));
        }
        if text.chars().count() > self.limits.cell_chars {
            return Err(self.too_long());
        }
        self.cells += 1;
        if self.cells > self.limits.cells {
            let detail = format!("单元格超过 {} 个，请拆成几个文件。", self.limits.cells);
            return Err(Fault::line(self.row.line, "too_many_cells", detail));
        }
        self.row.cells.push((column, text));
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Fault> {
        self.end_cell()?;
        let width = std::mem::take(&mut self.column);
        let row = std::mem::take(&mut self.row);
        self.row.line = self.line;
        if row.cells.is_empty() {
            return Ok(());
        }
        if row.line > self.limits.rows {
            let detail = format!("超过 {} 行，请拆成几个文件。", self.limits.rows);
            return Err(Fault::line(row.line, "too_many_rows", detail));
        }
        *self.widths.entry(width).or_default() += 1;
        self.rows.push(row);
        Ok(())
    }

    /// A quote that a later quote happened to close: the cell begins as the end of one row, ends as the beginning of
    /// another, and what lies between are whole rows.
    fn swallowed(&self) -> Option<Fault> {
        let (width, _) = self
            .widths
            .iter()
            .max_by_key(|(width, count)| (**count, **width))?;
        let between = width.checked_sub(1).filter(|between| *between > 0)?;
        let found = self.multiline.iter().find(|cell| {
            let (Some(first), Some(last)) = (cell.delimiters.first(), cell.delimiters.last()) else {
                return false;
            };
            let middle = cell
                .delimiters
                .get(1..cell.delimiters.len() - 1)
                .unwrap_or_default();
            first + cell.column == between
                && *last == cell.column
                && middle.iter().all(|count| *count == between || *count == 0)
        })?;
        Some(self.open_quote(found.line, found.column))
    }

    fn open_quote(&self, line: usize, column: usize) -> Fault {
        let detail = "这里的引号没有配对，后面的行会被当成同一个单元格；请删除多余的引号。";
        self.at(line, "open_quote", detail, column)
    }

    fn too_long(&self) -> Fault {
        if self.state == State::Quoted && self.open_line < self.line {
            return self.open_quote(self.open_line, self.column);
        }
        let detail = format!("单元格超过 {} 个字。", self.limits.cell_chars);
        self.at(self.line, "cell_too_long", &detail, self.column)
    }

    fn at(&self, line: usize, code: &'static str, detail: &str, column: usize) -> Fault {
        // The first row with more than one cell is the best guess at the headings.
        let headings = self.rows.iter().find(|row| row.cells.len() > 1);
        let heading = headings
            .map(|row| row.cell(column))
            .filter(|text| !text.is_empty());
        let label = heading.map_or_else(|| format!("第 {} 列", column + 1), str::to_owned);
        Fault::line(line, code, detail).column(label)
    }
}
