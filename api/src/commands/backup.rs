//! `zhitong backup FILE`, `zhitong restore FILE`

use std::path::PathBuf;

use indicatif::ProgressBar;

use crate::config::Config;
use crate::ops::backup::{self, BackupSummary};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A `.tar.gz`
    file: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub async fn back_up(args: Args) -> anyhow::Result<()> {
    let config = Config::from_environment()?;
    let bar = ProgressBar::new_spinner();
    let shown = bar.clone();
    let contents = backup::back_up(&config, &args.file, move |so_far| {
        shown.set_position(so_far.objects)
    })
    .await?;
    bar.finish_and_clear();
    print(&args, "backed up to", contents)
}

pub async fn restore(args: Args) -> anyhow::Result<()> {
    let config = Config::from_environment()?;
    let contents = backup::restore(&config, &args.file).await?;
    print(&args, "restored from", contents)
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn print(args: &Args, done: &str, contents: BackupSummary) -> anyhow::Result<()> {
    if args.json {
        println!("{}", serde_json::to_string(&contents)?);
    } else {
        let BackupSummary { objects, bytes } = contents;
        println!(
            "the database and {objects} objects ({} MB) {done} {}",
            bytes.div_ceil(1_000_000),
            args.file.display()
        );
    }
    Ok(())
}
