//! `zhitong insight run [--csv FILE]`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Subcommand;
use entity::kinds::TopicStatus;
use indicatif::ProgressBar;
use insight::topics::{Message, Settings, Status, Topic, analyse};
use serde::Deserialize;

use crate::commands::open;
use crate::insight::{nightly, store, view};

#[derive(Debug, Subcommand)]
pub enum InsightCommand {
    /// Search for hot topics and print them, the strongest first
    Run {
        /// Messages (id, reporter, time, subject, text) instead of the orders in the database
        #[arg(long)]
        csv: Option<PathBuf>,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Topics printed of the orders in the database.
const MAX_TOPICS: u64 = 100;

pub async fn run(command: InsightCommand) -> anyhow::Result<()> {
    let InsightCommand::Run { csv, json } = command;
    match csv {
        Some(file) => tokio::task::spawn_blocking(move || of_file(&file, json)).await?,
        None => of_orders(json).await,
    }
}

/// A line of the file; other columns are left alone.
#[derive(Deserialize)]
struct Row {
    id: String,
    reporter: String,
    time: chrono::DateTime<chrono::FixedOffset>,
    subject: String,
    text: String,
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn of_file(file: &Path, json: bool) -> anyhow::Result<()> {
    let messages = read(file)?;
    let bar = ProgressBar::new(0);
    let topics = analyse(messages, Settings::default(), |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    if json {
        println!("{}", serde_json::to_string(&topics)?);
        return Ok(());
    }
    for (rank, topic) in topics.iter().enumerate() {
        print!("{}", told(rank + 1, topic));
    }
    println!("{} 个高频问题群", topics.len());
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<Vec<Message>> {
    let name = || file.display().to_string();
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", name()))?;
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    let mut messages = Vec::new();
    for (line, row) in reader.deserialize::<Row>().enumerate() {
        let Row {
            id,
            reporter,
            time,
            subject,
            text,
        } = row.with_context(|| format!("{}: line {}", name(), line + 2))?;
        messages.push(Message {
            id,
            reporter,
            at: time,
            subject,
            text,
        });
    }
    ensure!(!messages.is_empty(), "{} holds no messages", name());
    Ok(messages)
}

fn told(rank: usize, topic: &Topic) -> String {
    let status = match topic.status {
        Status::Rising => TopicStatus::Rising.label(),
        Status::Steady => TopicStatus::Steady.label(),
        Status::Over => TopicStatus::Over.label(),
    };
    let (first, last) = (topic.first.format("%Y-%m-%d"), topic.last.format("%Y-%m-%d"));
    format!(
        "{rank:>3}. {}\n     {}件 {}人 {first}至{last} {status}；近四周{}件，预期{:.1}件，p={:.3}；相似度{:.2}\n     关键词：{}\n     工单：{}\n",
        topic.title,
        topic.orders.len(),
        topic.reporters,
        topic.recent,
        topic.expected,
        topic.p_value,
        topic.coherence,
        topic.keywords.join("、"),
        topic.orders.join(" "),
    )
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
async fn of_orders(json: bool) -> anyhow::Result<()> {
    let app = open().await?;
    nightly::find_topics(&app).await?;
    let rows = store::list(&app.db, &store::TopicFilter::default(), None, MAX_TOPICS).await?;
    let topics = view::views(&app, rows).await?;
    if json {
        println!("{}", serde_json::to_string(&topics)?);
        return Ok(());
    }
    for (rank, topic) in topics.iter().enumerate() {
        println!(
            "{:>3}. {}  {}件 {}人 近{}天{}件 预期{:.1}件 p={:.4} {}",
            rank + 1,
            topic.title,
            topic.order_count,
            topic.delegate_count,
            topic.window_days,
            topic.recent,
            topic.expected,
            topic.p_value,
            topic.status,
        );
    }
    Ok(())
}
