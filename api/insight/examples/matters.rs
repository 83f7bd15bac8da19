//! Prints what the model of one matter sees of each judged pair, as CSV, for fitting its weights.
//!
//! `cargo run --release -p insight --example matters -- FILE.csv > features.csv`

use insight::similar::Wording;

#[expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool of the developers"
)]
fn main() {
    let file = std::env::args().nth(1).unwrap();
    println!("kind,leaf,group,metres,overlap,parts");
    for row in csv::Reader::from_path(file).unwrap().records() {
        let row = row.unwrap();
        let field = |at: usize| row.get(at).unwrap();
        let (a, b) = (Wording::of(field(2)), Wording::of(field(4)));
        let leaf = field(1) == field(3);
        let group = field(1)[..2] == field(3)[..2];
        let overlap = a.overlap(&b).map_or(-1.0, |share| share);
        println!(
            "{},{},{},{},{overlap:.3},{}",
            field(0),
            u8::from(leaf),
            u8::from(group),
            field(5),
            u8::from(a.names_other_parts(&b))
        );
    }
}
