//! The report as a page: it is well-formed, stands for itself, escapes what it is given, and shows every claim and every verdict;
//! statements in MathML keep every letter.

mod browser;
mod markup;
mod sample;

use equipartition::discovery::structure::Known;
use equipartition::report::{GivenModel, Libraries, Report, formula, html};
use equipartition::scalar::Magnitude;
use equipartition::theories::{registry, select};
use equipartition::verify::Settings;
use equipartition::verify::runner::{self, Plan};
use equipartition::verify::{Effort, Verdict};
use markup::{Element, parse};
use proptest::prelude::*;
use sample::{HOSTILE, report};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;

fn page(report: &Report) -> String {
    let mut bytes = Vec::new();
    html::write(report, &mut bytes).expect("a vector takes everything");
    String::from_utf8(bytes).expect("a page is text")
}

/// A small run of real claims: an order, a law in every scalar, another family.
fn small_run() -> Report {
    let prefixes = ["entropic-loss/modified-step", "balance/neuron", "platonic/alignment"].map(str::to_owned);
    let plan = Plan { settings: Settings::new(3, 128), instances: 8, jobs: 0, time_limit: None };
    let claims = runner::run(&select(&prefixes), &plan, &AtomicBool::new(false), &|_| {});
    assert_eq!(claims.len(), 3);
    Report {
        program: "equipartition".to_owned(),
        libraries: Libraries::linked(),
        seed: 3,
        precision: 128,
        effort: Effort::Default,
        instances: 8,
        shard: None,
        model: None,
        comparison: None,
        claims,
        sought: BTreeMap::new(),
        never_taken: BTreeMap::new(),
        seconds: 1.0,
    }
}

/// Every page that the tests look at.
fn pages() -> Vec<String> {
    let empty = Report { claims: Vec::new(), ..report() };
    let given = Report {
        model: Some(GivenModel {
            file: HOSTILE.to_owned(),
            network: HOSTILE.to_owned(),
            parameters: 3,
            checksum: String::new(),
            inapplicable: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
            symmetries: vec![Known {
                name: HOSTILE.to_owned(),
                maps: HOSTILE.to_owned(),
                generators: 2,
                tried: 2,
                verified: 1,
                residual: HOSTILE.to_owned(),
            }],
        }),
        ..report()
    };
    [report(), empty, given, small_run()].iter().map(page).collect()
}

#[test]
fn pages_are_well_formed_and_all_their_anchors_exist() {
    for page in pages() {
        let root = parse(&page);
        root.check_mathml();
        let ids: Vec<&str> = root.all().filter_map(|element| element.attribute("id")).collect();
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len(), "an id occurs twice: {ids:?}");
        for element in root.all() {
            let anchor = element.attribute("href").and_then(|link| link.strip_prefix('#'));
            for name in ["for", "aria-labelledby"].into_iter().filter_map(|name| element.attribute(name)).chain(anchor)
            {
                assert!(distinct.contains(name), "nothing is called {name}");
            }
            let clip = element.attribute("clip-path").and_then(|clip| clip.strip_prefix("url(#")?.strip_suffix(')'));
            assert!(clip.is_none_or(|clip| distinct.contains(clip)));
        }
    }
}

#[test]
fn pages_load_nothing_and_run_nothing() {
    for page in pages() {
        let root = parse(&page);
        for element in root.all() {
            let forbidden =
                ["script", "link", "img", "iframe", "object", "embed", "base", "image", "use", "foreignObject"];
            assert!(!forbidden.contains(&element.name.as_str()), "{}", element.name);
            for (name, value) in &element.attributes {
                assert!(!name.starts_with("on"), "{name} is a script");
                let outside = value.contains("//")
                    && name != "xmlns"
                    && !["title", "alttext", "aria-label"].contains(&name.as_str());
                let is_reference = element.name == "a" && name == "href" && value.starts_with("https://arxiv.org/abs/");
                assert!(!outside || is_reference, "{name}={value}");
                assert!(!value.contains("url(") || value.starts_with("url(#"), "{value}");
                assert!(
                    !["src", "srcset", "style", "action", "data", "poster"].contains(&name.as_str()),
                    "{name}={value}"
                );
            }
        }
        let style = root.all().find(|element| element.name == "style").expect("a style").text();
        assert!(!style.contains("url(") && !style.contains("@import") && !style.contains("//"));
        let policy = |element: &&Element| element.attribute("http-equiv") == Some("Content-Security-Policy");
        let policy = root.all().find(policy).and_then(|element| element.attribute("content")).expect("a policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'unsafe-inline'") && !policy.contains("script"));
    }
}

