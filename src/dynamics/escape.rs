//! The way of one mode of a diagonal linear network out of its saddle, `w' = w (1 + eta (s_z - w^D) w^(D-2))` with samples of two values.

/// Below `e^-24` `w^2` is nothing beside a sample.
const NEGLIGIBLE: f64 = -24.0;

/// The steps until `w^D >= level`, from a [`distance`](crate::closed_form::escape::distance), `ln(1/eps)` or `eps^-(D-2)`; `next` says which sample comes.
///
/// It does not end where no path arrives: the caller knows that the mode is learned.
pub fn steps(
    depth: usize,
    learning_rate: f64,
    samples: [f64; 2],
    distance: f64,
    level: f64,
    mut next: impl FnMut() -> usize,
) -> u64 {
    let mut steps = 0;
    if depth == 2 {
        // In ln w, since w itself is far below the least number of a machine.
        let small = samples.map(|s| (learning_rate * s).ln_1p());
        let mut height = -distance;
        while 2.0 * height < level.ln() {
            let sample = next();
            height += if height < NEGLIGIBLE {
                small[sample]
            } else {
                (learning_rate * (samples[sample] - (2.0 * height).exp())).ln_1p()
            };
            steps += 1;
        }
        return steps;
    }
    let order = depth as i32;
    let mut w = distance.powf(-1.0 / f64::from(order - 2));
    while w.powi(order) < level {
        w *= 1.0 + learning_rate * (samples[next()] - w.powi(order)) * w.powi(order - 2);
        steps += 1;
    }
    steps
}
