//! Enums of exports, stored as `snake_case` text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// The format of a file.
    pub enum ExportFormat {
        Csv => "csv" = "CSV",
        Xlsx => "xlsx" = "Excel",
    }
}

kind! {
    /// State of an export: rows are read, the workbook is assembled, the file is ready.
    pub enum ExportStatus {
        Reading => "reading",
        Binding => "binding",
        Ready => "ready",
        Failed => "failed",
    }
}
