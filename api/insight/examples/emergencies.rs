//! Runs the built-in pack's emergency rules over CSV files with a column `text` (and, if there, `subject`), prints every
//! match and the share of texts stopped.
//!
//! `cargo run -p insight --example emergencies -- FILE.csv…`

#![expect(clippy::print_stdout, reason = "prints a table")]

use insight::emergency::{EmergencyRules, RuleFile};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file: RuleFile = toml::from_str(include_str!("../../city/luoyang/emergencies.toml"))?;
    let began = std::time::Instant::now();
    let rules = EmergencyRules::compile(&file).map_err(|faults| faults.join("\n"))?;
    println!("compiled in {:.1?}", began.elapsed());
    for path in std::env::args().skip(1) {
        let mut reader = csv::Reader::from_path(&path)?;
        let headers = reader.headers()?.clone();
        let column = |name: &str| {
            headers
                .iter()
                .position(|header| header.trim_start_matches('\u{FEFF}') == name)
        };
        let (subject, text) = (column("subject"), column("text"));
        let (mut all, mut stopped) = (0_u32, 0_u32);
        let began = std::time::Instant::now();
        for row in reader.records() {
            let row = row?;
            let field = |column: Option<usize>| column.and_then(|at| row.get(at)).unwrap_or_default();
            let whole = format!("{}\n{}", field(subject), field(text));
            all += 1;
            if let Some(found) = rules.detect(&whole) {
                stopped += 1;
                println!(
                    "{}\t{}\t{}",
                    found.kind,
                    found.matched,
                    field(text).chars().take(60).collect::<String>()
                );
            }
        }
        let each = began.elapsed() / all.max(1);
        println!(
            "{path}: {stopped} of {all} ({:.2} %), {each:.1?} each",
            100.0 * f64::from(stopped) / f64::from(all)
        );
    }
    Ok(())
}
