//! A long file of delimited text, read row by row: memory holds one part of it at a time.

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::delimited::{self, Reader};
use crate::headings::Kind;
use crate::sheet::{RawRow, Sheet};
use crate::table::{self, Layout, Row, TableInfo, Understood};
use crate::{Fault, HeadingMap, Limits, OLE_MAGIC, ZIP_MAGIC};

/// Bytes that are read at a time.
const PART: usize = 256 << 10;
/// A text without a line break for so long is no table.
const LONGEST_LINE: usize = 8 << 20;

/// A file that can be read more than once.
pub trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// The table of a long file. Rows come in blocks.
pub struct Stream<F: 'static> {
    kind: &'static Kind<F>,
    parts: Parts,
    reader: Option<Reader>,
    used: Vec<(usize, usize)>,
    last_heading: usize,
    info: TableInfo,
    /// Rows that were read to understand the headings.
    waiting: Vec<RawRow>,
}

/// Why a file was not opened.
#[derive(Debug)]
pub enum OpenFault {
    /// A workbook, or an encoding that is not read in parts: it has to be read as a whole.
    NotDelimited,
    /// The file is wrong.
    Faults(Vec<Fault>),
    /// The file cannot be read.
    Io(io::Error),
}

impl From<io::Error> for OpenFault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Vec<Fault>> for OpenFault {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Faults(faults)
    }
}

impl<F: Copy + Eq> Stream<F> {
    /// Opens a file and understands its headings by its first part.
    ///
    /// # Errors
    /// See [`OpenFault`].
    pub fn open(
        mut source: Box<dyn Source>,
        kind: &'static Kind<F>,
        map: &HeadingMap,
    ) -> Result<Self, OpenFault> {
        let encoding = encoding_of(&mut *source)?.ok_or(OpenFault::NotDelimited)?;
        let mut parts = Parts::new(source, encoding);
        let first = parts.read_part()?.unwrap_or_default();
        let (mut reader, text) = delimited::begin(&first, kind, Limits::STREAMED)?;
        reader.feed(text).map_err(|fault| vec![fault])?;
        let mut rows = reader.take().map_err(|fault| vec![fault])?;
        let mut reader = Some(reader);
        if rows.is_empty()
            && let Some(only_line) = reader.take()
        {
            rows = only_line.finish().map_err(|fault| vec![fault])?;
        }
        if rows.is_empty() {
            return Err(vec![Fault::whole("empty_file", "文件是空的。")].into());
        }
        map.apply(std::iter::once(&mut rows), kind)?;
        let sheet = Sheet {
            rows: rows.clone(),
            ..Sheet::default()
        };
        let Layout {
            last_heading,
            used,
            table,
        } = table::layout(sheet, kind)?;
        Ok(Self {
            kind,
            parts,
            reader,
            used,
            last_heading,
            info: table.info(),
            waiting: rows,
        })
    }

    /// How the table was read, without the lines that hold no data.
    #[must_use]
    pub fn info(&self) -> &TableInfo {
        &self.info
    }

    /// The next rows; empty at the end of the file.
    ///
    /// # Errors
    /// Faults of the block: what follows a broken quote cannot be read, other faults are of one row each.
    pub fn next_block(&mut self) -> io::Result<Result<Vec<Row<F>>, Vec<Fault>>> {
        loop {
            let raw = std::mem::take(&mut self.waiting);
            let (mut rows, mut faults) = (Vec::with_capacity(raw.len()), Vec::new());
            for row in raw.iter().filter(|row| row.line > self.last_heading) {
                match table::understood(row, &self.used, self.kind, None) {
                    Understood::Row(row) => rows.push(row),
                    Understood::NoData | Understood::Nothing => {}
                    Understood::Fault(fault) => faults.push(fault),
                }
            }
            if !faults.is_empty() {
                return Ok(Err(faults));
            }
            if !rows.is_empty() {
                return Ok(Ok(rows));
            }
            match self.read_on()? {
                Ok(true) => {}
                Ok(false) => return Ok(Ok(Vec::new())),
                Err(fault) => return Ok(Err(vec![fault])),
            }
        }
    }

    /// Reads the next part. Returns `false` at the end of the file.
    fn read_on(&mut self) -> io::Result<Result<bool, Fault>> {
        let Some(mut reader) = self.reader.take() else {
            return Ok(Ok(false));
        };
        let rows = match self.parts.read_part()? {
            Some(text) => {
                let fed = reader.feed(&text);
                let rows = fed.and_then(|()| reader.take());
                self.reader = rows.is_ok().then_some(reader);
                rows
            }
            None => reader.finish(),
        };
        Ok(rows.map(|rows| {
            self.waiting = rows;
            true
        }))
    }
}

/// Text of a file, cut behind line breaks.
struct Parts {
    source: Box<dyn Source>,
    decoder: Decoder,
    rest: String,
    ended: bool,
}

impl Parts {
    fn new(source: Box<dyn Source>, encoding: &'static Encoding) -> Self {
        Self {
            source,
            decoder: encoding.new_decoder_with_bom_removal(),
            rest: String::new(),
            ended: false,
        }
    }

    /// The next part; `None` behind the last.
    fn read_part(&mut self) -> io::Result<Option<String>> {
        let mut bytes = vec![0; PART];
        while !self.ended {
            let read = self.source.read(&mut bytes)?;
            self.ended = read == 0;
            self.decode(bytes.get(..read).unwrap_or_default())?;
            if let Some(at) = self.cut() {
                let rest = self.rest.split_off(at);
                return Ok(Some(std::mem::replace(&mut self.rest, rest)));
            }
            if self.rest.len() > LONGEST_LINE {
                break;
            }
        }
        let rest = std::mem::take(&mut self.rest);
        Ok((!rest.is_empty()).then_some(rest))
    }

