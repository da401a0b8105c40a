//! Gibbs's density `rho_G` and the moments of a step at a point as Taylor series, and the flux of the density to first order,
//! `T rho_1' + J/rho_G = sum_k (-1)^(k-1) (moment_k rho_G)^(k-1) / k!`.

use crate::scalar::Field;

/// Taylor coefficients up to the third.
type Series<T> = [T; 4];

fn product<T: Field>(a: &Series<T>, b: &Series<T>) -> Series<T> {
    std::array::from_fn(|n| {
        let mut sum = T::zero();
        for k in 0..=n {
            sum += T::product(&a[k], &b[n - k]);
        }
        sum
    })
}

/// The jet in a scalar.
pub(super) struct At<T> {
    pub(super) slopes: [T; 3],
    pub(super) temperature: T,
    pub(super) kurtosis: T,
}

impl<T: Field> At<T> {
    /// `psi'` as a series at the point.
    fn slope(&self) -> Series<T> {
        let [first, second, third] = self.slopes.clone();
        // The fourth derivative of psi does not enter.
        [first, second, third / T::integer(2), T::zero()]
    }

    /// `rho_G` as a series, 1 at the point: `T rho_G' = -psi' rho_G`.
    fn gibbs(&self) -> Series<T> {
        let slope = self.slope();
        let mut density = [T::one(), T::zero(), T::zero(), T::zero()];
        for n in 0..3 {
            let derivative = -product(&slope, &density)[n].clone() / &self.temperature;
            density[n + 1] = derivative / T::integer(n as i64 + 1);
        }
        density
    }

    /// The parts of order `eps^2` of the moments of a step, for each order a series.
    pub(super) fn moments(&self) -> [Series<T>; 4] {
        let slope = self.slope();
        let times = |series: &Series<T>, factor: &T| series.clone().map(|entry| entry * factor);
        let heat = T::product(&self.temperature, &self.temperature) * &self.kurtosis;
        let mut second = product(&slope, &slope);
        second[0] -= T::ratio(8, 3) * &heat;
        let mut fourth = times(&slope, &T::zero());
        fourth[0] = T::integer(4) * heat;
        [
            times(&slope, &(T::integer(2) * &self.temperature)),
            second,
            times(&slope, &(T::integer(-6) * &self.temperature)),
            fourth,
        ]
    }

    /// `T rho_1' + J/rho_G` at the point, from the adjoint equation: `sum_k (-1)^(k-1) (moment_k rho_G)^(k-1) / k!`.
    pub(super) fn flux(&self) -> T {
        let density = self.gibbs();
        let mut flux = T::zero();
        for (order, moment) in self.moments().iter().enumerate() {
            // (f)^(k-1) / k! = coefficient / k for k = order + 1.
            let coefficient = product(moment, &density)[order].clone() / T::integer(order as i64 + 1);
            flux += if order % 2 == 0 { coefficient } else { -coefficient };
        }
        flux
    }
}
