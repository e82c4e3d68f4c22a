//! Where a function on a grid has a given value: marching squares.
//!
//! Each square of four neighbouring points is treated separately: where the level is between the values of two
//! neighbours, a line passes between them, at the position given by linear interpolation. The pieces of all squares are
//! then joined into lines.

/// A position on the grid, in columns and rows from its first point.
pub type Point = (f64, f64);

/// Values at the points of a grid.
#[derive(Clone, Debug)]
pub struct Grid {
    columns: usize,
    rows: usize,
    /// Row by row.
    values: Vec<f64>,
}

/// The pair of neighbouring points that a line passes between: a point's number, and the point to its right or below
/// it.
type Edge = usize;

impl Grid {
    /// A grid with this number of columns; values beyond the last whole row are left out.
    pub fn new(columns: usize, mut values: Vec<f64>) -> Self {
        let rows = values.len().checked_div(columns).unwrap_or(0);
        values.truncate(columns * rows);
        Self { columns, rows, values }
    }

    /// The smallest and the largest value.
    pub fn range(&self) -> (f64, f64) {
        self.values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(*value), most.max(*value)))
    }

    /// The lines along which the function has this value.
    pub fn lines(&self, level: f64) -> Vec<Vec<Point>> {
        let links = self.links(level);
        let mut lines = Vec::new();
        let mut is_drawn = vec![false; links.len()];
        // First the lines that end at the border, from one end to the other; the remaining ones are loops.
        for ends in [1, 2] {
            for edge in 0..links.len() {
                if !is_drawn[edge] && links[edge].iter().flatten().count() == ends {
                    let line = follow(&links, edge, &mut is_drawn);
                    lines.push(line.into_iter().map(|edge| self.crossing(edge, level)).collect());
                }
            }
        }
        lines
    }

    /// Closed lines around the regions below this value, cut off at the border of the grid.
    ///
    /// A hole would have its own line, inside. A convex function has no holes.
    pub fn regions(&self, level: f64) -> Vec<Vec<Point>> {
        let outside = |line: Vec<Point>| line.into_iter().map(|(column, row)| (column - 1.0, row - 1.0)).collect();
        self.walled().lines(level).into_iter().map(outside).collect()
    }

    /// The grid with a wall around it, so steep that lines pass along the border itself.
    fn walled(&self) -> Self {
        let columns = self.columns + 2;
        let mut values = vec![f64::INFINITY; columns * (self.rows + 2)];
        for (row, own) in self.values.chunks_exact(self.columns.max(1)).enumerate() {
            let start = (row + 1) * columns + 1;
            values[start..start + self.columns].copy_from_slice(own);
        }
        Self { columns, rows: self.rows + 2, values }
    }

    /// For each edge, the edges at which a line continues from there.
    fn links(&self, level: f64) -> Vec<[Option<Edge>; 2]> {
        let mut links = vec![[None; 2]; 2 * self.values.len()];
        for row in 0..self.rows.saturating_sub(1) {
            for column in 0..self.columns.saturating_sub(1) {
                for [from, to] in self.pieces(row * self.columns + column, level).into_iter().flatten() {
                    link(&mut links, from, to);
                    link(&mut links, to, from);
                }
            }
        }
        links
    }

    /// The pieces of lines in the square whose upper left corner is this point.
    fn pieces(&self, point: usize, level: f64) -> [Option<[Edge; 2]>; 2] {
        let [right, below] = [point + 1, point + self.columns];
        let corners = [point, right, below + 1, below].map(|corner| self.values[corner]);
        let [is_a, is_b, is_c, is_d] = corners.map(|value| value < level);
        let [top, side, bottom, left] = [2 * point, 2 * right + 1, 2 * below, 2 * point + 1];
        let crossed = [(is_a != is_b, top), (is_b != is_c, side), (is_c != is_d, bottom), (is_d != is_a, left)];
        let edges: Vec<_> = crossed.into_iter().filter_map(|(is_crossed, edge)| is_crossed.then_some(edge)).collect();
        match *edges.as_slice() {
            [from, to] => [Some([from, to]), None],
            // A saddle: the mean decides which two corners are connected.
            [_, _, _, _] if (corners.iter().sum::<f64>() / 4.0 < level) == is_a => {
                [Some([top, side]), Some([bottom, left])]
            }
            [_, _, _, _] => [Some([left, top]), Some([side, bottom])],
            _ => [None; 2],
        }
    }

    /// Where the function has this value between the two points of an edge.
    fn crossing(&self, edge: Edge, level: f64) -> Point {
        let (point, is_down) = (edge / 2, edge % 2 == 1);
        let other = if is_down { point + self.columns } else { point + 1 };
        let share = share(self.values[point], self.values[other], level);
        let (column, row) = ((point % self.columns) as f64, (point / self.columns) as f64);
        if is_down { (column, row + share) } else { (column + share, row) }
    }
}

