//! The headings of a roster, Chinese and English, as offices write them.

use std::collections::HashMap;

use crate::people::roster::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    Name,
    Phone,
    Role,
    Level,
    ElectoralUnit,
    Area,
    Unit,
    UnitHead,
    Committee,
    /// The office's own number of a person.
    Number,
    /// "no" keeps a line off the roster.
    OnRoster,
}

/// The first heading of each is the one that faults are told under.
const HEADINGS: &[(Column, &[&str])] = &[
    (Column::Name, &["姓名", "代表姓名", "name"]),
    (
        Column::Phone,
        &[
            "手机号",
            "手机号码",
            "手机",
            "联系电话",
            "电话",
            "phone",
            "mobile",
        ],
    ),
    (Column::Role, &["角色", "身份", "人员类型", "role"]),
    (Column::Level, &["层级", "级别", "代表层级", "代表级别", "level"]),
    (
        Column::ElectoralUnit,
        &[
            "选举单位",
            "选区",
            "代表团",
            "选区/代表团",
            "electoral_unit",
            "constituency",
        ],
    ),
    (
        Column::Area,
        &[
            "区县",
            "县区",
            "所在区县",
            "所属区县",
            "县（区）",
            "area",
            "county",
        ],
    ),
    (
        Column::Unit,
        &["单位", "承办单位", "所属单位", "工作单位", "unit"],
    ),
    (
        Column::UnitHead,
        &["负责人", "是否负责人", "单位负责人", "unit_head", "head"],
    ),
    (
        Column::Committee,
        &["委员会", "专工委", "所属委员会", "committee"],
    ),
    (
        Column::Number,
        &["编号", "代表证号", "工号", "number", "roster_key"],
    ),
    (Column::OnRoster, &["在册", "是否在册", "on_roster"]),
];

impl Column {
    /// What the roster's keeper knows it by.
    pub fn heading(self) -> &'static str {
        let row = HEADINGS.iter().find(|(column, _)| *column == self);
        row.and_then(|(_, names)| names.first()).copied().unwrap_or("")
    }

    fn of(heading: &str) -> Option<Self> {
        let heading: String = heading.chars().filter(|c| !c.is_whitespace()).collect();
        let heading = heading.trim_end_matches(['*', '＊']).to_lowercase();
        let row = HEADINGS
            .iter()
            .find(|(_, names)| names.contains(&heading.as_str()));
        row.map(|(column, _)| *column)
    }
}

/// Which column stands where. Columns of the office's own are passed over.
#[derive(Debug)]
pub struct Columns(HashMap<Column, usize>);

impl Columns {
    pub fn is_heading(cells: &[String]) -> bool {
        let has = |wanted| cells.iter().any(|cell| Column::of(cell) == Some(wanted));
        has(Column::Name) && has(Column::Phone)
    }

    /// The fault's line is for the caller to fill in.
    pub fn read(cells: &[String]) -> Result<Self, Fault> {
        let mut found = HashMap::new();
        for (at, cell) in cells.iter().enumerate() {
            let Some(column) = Column::of(cell) else {
                continue;
            };
            if found.insert(column, at).is_some() {
                return Err(Fault {
                    line: 0,
                    column: Some(column.heading()),
                    reason: format!("这一列重复出现（{}）。", cell.trim()),
                });
            }
        }
        Ok(Self(found))
    }

    pub fn position(&self, column: Column) -> Option<usize> {
        self.0.get(&column).copied()
    }
}
