//! What an optimiser keeps of a tensor: second moments, momenta, steps.

use super::LawsError;
use crate::checkpoint::{Checkpoint, CheckpointError, Tensor};
use crate::visible;

/// What the name of a momentum's buffer ends with.
pub const MOMENTUM_BUFFER: &str = ".momentum_buffer";

/// Whether an optimiser's file has the buffers of momentum, and not Adam's moments.
pub fn has_momentum(file: &Checkpoint) -> bool {
    file.names().any(|name| name.ends_with(MOMENTUM_BUFFER))
}

/// The name of a buffer of an optimiser: with a suffix, or plainly that of the parameter.
///
/// # Errors
/// If it has none of that name, or both.
pub fn buffer<'a>(optimizer: &'a Checkpoint, name: &str) -> Result<(String, &'a Tensor), CheckpointError> {
    let suffixed = format!("{name}.exp_avg_sq");
    match (optimizer.get(&suffixed), optimizer.get(name)) {
        (Some(tensor), None) => Ok((suffixed, tensor)),
        (None, Some(tensor)) => Ok((name.to_owned(), tensor)),
        (Some(_), Some(_)) => Err(CheckpointError::tensor(
            optimizer.path(),
            name,
            format!("it is there beside `{suffixed}`: keep one of them"),
        )),
        (None, None) => Err(CheckpointError::tensor(
            optimizer.path(),
            name,
            format!("expected its second moments as `{suffixed}` or `{name}`, found neither"),
        )),
    }
}

/// The steps that were made: those that the optimiser's file says, in `NAME.step` or `step`, else those that were `told`.
///
/// # Errors
/// If the file has no number from 1, or another one than was told.
pub fn steps(optimizer: &Checkpoint, name: &str, told: Option<f64>) -> Result<Option<f64>, LawsError> {
    let own = format!("{name}.step");
    let Some(name) = [own.as_str(), "step"].into_iter().find(|name| optimizer.get(name).is_some()) else {
        return Ok(told);
    };
    let steps = optimizer.number(name)?;
    if steps < 1.0 {
        let problem = format!("expected at least one step, found {steps}");
        return Err(CheckpointError::tensor(optimizer.path(), name, problem).into());
    }
    if let Some(told) = told.filter(|told| *told != steps) {
        let (file, name) = (optimizer.path().display().to_string(), visible::line(name));
        return Err(LawsError::Setting(format!(
            "--steps {told}, but `{name}` of {} says {steps}: leave --steps out",
            visible::line(&file)
        )));
    }
    Ok(Some(steps))
}

/// The factor `1 / (1 - beta2^step)`, if the steps are known.
pub fn correction(steps: Option<f64>, decay: f64) -> f64 {
    steps.map_or(1.0, |steps| 1.0 / (1.0 - decay.powf(steps)))
}
