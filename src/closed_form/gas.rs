//! Scale-invariant weights under descent `theta' = c theta - eta g`, `theta^T g = 0`: radius `r`, turning angle `delta`, `rho = r |g|`.
//!
//! Pressure `p = 2 gamma`, volume `V = r^2/2`, temperature by `R T = eta |g|^2/4`; `Z = p V/(R T)`. At a fixed effective rate `eta = eps r^2`, and
//! `x = 2 eps gamma r^2`. With a constant `rho` the steady states are
//!
//! ```text
//! fixed rate:            cos delta = 1 - 2 eta gamma,   r^4 = eta rho^2 / (4 gamma (1 - eta gamma)),   Z = 1 / (1 - eta gamma)
//! fixed effective rate:  sin delta = eps rho,   r^2 = (1 - s) / (2 eps gamma),   Z = 2 / (1 + s),   s = sqrt(1 - (eps rho)^2)
//! fixed sphere:          tan delta = eps rho
//! ```

use crate::scalar::Field;

/// `p V = gamma r^2`
pub fn pressure_volume<T: Field>(weight_decay: &T, squared_radius: &T) -> T {
    T::product(weight_decay, squared_radius)
}

/// `R T = eta |g|^2 / 4`
pub fn heat<T: Field>(learning_rate: &T, squared_gradient: &T) -> T {
    T::ratio(1, 4) * learning_rate * squared_gradient
}

/// `Z = 1 / (1 - eta gamma)` at a fixed rate: of the means of `p V` and `R T` in a stationary state, whatever the noise.
pub fn factor_at_fixed_rate<T: Field>(learning_rate: &T, weight_decay: &T) -> T {
    T::one() / (T::one() - T::product(learning_rate, weight_decay))
}

/// `r^4 = eta q / (4 gamma (1 - eta gamma))` at a fixed rate, for `rho^2 = q`.
pub fn fourth_power_of_radius<T: Field>(learning_rate: &T, weight_decay: &T, squared_rho: &T) -> T {
    let lost = T::integer(4) * weight_decay * (T::one() - T::product(learning_rate, weight_decay));
    T::product(learning_rate, squared_rho) / lost
}

/// `r'^2 = c^2 r^2 + eta^2 rho^2 / r^2`, a step at a fixed rate.
pub fn next_square<T: Field>(squared_radius: &T, kept: &T, learning_rate: &T, squared_rho: &T) -> T {
    kept.squared() * squared_radius + learning_rate.squared() * squared_rho / squared_radius
}

/// `Z = 2 / (1 + s)` at a fixed effective rate, from `s`.
pub fn factor_at_effective_rate<T: Field>(root: &T) -> T {
    T::integer(2) / (T::one() + root)
}

/// `r^2 = (1 - s) / (2 eps gamma)` at a fixed effective rate, from `s`.
pub fn squared_radius_at_effective_rate<T: Field>(root: &T, effective_rate: &T, weight_decay: &T) -> T {
    (T::one() - root) / (T::integer(2) * effective_rate * weight_decay)
}

/// The two parts of `x' = x (1 - x)^2 + x (eps rho)^2`, a step at a fixed effective rate.
pub fn next_height<T: Field>(height: &T, square: &T) -> [T; 2] {
    [height.clone() * (T::one() - height).squared(), T::product(height, square)]
}
