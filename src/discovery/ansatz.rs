//! The maps among which generators are sought.

use super::DiscoveryError;
use super::blocks::Block;

/// The most unknowns of one elimination modulo a prime.
const MOST_EXACT: usize = 1800;
/// The same in floats, where an operation takes some tens of times longer.
const MOST_NUMERICAL: usize = 700;
/// The most parameters that are accepted at all, as multiples of the most unknowns.
const MOST_PARAMETERS: [usize; 2] = [1200, 700];

/// A map with ones at these places `(row, column)`; column `n` of `n` parameters stands for the vector `v`.
pub type Direction = Vec<(usize, usize)>;

/// Maps that are sought, in pieces: each piece is a span of directions, and what is found is the sum over the pieces.
#[derive(Clone, Debug)]
pub struct Ansatz {
    /// The pieces.
    pub pieces: Vec<Vec<Direction>>,
    /// Whether not all affine maps are searched.
    pub restricted: bool,
    /// What is searched, in words.
    pub description: String,
}

impl Ansatz {
    /// The richest ansatz that is affordable; `bits` is the precision of floats, none for exact arithmetic.
    ///
    /// # Errors
    /// [`DiscoveryError::TooLarge`].
    pub fn choose(blocks: &[Block], parameters: usize, bits: Option<u32>) -> Result<Self, DiscoveryError> {
        let most = if bits.is_some() { MOST_NUMERICAL } else { MOST_EXACT };
        let limit = MOST_PARAMETERS[usize::from(bits.is_some())];
        if parameters > limit {
            return Err(DiscoveryError::TooLarge { parameters, limit });
        }
        if parameters * (parameters + 1) <= most {
            return Ok(Self::full(parameters));
        }
        let joint = |pairs: bool| [matrices(blocks, pairs), translations(parameters)].concat();
        let within = "each block P -> X P + P Y with any matrices X and Y, translations, and biases moved by columns of \
                      matrices with as many rows";
        let pair_count = matrix_unknowns(blocks, true);
        if pair_count + parameters <= most {
            let description = "X Q between any two blocks P, Q of as many columns, Q Y between any two of as many rows, with any \
                               matrices X and Y, and translations";
            return Ok(Ansatz { pieces: vec![joint(true)], restricted: true, description: description.to_owned() });
        }
        if matrix_unknowns(blocks, false) + parameters <= most {
            return Ok(Ansatz { pieces: vec![joint(false)], restricted: true, description: within.to_owned() });
        }
        Ok(Self::in_pieces(blocks, parameters, most))
    }

    /// All affine maps.
    fn full(parameters: usize) -> Self {
        let places = (0..parameters).flat_map(|row| (0..=parameters).map(move |column| vec![(row, column)]));
        Ansatz { pieces: vec![places.collect()], restricted: false, description: "all affine maps".to_owned() }
    }

    /// Scales of rows and columns of all blocks, translations; and of every two blocks with an axis of the same length, or a single
    /// one, all matrices.
    fn in_pieces(blocks: &[Block], parameters: usize, most: usize) -> Self {
        let scales: Vec<Direction> = blocks.iter().flat_map(scales).collect();
        let translations = translations(parameters);
        let mut pieces = if scales.len() + translations.len() <= most {
            vec![[scales, translations].concat()]
        } else {
            [scales, translations].into_iter().flat_map(|piece| chunks(piece, most)).collect()
        };
        let mut omitted = 0;
        for (index, first) in blocks.iter().enumerate() {
            for second in &blocks[index + 1..] {
                let lengths = [second.rows, second.columns];
                if !lengths.contains(&first.rows) && !lengths.contains(&first.columns) {
                    continue;
                }
                let piece = matrices(&[first.clone(), second.clone()], false);
                if piece.len() <= most {
                    pieces.push(piece);
                } else {
                    omitted += 1;
                }
            }
        }
        let mut description =
            "scales of the rows and columns of all blocks jointly with translations; and for every two blocks with an \
                               axis of the same length, P -> X P + P Y with any matrices X and Y in both"
                .to_owned();
        if omitted > 0 {
            description += &format!(" ({omitted} pairs of large blocks omitted)");
        }
        Ansatz { pieces, restricted: true, description }
    }

    /// The number of unknowns of the largest piece.
    pub fn unknowns(&self) -> usize {
        self.pieces.iter().map(Vec::len).max().unwrap_or(0)
    }
}

fn chunks(piece: Vec<Direction>, most: usize) -> Vec<Vec<Direction>> {
    piece.chunks(most).map(<[Direction]>::to_vec).collect()
}

fn translations(parameters: usize) -> Vec<Direction> {
    (0..parameters).map(|row| vec![(row, parameters)]).collect()
}

fn scales(block: &Block) -> Vec<Direction> {
    let diagonal = |place: usize| (place, place);
    let rows = (0..block.rows).map(|row| block.row(row).map(diagonal).collect());
    let columns = (0..block.columns).map(|column| block.column(column).map(diagonal).collect());
    if block.columns == 1 { rows.collect() } else { rows.chain(columns).collect() }
}

/// Whether the second block may move the first: itself, any if all pairs may, a bias by a matrix.
fn may_move(first: &Block, second: &Block, pairs: bool) -> [bool; 2] {
    let same = first.start == second.start;
    let bias = first.columns == 1 && first.rows == second.rows;
    [first.columns == second.columns && (pairs || same), first.rows == second.rows && (pairs || same || bias)]
}

fn matrix_unknowns(blocks: &[Block], pairs: bool) -> usize {
    let mut count = 0;
    for first in blocks {
        for second in blocks {
            let [left, right] = may_move(first, second, pairs);
            count += usize::from(left) * first.rows * second.rows + usize::from(right) * first.columns * second.columns;
        }
    }
    count
}

/// `P += E Q` with a unit matrix `E` for blocks of as many columns, `P += Q E` for blocks of as many rows.
fn matrices(blocks: &[Block], pairs: bool) -> Vec<Direction> {
    let mut directions = Vec::new();
    for first in blocks {
        for second in blocks {
            let [left, right] = may_move(first, second, pairs);
            if left {
                for to in 0..first.rows {
                    for from in 0..second.rows {
                        directions.push(first.row(to).zip(second.row(from)).collect());
                    }
                }
            }
            if right {
                for to in 0..first.columns {
                    for from in 0..second.columns {
                        directions.push(first.column(to).zip(second.column(from)).collect());
                    }
                }
            }
        }
    }
    directions
}
