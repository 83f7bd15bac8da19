//! The parts of the system that can be judged without a running product: the page of the system's state and
//! `zhitong check` show the same lines.

use std::path::Path;

use sea_orm::{ConnectionTrait as _, DbBackend};

use crate::config::{S3Config, WeChatMode};
use crate::db::Db;
use crate::ops::disk_space::DiskSpace;
use crate::upkeep::check::{Check, State};

const GB: f64 = 1e9;

/// Names the database and its version.
pub async fn database(db: &Db) -> Check {
    let kind = match db.get_database_backend() {
        DbBackend::Postgres => "PostgreSQL",
        _ => "SQLite",
    };
    let version = db.version().await.unwrap_or_default();
    Check::well("数据库", format!("{kind} {version}"))
}

/// Names the store.
#[must_use]
pub fn store(config: &S3Config) -> Check {
    let kind = if config.endpoint.is_some() {
        "外部对象存储"
    } else {
        "内置对象存储"
    };
    Check::well("照片和文件", kind)
}

/// Judges the free space; `low_mb` is the configured minimum.
#[must_use]
pub fn disk(space: &DiskSpace, low_mb: u64) -> Check {
    let free = space.free_bytes();
    #[expect(clippy::cast_precision_loss, reason = "gigabytes with one digit")]
    let check = Check::well("磁盘空间", format!("剩余 {:.1} GB", free as f64 / GB));
    if space.is_low() {
        check.but(
            State::Trouble,
            "低于 ZHITONG_LOW_DISK_MB，已停止接收照片和文件。清理磁盘或扩容后自动恢复。",
        )
    } else if free < low_mb.saturating_mul(4_000_000) {
        check.but(State::Attention, "空间不多了，请安排清理或扩容。")
    } else {
        check
    }
}

/// Tells the real WeChat from the sandbox.
#[must_use]
pub fn wechat(mode: WeChatMode) -> Check {
    match mode {
        WeChatMode::Live => Check::well("连接", "微信正式环境"),
        WeChatMode::Sandbox => Check::well("连接", "模拟环境").but(
            State::Attention,
            "消息没有真正发到手机。正式使用前设置 WECHAT_MODE=live。",
        ),
    }
}

/// Reading the fonts takes up to seconds the first time.
pub async fn fonts() -> Check {
    let found = tokio::task::spawn_blocking(pdf::has_chinese_font)
        .await
        .unwrap_or(false);
    if found {
        Check::well("中文字体", "已安装")
    } else {
        Check::well("中文字体", "没有找到").but(
            State::Trouble,
            "不能生成 PDF 公文和报告。安装中文字体（Debian：apt-get install fonts-noto-cjk）后重新启动。",
        )
    }
}

/// Judges the converter of `HEIF_CONVERT`.
#[must_use]
pub fn heic(converter: Option<&Path>) -> Check {
    let name = "苹果手机照片（HEIC）";
    match converter {
        Some(path) if path.is_file() => Check::well(name, "可以转换"),
        Some(path) => Check::well(name, "不能转换").but(
            State::Trouble,
            format!(
                "HEIF_CONVERT 指向的 {} 不存在。安装 libheif-examples，或改正路径。",
                path.display()
            ),
        ),
        None => Check::well(name, "不能转换").but(
            State::Attention,
            "从电脑上传的 HEIC 照片会被拒绝。安装 libheif-examples 并设置 HEIF_CONVERT。",
        ),
    }
}