/// The fraction of the way from one value to the other at which the level is reached.
fn share(from: f64, to: f64, level: f64) -> f64 {
    match (from.is_infinite(), to.is_infinite()) {
        (true, _) => 1.0,
        (_, true) => 0.0,
        _ => (level - from) / (to - from),
    }
}

/// Adds a link. An edge belongs to at most two squares, so there is always a free place.
fn link(links: &mut [[Option<Edge>; 2]], from: Edge, to: Edge) {
    if let Some(place) = links[from].iter_mut().find(|place| place.is_none()) {
        *place = Some(to);
    }
}

/// The edges of a line, starting with this one; a loop ends where it began.
fn follow(links: &[[Option<Edge>; 2]], first: Edge, is_drawn: &mut [bool]) -> Vec<Edge> {
    let mut line = vec![first];
    let mut edge = first;
    is_drawn[first] = true;
    while let Some(next) = links[edge].iter().flatten().copied().find(|next| !is_drawn[*next]) {
        is_drawn[next] = true;
        line.push(next);
        edge = next;
    }
    if line.len() > 2 && links[edge].contains(&Some(first)) {
        line.push(first);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(columns: usize, rows: usize, value: impl Fn(f64, f64) -> f64) -> Grid {
        let values = (0..rows).flat_map(|row| (0..columns).map(move |column| (column as f64, row as f64)));
        Grid::new(columns, values.map(|(column, row)| value(column, row)).collect())
    }

    #[test]
    fn a_slope_has_one_straight_line_at_the_interpolated_place() {
        let lines = grid(4, 3, |column, _| column).lines(1.25);
        assert_eq!(lines, [[(1.25, 0.0), (1.25, 1.0), (1.25, 2.0)]]);
    }

    #[test]
    fn a_bowl_has_a_closed_line_at_the_right_distance_from_its_middle() {
        let bowl = grid(41, 41, |column, row| (column - 20.0).hypot(row - 20.0));
        let lines = bowl.lines(10.5);
        let [line] = lines.as_slice() else { panic!("one line, not {}", lines.len()) };
        assert_eq!(line.first(), line.last());
        assert!(line.len() > 60);
        for (column, row) in line {
            let distance = (column - 20.0).hypot(row - 20.0);
            assert!((distance - 10.5).abs() < 0.02, "{distance}");
        }
    }

    #[test]
    fn lines_that_leave_the_grid_end_at_its_border() {
        let lines = grid(5, 5, |column, row| (column - 2.0).abs() + 0.0 * row).lines(1.5);
        assert_eq!(lines.len(), 2);
        for line in lines {
            let ends = [line.first(), line.last()].map(|end| end.map(|(_, row)| *row));
            assert_eq!(ends, [Some(0.0), Some(4.0)]);
        }
    }

    #[test]
    fn a_saddle_has_two_lines_that_do_not_cross() {
        let lines = Grid::new(2, vec![0.0, 1.0, 1.0, 0.0]).lines(0.4);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.len() == 2));
    }

    #[test]
    fn a_region_is_closed_along_the_border() {
        let regions = grid(3, 3, |column, _| column).regions(0.5);
        let [region] = regions.as_slice() else { panic!("one region, not {}", regions.len()) };
        assert_eq!(region.first(), region.last());
        let corners = [(0.0, 0.0), (0.5, 0.0), (0.5, 2.0), (0.0, 2.0)];
        assert!(region.iter().all(|(column, row)| (0.0..=0.5).contains(column) && (0.0..=2.0).contains(row)));
        for corner in [corners[1], corners[2]] {
            assert!(region.contains(&corner), "{corner:?} in {region:?}");
        }
    }

    #[test]
    fn a_level_that_is_not_reached_has_no_line() {
        assert!(grid(4, 4, |column, row| column + row).lines(99.0).is_empty());
        assert!(Grid::new(0, vec![]).lines(0.0).is_empty());
        assert!(Grid::new(5, vec![1.0]).lines(0.0).is_empty());
    }
}
