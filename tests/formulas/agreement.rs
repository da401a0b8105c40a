//! What is written as a formula has the numbers of what is written in Rust, exactly.

use super::{Became, INSTANCES, asked, of};
use equipartition::data::{DataSet, Sample};
use equipartition::entropic::{Objective, Preconditioner};
use equipartition::formula::arithmetic::Computed;
use equipartition::formula::read::{Texts, read};
use equipartition::formula::{Answer, FormulaClaim, FormulaModel, Where};
use equipartition::model::{Activation, Carrier, Differentiable, Loss, Network, Piecewise, Smooth};
use equipartition::scalar::{Field, Mp, Rational};
use equipartition::symmetry;
use equipartition::theories::neural_thermodynamics::balance::balance_law;
use equipartition::verify::{Settings, Stream, Term};
use equipartition_formula::{Definitions, Law, Model, Of, Program, Rates, Signature, Sizes};

/// A formula, the sizes, and the network that it is.
struct Pair {
    with: &'static str,
    loss: &'static str,
    sizes: &'static [(&'static str, usize)],
    network: Network,
}

/// Parameters lie in a network layer by layer, weights row by row, then biases.
fn pairs() -> Vec<Pair> {
    let mlp = |activation: Activation, bias, loss| Network::mlp(&[2, 3, 2], activation, bias, loss);
    let sizes: &[(&str, usize)] = &[("n", 2), ("h", 3), ("m", 2)];
    vec![
        Pair {
            with: "A[h, n], B[m, h]; data x[n], y[m]; n in 2..2; h in 3..3; m in 2..2",
            loss: "sum((B @ A @ x - y)^2)",
            sizes,
            network: Network::deep_linear(&[2, 3, 2]),
        },
        Pair {
            with: "A[h, n], B[m, h]; data x[n], y[m]; n in 2..2; h in 3..3; m in 2..2",
            loss: "sum((B @ leaky_relu(A @ x) - y)^2)",
            sizes,
            network: mlp(Piecewise::LeakyRelu.into(), false, Loss::SquaredError),
        },
        Pair {
            with: "A[h, n], B[m, h]; data x[n], y[m]; n in 2..2; h in 3..3; m in 2..2",
            loss: "sum((B @ relu(A @ x)^2 - y)^2)",
            sizes,
            network: mlp(Piecewise::SquaredRelu.into(), false, Loss::SquaredError),
        },
    ]
}

fn smooth_pairs() -> Vec<Pair> {
    let sizes: &[(&str, usize)] = &[("n", 2), ("h", 3), ("m", 2)];
    let with = "A[h, n], a[h], B[m, h], b[m]; data x[n], y[m]; n in 2..2; h in 3..3; m in 2..2";
    let pair = |loss, activation: Smooth, of: Loss| Pair {
        with,
        loss,
        sizes,
        network: Network::mlp(&[2, 3, 2], activation, true, of),
    };
    vec![
        pair("sum((B @ tanh(A @ x + a) + b - y)^2)", Smooth::Tanh, Loss::SquaredError),
        pair("sum((B @ gelu(A @ x + a) + b - y)^2)", Smooth::Gelu, Loss::SquaredError),
        pair("sum((B @ silu(A @ x + a) + b - y)^2)", Smooth::Silu, Loss::SquaredError),
        pair("cross_entropy(B @ sigmoid(A @ x + a) + b, y)", Smooth::Sigmoid, Loss::CrossEntropy),
    ]
}

fn sizes(list: &[(&str, usize)]) -> Sizes {
    list.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect()
}

/// Numbers of few bits: parameters, and samples of inputs and targets.
struct Point {
    theta: Vec<Rational>,
    samples: Vec<(Vec<Rational>, Vec<Rational>)>,
    weights: Vec<Rational>,
    eta: Rational,
    gamma: Rational,
}

fn point(network: &Network, seed: u64) -> Point {
    let mut stream = Stream::new(&["test", "agreement"], seed, 0);
    let mut vector = |len: usize| -> Vec<Rational> { (0..len).map(|_| stream.small()).collect() };
    let theta = vector(network.parameter_count());
    let samples = (0..2).map(|_| (vector(network.input_len()), vector(network.target_len()))).collect();
    let (weights, eta, gamma) = ([(1, 3), (2, 3)], (1, 8), (1, 16));
    Point { theta, samples, weights: weights.map(Rational::from).to_vec(), eta: eta.into(), gamma: gamma.into() }
}

