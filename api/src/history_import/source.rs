//! The rows of a file, in blocks. Delimited text is read in parts; a workbook is held in memory within bounds.

use std::fs::File;
use std::io::{BufReader, Cursor, Read as _};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use entity::ids::PersonId;
use sha2::{Digest as _, Sha256};
use tables::kinds::orders::{Column, ORDERS};
use tables::stream::{OpenFault, Source, Stream};
use tables::{Choice, Fault, Row, TableInfo};

use super::map::ImportMap;
use crate::error::Result;

/// Rows of a block that comes from memory.
const BLOCK: usize = 2_000;
/// A workbook is read into memory as a whole.
const MAX_WORKBOOK_BYTES: u64 = 512 << 20;

/// A file, and what is to become of it.
#[derive(Clone, Debug)]
pub struct HistoryFile {
    pub name: String,
    pub content: Content,
    pub sheet: Option<String>,
    pub map: ImportMap,
    /// Checks everything and writes nothing.
    pub dry_run: bool,
    /// `None` for the command line.
    pub by: Option<PersonId>,
}

/// A file, on disk or received.
#[derive(Clone, Debug)]
pub enum Content {
    Bytes(Arc<Vec<u8>>),
    File(PathBuf),
}

impl Content {
    fn open(&self) -> anyhow::Result<Box<dyn Source>> {
        let source: Box<dyn Source> = match self {
            Self::Bytes(bytes) => Box::new(Cursor::new(Shared(bytes.clone()))),
            Self::File(path) => {
                let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
                Box::new(BufReader::new(file))
            }
        };
        Ok(source)
    }

    fn all(&self) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?.take(MAX_WORKBOOK_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// SHA-256 of the bytes, in hexadecimal.
    pub async fn hash(&self) -> Result<String> {
        let content = self.clone();
        let hashed = tokio::task::spawn_blocking(move || {
            let mut source = content.open()?;
            let (mut hash, mut part) = (Sha256::new(), vec![0; 1 << 20]);
            loop {
                let read = source.read(&mut part)?;
                if read == 0 {
                    return anyhow::Ok(hex::encode(hash.finalize()));
                }
                hash.update(part.get(..read).unwrap_or_default());
            }
        });
        Ok(hashed.await.map_err(anyhow::Error::from)??)
    }
}

/// Bytes that several readers share.
struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The rows of a file, and how its table was read.
pub struct Blocks {
    pub info: TableInfo,
    rows: Rows,
}

enum Rows {
    Streamed(Box<Stream<Column>>),
    Held(std::vec::IntoIter<Row<Column>>),
    Ended,
}

impl Blocks {
    /// Opens the file and understands its headings.
    ///
    /// # Errors
    /// When the file cannot be read. Faults of the file are the inner `Err`.
    pub async fn open(file: &HistoryFile) -> Result<std::result::Result<Self, Vec<Fault>>> {
        let file = file.clone();
        let opened = tokio::task::spawn_blocking(move || open(&file)).await;
        Ok(opened.map_err(anyhow::Error::from)??)
    }

    /// The next rows; empty at the end.
    ///
    /// # Errors
    /// When the file cannot be read. Faults of the rows are the inner `Err`.
    pub async fn next_block(&mut self) -> Result<std::result::Result<Vec<Row<Column>>, Vec<Fault>>> {
        let mut rows = std::mem::replace(&mut self.rows, Rows::Ended);
        let read = tokio::task::spawn_blocking(move || {
            let block = match &mut rows {
                Rows::Streamed(stream) => stream.next_block()?,
                Rows::Held(rows) => Ok(rows.by_ref().take(BLOCK).collect()),
                Rows::Ended => Ok(Vec::new()),
            };
            anyhow::Ok((rows, block))
        });
        let (rows, block) = read.await.map_err(anyhow::Error::from)??;
        self.rows = rows;
        Ok(block)
    }
}

fn open(file: &HistoryFile) -> anyhow::Result<std::result::Result<Blocks, Vec<Fault>>> {
    let opened = Stream::open(file.content.open()?, &ORDERS, &file.map.headings);
    match opened {
        Ok(stream) => {
            return Ok(Ok(Blocks {
                info: stream.info().clone(),
                rows: Rows::Streamed(Box::new(stream)),
            }));
        }
        Err(OpenFault::Faults(faults)) => return Ok(Err(faults)),
        Err(OpenFault::Io(error)) => return Err(error.into()),
        Err(OpenFault::NotDelimited) => {}
    }
    let choice = Choice::of(file.sheet.as_deref());
    let read = tables::read_mapped(&file.content.all()?, &ORDERS, choice, &file.map.headings);
    Ok(read.map(|mut table| Blocks {
        info: table.info(),
        rows: Rows::Held(std::mem::take(&mut table.rows).into_iter()),
    }))
}
