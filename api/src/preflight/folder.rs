//! The folders that the product writes to.

use std::path::Path;

use crate::config::Config;
use crate::ops::disk_space::{DiskSpace, existing_ancestor};
use crate::upkeep::check::{Check, State};
use crate::upkeep::machine;

/// Judges the data folder, the folder of the backups and the free space.
pub(super) fn check(config: &Config) -> Vec<Check> {
    let mut checks = vec![writable("数据目录", &config.data_dir, "ZHITONG_DATA_DIR")];
    let backups = config.backup_dir.as_deref();
    checks.extend(backups.map(|folder| writable("备份目录", folder, "ZHITONG_BACKUP_DIR")));
    checks.push(machine::disk(&DiskSpace::new(config), config.low_disk_mb));
    checks
}

/// The file is deleted when it is closed.
fn writable(name: &str, folder: &Path, variable: &str) -> Check {
    let shown = folder.display();
    match tempfile::tempfile_in(existing_ancestor(folder)) {
        Ok(_) if folder.is_dir() => Check::well(name, shown.to_string()),
        Ok(_) => Check::well(name, format!("{shown}，启动时建立")),
        Err(error) => Check::well(name, format!("{shown} 不能写入（{error}）")).but(
            State::Trouble,
            format!("把目录的属主改为运行服务的用户，或者改正 {variable}。"),
        ),
    }
}
