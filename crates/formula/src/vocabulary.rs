//! The words of the language: functions, reserved names, keywords.

/// What a function takes and gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A number, or entry by entry.
    Elementwise(Elementwise),
    /// Two numbers or tensors of one shape, entry by entry.
    Extremum(Extremum),
    /// Everything else.
    Other,
}

/// Functions of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the functions")]
pub enum Elementwise {
    Abs,
    Exp,
    Log,
    Sqrt,
    Tanh,
    Sigmoid,
    Softplus,
    Relu,
    LeakyRelu,
    Gelu,
    Silu,
}

/// The larger or the smaller of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the functions")]
pub enum Extremum {
    Max,
    Min,
}

/// A function, with its place in the documentation.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name.
    pub name: &'static str,
    /// What it takes and gives.
    pub role: Role,
    /// How it is written.
    pub usage: &'static str,
    /// What it is.
    pub meaning: &'static str,
}

const fn elementwise(
    name: &'static str,
    function: Elementwise,
    usage: &'static str,
    meaning: &'static str,
) -> Function {
    Function { name, role: Role::Elementwise(function), usage, meaning }
}

const fn other(name: &'static str, usage: &'static str, meaning: &'static str) -> Function {
    Function { name, role: Role::Other, usage, meaning }
}

/// Every function.
pub const FUNCTIONS: [Function; 28] = [
    other("sum", "sum(a)", "the sum of all entries"),
    other("norm2", "norm2(a)", "the sum of the squares of all entries (of a matrix: squared Frobenius)"),
    other("tr", "tr(A)", "the trace"),
    other("det", "det(A)", "the determinant, of at most 4 rows"),
    other("outer", "outer(a, b)", "the matrix a_i b_j"),
    other("diag", "diag(a)", "the diagonal matrix of a vector, the diagonal of a matrix"),
    other("ones", "ones(n)", "the vector of n ones"),
    other("eye", "eye(n)", "the identity matrix"),
    elementwise("abs", Elementwise::Abs, "abs(a)", "the absolute value"),
    elementwise("exp", Elementwise::Exp, "exp(a)", "the exponential"),
    elementwise("log", Elementwise::Log, "log(a)", "the natural logarithm"),
    elementwise("sqrt", Elementwise::Sqrt, "sqrt(a)", "the square root"),
    elementwise("tanh", Elementwise::Tanh, "tanh(a)", "the hyperbolic tangent"),
    elementwise("sigmoid", Elementwise::Sigmoid, "sigmoid(a)", "1/(1 + exp(-a))"),
    elementwise("softplus", Elementwise::Softplus, "softplus(a)", "log(1 + exp(a))"),
    elementwise("relu", Elementwise::Relu, "relu(a)", "max(a, 0), with slope 0 at 0"),
    elementwise("leaky_relu", Elementwise::LeakyRelu, "leaky_relu(a)", "a above 0, a/10 below"),
    elementwise("gelu", Elementwise::Gelu, "gelu(a)", "a/2 (1 + tanh(sqrt(2/pi) (a + 0.044715 a^3)))"),
    elementwise("silu", Elementwise::Silu, "silu(a)", "a/(1 + exp(-a))"),
    Function {
        name: "max",
        role: Role::Extremum(Extremum::Max),
        usage: "max(a, b)",
        meaning: "the larger, entry by entry",
    },
    Function {
        name: "min",
        role: Role::Extremum(Extremum::Min),
        usage: "min(a, b)",
        meaning: "the smaller, entry by entry",
    },
    other("softmax", "softmax(a)", "exp(a_i)/sum_j exp(a_j), of a matrix row by row"),
    other(
        "cross_entropy",
        "cross_entropy(a, p)",
        "sum_i p_i (log sum_j exp(a_j) - a_i), of logits a and probabilities p",
    ),
    other("grad", "grad(L).w", "the gradient of L, S or F in a parameter, or in all of them"),
    other(
        "hess",
        "hess(L; v)",
        "the Hessian of L, S or F applied to a vector of all parameters; `hess(v)` is that of a sample's l",
    ),
    other(
        "next",
        "next(e)",
        "e after one step of descent on the sample, theta - Lambda (g + 2 gamma theta); `next(L; e)` on the mean",
    ),
    other(
        "rate",
        "rate(e)",
        "the time derivative of e along gradient flow, theta' = -grad L; `rate(F; e)` along that of F",
    ),
    other("mean", "mean(a)", "the mean of all entries"),
];

