//! `zhitong admin login-link`

use clap::Subcommand;

use crate::commands::open;
use crate::people::admin;

#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Print a one-time address that signs the first admin in to the console
    LoginLink,
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
pub async fn run(command: AdminCommand) -> anyhow::Result<()> {
    match command {
        AdminCommand::LoginLink => println!("{}", admin::login_link(&open().await?).await?),
    }
    Ok(())
}
