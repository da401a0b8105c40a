//! Multi-head attention with grouped queries, rotary positions and a causal mask.
//!
//! Query head `h` of group `g` looks at the keys and values of that group:
//!
//! ```text
//! a_ts = (R^t q_t)^T (R^s k_s) / sqrt(size),    p_t = softmax over s of a_ts (s <= t if causal),    o_t = sum_h O_h sum_s p_ts v_s
//! ```
//!
//! `R` turns the pair of coordinates `(i, i + size/2)` by `2 atan(tangents[i])` for each position (Su et al., *RoFormer*,
//! arXiv:2104.09864, in the half-split pairing of common decoders). Tangents of half angles are rational, and so are the rotations.

use super::affine::{Dense, Sequence};
use super::functions::Functions;

use crate::scalar::{Branch, Rational};

/// The sizes of an attention layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttentionShape {
    /// Query heads, a multiple of the groups.
    pub heads: usize,
    /// Groups of heads that share a key and a value head.
    pub groups: usize,
    /// The width of a head.
    pub size: usize,
    /// Tangents of half the angles by which pairs turn from one position to the next, `size / 2` of them; empty without rotary positions.
    pub rotary: Vec<Rational>,
    /// Whether positions see only themselves and earlier ones.
    pub causal: bool,
    /// Whether queries, keys, values and the output have biases.
    pub bias: bool,
}

impl AttentionShape {
    /// Tangents 1/2, 1/3, ...: distinct angles, so that pairs turn at different rates as they do in common decoders.
    pub fn default_rotary(size: usize) -> Vec<Rational> {
        (0..size / 2).map(|pair| Rational::from((1, pair as i64 + 2))).collect()
    }
}

/// An attention layer with the places of its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attention {
    pub shape: AttentionShape,
    pub query: Dense,
    pub key: Dense,
    pub value: Dense,
    pub output: Dense,
}

/// What the backward pass needs.
pub struct AttentionTape<T> {
    input: Sequence<T>,
    /// Turned, by position.
    queries: Sequence<T>,
    keys: Sequence<T>,
    values: Sequence<T>,
    /// `p_ts` by head and position.
    weights: Vec<Vec<Vec<T>>>,
    /// `sum_s p_ts v_s`, all heads, by position.
    mixed: Sequence<T>,
    /// `1 / sqrt(size)`
    scale: T,
}

impl Attention {
    /// Cosines and sines of all pairs at a position.
    fn turns<T: Branch>(&self, position: usize) -> Vec<(T, T)> {
        let turn = |tangent: &Rational| {
            let square = Rational::from(tangent * tangent);
            let denominator = Rational::from(&square + 1);
            let cosine = (1 - square) / &denominator;
            let sine = Rational::from(tangent * 2) / denominator;
            let (mut real, mut imaginary) = (Rational::from(1), Rational::new());
            for _ in 0..position {
                let next = Rational::from(&real * &cosine) - Rational::from(&imaginary * &sine);
                imaginary = Rational::from(&real * &sine) + Rational::from(&imaginary * &cosine);
                real = next;
            }
            (T::from_rational(&real), T::from_rational(&imaginary))
        };
        self.shape.rotary.iter().map(turn).collect()
    }

    /// Turns every head's pairs forwards, or backwards, which is the transposed map.
    fn rotate<T: Branch>(&self, vector: &mut [T], turns: &[(T, T)], backwards: bool) {
        for head in vector.chunks_exact_mut(self.shape.size) {
            for (pair, (cosine, sine)) in turns.iter().enumerate() {
                let (first, second) = (head[pair].clone(), head[pair + turns.len()].clone());
                let (along, across) = (T::product(&first, cosine), T::product(&second, sine));
                let (other_along, other_across) = (T::product(&second, cosine), T::product(&first, sine));
                if backwards {
                    head[pair] = along + across;
                    head[pair + turns.len()] = other_along - other_across;
                } else {
                    head[pair] = along - across;
                    head[pair + turns.len()] = other_along + other_across;
                }
            }
        }
    }

    /// The places of a head in a vector of queries, and of its group in one of keys or values.
    fn places(&self, head: usize) -> (usize, usize) {
        let AttentionShape { heads, groups, size, .. } = self.shape;
        (head * size, head / (heads / groups) * size)
    }

    fn visible(&self, position: usize, positions: usize) -> usize {
        if self.shape.causal { position + 1 } else { positions }
    }