fn data<T: Carrier>(point: &Point, as_formula: bool) -> DataSet<T> {
    let carry = |numbers: &[Rational]| -> Vec<T> { numbers.iter().map(T::from_rational).collect() };
    let sample = |(input, target): &(Vec<Rational>, Vec<Rational>)| match as_formula {
        true => Sample::new([carry(input), carry(target)].concat(), Vec::new()),
        false => Sample::new(carry(input), carry(target)),
    };
    DataSet::weighted(point.samples.iter().map(sample).collect(), carry(&point.weights))
}

fn formula_model(pair: &Pair) -> (Model, FormulaModel) {
    let model = Model::new(Signature::parse(pair.with).unwrap(), pair.loss, &Definitions::default()).unwrap();
    let compiled = FormulaModel::new(&model, &sizes(pair.sizes)).unwrap();
    assert_eq!(compiled.parameter_count(), pair.network.parameter_count());
    (model, compiled)
}

/// Loss, gradient, and the gradient of F, which takes second derivatives.
#[test]
fn a_loss_as_a_formula_is_the_network_exactly() {
    for (seed, pair) in pairs().iter().enumerate() {
        let point = point(&pair.network, seed as u64);
        let (_, model) = formula_model(pair);
        let written = model.algebraic::<Rational>().expect("the loss is rational");
        let built = Rational::model(&pair.network).expect("the network is rational");
        let rates = Preconditioner::Scalar(point.eta.clone());
        let gradient = |model: &dyn Differentiable<Rational>, as_formula| {
            let data = data::<Rational>(&point, as_formula);
            let objective = Objective { model, data: &data, preconditioner: &rates, weight_decay: &point.gamma };
            (
                objective.loss(&point.theta),
                objective.mean_gradient(&point.theta),
                objective.entropic_gradient(&point.theta),
            )
        };
        assert_eq!(gradient(&*written, true), gradient(&*built, false), "{}", pair.loss);
    }
}

/// The same to 50 digits, where exponentials are needed.
#[test]
fn a_smooth_loss_as_a_formula_is_the_network_to_all_digits() {
    for (seed, pair) in smooth_pairs().iter().enumerate() {
        let point = point(&pair.network, seed as u64);
        let (_, model) = formula_model(pair);
        let written = model.real::<Mp<256>>();
        let built = Mp::<256>::model(&pair.network).unwrap();
        let theta: Vec<Mp<256>> = point.theta.iter().map(Mp::from_rational).collect();
        let (as_formula, as_network) = (data::<Mp<256>>(&point, true), data::<Mp<256>>(&point, false));
        for (one, other) in as_formula.samples().iter().zip(as_network.samples()) {
            let (left, right) = (written.gradient(&theta, one), built.gradient(&theta, other));
            for (entry, other) in left.iter().zip(&right) {
                assert!(!entry.surely_differs(other, &left), "{}: {entry:?} and {other:?}", pair.loss);
            }
        }
    }
}

/// The values of a law's terms at a point.
fn values(model: &Model, law: &str, pair: &Pair, point: &Point) -> (Vec<Vec<Rational>>, Vec<Vec<Rational>>) {
    let law = Law::new(&model.signature, &Definitions::default(), law).unwrap();
    let program = Program::new(&law, model, Of::Own, &sizes(pair.sizes), point.samples.len(), Rates::Scalar).unwrap();
    let mut inputs = point.theta.clone();
    point.samples.iter().for_each(|(input, target)| inputs.extend(input.iter().chain(target).cloned()));
    inputs.extend(point.weights.iter().cloned());
    inputs.extend([point.eta.clone(), point.gamma.clone(), Rational::from((1, 2))]);
    let values = program.tape.evaluate(&Rational::ARITHMETIC, &inputs).unwrap();
    let side = |terms: &[(String, Vec<equipartition_formula::Node>)]| {
        terms.iter().map(|(_, nodes)| nodes.iter().map(|node| values[node.place()].clone()).collect()).collect()
    };
    (side(&program.relations[0].left), side(&program.relations[0].right))
}

