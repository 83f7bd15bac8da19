//! Reads PDF files with poppler's programs (Debian: `poppler-utils`).

use std::process::Command;

fn run(program: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("paper.pdf");
    std::fs::write(&file, pdf).expect("a file");
    let mut command = Command::new(program);
    command.args(arguments).arg(&file);
    if program == "pdftotext" {
        command.arg("-");
    }
    let read = command
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; install poppler-utils"));
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    String::from_utf8(read.stdout).expect("UTF-8")
}

/// The text of each page without blanks, line ends and zero-width characters.
#[must_use]
pub fn pages(pdf: &[u8]) -> Vec<String> {
    let text = run("pdftotext", &["-layout"], pdf);
    let pages = text.trim_end_matches('\u{c}').split('\u{c}');
    let kept = |c: &char| !c.is_whitespace() && *c != '\u{200b}';
    pages.map(|page| page.chars().filter(kept).collect()).collect()
}

/// The text of all pages without blanks.
#[must_use]
pub fn text(pdf: &[u8]) -> String {
    pages(pdf).concat()
}

/// How many pictures the file shows.
#[must_use]
pub fn pictures(pdf: &[u8]) -> usize {
    run("pdfimages", &["-list"], pdf).lines().skip(2).count()
}

/// The right edge of the rightmost word of a page and the page's width, in points.
#[must_use]
pub fn right_edge(pdf: &[u8]) -> (f64, f64) {
    let boxes = run("pdftotext", &["-bbox"], pdf);
    let numbers = |name: &str| -> Vec<f64> {
        let start = format!("{name}=\"");
        let parts = boxes.split(&start).skip(1);
        parts
            .filter_map(|part| part.split('"').next()?.parse().ok())
            .collect()
    };
    let largest = |of: Vec<f64>| of.into_iter().fold(0.0, f64::max);
    (largest(numbers("xMax")), largest(numbers("page width")))
}
