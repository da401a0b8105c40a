//! Forwarding of operators: a ring implements `+= -= *=` on references and gets the rest, a field `/=` as well.

/// Implements one operator on owned and borrowed right-hand sides, and the owned assignment, from the borrowed one.
macro_rules! forward_operator {
    ({$($generics:tt)*} $type:ty, $op:ident, $method:ident, $assign:ident, $assign_method:ident) => {
        impl<$($generics)*> std::ops::$op<&$type> for $type {
            type Output = $type;
            fn $method(mut self, other: &$type) -> $type {
                std::ops::$assign::$assign_method(&mut self, other);
                self
            }
        }
        impl<$($generics)*> std::ops::$op for $type {
            type Output = $type;
            fn $method(mut self, other: $type) -> $type {
                std::ops::$assign::$assign_method(&mut self, &other);
                self
            }
        }
        impl<$($generics)*> std::ops::$assign for $type {
            fn $assign_method(&mut self, other: $type) {
                std::ops::$assign::$assign_method(self, &other);
            }
        }
    };
}
pub(super) use forward_operator;
