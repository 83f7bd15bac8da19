//! A backup that is killed leaves no file behind.

use std::time::Duration;

use crate::product::{Product, Settings};

const KILLS: u64 = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_backup_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let settings = Settings::sqlite(folder.path());
    let product = Product::start(settings.clone()).await;
    // Enough that a backup takes a while.
    std::fs::create_dir_all(folder.path().join("objects/more")).unwrap();
    for object in 0..40_u8 {
        let noise: Vec<u8> = (0..1_000_000_u32)
            .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8 ^ object)
            .collect();
        std::fs::write(folder.path().join(format!("objects/more/{object}")), noise).unwrap();
    }
    let file = out.path().join("backup");
    let mut killed = 0;
    for kill in 0..KILLS {
        let mut backup = settings.command("backup").arg(&file).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(50 + 60 * kill)).await;
        if backup.try_wait().unwrap().is_none() {
            backup.kill().unwrap();
            killed += 1;
        }
        backup.wait().unwrap();
        let left: Vec<_> = std::fs::read_dir(out.path()).unwrap().flatten().collect();
        if left.is_empty() {
            continue;
        }
        // It was complete before the kill came.
        let verified = settings
            .command("restore")
            .arg("--verify")
            .arg(&file)
            .status()
            .unwrap();
        assert!(verified.success());
        std::fs::remove_file(&file).unwrap();
    }
    assert!(killed > 0, "no backup was under way when the kill came");
    assert!(settings.command("backup").arg(&file).status().unwrap().success());
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
    let left = names
        .iter()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(".backup-"))
        .count();
    println!("killed backup: {killed} of {KILLS} killed under way, {left} folders left after the next one");
    assert_eq!(left, 0);
    drop(product);
}
