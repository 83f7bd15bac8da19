//! A file with a long table, read in blocks of rows. Of a workbook, memory also holds the shared strings, within bounds.

use std::fs::File;
use std::io::{BufReader, Cursor, Read as _};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use tables::long_workbook::{self, Part, Wanted};
use tables::stream::{OpenFault, Source, Stream};
use tables::{Choice, Fault, HeadingMap, Kind, Row, TableInfo};
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::error::Result;

/// Blocks of a workbook that wait for the reader.
const WAITING_BLOCKS: usize = 2;
/// Beginning of a file that is neither delimited text nor a workbook, which shows what it is.
const START_BYTES: u64 = 16 << 20;
/// Every XLSX file begins so.
const ZIP_MAGIC: &[u8] = b"PK\x03\x04";

/// A file, and how to read its table.
#[derive(Clone, Debug)]
pub struct TableFile {
    pub content: Content,
    /// The sheet of a workbook to read, `*` for all of them; needed if several have the headings.
    pub sheet: Option<String>,
    /// Headings of another system.
    pub headings: HeadingMap,
}

/// A file, on disk or received.
#[derive(Clone, Debug)]
pub enum Content {
    Bytes(Arc<Vec<u8>>),
    File(PathBuf),
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Arc::new(bytes))
    }
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

    /// The first bytes, up to `most`.
    pub fn start(&self, most: u64) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?.take(most).read_to_end(&mut bytes)?;
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

/// A field of a table that is read in blocks.
pub trait TableField: Copy + Eq + Send + Sync + 'static {}

impl<F: Copy + Eq + Send + Sync + 'static> TableField for F {}

/// The rows of a file, and how its table was read.
pub struct Blocks<F: 'static> {
    pub info: TableInfo,
    rows: Rows<F>,
    has_rows: bool,
}

enum Rows<F: 'static> {
    Streamed(Box<Stream<F>>),
    Workbook(Receiver<Sent<F>>),
    Ended,
}

/// A message from the thread that reads a workbook: `None` is its end.
type Sent<F> = anyhow::Result<std::result::Result<Option<Part<F>>, Vec<Fault>>>;

impl<F: TableField> Blocks<F> {
    /// Opens the file and understands its headings.
    ///
    /// # Errors
    /// When the file cannot be read. Faults of the file are the inner `Err`.
    pub async fn open(
        file: &TableFile,
        kind: &'static Kind<F>,
    ) -> Result<std::result::Result<Self, Vec<Fault>>> {
        let opening = file.clone();
        let opened = tokio::task::spawn_blocking(move || open(&opening, kind)).await;
        match opened.map_err(anyhow::Error::from)?? {
            Opened::Delimited(stream) => Ok(Ok(Self::new(stream.info().clone(), Rows::Streamed(stream)))),
            Opened::Workbook => Self::open_workbook(file.clone(), kind).await,
            Opened::Faults(faults) => Ok(Err(faults)),
        }
    }

    async fn open_workbook(
        file: TableFile,
        kind: &'static Kind<F>,
    ) -> Result<std::result::Result<Self, Vec<Fault>>> {
        let (sender, mut receiver) = mpsc::channel(WAITING_BLOCKS);
        tokio::task::spawn_blocking(move || read_workbook(&file, kind, &sender));
        Ok(match received(&mut receiver).await? {
            Ok(Some(Part::Opened(info))) => Ok(Self::new(info, Rows::Workbook(receiver))),
            Ok(Some(Part::Rows(_)) | None) => return Err(ended_early().into()),
            Err(faults) => Err(faults),
        })
    }

    fn new(info: TableInfo, rows: Rows<F>) -> Self {
        Self {
            info,
            rows,
            has_rows: false,
        }
    }