/// `balance/neuron`, `balance/layer`, `balance/matrix`, `balance/master`: the off-shell law of every generator, term by term.
#[test]
fn balance_laws_as_formulas_have_the_terms_of_the_law_in_rust() {
    for (seed, pair) in pairs().iter().enumerate() {
        let point = point(&pair.network, 7 + seed as u64);
        let (model, compiled) = formula_model(pair);
        let written = compiled.algebraic::<Rational>().unwrap();
        let (data, rates) = (data::<Rational>(&point, true), Preconditioner::Scalar(point.eta.clone()));
        let objective = Objective { model: &*written, data: &data, preconditioner: &rates, weight_decay: &point.gamma };
        let degree = pair.network.activation().homogeneity().unwrap();
        for neuron in 0..3 {
            let generator = match &pair.network {
                Network::Linear(_) => symmetry::matrix(&pair.network, 0, neuron, neuron),
                _ => symmetry::neuron(&pair.network, 0, neuron, degree.into()),
            };
            let relation = balance_law(&objective, &generator, &point.theta);
            let (i, k) = (neuron, degree);
            let law = format!(
                "A[{i}, :] @ grad(F).A[{i}, :] - {k} B[:, {i}] @ grad(F).B[:, {i}] \
                 = 2 gamma (sum(A[{i}, :]^2) - {k} sum(B[:, {i}]^2)) - eta/2 (E[sum(g.A[{i}, :]^2)] - {k} E[sum(g.B[:, {i}]^2)])"
            );
            let (left, right) = values(&model, &law, pair, &point);
            let total = |terms: &[Term<Rational>]| terms.iter().map(|term| term.value[0].clone()).sum::<Rational>();
            let sum = |terms: &[Vec<Rational>]| terms.iter().map(|term| term[0].clone()).sum::<Rational>();
            assert_eq!(sum(&left), total(&relation.left), "{law}");
            assert_eq!(
                right.iter().map(|term| term[0].clone()).collect::<Vec<_>>(),
                relation.right.iter().map(|term| term.value[0].clone()).collect::<Vec<_>>(),
                "{law}"
            );
            assert_eq!(sum(&left), sum(&right), "{law}");
        }
    }
}

const TWO_LAYERS: &str = "A[h, n], B[m, h]; data x[n], y[m]; n in 1..2; h in 1..2; m in 1..2";
const WITH_BIAS: &str = "A[h, n], a[h], B[m, h]; data x[n], y[m]; n in 1..2; h in 1..2; m in 1..2";

