//! The comparison of `sharpness/both-signs` and `sharpness/deep` for settings in common frames: entropic, flattest and balanced minimum need no
//! decomposition, so that it is enclosed in intervals there.

use super::common_frames::{Instance, noises, spectrum};
use super::instance::{Depths, RESOLUTION};
use super::statement::{is_minimum, isotropic};
use crate::model::Carrier;
use crate::platonic::factors::sum;
use crate::scalar::{Rational, Real};
use crate::verify::{Draw, Draws, In, Relation, Term, Unjudged};

/// The comparison for such settings.
#[derive(Clone, Copy)]
pub struct Commuting {
    /// How the number of layers is drawn.
    pub depth: Depths,
}

impl Draws for Commuting {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let exceptional = draw.index % 8 == 5;
        Ok(Instance::draw(&mut draw.point, self.depth, exceptional))
    }
}

impl<T: Real + Carrier> In<T> for Commuting {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let equal = vec![Rational::from(1); instance.outputs()];
        let balanced = instance.balanced::<T>();
        let setting = instance.setting(&noises(&equal)).carry::<T>();
        let mut relations = vec![is_minimum("the balanced minimum is a global one", &balanced, &setting)];
        let mut of_entropic = Vec::new();
        for scales in [&equal, &instance.sharper()] {
            let setting = instance.setting(&noises(scales)).carry::<T>();
            let (entropic, least) = instance.entropic(&spectrum::<T>(scales));
            relations.push(is_minimum("the entropic minimum is a global one", &entropic, &setting));
            relations.push(Relation::equality(
                "the entropic minimum has the least entropy",
                vec![Term::scalar("1/4 E|g|^2", sum(&entropic.entropy_terms(&setting)))],
                vec![Term::scalar("D (a b n^(2(D-1)))^(1/D)", least)],
            ));
            of_entropic.push(Term::scalar("tr Hess L, entropic", instance.sharpness(&entropic)?));
        }
        let of_balanced = Term::scalar("tr Hess L, balanced", instance.sharpness(&balanced)?);
        let strong = of_entropic.remove(1);
        relations.push(
            Relation::less("sharper for strongly anisotropic noise", of_balanced.clone(), strong)
                .resolved_to(RESOLUTION),
        );
        relations.push(isotropic(instance.exceptional, of_entropic.remove(0), of_balanced));
        Ok(relations)
    }
}
