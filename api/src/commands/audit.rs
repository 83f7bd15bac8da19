//! `zhitong audit verify`

use anyhow::bail;
use clap::Subcommand;
use indicatif::ProgressBar;
use serde_json::json;

use crate::audit_log;
use crate::commands::open;
use crate::orders::history::verify::{VerificationSummary, verify};

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check every order's chain of events and that of administrators' acts, and name the first broken link
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
    let (acts, broken_act) = audit_log::service::verify(&app.db).await?;
    bar.finish_and_clear();
    if json {
        let VerificationSummary {
            events,
            orders,
            broken,
        } = &report;
        let told = json!({
            "events": events, "orders": orders, "broken": broken, "acts": acts, "broken_act": broken_act,
        });
        println!("{told}");
    } else {
        let VerificationSummary { events, orders, .. } = report;
        println!("{events} events of {orders} orders and {acts} acts of administrators read");
    }
    if let Some(broken) = report.broken {
        bail!("order {} event {}: {:?}", broken.order, broken.seq, broken.fault);
    }
    match broken_act {
        None => Ok(()),
        Some(broken) => bail!("act {}: {:?}", broken.seq, broken.fault),
    }
}