/// Claims of the program that can be written as formulas: the claim, the model, where, the law, and a wrong one beside it.
pub const CLAIMS: [(&str, &str, &str, Where, &str, &str); 16] = [
    (
        "balance/neuron",
        WITH_BIAS,
        "sum((B @ relu(A @ x + a) - y)^2)",
        Where::Stationary,
        "for i in h: E[sum(g.A[i, :]^2) + g.a[i]^2] - E[sum(g.B[:, i]^2)] = 4 gamma/eta (sum(A[i, :]^2) + a[i]^2 - sum(B[:, i]^2))",
        "for i in h: E[sum(g.A[i, :]^2)] - E[sum(g.B[:, i]^2)] = 4 gamma/eta (sum(A[i, :]^2) - sum(B[:, i]^2))",
    ),
    (
        "balance/neuron",
        TWO_LAYERS,
        "sum((B @ relu(A @ x)^2 - y)^2)",
        Where::Stationary,
        "for i in h: E[sum(g.A[i, :]^2)] - 2 E[sum(g.B[:, i]^2)] = 4 gamma/eta (sum(A[i, :]^2) - 2 sum(B[:, i]^2))",
        "for i in h: E[sum(g.A[i, :]^2)] - E[sum(g.B[:, i]^2)] = 4 gamma/eta (sum(A[i, :]^2) - sum(B[:, i]^2))",
    ),
    (
        "balance/layer",
        TWO_LAYERS,
        "sum((B @ leaky_relu(A @ x) - y)^2)",
        Where::Stationary,
        "E[norm2(g.A)] - E[norm2(g.B)] = 4 gamma/eta (norm2(A) - norm2(B))",
        "E[norm2(g.A)] - E[norm2(g.B)] = 2 gamma/eta (norm2(A) - norm2(B))",
    ),
    (
        "balance/matrix",
        TWO_LAYERS,
        "sum((B @ A @ x - y)^2)",
        Where::Stationary,
        "E[g.A @ g.A.T] - E[g.B.T @ g.B] = 4 gamma/eta (A @ A.T - B.T @ B)",
        "E[g.A @ g.A.T] - E[g.B.T @ g.B] = 4 gamma/eta (A @ A.T + B.T @ B)",
    ),
    (
        "balance/master",
        TWO_LAYERS,
        "sum((B @ A @ x - y)^2)",
        Where::Anywhere,
        "A @ grad(F).A.T - grad(F).B.T @ B = 2 gamma (A @ A.T - B.T @ B) - eta/2 (E[g.A @ g.A.T] - E[g.B.T @ g.B])",
        "A @ grad(L).A.T - grad(L).B.T @ B = 2 gamma (A @ A.T - B.T @ B) - eta/2 (E[g.A @ g.A.T] - E[g.B.T @ g.B])",
    ),
    (
        "balance/scale-invariant",
        "w[n]; data x[n], y; n in 2..3",
        "((w @ x)^2/(w @ w) - y)^2",
        Where::Stationary,
        "E[sum(g.w^2)] = 4 gamma/eta sum(w^2)",
        "E[sum(g.w^2)] = 2 gamma/eta sum(w^2)",
    ),
    (
        "noether/gradient-flow",
        TWO_LAYERS,
        "sum((B @ relu(A @ x) - y)^2)",
        Where::Anywhere,
        "for i in h: rate(sum(A[i, :]^2) - sum(B[:, i]^2)) = 0",
        "for i in h: rate(sum(A[i, :]^2) - 2 sum(B[:, i]^2)) = 0",
    ),
    (
        "noether/momentum",
        "u, w[n]; data x[n], y, p, q[n], a; n in 1..3",
        "(u (w @ x) - y)^2",
        Where::Anywhere,
        "for z: u (-a p - grad(L).u) - w @ (-a q - grad(L).w) = -a (u p - w @ q)",
        "for z: u (-a p - grad(L).u) - w @ (-a q - grad(L).w) = a (u p - w @ q)",
    ),
    (
        "noether/gradient-flow",
        TWO_LAYERS,
        "sum((B @ A @ x - y)^2)",
        Where::Anywhere,
        "rate(A @ A.T) = -B.T @ grad(L).B - grad(L).B.T @ B",
        "rate(A @ A.T) = -2 B.T @ grad(L).B",
    ),
    (
        "noether/gradient-flow",
        TWO_LAYERS,
        "sum((B @ A @ x - y)^2)",
        Where::Anywhere,
        "next(L; norm2(A) - norm2(B)) = (1 - 2 gamma eta)^2 (norm2(A) - norm2(B)) + eta^2 (norm2(grad(L).A) - norm2(grad(L).B))",
        "next(L; norm2(A) - norm2(B)) = norm2(A) - norm2(B) + eta^2 (norm2(grad(L).A) - norm2(grad(L).B))",
    ),
    (
        "noether/sgd-charge",
        TWO_LAYERS,
        "sum((B @ A @ x - y)^2)",
        Where::Anywhere,
        "E[next(norm2(A) - norm2(B))] = (1 - 2 gamma eta)^2 (norm2(A) - norm2(B)) + eta^2 (E[norm2(g.A)] - E[norm2(g.B)])",
        "E[next(norm2(A) - norm2(B))] = (1 - 2 gamma eta)^2 (norm2(A) - norm2(B)) + eta^2 (norm2(grad(L).A) - norm2(grad(L).B))",
    ),
    (
        "noether/sgd-matrix-charge",
        TWO_LAYERS,
        "sum((B @ A @ x - y)^2)",
        Where::Anywhere,
        "E[next(A @ A.T - B.T @ B)] = (1 - 2 gamma eta)^2 (A @ A.T - B.T @ B) + eta^2 E[g.A @ g.A.T - g.B.T @ g.B]",
        "E[next(A @ A.T - B.T @ B)] = (1 - 2 gamma eta)^2 (A @ A.T - B.T @ B) - eta^2 E[g.A @ g.A.T - g.B.T @ g.B]",
    ),
    (
        "noether/scale-invariant",
        "w[n]; data x[n], y; n in 2..3",
        "((w @ x)^2/(w @ w) - y)^2",
        Where::Anywhere,
        "rate(F; sum(w^2)) = -4 gamma sum(w^2) + eta E[sum(g.w^2)]",
        "rate(F; sum(w^2)) = -4 gamma sum(w^2)",
    ),
    (
        "symmetry/gradient-transform",
        TWO_LAYERS,
        "sum((B @ A @ x - y)^2)",
        Where::Anywhere,
        "for z, i in h, j in h: A[j, :] @ g.A[i, :] = B[:, i] @ g.B[:, j]",
        "for z, i in h, j in h: A[i, :] @ g.A[j, :] = B[:, i] @ g.B[:, j]",
    ),
    (
        "symmetry/translation",
        "W[k, n], b[k]; data x[n], p[k] in probabilities; k in 2..3; n in 1..2",
        "cross_entropy(W @ x + b, p)",
        Where::Anywhere,
        "rate(F; sum(b)) = -2 gamma sum(b)",
        "rate(F; sum(b)) = -gamma sum(b)",
    ),
    (
        "balance/master",
        TWO_LAYERS,
        "sum((B @ A @ x - y)^2)",
        Where::Anywhere,
        "for i in h, j in h: grad(F).A[i, :] @ A[j, :] - grad(F).B[:, j] @ B[:, i] \
      = grad(F).A[j, :] @ A[i, :] - grad(F).B[:, i] @ B[:, j]",
        "for i in h, j in h: grad(F).A[i, :] @ A[j, :] = grad(F).B[:, j] @ B[:, i]",
    ),
];

