//! `zhitong sites codes`

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use indicatif::ProgressBar;
use reqwest::Url;
use serde::Serialize;

use crate::app::App;
use crate::commands::open;
use crate::sites::sheets;

#[derive(Debug, Subcommand)]
pub enum SitesCommand {
    /// Print a sheet for every active site (A4, PDF): what it is, its code, what to do
    Codes(CodesArgs),
}

#[derive(Debug, clap::Args)]
pub struct CodesArgs {
    /// Where to; files after the first are numbered
    #[arg(long, default_value = "site-codes.pdf")]
    out: PathBuf,
    /// Only this site; may be given several times
    #[arg(long = "site", value_name = "CODE")]
    sites: Vec<String>,
    /// Ordinary QR codes, without asking WeChat
    #[arg(long)]
    plain: bool,
    /// Print codes even if they lead to this machine only (a loopback address)
    #[arg(long)]
    loopback: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Default, Serialize)]
struct Printed {
    files: Vec<String>,
    sites: usize,
    mini_program: usize,
    ordinary: usize,
    /// Why there are ordinary codes.
    refused: Option<String>,
}

pub async fn run(command: SitesCommand) -> anyhow::Result<()> {
    let SitesCommand::Codes(args) = command;
    let app = open().await?;
    if !args.loopback && is_loopback(&app.config.public_url) {
        bail!(
            "the codes would lead to {}, which no phone can reach; set ZHITONG_PUBLIC_URL, or say --loopback",
            app.config.public_url
        );
    }
    let printed = print_all(&app, &args).await?;
    if printed.sites == 0 {
        bail!("there is no active site; make one with POST /api/v1/sites");
    }
    report(&printed, args.json)
}

fn is_loopback(url: &str) -> bool {
    let host = Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    host.is_some_and(|host| {
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback() || address.is_unspecified())
    })
}

async fn print_all(app: &App, args: &CodesArgs) -> anyhow::Result<Printed> {
    let bar = ProgressBar::new_spinner();
    let mut printed = Printed::default();
    let mut after = None;
    loop {
        let sites = sheets::chosen(app, &args.sites, after.take())
            .await
            .context("the sites")?;
        let Some(last) = sites.last().map(|site| site.code.clone()) else {
            break;
        };
        let is_full = args.sites.is_empty() && sites.len() == sheets::MAX_SHEETS;
        let made = sheets::print(app, sites, args.plain, |one| {
            bar.inc(one as u64);
        })
        .await?;
        let path = numbered(&args.out, printed.files.len());
        std::fs::write(&path, &made.pdf).with_context(|| format!("cannot write {}", path.display()))?;
        printed.files.push(path.display().to_string());
        printed.sites += made.sites;
        printed.mini_program += made.mini_program;
        printed.ordinary += made.ordinary;
        printed.refused = printed.refused.or(made.refused);
        if !is_full {
            break;
        }
        after = Some(last);
    }
    bar.finish_and_clear();
    Ok(printed)
}

/// `codes.pdf`, `codes-2.pdf`, …
fn numbered(path: &Path, before: usize) -> PathBuf {
    if before == 0 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{}.pdf", before + 1))
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn report(printed: &Printed, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(printed)?);
        return Ok(());
    }
    println!(
        "{} sheets in {}: {} with the mini-program's code, {} with an ordinary QR code",
        printed.sites,
        printed.files.join(", "),
        printed.mini_program,
        printed.ordinary
    );
    if let Some(reason) = &printed.refused {
        println!("no code from WeChat: {reason}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_files_are_numbered() {
        let path = Path::new("out/codes.pdf");
        assert_eq!(numbered(path, 0), Path::new("out/codes.pdf"));
        assert_eq!(numbered(path, 1), Path::new("out/codes-2.pdf"));
    }

    #[test]
    fn an_address_of_this_machine_is_no_address_for_a_code() {
        for url in [
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:80",
            "http://0.0.0.0:8080",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["https://zhitong.example.cn", "http://192.168.1.5:8080"] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
