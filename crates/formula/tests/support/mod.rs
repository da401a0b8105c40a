//! Doubles, as the arithmetic of these tests.

#![allow(dead_code, reason = "each test program uses a part")]

use equipartition_formula::{
    Arithmetic, CompiledLoss, Definitions, Fault, Law, Model, Number, Of, Program, Rates, Signature, Sizes,
    Transcendental,
};

pub struct Doubles;

impl Arithmetic for Doubles {
    type Value = f64;
    fn constant(&self, number: Number) -> f64 {
        number.numerator() as f64 / number.denominator() as f64
    }
    fn add(&self, a: &f64, b: &f64) -> f64 {
        a + b
    }
    fn multiply(&self, a: &f64, b: &f64) -> f64 {
        a * b
    }
    fn divide(&self, a: &f64, b: &f64) -> Option<f64> {
        (*b != 0.0).then(|| a / b)
    }
    fn negate(&self, a: &f64) -> f64 {
        -a
    }
    fn power(&self, a: &f64, exponent: i32) -> Option<f64> {
        Some(a.powi(exponent))
    }
    fn apply(&self, function: Transcendental, a: &f64) -> Option<f64> {
        let gate = |x: f64| 2.0 * (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3));
        Some(match function {
            Transcendental::Exp => a.exp(),
            Transcendental::Log => a.ln(),
            Transcendental::Sqrt => a.sqrt(),
            Transcendental::Tanh => a.tanh(),
            Transcendental::HyperbolicSecant => 1.0 / a.cosh(),
            Transcendental::Sigmoid => 1.0 / (1.0 + (-a).exp()),
            Transcendental::Softplus => a.exp().ln_1p(),
            Transcendental::GeluGate => 1.0 / (1.0 + (-gate(*a)).exp()),
            Transcendental::GeluSlope => 2.0 * (2.0 / std::f64::consts::PI).sqrt() * (1.0 + 3.0 * 0.044_715 * a * a),
        })
    }
    fn select(&self, a: &f64, b: &f64, then: &f64, otherwise: &f64) -> f64 {
        if a < b { *then } else { *otherwise }
    }
}

/// Sizes by name.
pub fn sizes(list: &[(&str, usize)]) -> Sizes {
    list.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect()
}

/// The loss and its gradient at a point.
pub fn loss(with: &str, formula: &str, at: &[(&str, usize)], inputs: &[f64]) -> (f64, Vec<f64>) {
    let model = Model::new(Signature::parse(with).unwrap(), formula, &Definitions::default()).unwrap();
    let compiled = CompiledLoss::new(&model, &sizes(at)).unwrap();
    let values = compiled.tape.evaluate(&Doubles, inputs).unwrap();
    (values[compiled.loss.place()], compiled.gradient.iter().map(|node| values[node.place()]).collect())
}

/// Numbers that nothing cancels by accident.
pub fn numbers(count: usize) -> Vec<f64> {
    (0..count).map(|place| 0.3 + 0.7 * ((place as f64 + 1.0) * 1.618_033_988_75).fract()).collect()
}

/// Both sides of the first relation of a law, summed over its terms.
pub fn both_sides(with: &str, formula: &str, law: &str, at: &[(&str, usize)]) -> (Vec<f64>, Vec<f64>) {
    let model = Model::new(Signature::parse(with).unwrap(), formula, &Definitions::default()).unwrap();
    let law = Law::new(&model.signature, &Definitions::default(), law).unwrap();
    let program = Program::new(&law, &model, Of::Own, &sizes(at), 3, Rates::Scalar).unwrap();
    let mut inputs = numbers(program.layout.len());
    let weights = program.layout.weights();
    let total: f64 = inputs[weights.clone()].iter().sum();
    inputs[weights].iter_mut().for_each(|weight| *weight /= total);
    let values = program.tape.evaluate(&Doubles, &inputs).unwrap();
    let relation = &program.relations[0];
    let side = |terms: &[(String, Vec<equipartition_formula::Node>)]| {
        let len = relation.left.iter().chain(&relation.right).map(|(_, nodes)| nodes.len()).max().unwrap();
        let mut sum = vec![0.0; len];
        for (_, nodes) in terms {
            sum.iter_mut().zip(nodes).for_each(|(total, node)| *total += values[node.place()]);
        }
        sum
    };
    (side(&relation.left), side(&relation.right))
}

/// What is wrong with a law, and with which part of it.
pub fn fault_of_law(with: &str, law: &str) -> (String, String) {
    let signature = Signature::parse(with).unwrap();
    shown(law, Law::new(&signature, &Definitions::default(), law).map(|_| ()))
}

/// What is wrong with a loss, and with which part of it.
pub fn fault_of_loss(with: &str, formula: &str) -> (String, String) {
    shown(formula, Model::new(Signature::parse(with).unwrap(), formula, &Definitions::default()).map(|_| ()))
}

fn shown(text: &str, result: Result<(), Fault>) -> (String, String) {
    match result {
        Ok(()) => ("nothing".to_owned(), String::new()),
        Err(fault) => (text[fault.span].to_owned(), fault.message),
    }
}
