//! How formulas are read: precedence, and what is refused because it could be read in two ways.

mod support;

use equipartition_formula::{parse_expression, parse_statement};
use support::{fault_of_law, fault_of_loss, loss};

/// The value of a formula of one parameter and some data, all of them different.
fn value(formula: &str) -> f64 {
    loss("a, W[2, 2]; data b, c, x[2], y[2]", formula, &[], &[2.0, 1.0, 2.0, 3.0, 5.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0])
        .0
}

#[test]
fn operators_bind_as_on_paper() {
    for (formula, expected) in [
        ("a + b * c", 17.0),
        ("a - b - c", -6.0),
        ("a / b / c", 2.0 / 15.0),
        ("a/b c", 10.0 / 3.0),
        ("a/(b c)", 2.0 / 15.0),
        ("2a + 1", 5.0),
        ("2(a + 1)", 6.0),
        ("-a^2", -4.0),
        ("(-a)^2", 4.0),
        ("a * -b", -6.0),
        ("a - -b", 5.0),
        ("a^-1 b", 1.5),
        ("2 a^3 b", 48.0),
        ("a**3", 8.0),
        ("a x @ y", 2.0 * (7.0 * 13.0 + 11.0 * 17.0)),
        ("a/b x @ y", 2.0 / 3.0 * (7.0 * 13.0 + 11.0 * 17.0)),
        ("x @ y / a", (7.0 * 13.0 + 11.0 * 17.0) / 2.0),
        ("a x @ W @ y", 2.0 * (7.0 * (13.0 + 34.0) + 11.0 * (39.0 + 85.0))),
        ("sum(W @ x) a", 2.0 * (29.0 + 76.0)),
        ("sum(W.T @ x) a", 2.0 * (40.0 + 69.0)),
        ("a W[0, 1] + W[1, :] @ x", 4.0 + 21.0 + 55.0),
        ("a sum(x * y)", 2.0 * (91.0 + 187.0)),
        ("a sum(x^2)", 2.0 * (49.0 + 121.0)),
        ("a norm2(W)", 2.0 * 39.0),
        ("a tr(W @ W)", 2.0 * (7.0 + 31.0)),
        ("a det(W)", -2.0),
        ("a sum(outer(x, y))", 2.0 * (18.0 * 30.0)),
        ("a sum(diag(x) @ y)", 2.0 * (91.0 + 187.0)),
        ("a sum(diag(W))", 12.0),
        ("a max(b, c)", 10.0),
        ("a min(b, c)", 6.0),
        ("a abs(b - c)", 4.0),
        ("relu(b - c) + a", 2.0),
        ("leaky_relu(b - c) + a", 1.8),
        ("a sum(x + ones(2))", 40.0),
        ("a tr(eye(2))", 4.0),
        ("a mean(x)", 18.0),
        ("0.5 a", 1.0),
        ("1e-1 a", 0.2),
        ("a · b", 6.0),
        ("a ⋅ -b × c", -30.0),
        ("sum(a · x)", 36.0),
    ] {
        let found = value(formula);
        assert!((found - expected).abs() < 1e-9, "{formula} is {found}, expected {expected}");
    }
}

#[test]
fn what_is_written_comes_back_with_one_hand_of_spaces() {
    for (formula, expected) in [
        ("a+b*c", "a + b * c"),
        ("4gamma/eta (a)", "4 gamma/eta (a)"),
        ("E[ sum( g.w ^2 ) ]", "E[sum(g.w^2)]"),
        ("hess( L ;g ).w", "hess(L; g).w"),
        ("W.T@W [0,:]", "W.T @ W[0, :]"),
        ("-a - -b", "-a - -b"),
        ("0.50", "0.5"),
    ] {
        let again = |text: &str| parse_expression(text).map(|parsed| parsed.to_string());
        assert_eq!(again(formula).as_deref(), Ok(expected));
        assert_eq!(again(expected).as_deref(), Ok(expected));
    }
    let law = parse_statement("for i in n,z: g.w[ i ]=0").unwrap();
    assert_eq!(law.to_string(), "for i in n, z: g.w[i] = 0");
    assert_eq!(law.to_latex(), r"\left(g_{w}\right)_{i} = 0 \qquad \forall\, i, z");
}

