//! Sites with codes (扫码点位), as in a city pack's `sites.csv`.

use crate::{Field, Kind, Limits};

/// Columns of a list of sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// Stable code.
    Code,
    /// Name.
    Name,
    /// Kind of site.
    Kind,
    /// Degrees east.
    Longitude,
    /// Degrees north.
    Latitude,
    /// Datum of the coordinate.
    Datum,
    /// Category.
    Category,
    /// Unit.
    Unit,
    /// Place in words.
    Address,
    /// Phone numbers of its delegates.
    Delegates,
}

/// The list of sites.
pub const SITES: Kind<Column> = Kind {
    name: "点位表",
    fields: &[
        Field::optional(
            Column::Code,
            &["点位代码", "代码", "点位编号", "编号", "编码", "code"],
        ),
        Field::required(Column::Name, &["点位名称", "名称", "点位", "name"]),
        Field::required(Column::Kind, &["点位类型", "类型", "类别", "kind"]),
        Field::required(Column::Longitude, &["经度", "longitude", "lng", "lon"]),
        Field::required(Column::Latitude, &["纬度", "latitude", "lat"]),
        Field::optional(Column::Datum, &["坐标系", "坐标系统", "datum"]),
        Field::optional(
            Column::Category,
            &["问题类别", "事项类别", "预设类别", "category"],
        ),
        Field::optional(
            Column::Unit,
            &["责任单位", "承办单位", "单位", "管理单位", "unit"],
        ),
        Field::optional(Column::Address, &["地址", "详细地址", "位置", "address"]),
        Field::optional(Column::Delegates, &["代表", "联系代表", "驻站代表", "delegates"]),
    ],
    limits: Limits::OFFICE,
};
