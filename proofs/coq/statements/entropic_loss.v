(* What is proved of the entropic loss, claim by claim.                                                      *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra fingroup perm.
From Equipartition.library Require Import inner_product derivatives.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* A batch is a set of B of the n samples; the mean over all of them. tr Cov(g) = E|g|^2 - |grad L|^2.        *)
Definition entropic_loss_minibatch_statement : Prop :=
  forall (R : realFieldType) (V : eucl R) (n : nat) (g : 'I_n -> V) (B : nat),
  (1 < n)%N -> (0 < B)%N -> (B <= n)%N ->
  let batches := [set b : {set 'I_n} | #|b| == B] in
  let gradL : V := n%:R^-1 *: \sum_z g z in
  (\sum_(b in batches) N (B%:R^-1 *: \sum_(z in b) g z)) / #|batches|%:R
    = N gradL + (n%:R - B%:R) / (B%:R * n.-1%:R) * ((\sum_z N (g z)) / n%:R - N gradL).

(* The core of the second order: M i j = H_i g_j. Over all orders s of the samples the sum over the pairs in *)
(* which j comes before i is on average half of the sum over all pairs.                                      *)
Definition entropic_loss_epoch_mean_order_statement : Prop :=
  forall (V : zmodType) (n : nat) (M : 'I_n -> 'I_n -> V),
  (\sum_(s : {perm 'I_n}) \sum_(i < n) \sum_(j < n | (j < i)%N) M (s i) (s j)) *+ 2
    = (\sum_i \sum_(j | j != i) M i j) *+ n`!.

(* f has the partial derivative a in the coordinate i at x *)
Definition partial (R : realFieldType) (n : nat) (f : 'cV[R]_n -> R) (x : 'cV[R]_n) (i : 'I_n) (a : R) :=
  deriv (fun t => f (x + t *: delta_mx i 0)) a.
(* the derivatives of l up to the fourth, whose symmetry (Schwarz's theorem over the reals) belongs to the definition *)
Record derivatives4 (R : realFieldType) (n : nat) (l : 'cV[R]_n -> R) (g : 'I_n -> 'cV[R]_n -> R) (H : 'I_n -> 'I_n -> 'cV[R]_n -> R)
    (T : 'I_n -> 'I_n -> 'I_n -> 'cV[R]_n -> R) (Q : 'I_n -> 'I_n -> 'I_n -> 'I_n -> 'cV[R]_n -> R) := Derivatives4 {
  first_derivative : forall x i, partial l x i (g i x);
  second_derivative : forall x i j, partial (g i) x j (H i j x);
  third_derivative : forall x i j k, partial (H i j) x k (T i j k x);
  fourth_derivative : forall x i j k m, partial (T i j k) x m (Q i j k m x);
  second_sym : forall x i j, H i j x = H j i x;
  third_sym : forall x i j k, T i j k x = T j i k x /\ T i j k x = T i k j x;
  fourth_sym : forall x i j k m, Q i j k m x = Q m j k i x }.
(* V = 1/3 H^2 g + 1/12 T[g, g], and G = T[g] *)
Definition field2 (R : realFieldType) (n : nat) (g : 'I_n -> 'cV[R]_n -> R) H T (i : 'I_n) (x : 'cV[R]_n) : R :=
  1 / 3%:R * (\sum_j \sum_k H i j x * H j k x * g k x) + 1 / 12%:R * (\sum_j \sum_k T i j k x * g j x * g k x).
Definition contraction (R : realFieldType) (n : nat) (g : 'I_n -> 'cV[R]_n -> R) T (i j : 'I_n) (x : 'cV[R]_n) : R :=
  \sum_k T i j k x * g k x.

Definition entropic_loss_no_second_order_potential_statement : Prop :=
  (* J - J^T = 1/6 (H G - G H) for the Jacobian J of V *)
  (forall (R : realFieldType) (n : nat) (l : 'cV[R]_n -> R) g H T Q (x : 'cV[R]_n), derivatives4 l g H T Q ->
    exists J, (forall i m, partial (field2 g H T i) x m (J i m)) /\
      forall i m, J i m - J m i
        = 1 / 6%:R * \sum_k (H i k x * contraction g T k m x - contraction g T i k x * H k m x)) /\
  (* l = (u w X - Y)^2 with u = y_0, w = y_1: the curl, and where it is 0 *)
  (forall (R : realFieldType) (X Y : R) g H T Q,
    derivatives4 (fun y : 'cV[R]_2 => (y 0 0 * y 1 0 * X - Y) ^+ 2) g H T Q ->
    forall (v : 'cV[R]_2) a b, let u := v 0 0 in let w := v 1 0 in
    partial (field2 g H T 0) v 1 a -> partial (field2 g H T 1) v 0 b ->
    a - b = - (8%:R / 3%:R) * X ^+ 5 * (u ^+ 4 - w ^+ 4) * (u * w * X - Y) /\
    (a - b = 0 <-> [\/ u ^+ 2 = w ^+ 2, X = 0 | u * w * X = Y])).
