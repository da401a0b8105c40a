//! What an optimiser keeps of a tensor: second moments, momenta, steps.

use crate::checkpoint::{Checkpoint, CheckpointError, Tensor};

/// What the name of a momentum's buffer ends with.
pub const MOMENTUM_BUFFER: &str = ".momentum_buffer";

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

/// The optimiser's steps and the tensor that tells them, if one does.
///
/// # Errors
/// If it is no number from 1.
pub fn steps(optimizer: &Checkpoint, name: &str) -> Result<Option<(String, f64)>, CheckpointError> {
    let own = format!("{name}.step");
    let Some(name) = [own.as_str(), "step"].into_iter().find(|name| optimizer.get(name).is_some()) else {
        return Ok(None);
    };
    let refuse = |problem: String| CheckpointError::tensor(optimizer.path(), name, problem);
    let length = optimizer.tensor(name)?.len();
    if length != 1 {
        return Err(refuse(format!("expected one number of steps, found {length}")));
    }
    let mut step = [0.0];
    let mut stream = optimizer.stream(name)?;
    stream.read(&mut step)?;
    stream.finish()?;
    if step[0] < 1.0 {
        return Err(refuse(format!("expected at least one step, found {}", step[0])));
    }
    Ok(Some((name.to_owned(), step[0])))
}

/// The factor `1 / (1 - beta2^step)`, if the optimiser's steps are told.
///
/// # Errors
/// As of [`steps`].
pub fn correction(optimizer: &Checkpoint, name: &str, decay: f64) -> Result<f64, CheckpointError> {
    Ok(steps(optimizer, name)?.map_or(1.0, |(_, steps)| 1.0 / (1.0 - decay.powf(steps))))
}
