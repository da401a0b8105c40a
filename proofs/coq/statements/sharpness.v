(* What is proved of sharpness, claim by claim. Networks as in statements/platonic.v.                        *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From Equipartition.library Require Import inner_product derivatives matrices.
From Equipartition.statements Require Import platonic.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* f has the second derivative 2 q along the line through W in the direction H: it is quadratic on the line  *)
Definition second_derivative (R : realFieldType) (m n : nat) (f : 'M[R]_(m, n) -> R) (W H : 'M[R]_(m, n)) (q : R) :=
  exists c, forall t : R, f (W + t *: H) = f W + t * c + t ^+ 2 * q / 2.

(* Data as in platonic/entropy-factorises, with E[e e^T] = s2 I; L is the mean loss as a function of W k.    *)
Definition sharpness_isotropic_noise_flattens_statement : Prop :=
  forall (R : realFieldType) (dx dy : nat) (w : nat -> nat) (D : nat)
    (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (V : 'M[R]_(dy, dx)) (net : network MI MO V)
    (I J : finType) (a : I -> R) (b : J -> R) (x : I -> 'cV[R]_dx) (e : J -> 'cV[R]_dy) (s2 : R)
    (g : forall k, I -> J -> mx_eucl R (w k.+1) (w k)) (hess : forall k, 'I_(w k.+1) -> 'I_(w k) -> R),
  let loss k (W' : 'M[R]_(w k.+1, w k)) i j := N (A net k *m W' *m B net k *m x i - (V *m x i + e j)) in
  let Sx := \sum_i a i *: (x i *m (x i)^T) in
  \sum_j b j = 1 -> \sum_j b j *: (e j *m (e j)^T) = s2%:M ->
  (forall k i j, (k <= D)%N -> grad (V := mx_eucl R (w k.+1) (w k)) (fun W' => loss k W' i j) (W net k) (g k i j)) ->
  (* hess k c d: the second derivative of the mean loss in the entry (c, d) of W k *)
  (forall k c d, (k <= D)%N ->
    second_derivative (fun W' => \sum_i \sum_j a i * b j * loss k W' i j) (W net k) (delta_mx c d) (hess k c d)) ->
  (forall k, (k <= D)%N -> 1 / 4%:R * (\sum_i \sum_j a i * b j * N (g k i j)) = s2 / 2 * \sum_c \sum_d hess k c d) /\
  (forall k, (k <= D)%N -> \sum_c \sum_d hess k c d = 2 * N (A net k) * \tr (B net k *m Sx *m (B net k)^T)) /\
  (* so entropy and sharpness order the global minima alike *)
  1 / 4%:R * (\sum_(k < D.+1) \sum_i \sum_j a i * b j * N (g k i j)) = s2 / 2 * \sum_(k < D.+1) \sum_c \sum_d hess k c d.
