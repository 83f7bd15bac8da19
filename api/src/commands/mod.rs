//! The command line: what the administrator types. Each command is a file; all of them say why on failure.

mod admin;
mod audit;
pub mod backup;
mod check;
mod classify;
mod clients;
mod demo;
mod export;
mod import;
mod insight;
mod link;
mod migrate;
mod official;
mod openapi;
mod overview;
mod retention;
mod serve;
mod sites;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::App;
use crate::config::Config;
use crate::server;

#[derive(Debug, Parser)]
#[command(
    name = "zhitong",
    version,
    about = "代表直通: links people's congress delegates with a city's 12345 hotline"
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API, the console and the jobs, from the environment and `.env`
    Serve,
    /// Check the configuration before a start: database, store, WeChat, addresses, fonts, clock, disk
    Check(check::Args),
    /// Migrate the database schema up or down, or show its state
    Migrate(migrate::Args),
    /// The whole product on this machine without any account, with the stories played in it
    Demo(demo::Args),
    /// Take in a roster, units, boundaries, a calendar or a duty table
    Import(import::Args),
    /// Write data for the public
    #[command(subcommand)]
    Export(export::ExportCommand),
    /// Create a sign-in link for an administrator
    #[command(subcommand)]
    Admin(admin::AdminCommand),
    /// Search orders or a CSV file for hot topics
    #[command(subcommand)]
    Insight(insight::InsightCommand),
    /// The link with the city's 12345 platform
    #[command(subcommand)]
    Link(link::LinkCommand),
    /// The orders' history
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Copy the embedded database and the photos into one file; the product may serve meanwhile
    Backup(backup::Args),
    /// Restore a backup where there is no data yet, or verify one
    Restore(backup::RestoreArgs),
    /// Forget what is past its time, by the city's periods
    Retention(retention::Args),
    /// Erase one person's data at their request; their orders stay
    #[command(subcommand)]
    Erase(retention::EraseCommand),
    /// Maintain the counts of the overview screen
    #[command(subcommand)]
    Overview(overview::OverviewCommand),
    /// 扫码点位: the printed codes
    #[command(subcommand)]
    Sites(sites::SitesCommand),
    /// 服务号: the official account
    #[command(subcommand)]
    Official(official::OfficialCommand),
    /// Which category a text means: train, measure, learn from orders
    #[command(subcommand)]
    Classify(classify::ClassifyCommand),
    /// Create, list, rotate and revoke the keys of other systems that call the API
    #[command(subcommand)]
    Clients(clients::ClientsCommand),
    /// Print the OpenAPI document
    Openapi,
}

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the last word of a command that failed")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("zhitong: {error:#}");
    ExitCode::FAILURE
}

/// Runs what was typed.
async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Serve => serve::run().await,
        Command::Check(args) => check::run(args).await,
        Command::Migrate(args) => migrate::run(args).await,
        Command::Demo(args) => demo::run(args).await,
        Command::Import(args) => import::run(args).await,
        Command::Export(command) => export::run(command).await,
        Command::Admin(command) => admin::run(command).await,
        Command::Insight(command) => insight::run(command).await,
        Command::Link(command) => link::run(command).await,
        Command::Audit(command) => audit::run(command).await,
        Command::Backup(args) => backup::back_up(args).await,
        Command::Restore(args) => backup::restore(args).await,
        Command::Retention(args) => retention::run(args).await,
        Command::Erase(command) => retention::erase(command).await,
        Command::Overview(command) => overview::run(command).await,
        Command::Sites(command) => sites::run(command).await,
        Command::Official(command) => official::run(command).await,
        Command::Classify(command) => classify::run(command).await,
        Command::Clients(command) => clients::run(command).await,
        Command::Openapi => openapi::run(),
    }
}

/// The application without its server, for commands that work on the data.
async fn open() -> anyhow::Result<App> {
    let config = Config::from_environment()?;
    let address = config.bind;
    server::build(config, address).await
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    /// The lines of a README about `zhitong NAME`.
    fn lines_about(readme: &str, name: &str) -> String {
        let path = format!("{}/../{readme}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let quoted = format!("`zhitong {name}");
        let lines = text.lines().filter(|line| line.contains(&quoted));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn both_readmes_name_every_command() {
        let cli = Cli::command();
        // The first lines of the README start it.
        let commands = cli
            .get_subcommands()
            .filter(|command| command.get_name() != "demo");
        for command in commands {
            for readme in ["README.md", "README.zh-CN.md"] {
                let name = command.get_name();
                let lines = lines_about(readme, name);
                assert!(!lines.is_empty(), "{readme}: zhitong {name}");
                let kinds = command.get_positionals().flat_map(|argument| {
                    let values = argument.get_possible_values();
                    values.into_iter().map(|value| value.get_name().to_owned())
                });
                let nested = command
                    .get_subcommands()
                    .map(|nested| nested.get_name().to_owned());
                for word in nested.chain(kinds) {
                    assert!(lines.contains(&word), "{readme}: zhitong {name} {word}");
                }
            }
        }
    }
}
