//! The orders of the linked platform (平台工单), compared with ours.

use crate::{Field, Kind, Limits};

/// Column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// Number.
    Number,
    /// External number.
    ExternalNumber,
    /// Status.
    Status,
}

/// Linked orders.
pub const LINKED_ORDERS: Kind<Column> = Kind {
    name: "平台工单表",
    fields: &[
        Field::optional(
            Column::Number,
            &["直通编号", "代表直通编号", "对方编号", "本系统编号", "number"],
        ),
        Field::required(
            Column::ExternalNumber,
            &[
                "平台编号",
                "平台工单号",
                "工单编号",
                "工单号",
                "受理编号",
                "编号",
                "external_number",
            ],
        ),
        Field::required(
            Column::Status,
            &["状态", "工单状态", "办理状态", "当前状态", "status"],
        ),
    ],
    limits: Limits::HISTORY,
};
