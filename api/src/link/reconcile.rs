//! Compares the platform's list of orders with ours and names the differences. Changes nothing.
//!
//! XLSX and CSV are read in blocks; memory holds one of them, and the numbers of the list that are linked here.

use std::collections::{BTreeMap, BTreeSet};

use entity::kinds::Status;
use serde::{Deserialize, Serialize};
use tables::kinds::link::{Column, LINKED_ORDERS};
use tables::{Fault, HeadingMap, Row};

use super::store::{self, OurSide};
use crate::app::App;
use crate::error::Result;
use crate::table_file::{Blocks, Content, TableFile};

/// Numbers per query.
const TOGETHER: usize = 500;
/// Maximum number of listed differences; further ones are only counted.
const MAX_LISTED: usize = 10_000;
/// Maximum bytes of a list in JSON, which is read as a whole. It is also the maximum of a list that is fetched.
pub const MAX_LIST_BYTES: usize = 256 << 20;

/// A difference between the platform's list and ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "difference", rename_all = "snake_case")]
pub enum Difference {
    /// The platform's order is not linked with one of ours.
    UnknownHere { line: usize, external_number: String },
    /// The platform names another of our orders than the link does.
    NumberDiffers {
        line: usize,
        external_number: String,
        ours: String,
        theirs: String,
    },
    /// The order has another status. `theirs` is the platform's word for it.
    StatusDiffers {
        line: usize,
        external_number: String,
        number: String,
        ours: Status,
        theirs: String,
    },
    /// The order is linked here and missing in the list.
    MissingThere { external_number: String, number: String },
}

/// The result of a comparison.
#[derive(Debug, Default, Serialize)]
pub struct Reconciliation {
    /// Rows of the platform's list.
    pub rows: usize,
    /// Linked orders here.
    pub linked: usize,
    pub differences: Vec<Difference>,
    /// Differences beyond those listed.
    pub not_listed: usize,
}

impl Reconciliation {
    fn add(&mut self, difference: Difference) {
        if self.differences.len() < MAX_LISTED {
            self.differences.push(difference);
        } else {
            self.not_listed += 1;
        }
    }

    /// Number of differences, including those not listed.
    #[must_use]
    pub fn total(&self) -> usize {
        self.differences.len() + self.not_listed
    }
}

/// Reads the platform's list (XLSX, CSV or JSON) and compares it with ours.
///
/// # Errors
/// Errors of the database, and a file that cannot be read. Faults of the list are the inner `Err`.
pub async fn reconcile(
    app: &App,
    list: Content,
    sheet: Option<String>,
) -> Result<std::result::Result<Reconciliation, Vec<Fault>>> {
    let read = tokio::task::spawn_blocking(move || table_of(list)).await;
    let file = TableFile {
        content: match read.map_err(anyhow::Error::from)?? {
            Ok(content) => content,
            Err(fault) => return Ok(Err(vec![fault])),
        },
        sheet,
        headings: HeadingMap::default(),
    };
    let mut blocks = match Blocks::open(&file, &LINKED_ORDERS).await? {
        Ok(blocks) => blocks,
        Err(faults) => return Ok(Err(faults)),
    };
    let (mut result, mut named) = (Reconciliation::default(), BTreeSet::new());
    loop {
        let rows = match blocks.next_block().await? {
            Ok(rows) if rows.is_empty() => break,
            Ok(rows) => rows,
            Err(faults) => return Ok(Err(faults)),
        };
        result.rows += rows.len();
        for part in rows.chunks(TOGETHER) {
            compare_part(app, part, &mut result, &mut named).await?;
        }
    }
    find_missing(app, &mut result, &named).await?;
    Ok(Ok(result))
}

/// Compares rows of the list, and adds their numbers that are linked here to `named`.
async fn compare_part(
    app: &App,
    part: &[Row<Column>],
    result: &mut Reconciliation,
    named: &mut BTreeSet<String>,
) -> Result<()> {
    let numbers = part.iter().map(|row| external(row).to_owned()).collect();
    let ours = store::linked_by_external_number(&app.db, numbers).await?;
    for difference in part.iter().filter_map(|row| compare(row, &ours)) {
        result.add(difference);
    }
    named.extend(ours.into_keys());
    Ok(())
}

/// Adds the linked orders that the list does not name.
async fn find_missing(app: &App, result: &mut Reconciliation, named: &BTreeSet<String>) -> Result<()> {
    let mut after = None;
    loop {
        let part = store::linked_after(&app.db, after, TOGETHER).await?;
        let Some(last) = part.last() else {
            return Ok(());
        };
        after = Some(last.order_id);
        result.linked += part.len();
        let missing = part
            .into_iter()
            .filter(|side| !named.contains(&side.external_number));
        for side in missing {
            result.add(Difference::MissingThere {
                external_number: side.external_number,
                number: side.number,
            });
        }
    }
}

