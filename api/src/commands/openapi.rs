//! `zhitong openapi`

use crate::server;

#[expect(clippy::print_stdout, reason = "a command prints its result")]
pub fn run() -> anyhow::Result<()> {
    println!("{}", server::document().to_pretty_json()?);
    Ok(())
}
