//! A file of past orders: checked row by row, then written, all of it or nothing.
//!
//! The file is read twice: faults are known before anything is written, and memory holds one block of rows at a time.

use std::collections::HashSet;

use entity::ids::PersonId;
use sha2::{Digest as _, Sha256};
use tables::kinds::orders::{Column, ORDERS};
use tables::{Fault, Row, TableInfo};

use super::map::ImportMap;
use super::past_order::PastOrder;
use super::resolver::Resolver;
use super::service::{self, Import, ImportCounts, SourceFile};
use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::people::roster::{Progress, Stage};
use crate::table_file::{Blocks, Content, TableFile};

/// Faults that are answered.
const MAX_FAULTS: usize = 500;

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

impl HistoryFile {
    async fn blocks(&self) -> Result<std::result::Result<Blocks<Column>, Vec<Fault>>> {
        let table = TableFile {
            content: self.content.clone(),
            sheet: self.sheet.clone(),
            headings: self.map.headings.clone(),
        };
        Blocks::open(&table, &ORDERS).await
    }
}

/// The result of an import or of a dry run.
#[derive(Clone, Debug)]
pub struct HistoryReport {
    pub counts: ImportCounts,
    pub table: TableInfo,
}

/// Is told how far an import is.
pub type OnProgress<'a> = &'a mut (dyn FnMut(Progress) + Send);

/// Imports a file: all of it, or nothing and every fault at once.
///
/// # Errors
/// Whatever the database says. Faults of the file are the inner `Err`.
pub async fn import(
    app: &App,
    file: HistoryFile,
    progress: OnProgress<'_>,
) -> Result<std::result::Result<HistoryReport, Vec<Fault>>> {
    if let Err(faults) = file.map.check(&app.state::<CityHandle>().load()) {
        return Ok(Err(faults));
    }
    let checked = match check(app, &file, progress).await? {
        Ok(checked) => checked,
        Err(faults) => return Ok(Err(faults)),
    };
    let counts = if file.dry_run {
        checked.counts
    } else {
        match write(app, &file, checked.rows, progress).await? {
            Ok(counts) => counts,
            Err(faults) => return Ok(Err(faults)),
        }
    };
    Ok(Ok(HistoryReport {
        counts,
        table: checked.table,
    }))
}

/// The result of the first reading.
struct Checked {
    rows: usize,
    counts: ImportCounts,
    table: TableInfo,
}

async fn check(
    app: &App,
    file: &HistoryFile,
    progress: OnProgress<'_>,
) -> Result<std::result::Result<Checked, Vec<Fault>>> {
    let mut blocks = match file.blocks().await? {
        Ok(blocks) => blocks,
        Err(faults) => return Ok(Err(faults)),
    };
    // Nothing is written: any id will do.
    let mut resolver = Resolver::new(app, &file.map, PersonId::generate());
    let (mut numbers, mut faults) = (Numbers::default(), Vec::new());
    let (mut read, mut counts) = (0, ImportCounts::default());
    loop {
        let rows = match blocks.next_block().await? {
            Ok(rows) if rows.is_empty() => break,
            Ok(rows) => rows,
            Err(broken) => {
                faults.extend(broken);
                break;
            }
        };
        resolver.find_reporters(app, &rows).await?;
        let orders = numbers.check(&resolver, &rows, &mut faults);
        if faults.len() >= MAX_FAULTS {
            break;
        }
        if file.dry_run {
            let part = service::preview(app, &orders).await?;
            counts.added += part.added;
            counts.unchanged += part.unchanged;
        }
        read += rows.len();
        progress(Progress {
            stage: Stage::Checking,
            done: read,
            total: 0,
        });
    }
    if !faults.is_empty() {
        faults.truncate(MAX_FAULTS);
        return Ok(Err(faults));
    }
    Ok(Ok(Checked {
        rows: read,
        counts,
        table: blocks.info,
    }))
}

async fn write(
    app: &App,
    file: &HistoryFile,
    total: usize,
    progress: OnProgress<'_>,
) -> Result<std::result::Result<ImportCounts, Vec<Fault>>> {
    let source = SourceFile {
        name: file.name.clone(),
        hash: file.content.hash().await?,
        by: file.by,
    };
    let mut blocks = match file.blocks().await? {
        Ok(blocks) => blocks,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut import = Import::begin(app, &source).await?;
    let mut resolver = Resolver::new(app, &file.map, import.unknown_person());
    loop {
        let rows = match blocks.next_block().await? {
            Ok(rows) if rows.is_empty() => break,
            Ok(rows) => rows,
            Err(faults) => return Ok(Err(faults)),
        };
        resolver.find_reporters(app, &rows).await?;
        resolver.suggest_categories(&rows).await?;
        let orders: std::result::Result<Vec<PastOrder>, Fault> =
            rows.iter().map(|row| resolver.order(row)).collect();
        match orders {
            Ok(orders) => import.add(orders).await?,
            Err(fault) => return Ok(Err(vec![fault])),
        }
        progress(Progress {
            stage: Stage::Writing,
            done: import.done(),
            total,
        });
    }
    Ok(Ok(import.finish(app).await?))
}

/// The numbers of a file so far, as the first half of their SHA-256: 16 bytes each.
#[derive(Default)]
struct Numbers(HashSet<[u8; 16]>);

impl Numbers {
    /// Resolves a block. Faults are added to `faults`, a number that occurs twice among them.
    fn check(
        &mut self,
        resolver: &Resolver<'_>,
        rows: &[Row<Column>],
        faults: &mut Vec<Fault>,
    ) -> Vec<PastOrder> {
        let mut orders = Vec::with_capacity(rows.len());
        for row in rows {
            match resolver.order(row) {
                Ok(order) if self.is_new(&order.number) => orders.push(order),
                Ok(_) => {
                    let detail = "这个编号在表中出现了两次。";
                    faults.push(row.fault(ORDERS.field_name(Column::Number), "duplicate_number", detail));
                }
                Err(fault) => faults.push(fault),
            }
        }
        orders
    }

    fn is_new(&mut self, number: &str) -> bool {
        let digest: [u8; 32] = Sha256::digest(number.as_bytes()).into();
        let mut half = [0; 16];
        half.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        self.0.insert(half)
    }
}
