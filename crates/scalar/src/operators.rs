//! Forwarding of operators: a type implements `+= -= *= /=` on references and gets the rest.

/// Implements `+ - * /` on owned and borrowed right-hand sides, and the owned assignments, from the four borrowed ones; of a `ring` `+ - *`, from three.
#[doc(hidden)]
#[macro_export]
macro_rules! forward_operators {
    (ring {$($generics:tt)*} $type:ty) => {
        $crate::forward_operators!(@one {$($generics)*} $type, Add, add, AddAssign, add_assign);
        $crate::forward_operators!(@one {$($generics)*} $type, Sub, sub, SubAssign, sub_assign);
        $crate::forward_operators!(@one {$($generics)*} $type, Mul, mul, MulAssign, mul_assign);
    };
    ({$($generics:tt)*} $type:ty) => {
        $crate::forward_operators!(ring {$($generics)*} $type);
        $crate::forward_operators!(@one {$($generics)*} $type, Div, div, DivAssign, div_assign);
    };
    (@one {$($generics:tt)*} $type:ty, $op:ident, $method:ident, $assign:ident, $assign_method:ident) => {
        impl<$($generics)*> std::ops::$op<&$type> for $type {
            type Output = $type;
            #[inline]
            fn $method(mut self, other: &$type) -> $type {
                std::ops::$assign::$assign_method(&mut self, other);
                self
            }
        }
        impl<$($generics)*> std::ops::$op for $type {
            type Output = $type;
            #[inline]
            fn $method(mut self, other: $type) -> $type {
                std::ops::$assign::$assign_method(&mut self, &other);
                self
            }
        }
        impl<$($generics)*> std::ops::$assign for $type {
            #[inline]
            fn $assign_method(&mut self, other: $type) {
                std::ops::$assign::$assign_method(self, &other);
            }
        }
    };
}
