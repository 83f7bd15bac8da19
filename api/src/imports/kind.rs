//! Pure: which tables can be imported.

use std::fmt;
use std::str::FromStr;

/// A table by the name that the command line and the API know it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    Delegates,
    Staff,
    Departments,
    Duty,
    Sites,
    /// Past orders; added, never changed.
    Orders,
}

impl ImportKind {
    pub const ALL: [Self; 6] = [
        Self::Delegates,
        Self::Staff,
        Self::Departments,
        Self::Duty,
        Self::Sites,
        Self::Orders,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delegates => "delegates",
            Self::Staff => "staff",
            Self::Departments => "departments",
            Self::Duty => "duty",
            Self::Sites => "sites",
            Self::Orders => "orders",
        }
    }

    /// As people call the table.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Delegates => "代表名册",
            Self::Staff => "工作人员名册",
            Self::Departments => "承办单位",
            Self::Duty => "派单目录",
            Self::Sites => "扫码点位",
            Self::Orders => "历史工单",
        }
    }
}

impl fmt::Display for ImportKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ImportKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}
