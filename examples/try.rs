use equipartition::claim::{runner::*, *};
use std::sync::atomic::AtomicBool;
fn main() {
    if let Ok(id) = std::env::var("SHOW") {
        let claim = equipartition::claims::select(&[id])[0];
        for i in 0..32 {
            let e = claim.examine(&Settings::new(0, 256), Case::Law, i);
            println!(
                "{i} {:?} {} {:?} {:?}",
                e.class,
                e.description,
                e.excluded,
                e.findings.iter().map(|f| (f.status, f.vacuous)).collect::<Vec<_>>()
            );
        }
        return;
    }
    let args: Vec<String> = std::env::args().skip(1).collect();
    let claims = equipartition::claims::select(&args);
    let n = std::env::var("N").ok().and_then(|s| s.parse().ok()).unwrap_or(32);
    let p = std::env::var("P").ok().and_then(|s| s.parse().ok()).unwrap_or(256);
    let plan = Plan { settings: Settings::new(0, p), instances: n, jobs: 0, time_limit: None };
    for r in run(&claims, &plan, &AtomicBool::new(false), &|_| {}) {
        println!(
            "{} {} {}\n  ev {:?} inst {} vac {} exc {} und {} refuted {} residual {} ladder {:?} margin {:?} bound {:?} fam {} s {:.2}",
            r.entry.id,
            r.verdict,
            r.reason,
            r.evidence,
            r.instances,
            r.vacuous,
            r.excluded,
            r.undecided,
            r.refuted,
            r.residual,
            r.ladder.iter().map(|(b, m)| format!("{b}:{m}")).collect::<Vec<_>>(),
            r.margin.as_ref().map(|m| m.to_string()),
            r.bound_bits,
            r.families,
            r.seconds
        );
        for c in &r.controls {
            println!("  control {} failed {} margin {} of {}", c.name, c.failed, c.margin, c.instances);
        }
        for (m, s) in &r.mutants {
            println!("  mutant {m}: {s}");
        }
        for w in &r.witnesses {
            println!("  witness {} {} {} {}", w.index, w.description, w.relation, w.residual);
        }
    }
}
