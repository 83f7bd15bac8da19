//! Which column of a sheet gives which field, and what is said about the others.

use super::header::Headings;
use super::{Question, Table};
use crate::Fault;
use crate::headings::{Kind, Match, says_nothing};
use crate::sheet::RawRow;

/// Column and field of each column that is used: the most specific heading of each field.
pub fn used_columns<F: Copy + Eq>(
    found: &Headings,
    kind: &Kind<F>,
    data: &[RawRow],
) -> Result<Vec<(usize, usize)>, Vec<Fault>> {
    let mut used = Vec::new();
    let mut faults = Vec::new();
    for (index, spec) in kind.fields.iter().enumerate() {
        let mut named: Vec<(usize, usize, &str)> = found
            .columns
            .iter()
            .filter_map(|(column, text, matched)| match matched {
                Match::Field { field, rank } if *field == index => Some((*rank, *column, text.as_str())),
                _ => None,
            })
            .collect();
        named.sort_by_key(|(rank, column, _)| (*rank, *column));
        let Some((rank, column, text)) = named.first().copied() else {
            continue;
        };
        for (other_rank, other, other_text) in named.iter().skip(1) {
            let differs = data.iter().find(|row| row.cell(column) != row.cell(*other));
            let equal_headings = *other_rank == rank;
            if let Some(row) = differs.filter(|_| equal_headings || !spec.rights.is_empty()) {
                let detail = format!(
                    "「{text}」和「{other_text}」两列都表示{}，内容却不同；请只留下一列。",
                    spec.name()
                );
                faults.push(Fault::line(row.line, "columns_differ", detail).column(*other_text));
            }
        }
        used.push((column, index));
    }
    if faults.is_empty() { Ok(used) } else { Err(faults) }
}

/// The headings of a sheet and what was made of them.
pub struct Columns<'a, F: 'static> {
    /// The headings.
    pub found: &'a Headings,
    /// Column and field.
    pub used: &'a [(usize, usize)],
    /// The kind of table.
    pub kind: &'a Kind<F>,
}

/// Names what is not used, asks about what is close, and refuses to pass over a column that may carry rights.
pub fn unused<F: Copy + Eq>(
    columns: &Columns<'_, F>,
    data: &[RawRow],
    table: &mut Table<F>,
    faults: &mut Vec<Fault>,
) {
    let Columns { found, used, kind } = *columns;
    let taken = |field: usize| used.iter().any(|(_, index)| *index == field);
    for (column, text, matched) in &found.columns {
        if used.iter().any(|(at, _)| at == column) || says_nothing(text) {
            continue;
        }
        let name = text.replace('\n', " ");
        if let Match::Near { field, heading } = matched
            && !taken(*field)
            && data.iter().any(|row| !row.cell(*column).is_empty())
        {
            let rights = kind
                .fields
                .get(*field)
                .is_some_and(|field| !field.rights.is_empty());
            let detail = format!(
                "「{name}」是否就是「{heading}」？如是，请把表头改成「{heading}」；如不是，请删除或改名。"
            );
            if rights {
                let fault = Fault::line(found.last_line, "rights_column_unclear", detail.clone());
                faults.push(fault.column(name.clone()));
            }
            table.questions.push(Question {
                column: name.clone(),
                suggests: (*heading).to_owned(),
                detail,
            });
        }
        table.unused_columns.push(name);
    }
    let headed = |column: usize| {
        let heading = found.columns.iter().find(|(at, ..)| *at == column);
        heading.is_some_and(|(at, text, _)| !says_nothing(text) || used.iter().any(|(used, _)| used == at))
    };
    let mut bare: Vec<usize> = data
        .iter()
        .flat_map(|row| row.cells.iter().map(|(column, _)| *column))
        .filter(|column| !headed(*column))
        .collect();
    bare.sort_unstable();
    bare.dedup();
    let label = |column: usize| format!("第 {} 列（没有表头）", column + 1);
    table.unused_columns.extend(bare.into_iter().map(label));
}