#[test]
fn claims_of_the_program_hold_as_formulas_too_and_wrong_ones_do_not() {
    let mut wrong = Vec::new();
    for (id, with, loss, place, law, false_law) in CLAIMS {
        assert!(equipartition::theories::find(id).is_some(), "{id} is a claim");
        for (law, expected) in [(law, Became::Holds), (false_law, Became::Refuted)] {
            let (became, answer) = asked(with, loss, place, law);
            if became != expected {
                let why = answer.map_or_else(|fault| fault, |answer| answer.report.reason);
                wrong.push(format!("{id}, {law}: {became:?} and not {expected:?}: {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `balance/preconditioned`: with a full matrix of learning rates, of which there is no single eta.
#[test]
fn the_law_of_a_matrix_of_learning_rates_holds_with_lambda() {
    let asked = |law: &str| {
        let texts = Texts {
            // Where the matrices are larger than their product needs, no weights make a point stationary.
            with: "A[h, n], B[m, h]; data x[n], y[m]; n in 1..2; h = 1; m = 2",
            loss: "sum((B @ A @ x - y)^2)",
            law,
            place: Where::Stationary,
            rates: Rates::Full,
            ..Texts::default()
        };
        let law = read(&texts).map_err(|(_, fault)| fault.message)?;
        let claim = FormulaClaim::new("test/law".to_owned(), "a law".to_owned(), &law);
        Ok::<_, String>(of(&Answer::find(&law, &claim, Settings::new(0, 256), INSTANCES)))
    };
    let with_lambda = "E[sum(g.A * (Lambda @ g).A) - sum(g.B * (Lambda @ g).B)] = 4 gamma (norm2(A) - norm2(B))";
    assert_eq!(asked(with_lambda), Ok(Became::Holds));
    assert_eq!(asked(&with_lambda.replace("4 gamma", "2 gamma")), Ok(Became::Refuted));
    let no_eta = asked("E[norm2(g.A) - norm2(g.B)] = 4 gamma/eta (norm2(A) - norm2(B))").unwrap_err();
    assert_eq!(no_eta, "there is no single eta where Lambda is a matrix: write `Lambda`");
}