#[test]
fn latex_has_fractions_means_and_norms() {
    let law = parse_statement("E[sum(g.w^2)] - 2 E[g.u^2] = 4 gamma/eta (norm2(W) - 2 u^2)").unwrap();
    assert_eq!(
        law.to_latex(),
        r"\mathbb{E}\left[\textstyle\sum\left(\left(g_{w}\right)^{2}\right)\right] - 2 \, \mathbb{E}\left[\left(g_{u}\right)^{2}\right] = \frac{4 \, \gamma}{\eta} \, \left(\left\|W\right\|^{2} - 2 \, u^{2}\right)"
    );
}

/// A dot sums over the axes that meet, of two vectors as of matrices; what goes entry by entry has a sign of its own.
#[test]
fn latex_tells_an_inner_product_from_others() {
    for (formula, expected) in [
        ("w @ g.w", r"w \cdot g_{w}"),
        ("2 w @ W.T @ x", r"2 \, w \cdot W^{\top} \cdot x"),
        ("w * g.w", r"w \odot g_{w}"),
        ("4 * 2 u", r"4 \cdot 2 \, u"),
        ("gamma · w", r"\gamma \cdot w"),
        ("w @ (W @ x)", r"w \cdot \left(W \cdot x\right)"),
        ("w @ -x", r"w \cdot \left(-x\right)"),
        ("outer(w, x + y).T @ x", r"\left(w \otimes \left(x + y\right)\right)^{\top} \cdot x"),
        ("grad(F) @ g", r"\nabla F \cdot g"),
    ] {
        assert_eq!(parse_expression(formula).map(|parsed| parsed.to_latex()).as_deref(), Ok(expected), "{formula}");
    }
}

const WITH: &str = "u, w[n], W[m, n]; data x[n], y; n in 1..3; m in 1..3";