#[test]
fn hostile_text_is_shown_and_is_no_markup() {
    // Wherever text comes from outside: files, descriptions, reasons, labels.
    let [report, _, given, _] = <[String; 4]>::try_from(pages()).expect("four pages");
    for (page, times) in [(report, 6), (given, 9)] {
        let text = parse(&page).text();
        assert!(text.matches(HOSTILE).count() >= times, "{} times", text.matches(HOSTILE).count());
        assert!(!page.contains("<script") && !page.contains("<b>&\""));
    }
}

#[test]
fn every_claim_has_a_card_with_its_verdict_and_nothing_unknown_looks_passed() {
    let report = report();
    let page = page(&report);
    let root = parse(&page);
    for claim in &report.claims {
        let card = root.all().find(|element| element.attribute("id") == Some(claim.entry.id.as_str())).expect("a card");
        let text = card.text();
        let word = claim.verdict.to_string();
        let badge = card.all().find(|element| element.attribute("class").is_some_and(|class| class.contains("badge")));
        assert!(badge.is_some_and(|badge| badge.text().ends_with(&word)), "{}: {text}", claim.entry.id);
        let classes = |element: &Element| element.attribute("class").unwrap_or_default().to_owned();
        let green = card.all().any(|element| classes(element).contains("v-holds"));
        assert_eq!(green, claim.verdict == Verdict::Holds, "{}", claim.entry.id);
        assert!(text.contains(&claim.reason));
        for control in &claim.entry.controls {
            assert!(text.contains(&control.name) && text.contains(&control.breaks), "{text}");
        }
        assert_eq!(text.contains("did not fail"), claim.controls.iter().any(|control| !control.failed));
        assert_eq!(text.contains("survives"), claim.surviving_mutants().next().is_some());
        for witness in &claim.witnesses {
            assert!(text.contains(&witness.description));
            assert!(text.contains(&report.replay_command(&claim.entry, witness.case, witness.index)));
        }
    }
    let text = root.text();
    for verdict in [Verdict::Holds, Verdict::Refuted, Verdict::Powerless, Verdict::Vacuous, Verdict::Undecided] {
        assert!(
            text.contains(&format!("equipartition: {}, refuted", "5 claims")),
            "the whole is as bad as its worst part"
        );
        let count = root.all().find(|element| {
            element.name == "li"
                && element.attribute("class").is_some_and(|class| class.starts_with(&format!("v-{verdict}")))
        });
        assert!(count.is_some_and(|count| count.text().starts_with('1')), "{verdict}");
    }
    for told in ["seed7", "weaker than theory.lock", "part 1 of 2", "2\u{2212}23", "1024 bits"] {
        assert!(text.to_lowercase().contains(told), "{told}");
    }
}

#[test]
fn a_run_of_no_claims_has_not_held() {
    let text = page(&Report { claims: Vec::new(), ..report() });
    let root = parse(&text);
    let badge = |element: &Element| element.attribute("class").is_some_and(|class| class.contains("badge"));
    assert!(root.text().contains("nothing is known") && !root.all().any(badge), "{text}");
}

/// The residual of an inequality is no number: a 0 would look like perfection.
#[test]
fn inequalities_have_margins_and_no_residuals() {
    let mut report = report();
    let facts = |report: &Report| {
        let page = page(report);
        let root = parse(&page);
        let card = root.all().find(|element| element.attribute("id") == Some("other/unfinished")).expect("a card");
        (card.text(), card.all().any(|element| element.name == "svg"))
    };
    let (text, drawn) = facts(&report);
    assert!(text.contains("as decided2.76") && drawn, "{text}");
    let claim = report.claims.last_mut().expect("a claim");
    claim.margin = Some(Magnitude::power_of_two(-1));
    claim.residual = Magnitude::zero();
    claim.ladder.values_mut().for_each(|residual| *residual = Magnitude::zero());
    let (text, drawn) = facts(&report);
    assert!(text.contains("as decidedinequality") && text.contains("least margin of an inequality0.500"), "{text}");
    assert!(!drawn, "there is nothing to plot");
}

