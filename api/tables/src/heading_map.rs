//! Headings of another system, and the fields that they stand for.

use crate::Fault;
use crate::headings::{Kind, Match, matched, normal};
use crate::sheet::RawRow;
use crate::table::HEADING_ROWS;

/// Another system's headings by the fields that they stand for. Empty by default: the known headings apply.
#[derive(Clone, Debug, Default)]
pub struct HeadingMap(Vec<Mapped>);

#[derive(Clone, Debug)]
struct Mapped {
    /// Index of the field.
    field: usize,
    /// As the map has it.
    theirs: String,
    ours: &'static str,
}

impl HeadingMap {
    /// Says that the column `theirs` holds `field`, named by any of its known headings. Returns `false` if no field has this
    /// name.
    pub fn add<F>(&mut self, kind: &Kind<F>, field: &str, theirs: &str) -> bool {
        let index = kind.fields.iter().position(|known| {
            known
                .headings
                .iter()
                .any(|heading| normal(heading) == normal(field))
        });
        let Some((index, known)) = index.and_then(|index| Some((index, kind.fields.get(index)?))) else {
            return false;
        };
        self.0.push(Mapped {
            field: index,
            theirs: theirs.to_owned(),
            ours: known.name(),
        });
        true
    }

    /// Gives the row of headings of each sheet our names. A column with a known heading that the map gives to another column
    /// loses its heading.
    ///
    /// # Errors
    /// One fault for each heading of the map that no sheet has.
    pub(crate) fn apply<'r, F>(
        &self,
        sheets: impl Iterator<Item = &'r mut Vec<RawRow>>,
        kind: &Kind<F>,
    ) -> Result<(), Vec<Fault>> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut missing: Vec<&Mapped> = self.0.iter().collect();
        for rows in sheets {
            let heads = rows.iter_mut().take(HEADING_ROWS);
            let best = heads.max_by_key(|row| (self.hits(row), usize::MAX - row.line));
            let Some(row) = best.filter(|row| self.hits(row) > 0) else {
                continue;
            };
            missing.retain(|mapped| !row.cells.iter().any(|(_, text)| mapped.is(text)));
            self.rename(row, kind);
        }
        if missing.is_empty() {
            return Ok(());
        }
        let fault = |mapped: &&Mapped| {
            let Mapped { theirs, ours, .. } = mapped;
            let detail = format!("对照表把「{ours}」对应到表头「{theirs}」，文件里没有这一列。");
            Fault::whole("mapped_heading_missing", detail)
        };
        Err(missing.iter().map(fault).collect())
    }

    fn hits(&self, row: &RawRow) -> usize {
        let mapped = |text: &str| self.0.iter().any(|mapped| mapped.is(text));
        row.cells.iter().filter(|(_, text)| mapped(text)).count()
    }

    fn rename<F>(&self, row: &mut RawRow, kind: &Kind<F>) {
        for (_, text) in &mut row.cells {
            if let Some(mapped) = self.0.iter().find(|mapped| mapped.is(text)) {
                mapped.ours.clone_into(text);
                continue;
            }
            let taken = match matched(text, kind) {
                Match::Field { field, .. } => self.0.iter().any(|mapped| mapped.field == field),
                Match::Near { .. } | Match::Unknown => false,
            };
            if taken {
                *text = format!("〔{text}〕");
            }
        }
    }
}

impl Mapped {
    fn is(&self, text: &str) -> bool {
        normal(text) == normal(&self.theirs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::orders::{Column, ORDERS};
    use crate::{Choice, read_mapped};

    fn map(pairs: &[(&str, &str)]) -> HeadingMap {
        let mut map = HeadingMap::default();
        for (field, theirs) in pairs {
            assert!(map.add(&ORDERS, field, theirs), "{field}");
        }
        map
    }

    #[test]
    fn columns_of_another_system_are_read_by_the_map() {
        let file = "热线平台导出\n流水,工单编号,诉求,来件,了结\nA-0001,旧号,路灯不亮,2024-03-01 09:00,2024-03-03 10:00\n";
        let map = map(&[
            ("number", "流水"),
            ("反映内容", "诉求"),
            ("submitted_at", "来件"),
            ("closed_at", "了结"),
        ]);
        let table = read_mapped(file.as_bytes(), &ORDERS, Choice::Only, &map).unwrap();
        let row = &table.rows[0];
        assert_eq!(row.text(Column::Number), "A-0001");
        assert_eq!(row.text(Column::Description), "路灯不亮");
        assert_eq!(table.header_row, 2);
        assert_eq!(table.unused_columns.len(), 1, "{:?}", table.unused_columns);
    }

    #[test]
    fn a_heading_of_the_map_must_be_in_the_file() {
        let file = "工单编号,反映内容,受理时间,办结时间\nA-0001,路灯不亮,2024-03-01,2024-03-03\n";
        let faults =
            read_mapped(file.as_bytes(), &ORDERS, Choice::Only, &map(&[("unit", "主责")])).unwrap_err();
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].code, "mapped_heading_missing");
        assert!(!HeadingMap::default().add(&ORDERS, "no_such_field", "x"));
    }
}
