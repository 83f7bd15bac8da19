//! Pure: the columns of the open data and what they mean; the data dictionary is written from here.

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    pub kind: &'static str,
    pub label: &'static str,
    pub meaning: &'static str,
}

const fn column(
    name: &'static str,
    kind: &'static str,
    label: &'static str,
    meaning: &'static str,
) -> Column {
    Column {
        name,
        kind,
        label,
        meaning,
    }
}

/// All of them, in the order of the file.
pub const COLUMNS: [Column; 20] = [
    column("month", "YYYY-MM", "月份", "反映的月份"),
    column(
        "precision",
        "text",
        "精度",
        "本行地点和类别公开到哪一级，取值见下",
    ),
    column(
        "longitude",
        "number",
        "经度",
        "WGS-84，取整到本行的精度；没有坐标时为空",
    ),
    column(
        "latitude",
        "number",
        "纬度",
        "WGS-84，取整到本行的精度；没有坐标时为空",
    ),
    column("county_code", "text", "区县代码", "六位区划代码"),
    column("county", "text", "区县", "区县名称"),
    column("township_code", "text", "乡镇街道代码", "九位区划代码"),
    column("township", "text", "乡镇街道", "乡镇、街道名称"),
    column("group_code", "text", "大类代码", "类别的第一级"),
    column("group", "text", "大类", "类别的第一级"),
    column("category_code", "text", "类别代码", "类别的第二级"),
    column("category", "text", "类别", "类别的第二级"),
    column(
        "channel",
        "text",
        "来源",
        "snap 随手拍，scan 有事请扫码，call 代表来电",
    ),
    column("status", "text", "状态", "open 没有办结，closed 已办结或已撤销"),
    column("rounds", "integer", "办理次数", "1 为一次办成，更多为二次办理"),
    column("returns", "integer", "退单次数", "承办单位退回派单的次数"),
    column("extensions", "integer", "延期次数", "同意延期的次数"),
    column(
        "accepted_hours",
        "integer",
        "签收用时",
        "从派单到签收的整小时数；没有签收时为空",
    ),
    column(
        "replied_days",
        "integer",
        "答复用时",
        "从反映到最近一次答复的整天数；没有答复时为空",
    ),
    column(
        "closed_days",
        "integer",
        "办结用时",
        "从反映到办结的整天数；没有办结时为空",
    ),
];
