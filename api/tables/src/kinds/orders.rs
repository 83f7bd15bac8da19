//! Orders of an earlier platform (历史工单), one per row, with the times of their steps.

use crate::{Field, Kind, Limits};

/// Columns of past orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// Number of the order.
    Number,
    /// Words of the report.
    Description,
    /// Time of the report.
    SubmittedAt,
    /// Time of the dispatch.
    DispatchedAt,
    /// Time of 签收.
    AcceptedAt,
    /// Time of the reply.
    RepliedAt,
    /// Time of the closing.
    ClosedAt,
    /// How it arrived.
    Channel,
    /// The delegate's phone number.
    ReporterPhone,
    /// Place in words.
    Address,
    /// Degrees east.
    Longitude,
    /// Degrees north.
    Latitude,
    /// Datum of the coordinate.
    Datum,
    /// County.
    County,
    /// Category.
    Category,
    /// Unit.
    Unit,
    /// Public reply.
    Reply,
    /// The delegate's verdict.
    Verdict,
    /// Whether it was solved.
    Solved,
    /// The delegate's words.
    Comment,
}

/// Orders of an earlier system.
pub const ORDERS: Kind<Column> = Kind {
    name: "历史工单表",
    fields: &[
        Field::required(
            Column::Number,
            &[
                "工单编号",
                "工单号",
                "受理编号",
                "编号",
                "诉求编号",
                "业务编号",
                "number",
            ],
        ),
        Field::required(
            Column::Description,
            &[
                "反映内容",
                "诉求内容",
                "问题描述",
                "内容",
                "工单内容",
                "诉求描述",
                "主要内容",
                "description",
            ],
        ),
        Field::required(
            Column::SubmittedAt,
            &[
                "受理时间",
                "提交时间",
                "登记时间",
                "来电时间",
                "反映时间",
                "创建时间",
                "诉求时间",
                "submitted_at",
            ],
        ),
        Field::optional(
            Column::DispatchedAt,
            &["派单时间", "转办时间", "交办时间", "dispatched_at"],
        ),
        Field::optional(
            Column::AcceptedAt,
            &["签收时间", "接收时间", "接单时间", "accepted_at"],
        ),
        Field::optional(
            Column::RepliedAt,
            &["答复时间", "回复时间", "反馈时间", "处置时间", "replied_at"],
        ),
        Field::required(
            Column::ClosedAt,
            &["办结时间", "结案时间", "归档时间", "完成时间", "closed_at"],
        ),
        Field::optional(
            Column::Channel,
            &["渠道", "来源", "受理渠道", "诉求来源", "channel"],
        ),
        Field::optional(
            Column::ReporterPhone,
            &[
                "代表手机号",
                "代表电话",
                "来电号码",
                "联系电话",
                "手机号",
                "reporter_phone",
            ],
        ),
        Field::optional(
            Column::Address,
            &["地址", "事发地址", "详细地址", "问题地址", "address"],
        ),
        Field::optional(Column::Longitude, &["经度", "longitude", "lng"]),
        Field::optional(Column::Latitude, &["纬度", "latitude", "lat"]),
        Field::optional(Column::Datum, &["坐标系", "坐标系统", "datum"]),
        Field::optional(Column::County, &["区县", "所属区县", "县区", "属地", "county"]),
        Field::optional(
            Column::Category,
            &["事项类别", "问题类别", "类别", "诉求类别", "问题分类", "category"],
        ),
        Field::optional(
            Column::Unit,
            &["承办单位", "主办单位", "责任单位", "办理单位", "unit"],
        ),
        Field::optional(
            Column::Reply,
            &[
                "答复内容",
                "办理结果",
                "办理情况",
                "回复内容",
                "处理结果",
                "reply",
            ],
        ),
        Field::optional(
            Column::Verdict,
            &["满意度", "评价", "代表评价", "满意情况", "评价结果", "verdict"],
        ),
        Field::optional(Column::Solved, &["是否解决", "解决情况", "solved"]),
        Field::optional(Column::Comment, &["评价意见", "评价内容", "意见", "comment"]),
    ],
    limits: Limits::HISTORY,
};
