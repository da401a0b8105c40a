//! Of two records of a claim, what is less and what is more.

use super::super::power_of_two;
use super::record::{ExponentRecord, KindRecord, Record};
use crate::verify::Verdict;

impl Record {
    /// What `now` has less of, and what it has more of.
    pub(super) fn differences(&self, now: &Record) -> (Vec<String>, Vec<String>) {
        let mut both = Differences::default();
        if self.statement != now.statement {
            both.weaker.push(format!("another statement: `{}`, was `{}`", now.statement, self.statement));
        }
        both.sets("hypothesis", More::IsWeaker, &self.hypotheses, &now.hypotheses);
        if now.proof != self.proof && !(now.proof.is_nothing() && self.proof.is_nothing()) {
            both.add(now.proof > self.proof, format!("machine-checked proof: {}, was {}", now.proof, self.proof));
        }
        both.sets("theorem", More::IsStronger, &self.theorems, &now.theorems);
        match rank(now.verdict).cmp(&rank(self.verdict)) {
            std::cmp::Ordering::Equal => {}
            order => both.add(order.is_lt(), format!("{}, was {}", now.verdict, self.verdict)),
        }
        both.drawn("the law", self.fingerprint.as_ref(), now.fingerprint.as_ref());
        both.counts("instances", More::IsStronger, self.instances, now.instances);
        both.counts("vacuous instances", More::IsWeaker, self.vacuous, now.vacuous);
        both.counts("instances left out", More::IsWeaker, self.left_out, now.left_out);
        let kinds = self.evidence.keys().chain(now.evidence.keys().filter(|kind| !self.evidence.contains_key(kind)));
        for kind in kinds {
            let count = |record: &Record| record.evidence.get(kind).copied().unwrap_or(0);
            both.counts(&format!("instances with {kind} evidence"), More::IsStronger, count(self), count(now));
        }
        self.compare_kinds(now, &mut both);
        both.counts("distinct orbits", More::IsStronger, self.orbits.unwrap_or(0), now.orbits.unwrap_or(0));
        both.counts("confidence intervals", More::IsStronger, self.intervals, now.intervals);
        let names = |record: &Record| record.controls.keys().cloned().collect::<Vec<_>>();
        both.sets("failing control", More::IsStronger, &names(self), &names(now));
        for (name, &before) in &self.controls {
            if let Some(&after) = now.controls.get(name) {
                both.counts(&format!("instances of the control `{name}`"), More::IsStronger, before, after);
            }
        }
        for (name, before) in &self.control_fingerprints {
            both.drawn(&format!("the control `{name}`"), Some(before), now.control_fingerprints.get(name));
        }
        both.mutants(&self.mutants, &now.mutants);
        self.compare_exponents(now, &mut both);
        (both.weaker, both.stronger)
    }

    fn compare_kinds(&self, now: &Record, both: &mut Differences) {
        let names = |record: &Record| record.kinds.iter().map(|found| found.kind.clone()).collect::<Vec<_>>();
        both.sets("relation", More::IsStronger, &names(self), &names(now));
        for before in &self.kinds {
            let Some(after) = now.kinds.iter().find(|after| after.kind == before.kind) else { continue };
            let kind = &before.kind;
            both.counts(&format!("independent draws of `{kind}`"), More::IsStronger, before.draws, after.draws);
            let bits = |record: &KindRecord| record.bound_bits.unwrap_or(0);
            if bits(before) != bits(after) {
                let bound = |bits: u32| if bits == 0 { "nothing".to_owned() } else { power_of_two(f64::from(bits)) };
                let (now, was) = (bound(bits(after)), bound(bits(before)));
                let text = format!("`{kind}` missed with probability at most {now}, was {was}");
                both.add(bits(after) > bits(before), text);
            }
            both.counts(
                &format!("families of the bound of `{kind}`"),
                More::IsStronger,
                before.families,
                after.families,
            );
            let identities = format!("instances on which `{kind}` is an identity");
            both.counts(&identities, More::IsStronger, before.identities, after.identities);
        }
    }

    fn compare_exponents(&self, now: &Record, both: &mut Differences) {
        let labels = |record: &Record| {
            let label = |found: &ExponentRecord| format!("{} = {}", found.of, found.predicted);
            record.exponents.iter().map(label).collect::<Vec<_>>()
        };
        both.sets("exponent of", More::IsStronger, &labels(self), &labels(now));
        for before in &self.exponents {
            let same = |after: &&ExponentRecord| (&after.of, after.predicted) == (&before.of, before.predicted);
            if let Some(after) = now.exponents.iter().find(same) {
                let of = &before.of;
                both.counts(
                    &format!("digits of the exponent of {of}"),
                    More::IsStronger,
                    before.digits as usize,
                    after.digits as usize,
                );
                both.counts(
                    &format!("instances of the exponent of {of}"),
                    More::IsStronger,
                    before.instances,
                    after.instances,
                );
            }
        }
    }
}

/// Whether more of something makes a claim stronger.
#[derive(Clone, Copy, PartialEq, Eq)]
enum More {
    IsStronger,
    IsWeaker,
}

#[derive(Default)]
struct Differences {
    weaker: Vec<String>,
    stronger: Vec<String>,
}

impl Differences {
    fn add(&mut self, is_stronger: bool, text: String) {
        if is_stronger { &mut self.stronger } else { &mut self.weaker }.push(text);
    }

    fn counts(&mut self, what: &str, more: More, before: usize, now: usize) {
        if now != before {
            self.add((now > before) == (more == More::IsStronger), format!("{now} {what}, was {before}"));
        }
    }

    /// Other instances are neither more nor fewer, but what was known of them is not known of these.
    fn drawn(&mut self, of: &str, before: Option<&String>, now: Option<&String>) {
        if let (Some(before), Some(now)) = (before, now)
            && before != now
        {
            self.weaker.push(format!(
                "other instances of {of} than those recorded, perhaps of fewer kinds or sizes: bless it if it is meant"
            ));
        }
    }

    /// Term by term what is no longer refuted, and what is for the first time.
    fn mutants(&mut self, before: &[String], now: &[String]) {
        for (these, others, word, is_stronger) in [(before, now, "no longer", false), (now, before, "new", true)] {
            let mut terms: Vec<(&str, Vec<&str>)> = Vec::new();
            for name in these.iter().filter(|name| !others.contains(name)) {
                let (term, change) = name.rsplit_once(' ').unwrap_or((name, ""));
                match terms.iter_mut().find(|(known, _)| *known == term) {
                    Some((_, changes)) => changes.push(change),
                    None => terms.push((term, vec![change])),
                }
            }
            for (term, changes) in terms {
                let changes = changes.join(", ");
                self.add(is_stronger, format!("{word}: refuted wrong formula, `{term}` {changes}"));
            }
        }
    }

    fn sets(&mut self, what: &str, more: More, before: &[String], now: &[String]) {
        for gone in before.iter().filter(|name| !now.contains(name)) {
            self.add(more == More::IsWeaker, format!("no longer: {what} `{gone}`"));
        }
        for new in now.iter().filter(|name| !before.contains(name)) {
            self.add(more == More::IsStronger, format!("new: {what} `{new}`"));
        }
    }
}

/// From the best verdict to the worst.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Holds => 0,
        Verdict::Undecided => 1,
        Verdict::Vacuous => 2,
        Verdict::Powerless => 3,
        Verdict::Refuted => 4,
    }
}
