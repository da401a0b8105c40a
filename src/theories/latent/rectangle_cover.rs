//! Covers of the support of a table of four rows and four columns by rectangles: no cause of the table has fewer states than the least cover has members.

/// The least number of rectangles, sets of rows times sets of columns, that are positive throughout and cover all positive entries.
pub(super) fn rectangles(is_positive: impl Fn(usize, usize) -> bool) -> usize {
    let rows: Vec<u32> =
        (0..4).map(|row| (0..4).map(|column| u32::from(is_positive(row, column)) << column).sum()).collect();
    // Of every set of rows the widest rectangle, as a set of cells.
    let widest = |set: u32| {
        let members = || (0..4).filter(move |row| set >> row & 1 == 1);
        let common = members().fold(0b1111, |common, row| common & rows[row]);
        members().fold(0_u32, |cells, row| cells | common << (4 * row))
    };
    let found: Vec<u32> = (1..16).map(widest).collect();
    let all = (0..4).fold(0, |cells, row| cells | rows[row] << (4 * row));
    let mut covered = vec![0_u32];
    let mut number = 0;
    while !covered.contains(&all) {
        number += 1;
        covered = covered.iter().flat_map(|cells| found.iter().map(move |more| cells | more)).collect();
        covered.sort_unstable();
        covered.dedup();
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_of_known_tables_are_found() {
        assert_eq!(rectangles(|_, _| true), 1);
        assert_eq!(rectangles(|row, column| row == column), 4);
        assert_eq!(rectangles(|row, column| row != column), 4);
        assert_eq!(rectangles(|row, column| row <= column), 4);
        assert_eq!(rectangles(|row, column| row < 2 && column < 3), 1);
        assert_eq!(rectangles(|row, column| row / 2 == column / 2), 2);
    }
}
