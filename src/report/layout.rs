//! Text for a person in a given width: paragraphs that wrap between words, and tables whose columns give way.
//!
//! A table first wraps the cells of columns that may wrap, then goes without columns in the order in which it may (one that fits after all stays), and only
//! where even that is not enough wraps all of them. No word is ever broken: one that is longer than the width stands on a line of its own.

/// The width where nothing else is known.
pub const USUAL_WIDTH: usize = 80;

/// Blanks between columns.
const GAP: usize = 2;

/// How a piece of text looks; whoever writes it decides whether that stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As everything else.
    #[default]
    Plain,
    /// A heading.
    Strong,
    /// As it should be.
    Good,
    /// Wrong.
    Bad,
    /// Wrong in another way.
    Odd,
    /// Not known.
    Unsure,
}

impl Tone {
    /// The text between the terminal's commands for it.
    pub fn paint(self, text: &str) -> String {
        let code = match self {
            Tone::Plain => return text.to_owned(),
            Tone::Strong => "1",
            Tone::Good => "32",
            Tone::Bad => "1;31",
            Tone::Odd => "1;35",
            Tone::Unsure => "33",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// The characters that a terminal shows of a text; its commands for colours take no room.
fn shown_width(text: &str) -> usize {
    let (mut width, mut command) = (0, false);
    for character in text.chars() {
        match (command, character) {
            (false, '\x1b') => command = true,
            (true, 'm') => command = false,
            (true, _) => {}
            (false, _) => width += 1,
        }
    }
    width
}

/// The words of a text in lines of at most `width`, of which the first begins with `first` and the others with `rest`.
fn folded(text: &str, width: usize, first: &str, rest: &str) -> Vec<String> {
    let mut lines = vec![first.to_owned()];
    let mut used = shown_width(first);
    let mut begun = false;
    for word in text.split_whitespace() {
        let length = shown_width(word);
        if begun && used + 1 + length > width {
            lines.push(rest.to_owned());
            used = shown_width(rest);
            begun = false;
        }
        let line = lines.last_mut().expect("there is a line");
        if begun {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += length;
        begun = true;
    }
    lines
}

/// A paragraph in lines of at most `width` that all begin with `indent`, and all but the first with two blanks more.
pub fn hanging(text: &str, width: usize, indent: &str) -> String {
    led(text, width, indent, &format!("{indent}  "))
}

/// A paragraph in lines of at most `width`, each after `indent`.
pub fn paragraph(text: &str, width: usize, indent: &str) -> String {
    led(text, width, indent, indent)
}

/// A paragraph whose first line begins with `first` and the others with `rest`.
pub fn led(text: &str, width: usize, first: &str, rest: &str) -> String {
    let lines = folded(text, width, first, rest);
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Blanks before what [`noted`] says.
const NOTED: usize = 12;

/// A line with a word in the margin, or with none.
pub fn noted(word: &str, text: &str, width: usize) -> String {
    led(text, width, &format!("{word:<NOTED$}"), &" ".repeat(NOTED + 2))
}

/// Titles with a text each, which stands beside its title.
pub fn described(items: &[(&str, String)], width: usize) -> String {
    let longest = items.iter().map(|(title, _)| shown_width(title)).max().unwrap_or(0);
    let beside = " ".repeat(longest + 4);
    items.iter().map(|(title, text)| led(text, width, &format!("  {title:<longest$}  "), &beside)).collect()
}

/// A table of the usual width: titles to the left, which wrap, and numbers to the right.
pub fn ruled<const COLUMNS: usize>(headings: [&str; COLUMNS], rows: &[Vec<String>]) -> String {
    let right: Vec<bool> = (0..COLUMNS).map(|column| column > 0).collect();
    Table::of_rows(&headings, rows, &right, &[0], &[], USUAL_WIDTH).whole(rows)
}

/// The blanks that a cell begins with; every line of it does.
fn indent(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// A cell of a table.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// A cell that looks like this.
    pub fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Cell { text: text.into(), tone }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Cell::toned(text, Tone::Plain)
    }
}

/// A column: its heading, and how much room it needs.
#[derive(Clone, Debug)]
pub struct Column {
    heading: String,
    /// Numbers stand to the right.
    right: bool,
    /// The width that no cell exceeds.
    natural: usize,
    /// The width to which it wraps before another column goes.
    comfortable: usize,
    /// The longest word.
    least: usize,
}

impl Column {
    /// A column for cells as wide as these, the widest that are expected.
    pub fn of<'a>(heading: &str, cells: impl IntoIterator<Item = &'a str>) -> Self {
        let longest = |text: &str| indent(text) + text.split_whitespace().map(shown_width).max().unwrap_or(0);
        let (mut natural, mut least) = (longest(heading), longest(heading));
        for cell in cells {
            natural = natural.max(shown_width(cell));
            least = least.max(longest(cell));
        }
        Column { heading: heading.to_owned(), right: false, natural, comfortable: natural, least }
    }

    /// With its cells to the right.
    #[must_use]
    pub fn right(self) -> Self {
        Column { right: true, ..self }
    }

    /// Which wraps to this width, or to its longest word, rather than that another column goes.
    #[must_use]
    pub fn wrapping(self, width: usize) -> Self {
        Column { comfortable: width.max(self.least).min(self.natural), ..self }
    }
}

/// A table that fits.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    /// The width of each column; none of those that are not shown.
    widths: Vec<Option<usize>>,
    hidden: Vec<String>,
}

impl Table {
    /// Fits the columns into `width`; those of `dispensable`, group by group with the most dispensable first, go if they have to.
    pub fn fit(columns: Vec<Column>, dispensable: &[&[usize]], width: usize) -> Self {
        let total = |widths: &[Option<usize>]| {
            let shown: Vec<usize> = widths.iter().flatten().copied().collect();
            shown.iter().sum::<usize>() + GAP * shown.len().saturating_sub(1)
        };
        let mut widths: Vec<Option<usize>> = columns.iter().map(|column| Some(column.comfortable)).collect();
        let mut gone: Vec<&[usize]> = Vec::new();
        for group in dispensable {
            if total(&widths) <= width {
                break;
            }
            group.iter().for_each(|column| widths[*column] = None);
            gone.push(group);
        }
        // What fits beside a wide column that went after it comes back.
        for place in (0..gone.len()).rev() {
            let mut with = widths.clone();
            gone[place].iter().for_each(|column| with[*column] = Some(columns[*column].comfortable));
            if total(&with) <= width {
                widths = with;
                gone.remove(place);
            }
        }
        let hidden = gone.into_iter().flatten().map(|column| columns[*column].heading.clone()).collect();
        // What is too wide still wraps further, the widest first; what is left over goes to those that would wrap.
        while total(&widths) > width {
            let wide = |column: &usize| widths[*column].filter(|width| *width > columns[*column].least);
            let Some(widest) = (0..columns.len()).filter(|column| wide(column).is_some()).max_by_key(wide) else {
                break;
            };
            widths[widest] = widths[widest].map(|width| width - 1);
        }
        while total(&widths) < width {
            let narrow = |column: &usize| widths[*column].is_some_and(|width| width < columns[*column].natural);
            let Some(column) = (0..columns.len()).filter(narrow).min_by_key(|column| widths[*column]) else { break };
            widths[column] = widths[column].map(|width| width + 1);
        }
        Table { columns, widths, hidden }
    }

    /// A table of these rows under these headings, the columns marked to the right; `wrapping` wraps to 24 characters before a column goes.
    pub fn of_rows(
        headings: &[&str],
        rows: &[Vec<String>],
        right: &[bool],
        wrapping: &[usize],
        dispensable: &[&[usize]],
        width: usize,
    ) -> Self {
        let column = |(index, heading): (usize, &&str)| {
            let column = Column::of(heading, rows.iter().filter_map(|row| row.get(index)).map(String::as_str));
            let column = if wrapping.contains(&index) { column.wrapping(24) } else { column };
            if right.get(index) == Some(&true) { column.right() } else { column }
        };
        Table::fit(headings.iter().enumerate().map(column).collect(), dispensable, width)
    }

    /// The headings of the columns that do not fit.
    pub fn hidden(&self) -> &[String] {
        &self.hidden
    }

    /// What to say of them; nothing if there are none.
    pub fn remark(&self, width: usize) -> String {
        match &self.hidden[..] {
            [] => String::new(),
            hidden => paragraph(&format!("not shown, for want of width: {}", hidden.join("; ")), width, ""),
        }
    }

    /// A rule as wide as the table.
    pub fn rule(&self) -> String {
        let shown = self.widths.iter().flatten();
        let width = shown.clone().sum::<usize>() + GAP * shown.count().saturating_sub(1);
        format!("{}\n", "─".repeat(width))
    }

    /// The headings.
    pub fn headings(&self) -> String {
        let headings: Vec<Cell> =
            self.columns.iter().map(|column| Cell::toned(&*column.heading, Tone::Strong)).collect();
        self.row(&headings)
    }

    /// A row; as many lines as its highest cell.
    pub fn row(&self, cells: &[Cell]) -> String {
        let shown: Vec<(Vec<String>, usize, bool, Tone)> = cells
            .iter()
            .zip(self.widths.iter().zip(&self.columns))
            .filter_map(|(cell, (width, column))| {
                let width = (*width)?;
                let indent = " ".repeat(indent(&cell.text));
                Some((folded(&cell.text, width, &indent, &indent), width, column.right, cell.tone))
            })
            .collect();
        let height = shown.iter().map(|(lines, ..)| lines.len()).max().unwrap_or(0);
        let mut text = String::new();
        for number in 0..height {
            let mut line = String::new();
            let mut owed = 0;
            for (lines, width, right, tone) in &shown {
                let cell = lines.get(number).map_or("", String::as_str);
                let blank = width.saturating_sub(shown_width(cell));
                owed += if *right { blank } else { 0 };
                // Blanks are written only before something, so that no line ends with any.
                if !cell.is_empty() {
                    line.push_str(&" ".repeat(owed));
                    line.push_str(&tone.paint(cell));
                    owed = 0;
                }
                owed += if *right { 0 } else { blank };
                owed += GAP;
            }
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    /// Headings, a rule and all rows, in plain text.
    pub fn whole(&self, rows: &[Vec<String>]) -> String {
        let row = |row: &Vec<String>| self.row(&row.iter().map(|cell| Cell::from(cell.as_str())).collect::<Vec<_>>());
        let headings = row(&self.columns.iter().map(|column| column.heading.clone()).collect());
        format!("{headings}{}{}", self.rule(), rows.iter().map(row).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        text.split_whitespace().collect()
    }

    #[test]
    fn a_paragraph_keeps_its_words_and_its_width() {
        let text = "the law holds at every stationary point of the entropic loss, 0.25 = 0.25 for-all-of-them";
        for width in [14, 20, 40, 200] {
            let shown = hanging(text, width, "  ");
            assert_eq!(words(&shown), words(text));
            assert!(shown.lines().all(|line| line.chars().count() <= width.max(19)), "{shown}");
            assert!(shown.lines().skip(1).all(|line| line.starts_with("    ")), "{shown}");
        }
    }

    #[test]
    fn colours_take_no_room() {
        assert_eq!(shown_width(&Tone::Good.paint("holds")), 5);
        let columns = vec![Column::of("a", ["holds"]), Column::of("b", ["1"]).right()];
        let table = Table::fit(columns, &[], 80);
        let row = table.row(&[Cell::toned("holds", Tone::Good), "1".into()]);
        assert_eq!(row, "\x1b[32mholds\x1b[0m  1\n");
    }

    /// Columns go in the order that is given, no word is broken, and what is shown is as wide as the table may be at most.
    #[test]
    fn a_table_fits_as_long_as_its_words_do() {
        let rows = vec![
            vec![
                "a/long-identifier".to_owned(),
                "some words that wrap".to_owned(),
                "1.25".to_owned(),
                "x y".to_owned(),
            ],
            vec!["b/short".to_owned(), "few".to_owned(), "10".to_owned(), String::new()],
        ];
        let table = |width| {
            Table::of_rows(
                &["claim", "what", "number of it", "last"],
                &rows,
                &[false, false, true],
                &[1],
                &[&[2], &[3]],
                width,
            )
        };
        let shown = |width| table(width).whole(&rows);
        assert_eq!(table(80).hidden().len(), 0);
        assert_eq!(
            shown(80),
            "claim              what                  number  last\n\
             \x20                                         of it\n\
             ─────────────────────────────────────────────────────\n\
             a/long-identifier  some words that wrap    1.25  x y\n\
             b/short            few                       10\n"
        );
        assert_eq!(table(40).hidden(), ["number of it", "last"]);
        assert_eq!(table(45).hidden(), ["number of it"]);
        for width in 24..80 {
            let text = shown(width);
            assert!(text.lines().all(|line| shown_width(line) <= width), "{width}: {text}");
            assert!(text.contains("a/long-identifier"), "{width}: {text}");
            let all = "some words that wrap";
            assert!(words(all).iter().all(|word| text.contains(word)), "{width}: {text}");
        }
    }
}
