//! The keys of every table of a file of laws. The reader and the JSON Schema are both made from these lists.

/// What stands behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// An integer from 0, or from 1, upwards.
    Count(usize),
    /// A finite number.
    Number,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// `true`, `false`, or one of these words.
    FlagOrWord(&'static [&'static str]),
    /// Two integers: the first position, and the one after the last.
    Pair,
    /// A text or an array of texts.
    Texts,
    /// A name, a table of `PART`, or an array of them.
    Parts,
    /// An array of tables with these keys.
    Tables(Table),
}

/// The tables of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// `[[law]]`
    Law,
    /// `[[decay]]`
    Decay,
    /// An entry of `blocks`.
    Block,
    /// An entry of `in` or `out` that is not just a name.
    Part,
}

impl Table {
    /// All of them.
    pub const ALL: [Table; 4] = [Table::Law, Table::Decay, Table::Block, Table::Part];

    /// Its name in the schema.
    pub fn name(self) -> &'static str {
        match self {
            Table::Law => "law",
            Table::Decay => "decay",
            Table::Block => "block",
            Table::Part => "part",
        }
    }

    /// What it is.
    pub fn meaning(self) -> &'static str {
        match self {
            Table::Law => "A symmetry: what is multiplied, and what is divided in return.",
            Table::Decay => "The decay of some tensors; the first table that fits a tensor decides.",
            Table::Block => "Rows, columns or all of a tensor, with their coefficient.",
            Table::Part => "A part of a tensor.",
        }
    }

    /// Its keys.
    pub fn keys(self) -> &'static [Key] {
        match self {
            Table::Law => LAW,
            Table::Decay => DECAY,
            Table::Block => BLOCK,
            Table::Part => PART,
        }
    }
}

/// One key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What stands behind it.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
    /// What it means, and what stands in for it.
    pub meaning: &'static str,
}

const fn required(name: &'static str, kind: Kind, meaning: &'static str) -> Key {
    Key { name, kind, required: true, meaning }
}

const fn optional(name: &'static str, kind: Kind, meaning: &'static str) -> Key {
    Key { name, kind, required: false, meaning }
}

/// The keys of the file.
pub const FILE: &[Key] = &[
    required("law", Kind::Tables(Table::Law), "The laws."),
    optional("decay", Kind::Tables(Table::Decay), "Decay that differs from tensor to tensor."),
];

/// The axes by name.
pub const AXES: &[&str] = &["rows", "columns", "all"];
/// The pairs of the rotation by name.
pub const ROTARY: &[&str] = &["halves", "interleaved"];

const LAW: &[Key] = &[
    required("name", Kind::Text, "What is balanced; the same for every layer."),
    optional("layer", Kind::Count(0), "The column of the heat map."),
    optional("in", Kind::Parts, "Tensors whose row (entry) i is multiplied by a factor."),
    optional("out", Kind::Parts, "Matrices whose column i is divided by its power."),
    optional("degree", Kind::Number, "That power, which is the degree of the activation; 1 if absent."),
    optional("blocks", Kind::Tables(Table::Block), "The general form, in place of `in` and `out` or beside them."),
    optional(
        "matrix",
        Kind::Flag,
        "Any invertible matrix is a symmetry, not only factors; the diagonal is reported too.",
    ),
    optional("groups", Kind::Count(1), "Groups of heads; 1 if absent."),
    optional(
        "rotary",
        Kind::FlagOrWord(ROTARY),
        "Pairs of places share a factor: j and j + d/2 of a head (`true` or `halves`), or 2j and 2j + 1 (`interleaved`).",
    ),
    optional("whole", Kind::Flag, "All places of a group share one factor."),
    optional(
        "transposed",
        Kind::Flag,
        "Kernels are stored as inputs x outputs: rows and columns of matrices change places.",
    ),
    optional(
        "epsilon",
        Kind::Number,
        "What the norms that make this a symmetry add to the mean square: the law is exact only if it is 0.",
    ),
];

const SLICE: Key = optional(
    "slice",
    Kind::Pair,
    "Only these positions along the axis: the first, and the one after the last; counted from 0.",
);
const PERIOD: Key = optional("period", Kind::Count(1), "The slice is taken anew from every so many positions.");
const OFFSET: Key = optional(
    "offset",
    Kind::Number,
    "What the network adds to the stored numbers before it uses them: 1 for gains stored as gain - 1; 0 if absent.",
);

const BLOCK: &[Key] = &[
    required("tensor", Kind::Text, "The name of the tensor."),
    required("axis", Kind::Word(AXES), "Whether a member has a row (entry), a column, or everything."),
    required("sign", Kind::Number, "1 if it is multiplied, -1 if it is divided, or a degree with this sign."),
    optional("heads", Kind::Count(1), "Heads along the axis; as many as `groups` if absent."),
    SLICE,
    PERIOD,
    OFFSET,
];

const PART: &[Key] = &[required("tensor", Kind::Text, "The name of the tensor."), SLICE, PERIOD, OFFSET];

const DECAY: &[Key] = &[
    required("tensors", Kind::Texts, "Names, in which `*` stands for any characters."),
    optional("gamma", Kind::Number, "Half of what PyTorch calls weight_decay; or else `pytorch`."),
    optional("pytorch", Kind::Number, "What PyTorch calls weight_decay: 2 gamma."),
];
