//! The duty table (派单目录), as in a city pack's `duty.csv`.

use crate::{Field, Kind, Limits};

/// Columns of the duty table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// Category.
    Category,
    /// Places that the rule covers.
    Scope,
    /// Responsible unit.
    Lead,
    /// Supporting units.
    Supports,
    /// Decides between equal rules.
    Precedence,
}

/// The duty table (派单目录).
pub const DUTY: Kind<Column> = Kind {
    name: "派单目录",
    fields: &[
        Field::required(
            Column::Category,
            &["类别", "问题类别", "事项类别", "类别代码", "事项", "category"],
        ),
        Field::required(Column::Scope, &["范围", "适用范围", "区域范围", "区域", "scope"]),
        Field::required(
            Column::Lead,
            &["主办单位", "主办", "牵头单位", "责任单位", "承办单位", "lead"],
        ),
        Field::optional(
            Column::Supports,
            &["协办单位", "协办", "配合单位", "协同单位", "supports"],
        ),
        Field::optional(Column::Precedence, &["优先级", "优先", "次序", "precedence"]),
    ],
    limits: Limits::OFFICE,
};
