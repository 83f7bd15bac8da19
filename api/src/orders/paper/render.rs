//! Sets a document off the async threads.

use std::collections::BTreeMap;

use pdf::Template;
use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};

const NO_FONT_RETRY_SECS: u64 = 3600;

/// Renders a document with its pictures by name.
///
/// # Errors
/// `no_chinese_font` (503) if the machine has none.
pub async fn render(template: Template, data: Value, images: BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>> {
    let rendered = tokio::task::spawn_blocking(move || pdf::render_with(template, &data, &images)).await;
    rendered.map_err(anyhow::Error::from)?.map_err(refused)
}

/// A missing font is the machine's, anything else ours.
#[must_use]
pub fn refused(error: pdf::Error) -> Error {
    match error {
        pdf::Error::NoChineseFont => {
            let kind = ErrorKind::Unavailable {
                retry_after_secs: NO_FONT_RETRY_SECS,
            };
            let detail = "服务器没有中文字体，请系统管理员安装任意一种（如 fonts-noto-cjk）。";
            Error::refused(kind, "no_chinese_font", detail)
        }
        other => anyhow::Error::from(other).into(),
    }
}