/// Returns the list as a table: itself, unless it is in JSON. A longer list in JSON than [`MAX_LIST_BYTES`] is a fault.
fn table_of(list: Content) -> anyhow::Result<std::result::Result<Content, Fault>> {
    let start = list.start(64)?;
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    if !matches!(first, Some(b'[' | b'{')) {
        return Ok(Ok(list));
    }
    let bytes = list.start(MAX_LIST_BYTES as u64 + 1)?;
    if bytes.len() > MAX_LIST_BYTES {
        let megabytes = MAX_LIST_BYTES >> 20;
        let detail = format!("JSON 文件超过 {megabytes} MB，请改用 CSV（UTF-8）。");
        return Ok(Err(Fault::whole("too_large", detail)));
    }
    Ok(Ok(list_of(&bytes).map_or(list, |text| text.into_bytes().into())))
}

/// An order in a list in JSON.
#[derive(Deserialize)]
struct ListedOrder {
    external_number: String,
    #[serde(default)]
    number: Option<String>,
    status: String,
}

/// A list in JSON, as an array or under `items`.
#[derive(Deserialize)]
#[serde(untagged)]
enum JsonList {
    Bare(Vec<ListedOrder>),
    Items { items: Vec<ListedOrder> },
}

/// Converts a list in JSON to a table with one order per line. Returns `None` if the bytes are no such list.
fn list_of(bytes: &[u8]) -> Option<String> {
    let listed = match serde_json::from_slice(bytes).ok()? {
        JsonList::Bare(items) | JsonList::Items { items } => items,
    };
    let mut text = String::from("external_number,number,status");
    for order in listed {
        let ListedOrder {
            external_number,
            number,
            status,
        } = order;
        let cells = [external_number, number.unwrap_or_default(), status];
        let quoted = cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        text.push('\n');
        text.push_str(&quoted.join(","));
    }
    Some(text)
}

fn external(row: &Row<Column>) -> &str {
    row.text(Column::ExternalNumber).trim()
}

fn compare(row: &Row<Column>, ours: &BTreeMap<String, OurSide>) -> Option<Difference> {
    let line = row.line;
    let external_number = external(row).to_owned();
    let Some(side) = ours.get(&external_number) else {
        return Some(Difference::UnknownHere {
            line,
            external_number,
        });
    };
    let theirs = row.text(Column::Number).trim();
    if !theirs.is_empty() && !theirs.eq_ignore_ascii_case(&side.number) {
        return Some(Difference::NumberDiffers {
            line,
            external_number,
            ours: side.number.clone(),
            theirs: theirs.to_owned(),
        });
    }
    let word = row.text(Column::Status).trim();
    if status(word) == Some(side.status) {
        return None;
    }
    Some(Difference::StatusDiffers {
        line,
        external_number,
        number: side.number.clone(),
        ours: side.status,
        theirs: word.to_owned(),
    })
}

/// Returns the status for the platform's word.
fn status(word: &str) -> Option<Status> {
    if let Ok(status) = word.parse() {
        return Some(status);
    }
    let status = match word {
        "已受理" | "已登记" | "待受理" => Status::Submitted,
        "待分派" | "待派单" | "待审核" => Status::Triage,
        "已派单" | "待签收" | "已转办" | "已交办" => Status::Dispatched,
        "办理中" | "已签收" | "处理中" | "承办中" => Status::InProgress,
        "已答复" | "待评价" | "已反馈" | "待回访" => Status::Replied,
        "办结" | "已办结" | "已归档" | "已结案" | "已完成" => Status::Closed,
        "已撤销" | "已作废" | "已取消" => Status::Cancelled,
        _ => return None,
    };
    Some(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_in_json_is_a_table() {
        let items = r#"[{"external_number":"LY-1","number":"T1","status":"办理中"},{"external_number":"a\"b","status":"已办结"}]"#;
        let table = "external_number,number,status\n\"LY-1\",\"T1\",\"办理中\"\n\"a\"\"b\",\"\",\"已办结\"";
        assert_eq!(list_of(items.as_bytes()).as_deref(), Some(table));
        let object = format!("{{\"items\":{items}}}");
        assert_eq!(list_of(object.as_bytes()).as_deref(), Some(table));
        assert_eq!(list_of("平台编号,状态\nLY-1,办理中".as_bytes()), None);
    }

    #[test]
    fn the_words_of_platforms_are_understood() {
        for (word, expected) in [
            ("in_progress", Some(Status::InProgress)),
            ("办理中", Some(Status::InProgress)),
            ("已办结", Some(Status::Closed)),
            ("待签收", Some(Status::Dispatched)),
            ("不知道", None),
        ] {
            assert_eq!(status(word), expected, "{word}");
        }
    }
}