    pub fn forward<T: Branch>(
        &self,
        functions: &Functions<T>,
        theta: &[T],
        input: Sequence<T>,
    ) -> (Sequence<T>, AttentionTape<T>) {
        let AttentionShape { heads, size, .. } = self.shape;
        let positions = input.len();
        let apply = |dense: &Dense| -> Sequence<T> { input.iter().map(|vector| dense.apply(theta, vector)).collect() };
        let (mut queries, mut keys, values) = (apply(&self.query), apply(&self.key), apply(&self.value));
        for (position, (query, key)) in queries.iter_mut().zip(&mut keys).enumerate() {
            let turns = self.turns(position);
            self.rotate(query, &turns, false);
            self.rotate(key, &turns, false);
        }
        let scale = T::one() / (functions.square_root)(&T::integer(size as i64));
        let mut weights = Vec::with_capacity(heads);
        let mut mixed = vec![vec![T::zero(); heads * size]; positions];
        for head in 0..heads {
            let (at, group) = self.places(head);
            let mut of_head = Vec::with_capacity(positions);
            for position in 0..positions {
                let visible = self.visible(position, positions);
                let query = &queries[position][at..at + size];
                let scores: Vec<T> =
                    (0..visible).map(|other| dot(query, &keys[other][group..group + size]) * &scale).collect();
                let probabilities = softmax(functions, &scores);
                let target = &mut mixed[position][at..at + size];
                for (probability, value) in probabilities.iter().zip(&values) {
                    add_multiple(target, probability, &value[group..group + size]);
                }
                of_head.push(probabilities);
            }
            weights.push(of_head);
        }
        let output = mixed.iter().map(|vector| self.output.apply(theta, vector)).collect();
        (output, AttentionTape { input, queries, keys, values, weights, mixed, scale })
    }

    pub fn backward<T: Branch>(
        &self,
        theta: &[T],
        tape: &AttentionTape<T>,
        delta: &[Vec<T>],
        gradient: &mut [T],
    ) -> Sequence<T> {
        let AttentionShape { heads, size, .. } = self.shape;
        let positions = delta.len();
        let zeros = |like: &Sequence<T>| -> Sequence<T> { like.iter().map(|v| vec![T::zero(); v.len()]).collect() };
        let (mut to_queries, mut to_keys, mut to_values) =
            (zeros(&tape.queries), zeros(&tape.keys), zeros(&tape.values));
        let to_mixed: Sequence<T> = delta
            .iter()
            .zip(&tape.mixed)
            .map(|(slope, mixed)| self.output.pull_back(theta, mixed, slope, gradient))
            .collect();
        for head in 0..heads {
            let (at, group) = self.places(head);
            for position in 0..positions {
                let slope = &to_mixed[position][at..at + size];
                let probabilities = &tape.weights[head][position];
                // Through the softmax: dl/da_s = p_s (dl/dp_s - sum_r p_r dl/dp_r).
                let to_weights: Vec<T> = (0..probabilities.len())
                    .map(|other| dot(slope, &tape.values[other][group..group + size]))
                    .collect();
                let average = dot(&to_weights, probabilities);
                for (other, probability) in probabilities.iter().enumerate() {
                    add_multiple(&mut to_values[other][group..group + size], probability, slope);
                    let to_score = T::product(probability, &(to_weights[other].clone() - &average)) * &tape.scale;
                    let (query, key) = (&tape.queries[position][at..at + size], &tape.keys[other][group..group + size]);
                    add_multiple(&mut to_queries[position][at..at + size], &to_score, key);
                    add_multiple(&mut to_keys[other][group..group + size], &to_score, query);
                }
            }
        }
        let mut result = Vec::with_capacity(positions);
        for (position, input) in tape.input.iter().enumerate() {
            let turns = self.turns(position);
            self.rotate(&mut to_queries[position], &turns, true);
            self.rotate(&mut to_keys[position], &turns, true);
            let mut sum = self.query.pull_back(theta, input, &to_queries[position], gradient);
            for part in [
                self.key.pull_back(theta, input, &to_keys[position], gradient),
                self.value.pull_back(theta, input, &to_values[position], gradient),
            ] {
                for (total, entry) in sum.iter_mut().zip(part) {
                    *total += entry;
                }
            }
            result.push(sum);
        }
        result
    }
}

/// The shift that keeps the exponentials in range is a constant under differentiation.
fn softmax<T: Branch>(functions: &Functions<T>, scores: &[T]) -> Vec<T> {
    let shift = scores.iter().map(T::detach).reduce(|a, b| a.maximum(&b)).unwrap_or_else(T::zero);
    let mut exponentials: Vec<T> =
        scores.iter().map(|score| (functions.exponential)(&(score.clone() - &shift))).collect();
    let total = exponentials.iter().fold(T::zero(), |sum, entry| sum + entry);
    for entry in &mut exponentials {
        *entry /= &total;
    }
    exponentials
}

fn dot<T: Branch>(left: &[T], right: &[T]) -> T {
    let (mut sum, mut scratch) = (T::zero(), T::zero());
    for (a, b) in left.iter().zip(right) {
        sum.add_product(a, b, &mut scratch);
    }
    sum
}

fn add_multiple<T: Branch>(target: &mut [T], factor: &T, vector: &[T]) {
    let mut scratch = T::zero();
    for (entry, value) in target.iter_mut().zip(vector) {
        entry.add_product(factor, value, &mut scratch);
    }
}
