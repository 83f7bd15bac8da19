//! `zhitong`: the command line of the product.

use std::process::ExitCode;

use clap::Parser as _;
use zhitong::commands::{self, Cli};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the last word of a command that failed")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("zhitong: {error:#}");
    ExitCode::FAILURE
}
