//! `zhitong export open-data`

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::Subcommand;
use serde_json::json;

use crate::commands::open;
use crate::open_data::files;
use crate::open_data::service::{self, Period};

#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// Write the anonymised orders of a period as CSV and GeoJSON, with a data dictionary
    OpenData {
        /// First day, e.g. 2025-01-01
        #[arg(long)]
        from: NaiveDate,
        /// Last day, included
        #[arg(long)]
        to: NaiveDate,
        /// Folder for the files; existing ones are replaced
        #[arg(long)]
        out: PathBuf,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
pub async fn run(command: ExportCommand) -> anyhow::Result<()> {
    let ExportCommand::OpenData { from, to, out, json } = command;
    let app = open().await?;
    let data = service::read(&app, Period { from, to }, None).await?;
    std::fs::create_dir_all(&out).with_context(|| format!("cannot create {}", out.display()))?;
    write(&out, "open-data.csv", |file| {
        files::write_csv(file, data.records())
    })?;
    write(&out, "open-data.geojson", |file| {
        files::write_geojson(file, data.records())
    })?;
    write(&out, "data-dictionary.md", |file| {
        file.write_all(files::dictionary(&data.summary).as_bytes())
    })?;
    let (published, left_out) = (data.summary.published, data.summary.left_out);
    if json {
        println!("{}", json!({ "published": published, "left_out": left_out }));
    } else {
        println!("{published} orders published, {left_out} left out");
    }
    Ok(())
}

/// Under another name first, so that nobody reads half a file.
fn write(
    folder: &Path,
    name: &str,
    content: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let (path, partial) = (folder.join(name), folder.join(format!("{name}.part")));
    let written = || {
        let mut file = BufWriter::new(File::create(&partial)?);
        content(&mut file)?;
        file.into_inner()
            .map_err(std::io::IntoInnerError::into_error)?
            .sync_all()?;
        std::fs::rename(&partial, &path)
    };
    written().with_context(|| format!("cannot write {}", path.display()))
}
