//! The roster: delegates of five levels, and staff.

use crate::{Field, Kind, Limits};

/// Columns of a roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// Name.
    Name,
    /// Phone number.
    Phone,
    /// Role.
    Role,
    /// Administrative level.
    Level,
    /// Electoral unit (选举单位).
    ElectoralUnit,
    /// County-level area.
    Area,
    /// Unit.
    Unit,
    /// Whether the person heads the unit.
    UnitHead,
    /// Committee.
    Committee,
    /// The office's own number of a person.
    Number,
    /// "no" takes a person off the roster.
    OnRoster,
}

const NAME: Field<Column> = Field::required(
    Column::Name,
    &[
        "姓名",
        "代表姓名",
        "人大代表姓名",
        "人员姓名",
        "职工姓名",
        "名字",
        "name",
        "full_name",
    ],
);
const PHONE: Field<Column> = Field::required(
    Column::Phone,
    &[
        "手机号",
        "手机号码",
        "手机",
        "本人手机",
        "本人手机号",
        "本人手机号码",
        "代表手机",
        "代表手机号",
        "代表手机号码",
        "常用手机",
        "常用手机号",
        "绑定手机号",
        "微信手机号",
        "手机联系方式",
        "移动电话",
        "移动电话号码",
        "手机电话",
        "mobile",
        "mobile_phone",
        "phone",
        "phone_number",
        "联系手机",
        "联系电话",
        "联系电话号码",
        "联络电话",
        "联系号码",
        "本人电话",
        "代表电话",
        "代表联系电话",
        "联系方式",
        "电话号码",
        "电话",
        "tel",
    ],
);
const ROLE_HEADINGS: &[&str] = &["角色", "身份", "人员类型", "人员类别", "用户角色", "role"];
const ROLE_WORDS: &[&str] = &["角色", "权限", "人员类型", "人员类别"];
const LEVEL: Field<Column> = Field::optional(
    Column::Level,
    &[
        "层级",
        "代表层级",
        "代表级别",
        "人大层级",
        "人大级别",
        "所属层级",
        "级别",
        "level",
    ],
)
.carries_rights(&["层级", "代表级别"]);
const ON_ROSTER: Field<Column> = Field::optional(
    Column::OnRoster,
    &[
        "在册",
        "是否在册",
        "在册情况",
        "在册状态",
        "在任状态",
        "在职状态",
        "任职状态",
        "是否现任",
        "是否在任",
        "是否在职",
        "on_roster",
    ],
)
.carries_rights(&["在册", "是否在任", "是否在职"]);

const ELECTORAL_UNIT: Field<Column> = Field::optional(
    Column::ElectoralUnit,
    &[
        "选举单位",
        "选举单位名称",
        "原选举单位",
        "选区",
        "所属选区",
        "所在选区",
        "选区名称",
        "选区/代表团",
        "代表团",
        "所在代表团",
        "所属代表团",
        "代表团名称",
        "electoral_unit",
        "constituency",
        "delegation",
    ],
);
const AREA: Field<Column> = Field::optional(
    Column::Area,
    &[
        "区县",
        "县区",
        "县（区）",
        "区（县）",
        "县市区",
        "市县区",
        "县（市、区）",
        "县",
        "区",
        "所在县区",
        "所在县市区",
        "所属县市区",
        "所在地区",
        "属地",
        "所在区县",
        "所属区县",
        "所属县区",
        "行政区划",
        "行政区",
        "area",
        "county",
        "district",
    ],
);
const UNIT: Field<Column> = Field::optional(
    Column::Unit,
    &[
        "承办单位",
        "单位",
        "所属单位",
        "单位名称",
        "部门",
        "所在单位",
        "工作单位",
        "unit",
        "department",
    ],
);
const UNIT_HEAD: Field<Column> = Field::optional(
    Column::UnitHead,
    &[
        "负责人",
        "是否负责人",
        "单位负责人",
        "是否单位负责人",
        "unit_head",
        "head",
    ],
);
const COMMITTEE: Field<Column> = Field::optional(
    Column::Committee,
    &["委员会", "专工委", "专门委员会", "所属委员会", "committee"],
);
const NUMBER: Field<Column> = Field::optional(
    Column::Number,
    &[
        "编号",
        "代表证号",
        "代表编号",
        "代表证编号",
        "工号",
        "人员编号",
        "number",
        "roster_key",
    ],
);

/// A row without a role is a delegate: the rosters of the congress have no such column.
pub const DELEGATES: Kind<Column> = Kind {
    name: "代表名册",
    fields: &[
        NAME,
        PHONE,
        Field::optional(Column::Role, ROLE_HEADINGS).carries_rights(ROLE_WORDS),
        LEVEL,
        ELECTORAL_UNIT,
        AREA,
        UNIT,
        UNIT_HEAD,
        COMMITTEE,
        NUMBER,
        ON_ROSTER,
    ],
    limits: Limits::OFFICE,
};

/// Staff: operators, handlers, the standing committee's people and administrators. The role must be given.
pub const STAFF: Kind<Column> = Kind {
    name: "工作人员名册",
    fields: &[
        NAME,
        PHONE,
        Field::required(Column::Role, ROLE_HEADINGS).carries_rights(ROLE_WORDS),
        LEVEL,
        ELECTORAL_UNIT,
        AREA,
        UNIT,
        UNIT_HEAD,
        COMMITTEE,
        NUMBER,
        ON_ROSTER,
    ],
    limits: Limits::OFFICE,
};
