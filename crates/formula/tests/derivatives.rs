//! Derivatives against differences, and against what is known of them.

mod support;

use equipartition_formula::{CompiledLoss, Definitions, Model, Signature, Sizes, TooLarge};
use support::{both_sides, loss, numbers};

const WITH: &str = "u, w[n], W[m, n]; data x[n], y, p[m] in probabilities; n in 1..3; m in 1..3";
const SIZES: [(&str, usize); 2] = [("n", 2), ("m", 3)];

/// Backwards accumulation is the slope of the loss along every axis.
#[test]
fn gradients_are_slopes() {
    for formula in [
        "(u (w @ x)^2 - y)^2",
        "u sum(tanh(W @ x)) - y",
        "sum(sigmoid(W @ x) * (W @ w)) / (1 + u^2)",
        "u log(1 + sum(w^2)) + sqrt(norm2(W)) y",
        "sum(gelu(W @ x)) + sum(silu(W @ w)) u",
        "cross_entropy(W @ x, p) + u softplus(w @ x)",
        "sum(softmax(W @ x)^2) u",
        "u det(W @ W.T + eye(m)) + exp(-w @ x)",
        "sum(relu(W @ x - u ones(m))) + sum(leaky_relu(-W @ w)) + abs(u - y) + max(u, y) min(w[0], w[1])",
        "u^-2 + sum(w^3) / u - u/(w @ x)",
    ] {
        let count = 1 + 2 + 6 + 2 + 1 + 3;
        let at = numbers(count);
        let (_, gradient) = loss(WITH, formula, &SIZES, &at);
        for (place, slope) in gradient.iter().enumerate() {
            let shifted = |by: f64| {
                let mut at = at.clone();
                at[place] += by;
                loss(WITH, formula, &SIZES, &at).0
            };
            let difference = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
            assert!(
                (slope - difference).abs() < 1e-7 * (1.0 + slope.abs()),
                "{formula}, {place}: {slope} and {difference}"
            );
        }
    }
}

/// Identities that hold for every loss: two routes to one number.
#[test]
fn rates_steps_and_hessians_agree_with_what_they_are() {
    for law in [
        "rate(L) = -sum(grad(L)^2)",
        "rate(F; F) = -sum(grad(F)^2)",
        "rate(sum(w^2)) = -2 w @ grad(L).w",
        "rate(grad(L)) = -hess(L; grad(L))",
        "grad(F) = E[g + 0.5 hess(Lambda @ g)] + 2 gamma theta",
        "grad(F) = grad(L) + 2 gamma theta + grad(S)",
        "S = 0.25 E[g @ Lambda @ g]",
        "E[l] = L",
        "E[g] = grad(L)",
        "E[next(w)] = w - eta (grad(L).w + 2 gamma w)",
        "next(L; w) = w - eta (grad(L).w + 2 gamma w)",
        "next(F; w) = w - eta grad(F).w",
        "E[next(sum(w^2))] = E[sum((w - eta (g.w + 2 gamma w))^2)]",
        "E[next(next(u))] = E[next(u) - eta (next(g.u) + 2 gamma next(u))]",
        "E[hess(theta) @ g] = E[theta @ hess(g)]",
        "theta @ theta = u^2 + sum(w^2) + norm2(W)",
    ] {
        let formula = "(u tanh(w @ x) - y)^2 + sum((W @ x - p)^2) w[0]";
        let (left, right) = both_sides(WITH, formula, law, &SIZES);
        for (left, right) in left.iter().zip(&right) {
            assert!((left - right).abs() < 1e-9 * (1.0 + left.abs()), "{law}: {left} and {right}");
        }
    }
}

/// Taken apart where one side is 0, so that there is something to compare.
#[test]
fn a_side_that_is_0_gets_what_the_other_subtracts() {
    let law = |text: &str| {
        let signature = equipartition_formula::Signature::parse(WITH).unwrap();
        let law =
            equipartition_formula::Law::new(&signature, &equipartition_formula::Definitions::default(), text).unwrap();
        let labels = |terms: &[equipartition_formula::LawTerm]| {
            terms.iter().map(|term| term.label.clone()).collect::<Vec<_>>().join(" | ")
        };
        format!("{} = {}", labels(&law.left), labels(&law.right))
    };
    assert_eq!(law("rate(sum(w^2) - u^2) = 0"), "rate(sum(w^2)) = rate(u^2)");
    assert_eq!(law("0 = 2 (u - w @ w)"), "2 w @ w = 2 u");
    assert_eq!(law("E[u g.u - w @ g.w] = 0"), "E[u g.u] = E[w @ g.w]");
    assert_eq!(law("u - u = u"), "u | -u = u (the 2. time)");
    assert_eq!(law("u >= sum(w)"), "sum(w) = u");
}

/// Powers of powers multiply, and so do squares of squares by whatever name: their digits would fill all memory.
#[test]
fn numbers_of_too_high_a_degree_are_refused() {
    let compiled = |formula: &str| {
        let signature = Signature::parse("w; data x").unwrap();
        let model = Model::new(signature, formula, &Definitions::default()).unwrap();
        CompiledLoss::new(&model, &Sizes::new()).map(|loss| loss.tape.degree())
    };
    assert!(compiled("(w^64)^64 x").is_ok_and(|degree| (4097..1 << 14).contains(&degree)));
    assert_eq!(compiled("((w^64)^64)^64 x"), Err(TooLarge));
    assert_eq!(compiled("((w^64)^64)^2 * ((w^64)^64)^2 * w"), Err(TooLarge));
}