/// Names with a meaning of their own, which nothing else can have.
pub const RESERVED: [(&str, &str); 16] = [
    ("E", "`E[e]`, the mean of e over the samples"),
    ("l", "the loss of a sample"),
    ("g", "the gradient of l; `g.w` in a parameter"),
    ("L", "E[l]"),
    ("S", "1/4 E[g @ Lambda @ g]"),
    ("F", "L + gamma sum(theta^2) + S"),
    ("eta", "the learning rate"),
    ("gamma", "the weight decay"),
    ("Lambda", "the matrix of learning rates, eta times the identity unless others are asked for"),
    ("theta", "all parameters, in the order in which they are declared"),
    ("h", "a small step, for `~`"),
    ("T", "`a.T`, the transpose"),
    ("for", "`for i in n:`, a family of relations; `for z:` one for each sample"),
    ("in", "see `for`"),
    ("and", "kept for later"),
    ("data", "`data x[n], y`, in declarations"),
];

/// What is written otherwise here, by names that others have for it.
const ELSEWHERE: [(&[&str], &str); 13] = [
    (&["dot", "inner", "vdot", "matmul", "einsum"], "an inner product is `a @ b`, a product of matrices too"),
    (&["norm", "l2", "frobenius", "fro"], "`norm2(a)` is the sum of squares |a|^2"),
    (
        &["d", "diff", "derivative", "dt", "ddt"],
        "a rate of change along gradient flow is `rate(a)`, a gradient `grad(F)` or, of a sample, `g.w`",
    ),
    (&["nabla", "partial"], "a gradient is `grad(F)`, of a sample `g.w`"),
    (&["transpose", "t"], "the transpose of a matrix is `a.T`; a vector has none"),
    (
        &["lambda", "wd", "weight_decay", "decay"],
        "the weight decay is `gamma`; `Lambda` is the matrix of learning rates",
    ),
    (&["lr", "learning_rate", "alpha", "step_size"], "the learning rate is `eta`"),
    (&["expectation", "expect", "avg", "average"], "the mean over the samples is `E[a]`, over entries `mean(a)`"),
    (&["tr"], "`trace(a)`"),
    (&["softmax"], "its loss is `cross_entropy(logits, target)`"),
    (&["dl", "df"], "the derivative of the loss of a sample is `g.w`, that of its mean `grad(L).w`, of F `grad(F).w`"),
    (&["loss"], "the loss of a sample is `l`, its mean `L`"),
    (&["frac", "cdot", "left", "right", "mathbb", "top"], "LaTeX is not read: write `gamma`, `a/b`, `a @ b`"),
];

/// How what has this name elsewhere is written here. The gradient `g_w` is one of them.
pub(crate) fn elsewhere(name: &str) -> Option<String> {
    if let Some(parameter) = name.strip_prefix("g_").or_else(|| name.strip_prefix("grad_")) {
        return Some(format!(
            "the gradient of a sample with respect to `{parameter}` is `g.{parameter}`, its mean `grad(L).{parameter}`"
        ));
    }
    let lower = name.to_lowercase();
    let known = ELSEWHERE.iter().find(|(names, _)| names.contains(&lower.as_str()))?;
    Some(known.1.to_owned())
}

/// Whether the word structures a law and so is no operand.
pub(crate) fn is_keyword(name: &str) -> bool {
    matches!(name, "for" | "in" | "and")
}

pub(crate) fn is_function(name: &str) -> bool {
    function(name).is_some()
}

pub(crate) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Why a name cannot be given to a parameter, a datum or a definition.
pub fn why_reserved(name: &str) -> Option<String> {
    if let Some((_, meaning)) = RESERVED.iter().find(|(known, _)| *known == name) {
        return Some(format!("`{name}` is reserved: {meaning}"));
    }
    function(name).map(|function| format!("`{name}` is reserved: {} is {}", function.usage, function.meaning))
}
