//! `zhitong import orders` with a long file: seconds and peak resident memory of the process.

use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::ensure;
use chrono::{DateTime, TimeDelta, Utc};
use rust_xlsxwriter::Workbook;
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

/// The format of the imported file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Csv,
    Xlsx,
}

/// Imports `rows` generated orders into the database of a product that has been started once.
pub async fn measure(binary: &Path, db: &str, rows: usize, format: Format) -> anyhow::Result<()> {
    let mut product = Product::start(binary, db).await?;
    product.halt()?;
    let suffix = match format {
        Format::Csv => ".csv",
        Format::Xlsx => ".xlsx",
    };
    let file = tempfile::Builder::new().suffix(suffix).tempfile()?;
    match format {
        Format::Csv => write_csv(file.path(), rows)?,
        Format::Xlsx => write_workbook(file.path(), rows)?,
    }
    let bytes = std::fs::metadata(file.path())?.len();
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
        "{db}: {rows} orders in {} MiB of {format:?} imported in {seconds:.1} s ({rate:.0}/s), peak {peak:.0} MiB",
        bytes >> 20
    );
    product.stop().await
}

/// Writes a file like an old platform's.
fn write_csv(path: &Path, rows: usize) -> anyhow::Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "{HEADINGS}")?;
    for nth in 0..rows {
        writeln!(file, "{}", cells(nth, rows)?.join(","))?;
    }
    Ok(file.flush()?)
}

/// Writes the same as a workbook, with its texts in the table of shared strings, as Excel does.
fn write_workbook(path: &Path, rows: usize) -> anyhow::Result<()> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_low_memory()?;
    for (column, heading) in (0_u16..).zip(HEADINGS.split(',')) {
        sheet.write_string(0, column, heading)?;
    }
    for nth in 0..rows {
        let row = u32::try_from(nth + 1)?;
        for (column, cell) in (0_u16..).zip(cells(nth, rows)?) {
            sheet.write_string(row, column, cell)?;
        }
    }
    Ok(book.save(path)?)
}

/// The cells of an order; none has a comma or a quote.
fn cells(nth: usize, rows: usize) -> anyhow::Result<[String; 15]> {
    let first: DateTime<Utc> = "2021-01-04T01:00:00Z".parse()?;
    let (category, text) = MATTERS[nth % MATTERS.len()];
    let category = if nth.is_multiple_of(WITHOUT_CATEGORY) {
        ""
    } else {
        category
    };
    let county = COUNTIES[nth % COUNTIES.len()];
    // Four years, whatever the number of rows.
    let minutes = i64::try_from(nth * 2_000_000 / rows)?;
    let at = |hours: i64| {
        let at = first + TimeDelta::minutes(minutes) + TimeDelta::hours(hours);
        at.format("%Y-%m-%d %H:%M").to_string()
    };
    Ok([
        format!("OLD{nth:09}"),
        at(0),
        at(1),
        at(3),
        at(40),
        at(60),
        "热线".to_owned(),
        format!("138{:08}", nth % 300_000),
        format!("{county}第{}号", nth % 997),
        county.to_owned(),
        category.to_owned(),
        String::new(),
        format!("第{nth}件：{text}。"),
        format!("已办理：{text}，问题解决。"),
        "满意".to_owned(),
    ])
}