#[test]
fn filters_know_every_verdict_family_and_kind_of_evidence() {
    let page = page(&report());
    let root = parse(&page);
    let rules = root.all().find(|element| element.name == "style").expect("a style").text();
    let inputs: Vec<&Element> = root.all().filter(|element| element.attribute("type") == Some("radio")).collect();
    assert_eq!(inputs.iter().filter(|input| input.attribute("checked").is_some()).count(), 3, "all, of each");
    for input in inputs.iter().filter(|input| input.attribute("checked").is_none()) {
        let id = input.attribute("id").expect("an id");
        let class = id.strip_prefix("only-").expect("a filter");
        assert!(rules.contains(&format!("body:has(#{id}:checked) .claim:not(.{class})")), "{id}");
        let has = |element: &&Element| {
            element.name == "article" && element.attribute("class").is_some_and(|c| c.split(' ').any(|c| c == class))
        };
        assert!(root.all().any(|element| has(&element)), "{class} shows nothing");
    }
    assert_eq!(inputs.len(), 3 + 5 + 2 + 3);
}

#[test]
fn plots_belong_to_ladders_orders_and_estimates() {
    let pages = [page(&small_run()), page(&report())];
    let roots = pages.each_ref().map(|page| parse(page));
    let figures = |root: usize, id: &str| {
        let card = roots[root].all().find(|element| element.attribute("id") == Some(id)).expect("a card");
        let drawings = card.all().filter(|element| element.name == "svg" && element.attribute("role") == Some("img"));
        drawings.inspect(|svg| assert!(svg.all().any(|element| element.name == "title"))).count()
    };
    assert_eq!(figures(0, "balance/neuron"), 1);
    assert_eq!(figures(0, "entropic-loss/modified-step"), 2);
    assert_eq!(figures(1, "demonstration/sum"), 3);
    assert_eq!(figures(1, "demonstration/silence"), 0);
    let rings = roots[1].all().filter(|element| element.name == "circle").count();
    assert_eq!(rings, 4 * 2, "a residual of 0 of four claims, and their legends");
}

#[test]
fn a_browser_shows_the_pages_without_complaint_and_asks_nobody() {
    let Some(browser) = browser::find() else { return };
    for page in pages() {
        let visit = browser::visit(&browser, &page);
        assert!(visit.dom.contains("What the words mean"), "{}", visit.dom);
        assert_eq!(visit.console, [""; 0]);
        assert_eq!(visit.requests, [""; 0]);
    }
}

/// The check above can fail: of a page with a script, and with a picture from elsewhere.
#[test]
fn a_browser_complains_of_scripts_and_tells_of_requests() {
    let Some(browser) = browser::find() else { return };
    let page = page(&report());
    let with = |addition: &str| page.replace("</main>", &format!("{addition}</main>"));
    let forbidden = browser::visit(&browser, &with("<script>throw new Error('x')</script>"));
    assert!(forbidden.console.iter().any(|line| line.contains("Content Security Policy")), "{:?}", forbidden.console);
    let picture = with("<img src=\"https://equipartition.invalid/x.png\" alt=\"\"/>");
    let forbidden = browser::visit(&browser, &picture);
    assert!(!forbidden.console.is_empty() && forbidden.requests.is_empty(), "the policy holds: {forbidden:?}");
    let allowed = browser::visit(&browser, &picture.replace("default-src 'none'", "img-src *"));
    assert_eq!(allowed.requests, ["https://equipartition.invalid/x.png"]);
}

#[test]
fn no_letter_of_any_statement_is_lost() {
    for claim in registry() {
        let entry = claim;
        let controls = entry.controls.iter().map(|control| control.breaks);
        for text in [entry.title, entry.statement].into_iter().chain(entry.hypotheses.iter().copied()).chain(controls) {
            let root = parse(&format!("<p>{}</p>", formula::to_mathml(text)));
            root.check_mathml();
            assert_eq!(markup::letters(&root.named_text()), markup::letters(text), "{}: {text}", entry.id);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_letter_of_any_text_is_lost(text in "([a-zA-Z0-9γ²½é𝑥 ]|[ -~]|(theta|sum|sqrt|grad|Sx|mean|dt|d|a|T|tr|\\.\\.\\.|->|K/|\\|K|\\^|_|\\(|\\)|\\|)|\\PC|.){0,40}") {
        let root = parse(&format!("<p>{}</p>", formula::to_mathml(&text)));
        root.check_mathml();
        // Scripts are written in the order of MathML.
        let sorted = |text: &str| {
            let mut letters: Vec<char> = markup::letters(text).chars().collect();
            letters.sort_unstable();
            letters
        };
        prop_assert_eq!(sorted(&root.named_text()), sorted(&text));
    }
}
