use insight::classify::*;
fn read(p: &str, t: &str, l: &str) -> Vec<Example> {
    let mut r = csv::Reader::from_path(p).unwrap();
    let h = r.headers().unwrap().clone();
    let (a, b) = (
        h.iter().position(|x| x == t).unwrap(),
        h.iter().position(|x| x == l).unwrap(),
    );
    r.records()
        .map(|x| x.unwrap())
        .map(|x| Example {
            text: x[a].into(),
            label: x[b].into(),
        })
        .collect()
}
fn main() {
    let real = read("/work/shared/data/citizen_messages_labelled.csv", "text", "label");
    let mut pack = vec![];
    for n in 1..=28 {
        pack.extend(read(
            &format!("/work/wt/classify/api/city/luoyang/training/{n:02}.csv"),
            "text",
            "code",
        ));
    }

    let mut r = csv::Reader::from_path("/work/wt/classify/api/city/luoyang/categories.csv").unwrap();
    let anchors: Vec<Example> = r.records().map(|x| x.unwrap()).filter(|x| !x[1].is_empty()).map(|x| Example { text: format!("{}，{}", &x[2], x[3].replace(' ', "，")), label: x[0].into() }).collect();
    for (name, set, anchors) in [("real", &real, &vec![]), ("pack", &pack, &vec![]), ("anch", &pack, &anchors)] {
      for (prior, cost) in [(0.3,1.0),(1.0,1.0),(0.0,0.1)] {
                let seeds = if name == "real" { 3 } else { 1 };
                let (mut a, mut f, mut c, mut p, mut e) = (0., 0., 0., 0., 0.);
                for seed in 0..seeds {
                    let r = cross_validate(set, anchors, Settings { seed, prior, cost, ..Default::default() }).unwrap();
                    a += r.accuracy; f += r.macro_f1; c += r.coverage; p += r.precision; e += r.calibration_error;
                }
                let s = seeds as f64;
                println!("{name} {prior} {cost}: acc {:.3} f1 {:.3} cov {:.3} prec {:.3} ece {:.3}", a / s, f / s, c / s, p / s, e / s);
      }
    }
}