    fn decode(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut from = 0;
        loop {
            let part = bytes.get(from..).unwrap_or_default();
            self.rest.reserve(
                self.decoder
                    .max_utf8_buffer_length_without_replacement(part.len())
                    .unwrap_or(PART),
            );
            let (result, read) =
                self.decoder
                    .decode_to_string_without_replacement(part, &mut self.rest, self.ended);
            from += read;
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                // The whole file was decoded once before.
                DecoderResult::Malformed(..) => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "the file has changed"));
                }
            }
        }
    }

    /// Behind the last line break that is whole; a carriage return at the end may be half of one.
    fn cut(&self) -> Option<usize> {
        let break_at = self.rest.rfind('\n').or_else(|| {
            let whole = self.rest.strip_suffix('\r').unwrap_or(&self.rest);
            whole.rfind('\r')
        });
        break_at.map(|at| at + 1)
    }
}

/// The encoding under which the whole file can be decoded; `None` for a workbook and for what no encoding fits.
fn encoding_of(source: &mut dyn Source) -> io::Result<Option<&'static Encoding>> {
    source.seek(SeekFrom::Start(0))?;
    let mut start = [0; 4];
    let read = source.read(&mut start)?;
    let start = start.get(..read).unwrap_or_default();
    let candidates: Vec<&'static Encoding> = if start.starts_with(ZIP_MAGIC) || start == OLE_MAGIC {
        Vec::new()
    } else if start.starts_with(&[0xFF, 0xFE]) {
        vec![UTF_16LE]
    } else if start.starts_with(&[0xFE, 0xFF]) {
        vec![UTF_16BE]
    } else {
        vec![UTF_8, GB18030]
    };
    for encoding in candidates {
        source.seek(SeekFrom::Start(0))?;
        if fits(source, encoding)? {
            source.seek(SeekFrom::Start(0))?;
            return Ok(Some(encoding));
        }
    }
    Ok(None)
}

fn fits(source: &mut dyn Source, encoding: &'static Encoding) -> io::Result<bool> {
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let (mut bytes, mut text) = (vec![0; PART], String::new());
    loop {
        let read = source.read(&mut bytes)?;
        let mut part = bytes.get(..read).unwrap_or_default();
        loop {
            text.clear();
            text.reserve(
                decoder
                    .max_utf8_buffer_length_without_replacement(part.len())
                    .unwrap_or(PART),
            );
            let (result, used) = decoder.decode_to_string_without_replacement(part, &mut text, read == 0);
            part = part.get(used..).unwrap_or_default();
            if text.contains('\0') {
                return Ok(false);
            }
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => return Ok(false),
            }
        }
        if read == 0 {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::Choice;
    use crate::kinds::orders::{Column, ORDERS};

    fn file(rows: usize) -> String {
        let mut text = String::from("热线平台导出\r\n工单编号,反映内容,受理时间,办结时间\r\n");
        for row in 0..rows {
            text.push_str(&format!(
                "LY-{row:07},\"第{row}处路灯\r\n不亮\",2024-03-01 09:00,2024-03-03 10:00\r\n"
            ));
        }
        text
    }

    fn open(bytes: Vec<u8>) -> Stream<Column> {
        Stream::open(Box::new(Cursor::new(bytes)), &ORDERS, &HeadingMap::default()).unwrap()
    }

    fn all(mut stream: Stream<Column>) -> Vec<(usize, String, String)> {
        let mut all = Vec::new();
        loop {
            let rows = stream.next_block().unwrap().unwrap();
            if rows.is_empty() {
                return all;
            }
            all.extend(rows.iter().map(|row| {
                let text = |column| row.text(column).to_owned();
                (row.line, text(Column::Number), text(Column::Description))
            }));
        }
    }

    #[test]
    fn a_long_file_is_read_in_blocks_as_it_is_read_as_a_whole() {
        let text = file(20_000);
        assert!(text.len() > 4 * PART, "several parts");
        let whole = crate::read(text.as_bytes(), &ORDERS, Choice::Only).unwrap();
        let expected: Vec<_> = whole
            .rows
            .iter()
            .map(|row| {
                let text = |column| row.text(column).to_owned();
                (row.line, text(Column::Number), text(Column::Description))
            })
            .collect();
        assert_eq!(expected.len(), 20_000);
        let stream = open(text.clone().into_bytes());
        assert_eq!(*stream.info(), whole.info());
        assert_eq!(all(stream), expected);
        let (gb, _, _) = GB18030.encode(&text);
        assert_eq!(all(open(gb.into_owned())), expected);
        let marked = format!("\u{feff}{text}");
        assert_eq!(all(open(marked.into_bytes())), expected);
    }

    #[test]
    fn a_broken_quote_far_into_the_file_is_named_by_its_line() {
        let mut text = file(20_000);
        text.push_str("LY-X,\"没有配对,2024-03-01,2024-03-03\r\n");
        let mut stream = open(text.into_bytes());
        let fault = loop {
            match stream.next_block().unwrap() {
                Ok(rows) => assert!(!rows.is_empty(), "the fault was not found"),
                Err(faults) => break faults,
            }
        };
        assert_eq!((fault[0].code, fault[0].line), ("open_quote", 40_003));
    }

    #[test]
    fn a_workbook_is_not_read_in_parts() {
        let bytes = [ZIP_MAGIC, b"rest"].concat();
        let opened = Stream::open(Box::new(Cursor::new(bytes)), &ORDERS, &HeadingMap::default());
        assert!(matches!(opened.err(), Some(OpenFault::NotDelimited)));
    }
}