/// Every fault has a part that it is about, and says what to do.
#[test]
fn laws_that_make_no_sense_are_underlined() {
    for (law, marked, message) in [
        (
            "u = v",
            "v",
            "unknown name `v`: there is `u`, `w`, `W`, `x`, `y`, `n`, `m`, `l`, `g`, `L`, `S`, `F`, `eta`, `gamma`, `Lambda` and `theta`",
        ),
        (
            "u dl/du = 0",
            "dl",
            "unknown name `dl`: the derivative of the loss of a sample is `g.w`, that of its mean `grad(L).w`, of F `grad(F).w`",
        ),
        ("gama = u", "gama", "unknown name `gama`: did you mean `gamma`?"),
        ("sun(w) = u", "sun", "unknown function `sun`: did you mean `sum`?"),
        ("u (w) = u(w)", "u", "`u` is no function: a product is written with a space, `u (...)`, or `u * (...)`"),
        ("g.u = u", "g", "`g` is of one sample: write it inside `E[...]`, or put `for z:` before the law"),
        ("sum(x) = u", "x", "`x` is of one sample: write it inside `E[...]`, or put `for z:` before the law"),
        ("E[g.v] = u", "v", "unknown parameter `v`: there is `u`, `w` and `W`"),
        (
            "w = u",
            "u",
            "one term of the law is a vector of n, and this one a number: a number is added to every entry as `c ones(n)`",
        ),
        (
            "u + w = w",
            "w",
            "one term of the law is a number, and this one a vector of n: a number is added to every entry as `c ones(n)`",
        ),
        (
            "sum(u + w) = u",
            "w",
            "a number and a vector of n cannot be added: a number is added to every entry as `c ones(n)`",
        ),
        ("w w = u", "w w", "this can be read in two ways: write `w @ w` or `w * w`"),
        ("W w = u", "W w", "a product of matrices is written `W @ w`"),
        ("w · g.w = u", "g", "`g` is of one sample: write it inside `E[...]`, or put `for z:` before the law"),
        (
            "for z: 2 w · g.w = u",
            "w · g.w",
            "`·` is a product of numbers here, and an inner product on paper: write `w @ g.w` for the inner product, or `w * g.w` entry by entry",
        ),
        (
            "w ⋅ w = u",
            "w ⋅ w",
            "`·` is a product of numbers here, and an inner product on paper: write `w @ w` for the inner product, or `w * w` entry by entry",
        ),
        (
            "w × w = u",
            "w × w",
            "`×` is a product of numbers here, and a cross product on paper: write `w @ w` for the inner product, or `w * w` entry by entry",
        ),
        (
            "W · w = u",
            "W · w",
            "`·` is a product of numbers here, not of a matrix of m by n and a vector of n: write `W @ w` for the product of matrices",
        ),
        (
            "W · W = u",
            "W · W",
            "`·` is a product of numbers here, not of a matrix of m by n and a matrix of m by n: write `W * W` entry by entry",
        ),
        ("w · W = u", "w · W", "`·` is a product of numbers here, not of a vector of n and a matrix of m by n"),
        (
            "W @ w · W @ w = u",
            "W @ w · W @ w",
            "`·` is a product of numbers here, and an inner product on paper: write `W @ w @ W @ w` for the inner product, or `(W @ w) * (W @ w)` entry by entry",
        ),
        ("w * W = u", "w * W", "a vector of n and a matrix of m by n cannot be multiplied"),
        (
            "W * w = u",
            "W * w",
            "`*` goes entry by entry, and a matrix of m by n is not a vector of n: did you mean `W @ w`?",
        ),
        ("w @ W = w", "w @ W", "`w @ W`: a vector of n and a matrix of m by n do not fit, n is not m; `w @ W.T` would"),
        (
            "W.T @ w = w",
            "W.T @ w",
            "`W.T @ w`: a matrix of n by m and a vector of n do not fit, m is not n; `W @ w` would",
        ),
        (
            "W @ W = w",
            "W @ W",
            "`W @ W`: a matrix of m by n and a matrix of m by n do not fit, n is not m; `W.T @ W` would",
        ),
        ("u @ w = w", "u", "`@` is between vectors and matrices, and `u` is a number here: write `*`"),
        ("W^2 = W", "W^2", "a power of a matrix can be read in two ways: write `W @ W` or `W * W`"),
        (
            "(W @ W.T)^2 = W",
            "(W @ W.T)^2",
            "a power of a matrix can be read in two ways: write `W @ W.T @ W @ W.T` or `(W @ W.T) * (W @ W.T)`",
        ),
        ("w * W.T @ y = w", "y", "`y` is of one sample: write it inside `E[...]`, or put `for z:` before the law"),
        (
            "w * W.T @ W @ w = w",
            "w * W.T @ W @ w",
            "`*` beside `@` can be read in two ways here: put brackets around what is multiplied first",
        ),
        (
            "u / w @ w = u",
            "w @ w",
            "a product below the bar can be read in two ways: write `/(w @ w)`, or brackets around what comes before",
        ),
        ("1/2u = u", "1/2u", "this can be read as `(a/b) c` or as `a/(b c)`: put brackets, or a space for the first"),
        ("u^2^2 = u", "u^2^2", "this can be read as `(a^b)^c` or as `a^(b^c)`: put brackets"),
        ("u^0.5 = u", "0.5", "an exponent is an integer: a root is `sqrt`"),
        ("u^u = u", "u", "an exponent is an integer; roots are `sqrt`, powers with other exponents `exp(b log(a))`"),
        ("W^T = W", "W^T", "the transpose is written `.T`"),
        ("w.T = w", "w.T", "this is a vector of n, and only a matrix has a transpose"),
        ("w[0, 0] = u", "w[0, 0]", "`w` is a vector of n and takes one index, found 2"),
        ("w[i] = u", "i", "unknown index `i`: put `for i in n:` before the law"),
        ("for i in m: w[i] = u", "i", "`i` runs below m, and this axis has n places"),
        ("for i in k: u = u", "k", "unknown size `k`: there is `n` and `m`"),
        ("for u in n: u = u", "u", "`u` is declared already: another name has to run"),
        ("for i in n: i = u", "i", "`i` runs over places: it stands in brackets, as in `w[i]`"),
        ("sum = u", "sum", "`sum` is a function: write `sum(a)`"),
        ("sum(w, w) = u", "sum(w, w)", "`sum` is written `sum(a)`"),
        ("tr(W) = u", "tr(W)", "`tr` is of a square matrix, and this is a matrix of m by n"),
        ("det(W @ W.T) = det(w) u", "det(w)", "`det` is of a square matrix, and this is a vector of n"),
        ("max(u, w) = w", "max(u, w)", "a number and a vector of n cannot be compared"),
        ("grad(l).u = u", "l", "the gradient of a sample's loss is `g`, its Hessian `hess(v)`"),
        ("grad(u) = u", "u", "expected `L`, `S` or `F`, found `u`"),
        ("w.u = u", "w.u", "`.` joins a parameter to a gradient, as in `g.u`: `w` is a vector of n"),
        (
            "hess(L; w).w = w",
            "w",
            "`hess` is applied to a vector of all parameters, such as `g`: this is a vector of n",
        ),
        ("u < u", "<", "a strict inequality cannot be told from `<=` at finitely many points: write `<=` or `>=`"),
        ("u = u = u", "=", "a law has one relation: write the second one as a law of its own"),
        ("u + u", "", "a law relates two sides with `=`, `<=`, `>=` or `~`"),
        ("u ~ w", "w", "an order is a power of `h`, `eta` or `gamma` between 1 and 8, as in `~ h^3`"),
        ("(u = u", "(", "this bracket is not closed: expected `)`"),
        ("u) = u", ")", "expected an operator, `=`, `<=`, `>=` or `~`, found `)`"),
        ("u * = u", "=", "expected a number, a name or a bracket, found `=`"),
        ("= u", "=", "expected a number, a name or a bracket, found `=`"),
        ("", "", "expected a number, a name or a bracket, found the end"),
        ("1 = 1", "1 = 1", "the law speaks of nothing that is drawn: it contains no parameter, no data and no rate"),
        ("0 = 0", "0 = 0", "the law says that 0 is 0"),
        ("n = m", "n = m", "the law speaks of nothing that is drawn: it contains no parameter, no data and no rate"),
        ("u $ u", "$", "`$` has no meaning in a formula"),
        ("1234567890123456789012 u = u", "1234567890123456789012", "a number has at most 18 digits"),
        ("w[:][0] = u", "[", "one pair of brackets holds all indices, as in `W[i, j]`"),
        ("W.T.T = W", "T", "the transpose of a transpose is the matrix itself"),
        ("w[2:1] = w", "2:1", "the slice 2:1 is empty"),
    ] {
        let (found_mark, found_message) = fault_of_law(WITH, law);
        assert!(found_message == message, "{law}: {found_message}");
        assert_eq!(found_mark, marked, "{law}");
    }
}

