//! `zhitong retention`, `zhitong erase`

use std::fmt::Write as _;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use entity::ids::PersonId;
use indicatif::ProgressBar;

use crate::commands::open;
use crate::retention::{Mode, PurgedRows, erase, purge};
use crate::sealing::Phone;
use crate::sites::receipt::Receipt;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    how: RunOptions,
}

#[derive(Clone, Copy, Debug, clap::Args)]
pub struct RunOptions {
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl RunOptions {
    fn mode(self) -> Mode {
        if self.dry_run { Mode::DryRun } else { Mode::Real }
    }
}

#[derive(Debug, Subcommand)]
pub enum EraseCommand {
    /// Erase the data of a person who has left the roster
    Person {
        /// As in `GET /api/v1/me`
        #[arg(long, required_unless_present = "phone")]
        id: Option<PersonId>,
        /// The person's phone number on the roster
        #[arg(long, conflicts_with = "id")]
        phone: Option<String>,
        #[command(flatten)]
        how: RunOptions,
    },
    /// A resident's message, with its photos
    Message {
        /// The receipt of the message: twenty letters
        receipt: String,
        #[command(flatten)]
        how: RunOptions,
    },
}

pub async fn run(args: Args) -> anyhow::Result<()> {
    let app = open().await?;
    let bar = ProgressBar::new_spinner();
    let told = |line: &PurgedRows| bar.set_message(format!("{}: {}", line.what, line.rows));
    let lines = purge::purge(&app, args.how.mode(), told).await?;
    bar.finish_and_clear();
    report(&lines, args.how)
}

pub async fn erase(command: EraseCommand) -> anyhow::Result<()> {
    match command {
        EraseCommand::Person { id, phone, how } => erase_person(id, phone, how).await,
        EraseCommand::Message { receipt, how } => {
            let receipt = Receipt::read(&receipt).context("this is no receipt: twenty letters are")?;
            let app = open().await?;
            report(&erase::message(&app, &receipt, how.mode()).await?, how)
        }
    }
}

async fn erase_person(id: Option<PersonId>, phone: Option<String>, how: RunOptions) -> anyhow::Result<()> {
    let app = open().await?;
    let people = match (id, phone) {
        (Some(id), _) => vec![id],
        (None, Some(phone)) => {
            let phone = Phone::parse(&phone).context("this is no mobile number of eleven digits")?;
            erase::people_with(&app, &phone).await?
        }
        (None, None) => Vec::new(),
    };
    if people.is_empty() {
        bail!(
            "nobody who has left the roster had this number; `zhitong import delegates` removes people from it"
        );
    }
    for id in people {
        report(&erase::person(&app, id, how.mode()).await?, how)?;
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn report(lines: &[PurgedRows], how: RunOptions) -> anyhow::Result<()> {
    if how.json {
        let result = serde_json::json!({ "dry_run": how.dry_run, "lines": lines });
        println!("{result}");
        return Ok(());
    }
    let mut text = String::new();
    for PurgedRows { what, rows } in lines {
        writeln!(text, "{rows:>10}  {what}")?;
    }
    let done = if how.dry_run { "would be gone" } else { "gone" };
    println!(
        "{text}{:>10}  rows {done}",
        lines.iter().map(|line| line.rows).sum::<u64>()
    );
    Ok(())
}