    /// The next rows; empty at the end.
    ///
    /// # Errors
    /// When the file cannot be read. Faults of the rows are the inner `Err`, and `no_rows` if there are none at all.
    pub async fn next_block(&mut self) -> Result<std::result::Result<Vec<Row<F>>, Vec<Fault>>> {
        let block = self.read_on().await?;
        if let Ok(rows) = &block {
            if rows.is_empty() && !self.has_rows {
                let line = self.info.header_row;
                return Ok(Err(vec![Fault::line(line, "no_rows", "表头下面没有内容。")]));
            }
            self.has_rows = true;
        }
        Ok(block)
    }

    async fn read_on(&mut self) -> Result<std::result::Result<Vec<Row<F>>, Vec<Fault>>> {
        if let Rows::Workbook(receiver) = &mut self.rows {
            return Ok(match received(receiver).await? {
                Ok(Some(Part::Rows(rows))) => Ok(rows),
                Ok(Some(Part::Opened(_))) => return Err(ended_early().into()),
                Ok(None) => {
                    self.rows = Rows::Ended;
                    Ok(Vec::new())
                }
                Err(faults) => Err(faults),
            });
        }
        let Rows::Streamed(mut stream) = std::mem::replace(&mut self.rows, Rows::Ended) else {
            return Ok(Ok(Vec::new()));
        };
        let read = tokio::task::spawn_blocking(move || {
            let block = stream.next_block()?;
            anyhow::Ok((stream, block))
        });
        let (stream, block) = read.await.map_err(anyhow::Error::from)??;
        self.rows = Rows::Streamed(stream);
        Ok(block)
    }
}

/// The next message. A thread that ended without one is an error, so that no part of a file passes for the whole.
async fn received<F: 'static>(
    receiver: &mut Receiver<Sent<F>>,
) -> anyhow::Result<std::result::Result<Option<Part<F>>, Vec<Fault>>> {
    receiver.recv().await.unwrap_or_else(|| Err(ended_early()))
}

fn ended_early() -> anyhow::Error {
    anyhow::anyhow!("the reading of the workbook ended early")
}

/// Reads a workbook until the receiver is dropped.
fn read_workbook<F: TableField>(file: &TableFile, kind: &Kind<F>, sender: &Sender<Sent<F>>) {
    let read = || -> Sent<F> {
        let source = file.content.open()?;
        let wanted = Wanted {
            choice: Choice::of(file.sheet.as_deref()),
            map: &file.headings,
        };
        let mut send = |part| sender.blocking_send(Ok(Ok(Some(part)))).is_ok();
        Ok(long_workbook::read(source, kind, wanted, &mut send).map(|()| None))
    };
    // Nobody receives it if the reader has ended before the file.
    let _ = sender.blocking_send(read());
}

enum Opened<F: 'static> {
    Delimited(Box<Stream<F>>),
    Workbook,
    Faults(Vec<Fault>),
}

fn open<F: TableField>(file: &TableFile, kind: &'static Kind<F>) -> anyhow::Result<Opened<F>> {
    match Stream::open(file.content.open()?, kind, &file.headings) {
        Ok(stream) => Ok(Opened::Delimited(Box::new(stream))),
        Err(OpenFault::Faults(faults)) => Ok(Opened::Faults(faults)),
        Err(OpenFault::Io(error)) => Err(error.into()),
        Err(OpenFault::NotDelimited) if file.content.start(4)? == ZIP_MAGIC => Ok(Opened::Workbook),
        Err(OpenFault::NotDelimited) => {
            let start = file.content.start(START_BYTES)?;
            Ok(Opened::Faults(unreadable(&start, kind)))
        }
    }
}

/// The faults of a file that is neither delimited text nor a workbook.
fn unreadable<F: TableField>(start: &[u8], kind: &Kind<F>) -> Vec<Fault> {
    let detail = "文件编码无法识别，或者含有空字符（NUL）；请另存为 UTF-8 的 CSV 后再导入。";
    let read = tables::read(start, kind, Choice::Only);
    read.err()
        .unwrap_or_else(|| vec![Fault::whole("encoding_unknown", detail)])
}
