//! `zhitong overview rebuild`

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::commands::open;
use crate::overview::projector;

#[derive(Debug, Subcommand)]
pub enum OverviewCommand {
    /// Delete the counts and recalculate them from all orders, while the product may serve
    Rebuild {
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
pub async fn run(command: OverviewCommand) -> anyhow::Result<()> {
    let OverviewCommand::Rebuild { json } = command;
    let app = open().await?;
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} {eta}")?);
    let orders = projector::rebuild(&app, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })
    .await?;
    bar.finish_and_clear();
    if json {
        println!("{}", json!({ "orders": orders }));
    } else {
        println!("{orders} orders counted anew");
    }
    Ok(())
}
