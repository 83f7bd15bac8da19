//! `zhitong check`: whether the configuration works, line by line, with what to do.

use anyhow::bail;
use serde_json::{Value, json};

use crate::config::Config;
use crate::preflight;
use crate::upkeep::check::{Check, State};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args) -> anyhow::Result<()> {
    let checks = match Config::from_environment() {
        Ok(config) => preflight::run(config).await,
        Err(faults) => faults.0.iter().map(|fault| unread(fault)).collect(),
    };
    print(&checks, args.json);
    match checks
        .iter()
        .filter(|check| check.state == State::Trouble)
        .count()
    {
        0 => Ok(()),
        troubles => bail!("{troubles} checks failed"),
    }
}

fn unread(fault: &str) -> Check {
    Check::well("配置", fault).but(
        State::Trouble,
        "改正环境变量或 .env，每个变量的说明见 .env.example。",
    )
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn print(checks: &[Check], as_json: bool) {
    if as_json {
        let is_ok = checks.iter().all(|check| check.state != State::Trouble);
        let checks: Vec<Value> = checks.iter().map(to_json).collect();
        println!("{}", json!({ "ok": is_ok, "checks": checks }));
        return;
    }
    for check in checks {
        let word = match check.state {
            State::Well => "ok  ",
            State::Attention => "注意",
            State::Trouble => "不行",
        };
        let gap = if check.advice.is_empty() { "" } else { "。" };
        println!("{word}  {}：{}{gap}{}", check.name, check.value, check.advice);
    }
}

fn to_json(check: &Check) -> Value {
    let state = match check.state {
        State::Well => "ok",
        State::Attention => "attention",
        State::Trouble => "failed",
    };
    json!({ "name": check.name, "state": state, "value": check.value, "advice": check.advice })
}
