//! `zhitong official menu`

use anyhow::Context as _;
use clap::Subcommand;

use crate::commands::open;
use crate::official::{OfficialAccount, faults, menu};

#[derive(Debug, Subcommand)]
pub enum OfficialCommand {
    /// Create the menu, with buttons that open the mini-program
    Menu,
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
pub async fn run(command: OfficialCommand) -> anyhow::Result<()> {
    let OfficialCommand::Menu = command;
    let app = open().await?;
    let account = app.state::<OfficialAccount>().client();
    let account = account.context("no official account; set WECHAT_OA_APP_ID")?;
    menu::create(&app, account).await.map_err(|error| {
        let advice = error.errcode().and_then(faults::advice).unwrap_or_default();
        anyhow::Error::from(error).context(format!("the menu was not created; {advice}"))
    })?;
    println!("menu created: 随手拍, 留言进度");
    Ok(())
}