#[test]
fn losses_that_make_no_sense_are_underlined() {
    for (formula, marked, message) in [
        ("(u (w @ x)^2 - y)", "nothing", ""),
        ("w", "w", "the loss is a number, and this is a vector of n"),
        ("y^2", "y^2", "the loss contains no parameter"),
        ("E[u]", "E[u]", "`E` has no meaning in the loss of one sample"),
        ("u eta", "eta", "`eta` has no meaning in the loss of one sample"),
        ("L + u", "L", "`L` has no meaning in the loss of one sample"),
        ("next(u)", "next", "`next` has no meaning in the loss of one sample"),
    ] {
        let (found_mark, found_message) = fault_of_loss(WITH, formula);
        assert_eq!((found_mark.as_str(), found_message.as_str()), (marked, message), "{formula}");
    }
}

/// Whatever its size, a formula is answered at once and without a stack that overflows.
#[test]
fn megabytes_of_anything_are_refused() {
    for text in ["(", "[", "-", "u^", "u.T", "u[", "u+", "u ", "f(", "E[", "\u{1}", "u@", "for i in n,", "1/"] {
        for count in [1000, 1 << 20] {
            let law = text.repeat(count);
            let started = std::time::Instant::now();
            assert!(parse_statement(&law).is_err(), "{text}");
            assert!(started.elapsed().as_secs() < 2, "{text}");
        }
    }
    let sum = |terms: usize| "u + ".repeat(terms - 1) + "u = 0";
    assert!(parse_statement(&sum(10_000)).is_ok());
    assert!(fault_of_law("u", &sum(256)).1.is_empty());
    assert!(fault_of_law("u", &sum(10_000)).1.contains("256"), "{}", fault_of_law("u", &sum(10_000)).1);
}
