//! `zhitong audit verify`

use anyhow::bail;
use clap::Subcommand;
use indicatif::ProgressBar;

use crate::commands::open;
use crate::orders::history::verify::verify;

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check every order's chain of events and name the first broken link
    Verify {
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
pub async fn run(command: AuditCommand) -> anyhow::Result<()> {
    let AuditCommand::Verify { json } = command;
    let app = open().await?;
    let bar = ProgressBar::new_spinner();
    let report = verify(&app.db, |events| bar.set_position(events)).await?;
    bar.finish_and_clear();
    if json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        println!("{} events of {} orders read", report.events, report.orders);
    }
    match report.broken {
        None => Ok(()),
        Some(broken) => bail!("order {} event {}: {:?}", broken.order, broken.seq, broken.fault),
    }
}
