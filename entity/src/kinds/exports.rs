//! Closed sets of exports; stored as snake_case text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// The form of a file.
    pub enum ExportFormat {
        Csv => "csv",
        Xlsx => "xlsx",
    }
}

kind! {
    /// Life of an export: its rows are read, a workbook is put together from them, it is there.
    pub enum ExportStatus {
        Reading => "reading",
        Binding => "binding",
        Ready => "ready",
        Failed => "failed",
    }
}
