//! `zhitong`: the command line of the product. All of it is in the library, which so is compiled once.

use std::process::ExitCode;

fn main() -> ExitCode {
    zhitong::commands::main()
}
