//! `zhitong import orders` with a long file: seconds and peak resident memory of the process.

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::ensure;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::product::{Product, peak_mib};

const LOOK_EVERY: Duration = Duration::from_millis(50);
const HEADINGS: &str = "工单编号,受理时间,派单时间,签收时间,答复时间,办结时间,渠道,代表手机号,地址,所属区县,事项类别,承办单位,反映内容,答复内容,满意度";
/// Every fifth order has no category and gets one from its text.
const WITHOUT_CATEGORY: usize = 5;
const MATTERS: [(&str, &str); 5] = [
    (
        "路灯照明",
        "路灯连续三晚不亮，老人和孩子夜里出行不便，希望尽快检修",
    ),
    (
        "占道经营",
        "流动摊贩占道经营，早晚高峰车辆和行人都过不去，希望规范",
    ),
    ("夜间施工噪声", "工地夜间施工打桩，凌晨两点还有噪声，居民无法休息"),
    ("道路塌陷", "路面塌陷有半米多深，电动车多次摔倒，请设围挡并修复"),
    ("垃圾清运", "垃圾桶满了好几天没有清运，气味很大，影响居民生活"),
];
const COUNTIES: [&str; 5] = ["涧西区", "洛龙区", "西工区", "老城区", "瀍河回族区"];

/// Imports `rows` generated orders into the database of a product that has been started once.
pub async fn measure(binary: &Path, db: &str, rows: usize) -> anyhow::Result<()> {
    let mut product = Product::start(binary, db).await?;
    product.halt()?;
    let file = tempfile::Builder::new().suffix(".csv").tempfile()?;
    let bytes = write_file(file.path(), rows)?;
    let started = Instant::now();
    let mut child = product
        .command(binary)
        .args(["import", "orders", "--json"])
        .arg(file.path())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut peak: f64 = 0.0;
    while child.try_wait()?.is_none() {
        peak = peak.max(peak_mib(child.id()).unwrap_or_default());
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let seconds = started.elapsed().as_secs_f64();
    let output = child.wait_with_output()?;
    ensure!(
        output.status.success(),
        "the import failed: {}",
        String::from_utf8_lossy(&output.stdout)
    );
    let outcome: Value = serde_json::from_slice(&output.stdout)?;
    ensure!(outcome["added"].as_u64() == u64::try_from(rows).ok(), "{outcome}");
    #[expect(clippy::cast_precision_loss, reason = "a figure")]
    let rate = rows as f64 / seconds;
    println!(
        "{db}: {rows} orders of {} MiB imported in {seconds:.1} s ({rate:.0}/s), peak {peak:.0} MiB",
        bytes >> 20
    );
    product.stop().await
}

/// Writes a file like an old platform's, and returns its length.
fn write_file(path: &Path, rows: usize) -> anyhow::Result<u64> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "{HEADINGS}")?;
    let first: DateTime<Utc> = "2021-01-04T01:00:00Z".parse()?;
    let mut line = String::new();
    for nth in 0..rows {
        let (category, text) = MATTERS[nth % MATTERS.len()];
        let category = if nth % WITHOUT_CATEGORY == 0 { "" } else { category };
        let county = COUNTIES[nth % COUNTIES.len()];
        // Four years, whatever the number of rows.
        let minutes = i64::try_from(nth * 2_000_000 / rows)?;
        let at = |hours: i64| {
            let at = first + TimeDelta::minutes(minutes) + TimeDelta::hours(hours);
            at.format("%Y-%m-%d %H:%M")
        };
        line.clear();
        write!(
            line,
            "OLD{nth:09},{},{},{},{},{},热线,138{:08},{county}第{}号,{county},{category},,\"第{nth}件：{text}。\",\"已办理：{text}，问题解决。\",满意",
            at(0),
            at(1),
            at(3),
            at(40),
            at(60),
            nth % 300_000,
            nth % 997,
        )?;
        writeln!(file, "{line}")?;
    }
    file.flush()?;
    Ok(std::fs::metadata(path)?.len())
}
