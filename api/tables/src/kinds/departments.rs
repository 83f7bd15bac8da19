//! Units that handle orders, as in a city pack's `units.csv`.

use crate::{Field, Kind, Limits};

/// Columns of a list of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// Stable code.
    Code,
    /// Name.
    Name,
    /// Other names.
    Alias,
    /// Administrative level.
    Level,
    /// County.
    County,
    /// Township.
    Township,
    /// The unit above.
    Parent,
}

/// The list of units.
pub const DEPARTMENTS: Kind<Column> = Kind {
    name: "承办单位表",
    fields: &[
        Field::required(
            Column::Code,
            &["代码", "单位代码", "单位编码", "编码", "编号", "code"],
        ),
        Field::required(
            Column::Name,
            &["名称", "单位名称", "部门名称", "承办单位", "单位", "部门", "name"],
        ),
        Field::optional(Column::Alias, &["简称", "单位简称", "别名", "alias"]),
        Field::required(
            Column::Level,
            &[
                "类型",
                "单位类型",
                "单位类别",
                "单位级别",
                "层级",
                "级别",
                "level",
            ],
        ),
        Field::optional(
            Column::County,
            &[
                "区县",
                "县区",
                "所属区县",
                "县（区）",
                "区县代码",
                "county",
                "area",
            ],
        ),
        Field::optional(
            Column::Township,
            &[
                "乡镇街道",
                "乡镇",
                "街道",
                "乡镇（街道）",
                "乡镇街道代码",
                "township",
            ],
        ),
        Field::optional(
            Column::Parent,
            &["上级单位", "上级", "主管单位", "上级单位代码", "parent"],
        ),
    ],
    limits: Limits::OFFICE,
};
