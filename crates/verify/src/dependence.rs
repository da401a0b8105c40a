//! Which claim rests on which: what a proof uses of other claims, as a graph without circles.

use super::claim::Claim;
use super::theory::Theories;
use std::collections::{BTreeMap, BTreeSet};

impl<'a> Theories<'a> {
    /// The claims that the proof of this one rests on, in the order in which it names them.
    pub fn foundations(self, claim: &Claim<'_>) -> Vec<&'a Claim<'a>> {
        claim.builds_on.iter().filter_map(|id| self.find(id)).collect()
    }

    /// The claims whose proofs rest on that of an identifier, in the order of the theories.
    pub fn users(self, id: &str) -> Vec<&'a Claim<'a>> {
        self.claims().into_iter().filter(|claim| claim.builds_on.contains(&id)).collect()
    }

    /// These claims and all that they rest on, step by step, in the order of the theories.
    pub fn with_foundations(self, claims: &[&'a Claim<'a>]) -> Vec<&'a Claim<'a>> {
        let known: BTreeMap<&str, &'a Claim<'a>> = self.claims().into_iter().map(|claim| (claim.id, claim)).collect();
        let mut reached = BTreeSet::new();
        let mut left: Vec<&str> = claims.iter().map(|claim| claim.id).collect();
        while let Some(id) = left.pop() {
            if let (true, Some(claim)) = (reached.insert(id), known.get(id)) {
                left.extend(claim.builds_on);
            }
        }
        self.claims().into_iter().filter(|claim| reached.contains(claim.id)).collect()
    }

    /// What is wrong with what claims build on: a name that no claim has, one that is there twice, and a circle.
    pub(super) fn faults_of_dependence(self) -> Vec<String> {
        let claims = self.claims();
        let known: BTreeMap<&str, &Claim<'_>> = claims.iter().map(|claim| (claim.id, *claim)).collect();
        let mut faults = Vec::new();
        for claim in &claims {
            let mut named = BTreeSet::new();
            for id in claim.builds_on {
                if !known.contains_key(id) {
                    faults.push(format!("{}: it builds on {id:?}, and there is no such claim", claim.id));
                }
                if !named.insert(id) {
                    faults.push(format!("{}: it names {id:?} twice among what it builds on", claim.id));
                }
            }
        }
        faults.extend(
            circle(&claims, &known).map(|circle| format!("{}: a circle of claims", circle.join(" builds on "))),
        );
        faults
    }
}

/// A circle, its first claim once more at the end.
fn circle<'a>(claims: &[&Claim<'a>], known: &BTreeMap<&'a str, &Claim<'a>>) -> Option<Vec<&'a str>> {
    let mut closed = BTreeSet::new();
    for claim in claims {
        // The way from the claim, each with what it has still to be followed to.
        let mut way: Vec<(&str, &[&str])> = vec![(claim.id, claim.builds_on)];
        while let Some((id, rest)) = way.last_mut() {
            let Some((next, others)) = rest.split_first() else {
                closed.insert(*id);
                way.pop();
                continue;
            };
            *rest = others;
            if let Some(start) = way.iter().position(|(id, _)| id == next) {
                return Some(way[start..].iter().map(|(id, _)| *id).chain([*next]).collect());
            }
            if let (false, Some(found)) = (closed.contains(next), known.get(next)) {
                way.push((found.id, found.builds_on));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::lemmas::Lemmas;
    use super::super::theory::Theory;
    use super::*;

    fn claim(id: &'static str, builds_on: &'static [&'static str]) -> Claim<'static> {
        Claim { id, title: "", statement: "", hypotheses: &[], references: &[], builds_on, law: &[], controls: &[] }
    }

    fn of<R>(claims: &[Claim<'_>], then: impl FnOnce(Theories<'_>) -> R) -> R {
        let claims: Vec<&Claim<'_>> = claims.iter().collect();
        let theory = Theory {
            name: "t",
            title: "",
            references: &[],
            proofs: &[],
            lemmas: Lemmas::NONE,
            claims: &[&claims],
            file: None,
        };
        then(Theories(&[&theory]))
    }

    fn faults(claims: &[Claim<'_>]) -> Vec<String> {
        of(claims, |theories| theories.faults_of_dependence())
    }

    fn ids(claims: &[&Claim<'_>]) -> Vec<String> {
        claims.iter().map(|claim| claim.id.to_owned()).collect()
    }

    #[test]
    fn what_no_claim_is_and_circles_are_faults() {
        assert_eq!(faults(&[claim("t/a", &[]), claim("t/b", &["t/a"])]), Vec::<String>::new());
        assert_eq!(faults(&[claim("t/a", &["t/z"])]), ["t/a: it builds on \"t/z\", and there is no such claim"]);
        assert_eq!(faults(&[claim("t/a", &["t/a"])]), ["t/a builds on t/a: a circle of claims"]);
        let three = [claim("t/a", &["t/b"]), claim("t/b", &["t/c"]), claim("t/c", &["t/b"])];
        assert_eq!(faults(&three), ["t/b builds on t/c builds on t/b: a circle of claims"]);
        let twice = [claim("t/a", &[]), claim("t/b", &["t/a", "t/a"])];
        assert_eq!(faults(&twice), ["t/b: it names \"t/a\" twice among what it builds on"]);
        // Two ways to one claim are no circle.
        let rhombus =
            [claim("t/a", &["t/b", "t/c"]), claim("t/b", &["t/d"]), claim("t/c", &["t/d"]), claim("t/d", &[])];
        assert_eq!(faults(&rhombus), Vec::<String>::new());
    }

    #[test]
    fn claims_are_found_up_and_down() {
        let claims = [claim("t/a", &["t/b"]), claim("t/b", &["t/c"]), claim("t/c", &[]), claim("t/d", &["t/c"])];
        of(&claims, |theories| {
            let [a, c] = ["t/a", "t/c"].map(|id| theories.find(id).expect("it is there"));
            assert_eq!(ids(&theories.foundations(a)), ["t/b"]);
            assert_eq!(ids(&theories.users(c.id)), ["t/b", "t/d"]);
            assert_eq!(ids(&theories.with_foundations(&[a])), ["t/a", "t/b", "t/c"]);
        });
    }
}
