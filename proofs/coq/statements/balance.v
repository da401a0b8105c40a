(* What is proved of the balance laws, claim by claim.                                                       *)
(* Throughout: Z is the data set with weights p, l z the loss of the sample z with gradient g z, x the       *)
(* point, eta and gamma learning rate and weight decay, grad f x G: f has the gradient G at x.               *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From Equipartition.library Require Import inner_product derivatives matrices families learning blocks.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* the entropic loss for Lambda = eta I *)
Notation plain p l g eta gamma := (F p l g (fun y => eta *: y) gamma).
(* a point of parameters is ((w, u), r): two blocks that a law compares, and all other parameters *)
Notation triple W U T := (pair_eucl (pair_eucl W U) T).
Notation fst_block y := (y.1.1) (only parsing).
Notation snd_block y := (y.1.2) (only parsing).
(* phi(a s) = a^k phi(s) for a > 0 *)
Definition homogeneous (R : realFieldType) (phi : R -> R) (k : nat) := forall a s, 0 < a -> phi (a * s) = a ^+ k * phi s.

Definition balance_master_statement : Prop :=
  forall (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V)
    (K Ks : R -> V -> V) (A At Lam : V -> V) (x GF : V) (gamma : R),
  family K Ks A At -> differentiable l g x -> symmetric l K x -> rates Lam ->
  grad (F p l g Lam gamma) x GF ->
  <<A x, GF>> = gamma * (<<x, A x>> + <<x, At x>>)
    - 1 / 4%:R * \sum_z p z * (<<g z x, A (Lam (g z x))>> + <<g z x, Lam (At (g z x))>>).

(* The bound of absolute values, squared. *)
Definition balance_approximate_statement : Prop :=
  forall (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V)
    (K Ks : R -> V -> V) (A At Lam : V -> V) (x GF : V) (gamma : R),
  family K Ks A At -> differentiable l g x -> symmetric l K x -> rates Lam ->
  grad (F p l g Lam gamma) x GF ->
  let imbalance := gamma * (<<x, A x>> + <<x, At x>>)
    - 1 / 4%:R * \sum_z p z * (<<g z x, A (Lam (g z x))>> + <<g z x, Lam (At (g z x))>>) in
  imbalance ^+ 2 <= N (A x) * N GF /\
  (imbalance ^+ 2 = N (A x) * N GF <-> A x = 0 \/ exists c, GF = c *: A x).

(* w has the bias as a further coordinate, of input 1. The loss sees w and u only through i -> phi(w.i) u.   *)
Definition balance_neuron_statement : Prop :=
  forall (R : realFieldType) (m q : nat) (T : eucl R) (Z : finType) (p : Z -> R),
  let V := triple (mx_eucl R m 1) (mx_eucl R q 1) T in
  forall (l : Z -> V -> R) (g : Z -> V -> V) (x : V) (eta gamma : R) (phi : R -> R) (k : nat),
  let w (y : V) : mx_eucl R m 1 := y.1.1 in let u (y : V) : mx_eucl R q 1 := y.1.2 in
  differentiable l g x -> eta != 0 -> homogeneous phi k ->
  (forall z (y y' : V), y.2 = y'.2 ->
    (forall i : 'cV_m, phi <<w y, i>> *: u y = phi <<w y', i>> *: u y') -> l z y = l z y') ->
  (forall GF, grad (plain p l g eta gamma) x GF ->
    <<w x, w GF>> - k%:R * <<u x, u GF>> = - (eta / 2) *
      (\sum_z p z * (N (w (g z x)) - k%:R * N (u (g z x))) - 4%:R * gamma / eta * (N (w x) - k%:R * N (u x)))) /\
  (grad (plain p l g eta gamma) x 0 ->
    \sum_z p z * N (w (g z x)) - k%:R * (\sum_z p z * N (u (g z x)))
      = 4%:R * gamma / eta * (N (w x) - k%:R * N (u x))).

(* The blocks of a network of D + 1 layers W_j i + b_j of widths w 0, ..., w D.+1, and all other parameters. *)
Definition layers (R : realFieldType) (w : nat -> nat) (D : nat) (T : eucl R) (b : 'I_D.+1 + 'I_D.+1 + unit) : eucl R :=
  match b with inl (inl j) => mx_eucl R (w j.+1) (w j) | inl (inr j) => mx_eucl R (w j.+1) 1 | inr _ => T end.
Section Layers.
Variables (R : realFieldType) (w : nat -> nat) (D : nat) (T V : eucl R) (P : blocks V (layers w (D := D) T)).
Definition weight (j : 'I_D.+1) (y : V) : mx_eucl R (w j.+1) (w j) := part P (inl (inl j)) y.
Definition bias (j : 'I_D.+1) (y : V) : mx_eucl R (w j.+1) 1 := part P (inl (inr j)) y.
(* W_{j+1} phi(W_j i + b_j) *)
Definition two_layers (phi : R -> R) (j : 'I_D) (y : V) (i : 'cV[R]_(w j)) : 'cV[R]_(w j.+2) :=
  (weight (lift ord0 j) y : 'M_(w j.+2, w j.+1)) *m
    map_mx phi ((weight (widen_ord (leqnSn D) j) y : 'M_(w j.+1, w j)) *m i + (bias (widen_ord (leqnSn D) j) y : 'cV_(w j.+1))).
Arguments two_layers phi j y i : clear implicits.
(* the layers j and j + 1 are seen only through that map *)
Definition seen_through (Z : finType) (l : Z -> V -> R) (phi : R -> R) (j : 'I_D) := forall z y y',
  (forall b, b != inl (inl (widen_ord (leqnSn D) j)) -> b != inl (inr (widen_ord (leqnSn D) j)) -> b != inl (inl (lift ord0 j)) ->
    part P b y = part P b y') ->
  (forall i, two_layers phi j y i = two_layers phi j y' i) -> l z y = l z y'.
End Layers.

Definition balance_layer_statement : Prop :=
  forall (R : realFieldType) (w : nat -> nat) (D : nat) (T V : eucl R) (P : blocks V (layers w (D := D) T))
    (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (x : V) (eta gamma : R)
    (phi : 'I_D -> R -> R) (k : nat) (a m : 'I_D.+1),
  differentiable l g x -> eta != 0 -> (a < m)%N ->
  (forall j : 'I_D, (a <= j < m)%N -> homogeneous (phi j) k /\ seen_through P l (phi j) j) ->
  grad (plain p l g eta gamma) x 0 ->
  \sum_z p z * N (weight P a (g z x))
    + \sum_(j < D.+1 | (a <= j < m)%N) k%:R ^+ (j - a) * (\sum_z p z * N (bias P j (g z x)))
    - k%:R ^+ (m - a) * (\sum_z p z * N (weight P m (g z x)))
  = 4%:R * gamma / eta * (N (weight P a x)
    + \sum_(j < D.+1 | (a <= j < m)%N) k%:R ^+ (j - a) * N (bias P j x) - k%:R ^+ (m - a) * N (weight P m x)).

(* The same without biases, for activations of degree 1 and without decay. *)
Definition plain_layers (R : realFieldType) (w : nat -> nat) (D : nat) (T : eucl R) (b : 'I_D.+1 + unit) : eucl R :=
  match b with inl j => mx_eucl R (w j.+1) (w j) | inr _ => T end.
Definition plain_weight (R : realFieldType) (w : nat -> nat) (D : nat) (T V : eucl R) (P : blocks V (plain_layers w (D := D) T))
  (j : 'I_D.+1) (y : V) : mx_eucl R (w j.+1) (w j) := part P (inl j) y.
Definition balance_equipartition_statement : Prop :=
  forall (R : realFieldType) (w : nat -> nat) (D : nat) (T V : eucl R) (P : blocks V (plain_layers w (D := D) T))
    (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (x : V) (eta : R) (phi : 'I_D -> R -> R),
  differentiable l g x -> eta != 0 -> (forall j, homogeneous (phi j) 1) ->
  (forall (j : 'I_D) z y y',
    (forall b, b != inl (widen_ord (leqnSn D) j) -> b != inl (lift ord0 j) -> part P b y = part P b y') ->
    (forall i : 'cV[R]_(w j),
      (plain_weight P (lift ord0 j) y : 'M_(w j.+2, w j.+1)) *m map_mx (phi j) ((plain_weight P (widen_ord (leqnSn D) j) y : 'M_(w j.+1, w j)) *m i)
      = (plain_weight P (lift ord0 j) y' : 'M_(w j.+2, w j.+1)) *m map_mx (phi j) ((plain_weight P (widen_ord (leqnSn D) j) y' : 'M_(w j.+1, w j)) *m i)) ->
    l z y = l z y') ->
  grad (plain p l g eta 0) x 0 ->
  forall i j : 'I_D.+1, \sum_z p z * N (plain_weight P i (g z x)) = \sum_z p z * N (plain_weight P j (g z x)).

(* The law of two matrices, everywhere and where grad F = 0. *)
Definition matrix_law (R : realFieldType) (m r q : nat) (T : eucl R) (Z : finType) (p : Z -> R)
    (l : Z -> triple (mx_eucl R r q) (mx_eucl R m r) T -> R) g (x : triple (mx_eucl R r q) (mx_eucl R m r) T) (eta gamma : R) :=
  let W (y : triple (mx_eucl R r q) (mx_eucl R m r) T) : 'M_(r, q) := y.1.1 in
  let U (y : triple (mx_eucl R r q) (mx_eucl R m r) T) : 'M_(m, r) := y.1.2 in
  (forall GF, grad (plain p l g eta gamma) x GF ->
    W GF *m (W x)^T - (U x)^T *m U GF = - (eta / 2) *:
      (\sum_z p z *: (W (g z x) *m (W (g z x))^T - (U (g z x))^T *m U (g z x))
        - (4%:R * gamma / eta) *: (W x *m (W x)^T - (U x)^T *m U x))) /\
  (grad (plain p l g eta gamma) x 0 ->
    \sum_z p z *: (W (g z x) *m (W (g z x))^T - (U (g z x))^T *m U (g z x))
      = (4%:R * gamma / eta) *: (W x *m (W x)^T - (U x)^T *m U x)).

Definition balance_matrix_statement : Prop :=
  forall (R : realFieldType) (m r q : nat) (T : eucl R) (Z : finType) (p : Z -> R)
    (l : Z -> triple (mx_eucl R r q) (mx_eucl R m r) T -> R) g x (eta gamma : R),
  differentiable l g x -> eta != 0 ->
  (forall z (y y' : triple (mx_eucl R r q) (mx_eucl R m r) T), y.2 = y'.2 ->
    y.1.2 *m y.1.1 = y'.1.2 *m y'.1.1 -> l z y = l z y') ->
  matrix_law p l g x eta gamma.

(* The block is y.1, multiplied by any positive number. *)
Definition balance_scale_invariant_statement : Prop :=
  forall (R : realFieldType) (W T : eucl R) (Z : finType) (p : Z -> R) (l : Z -> pair_eucl W T -> R) g
    (x : pair_eucl W T) (eta gamma : R),
  differentiable l g x -> eta != 0 ->
  (forall z a (y : pair_eucl W T), 0 < a -> l z (a *: y.1, y.2) = l z y) ->
  (forall GF, grad (plain p l g eta gamma) x GF ->
    <<x.1, GF.1>> = - (eta / 2) * (\sum_z p z * N (g z x).1 - 4%:R * gamma / eta * N x.1)) /\
  (grad (plain p l g eta gamma) x 0 -> \sum_z p z * N (g z x).1 = 4%:R * gamma / eta * N x.1).

(* h = W X, then U; the loss of the output is out, with the gradient delta there; X may depend on what lies  *)
(* below, y.2.                                                                                               *)
Definition balance_representation_statement : Prop :=
  forall (R : realFieldType) (m r q : nat) (T : eucl R) (Z : finType) (p : Z -> R)
    (X : Z -> T -> 'cV[R]_q) (out : Z -> T -> mx_eucl R m 1 -> R)
    (l : Z -> triple (mx_eucl R r q) (mx_eucl R m r) T -> R) g
    (x : triple (mx_eucl R r q) (mx_eucl R m r) T) (delta : Z -> 'cV[R]_m) (eta : R),
  differentiable l g x -> eta != 0 ->
  (forall z (y : triple (mx_eucl R r q) (mx_eucl R m r) T), l z y = out z y.2 (y.1.2 *m (y.1.1 *m X z y.2))) ->
  (forall z, grad (out z x.2) (x.1.2 *m (x.1.1 *m X z x.2)) (delta z)) ->
  grad (plain p l g eta 0) x 0 ->
  let h z : 'cV_r := x.1.1 *m X z x.2 in let gh z : 'cV_r := x.1.2^T *m delta z in
  \sum_z (p z * N (X z x.2)) *: (gh z *m (gh z)^T) = \sum_z (p z * N (delta z)) *: (h z *m (h z)^T).

(* First for any learning rates, then for diag(v)^(-1/2), v the mean square gradient at x, A diagonal.       *)
Definition balance_preconditioned_statement : Prop :=
  (forall (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V)
      (K Ks : R -> V -> V) (A At Lam : V -> V) (x : V) (gamma : R),
    family K Ks A At -> differentiable l g x -> symmetric l K x -> rates Lam ->
    grad (F p l g Lam gamma) x 0 ->
    \sum_z p z * (<<g z x, A (Lam (g z x))>> + <<g z x, Lam (At (g z x))>>)
      = 4%:R * gamma * (<<x, A x>> + <<x, At x>>)) /\
  (forall (R : rcfType) (n : nat) (Z : finType) (p : Z -> R) (l : Z -> mx_eucl R n 1 -> R) g
      (K Ks : R -> mx_eucl R n 1 -> mx_eucl R n 1) (a v : 'I_n -> R) (x : mx_eucl R n 1) (eta gamma : R),
    family K Ks (fun y => \col_i (a i * y i 0)) (fun y => \col_i (a i * y i 0)) ->
    differentiable l g x -> symmetric l K x -> eta != 0 ->
    (forall i, v i = \sum_z p z * g z x i 0 ^+ 2) -> (forall i, 0 < v i) ->
    grad (F p l g (fun y => \col_i (eta / Num.sqrt (v i) * y i 0)) gamma) x 0 ->
    \sum_i a i * Num.sqrt (v i) = 4%:R * gamma / eta * \sum_i a i * x i 0 ^+ 2).

(* The two laws that are asked of the points that were found. *)
Definition balance_stationary_point_statement : Prop :=
  (forall (R : realFieldType) (m q : nat) (T : eucl R) (Z : finType) (p : Z -> R)
      (l : Z -> triple (mx_eucl R m 1) (mx_eucl R q 1) T -> R) g (x : triple (mx_eucl R m 1) (mx_eucl R q 1) T)
      (eta gamma : R) (phi : R -> R) (k : nat),
    differentiable l g x -> eta != 0 -> homogeneous phi k ->
    (forall z (y y' : triple (mx_eucl R m 1) (mx_eucl R q 1) T), y.2 = y'.2 ->
      (forall i : 'cV_m, phi <<y.1.1, i>> *: y.1.2 = phi <<y'.1.1, i>> *: y'.1.2) -> l z y = l z y') ->
    grad (plain p l g eta gamma) x 0 ->
    \sum_z p z * N (g z x).1.1 + 4%:R * gamma / eta * k%:R * N x.1.2
      = k%:R * (\sum_z p z * N (g z x).1.2) + 4%:R * gamma / eta * N x.1.1) /\
  balance_matrix_statement.

(* Attention. The matrices of the H heads of a group stand one upon the other in U.                          *)
Definition head (R : realFieldType) (H m r : nat) (h : 'I_H) (U : 'M[R]_(H * m, r)) : 'M[R]_(m, r) :=
  \matrix_(i, j) U (mxvec_index h i) j.

(* W: value rows (and bias), U: output columns of all heads; a head writes sums of U_h W X.                  *)
Definition balance_attention_values_statement : Prop :=
  forall (R : realFieldType) (H m r q : nat) (T : eucl R) (Z : finType) (p : Z -> R)
    (l : Z -> triple (mx_eucl R r q) (mx_eucl R (H * m) r) T -> R) g x (eta gamma : R),
  differentiable l g x -> eta != 0 ->
  (forall z (y y' : triple (mx_eucl R r q) (mx_eucl R (H * m) r) T), y.2 = y'.2 ->
    (forall h (X : 'cV_q), head h y.1.2 *m (y.1.1 *m X) = head h y'.1.2 *m (y'.1.1 *m X)) -> l z y = l z y') ->
  matrix_law p l g x eta gamma.

(* W: key rows (and bias), Q_h the transpose of head h U; the logits are (Q_h X).(W X').                     *)
Definition balance_attention_keys_statement : Prop :=
  forall (R : realFieldType) (H m r q : nat) (T : eucl R) (Z : finType) (p : Z -> R)
    (l : Z -> triple (mx_eucl R r q) (mx_eucl R (H * m) r) T -> R) g x (eta gamma : R),
  differentiable l g x -> eta != 0 ->
  (forall z (y y' : triple (mx_eucl R r q) (mx_eucl R (H * m) r) T), y.2 = y'.2 ->
    (forall h (X : 'cV_m) (X' : 'cV_q),
      <<(head h y.1.2)^T *m X, y.1.1 *m X'>> = <<(head h y'.1.2)^T *m X, y'.1.1 *m X'>>) -> l z y = l z y') ->
  matrix_law p l g x eta gamma.

(* what two blocks with opposite exponents give; n is the square norm of the second, as a sum *)
Definition opposite_law (R : realFieldType) (W U T : eucl R) (Z : finType) (p : Z -> R) (l : Z -> triple W U T -> R) g
    (x : triple W U T) (eta gamma : R) (n1 : W -> R) (n2 : U -> R) :=
  (forall GF, grad (plain p l g eta gamma) x GF ->
    <<x.1.1, GF.1.1>> - <<x.1.2, GF.1.2>> = - (eta / 2) *
      (\sum_z p z * n1 (g z x).1.1 - \sum_z p z * n2 (g z x).1.2 - 4%:R * gamma / eta * (n1 x.1.1 - n2 x.1.2))) /\
  (grad (plain p l g eta gamma) x 0 ->
    \sum_z p z * n1 (g z x).1.1 - \sum_z p z * n2 (g z x).1.2 = 4%:R * gamma / eta * (n1 x.1.1 - n2 x.1.2)).

(* Keys K and the queries Q_h of a group, with rotary positions (M) or without (M = 1): logits (Q_h X).(M K X'); *)
(* values V and outputs O_h: sums of O_h V X.                                                                *)
Definition balance_grouped_queries_statement : Prop :=
  (forall (R : realFieldType) (H d q q' : nat) (T : eucl R) (Z : finType) (p : Z -> R)
      (l : Z -> triple (mx_eucl R d q) (mx_eucl R (H * d) q') T -> R) g x (eta gamma : R),
    differentiable l g x -> eta != 0 ->
    (forall z (y y' : triple (mx_eucl R d q) (mx_eucl R (H * d) q') T), y.2 = y'.2 ->
      (forall h (M : 'M_d) (X : 'cV_q') (X' : 'cV_q),
        <<head h y.1.2 *m X, M *m (y.1.1 *m X')>> = <<head h y'.1.2 *m X, M *m (y'.1.1 *m X')>>) -> l z y = l z y') ->
    opposite_law p l g x eta gamma (fun K => N K) (fun Q => \sum_h N (head h Q))) /\
  (forall (R : realFieldType) (H m d q : nat) (T : eucl R) (Z : finType) (p : Z -> R)
      (l : Z -> triple (mx_eucl R d q) (mx_eucl R (H * m) d) T -> R) g x (eta gamma : R),
    differentiable l g x -> eta != 0 ->
    (forall z (y y' : triple (mx_eucl R d q) (mx_eucl R (H * m) d) T), y.2 = y'.2 ->
      (forall h (X : 'cV_q), head h y.1.2 *m (y.1.1 *m X) = head h y'.1.2 *m (y'.1.1 *m X)) -> l z y = l z y') ->
    opposite_law p l g x eta gamma (fun V => N V) (fun O => \sum_h N (head h O))).

(* One pair of coordinates: two rows of the keys, two of each head's queries. Rotary logits are sums over    *)
(* pairs, each pair turned by an angle of its own: M is a rotation of the plane.                             *)
Definition balance_rotary_statement : Prop :=
  forall (R : realFieldType) (H q q' : nat) (T : eucl R) (Z : finType) (p : Z -> R)
    (l : Z -> triple (mx_eucl R 2 q) (mx_eucl R (H * 2) q') T -> R) g x (eta gamma : R),
  differentiable l g x -> eta != 0 ->
  (forall z (y y' : triple (mx_eucl R 2 q) (mx_eucl R (H * 2) q') T), y.2 = y'.2 ->
    (forall h (M : 'M_2) (X : 'cV_q') (X' : 'cV_q), M^T *m M = 1%:M ->
      <<head h y.1.2 *m X, M *m (y.1.1 *m X')>> = <<head h y'.1.2 *m X, M *m (y'.1.1 *m X')>>) -> l z y = l z y') ->
  opposite_law p l g x eta gamma (fun K => N (row 0 K) + N (row 1 K))
    (fun Q => \sum_h (N (row 0 (head h Q)) + N (row 1 (head h Q)))).

(* Row U_i (with bias) and column D_i of D (phi(G h) * (U h)): a gate c times (U_i.h) D_i.                   *)
Definition balance_gated_mlp_statement : Prop :=
  forall (R : realFieldType) (m q : nat) (T : eucl R) (Z : finType) (p : Z -> R)
    (l : Z -> triple (mx_eucl R m 1) (mx_eucl R q 1) T -> R) g x (eta gamma : R),
  differentiable l g x -> eta != 0 ->
  (forall z (y y' : triple (mx_eucl R m 1) (mx_eucl R q 1) T), y.2 = y'.2 ->
    (forall (c : R) (h : 'cV_m), (c * <<y.1.1, h>>) *: y.1.2 = (c * <<y'.1.1, h>>) *: y'.1.2) -> l z y = l z y') ->
  opposite_law p l g x eta gamma (fun U => N U) (fun D => N D).

(* Gain and bias of a coordinate, and the columns M_i of its readers, one upon the other: all that reads the *)
(* norm reads (gain v + bias) M_i.                                                                           *)
Definition balance_norm_gain_statement : Prop :=
  forall (R : realFieldType) (m : nat) (T : eucl R) (Z : finType) (p : Z -> R)
    (l : Z -> triple (pair_eucl (mx_eucl R 1 1) (mx_eucl R 1 1)) (mx_eucl R m 1) T -> R) g x (eta gamma : R),
  differentiable l g x -> eta != 0 ->
  (forall z (y y' : triple (pair_eucl (mx_eucl R 1 1) (mx_eucl R 1 1)) (mx_eucl R m 1) T), y.2 = y'.2 ->
    (forall v : R, (y.1.1.1 0 0 * v + y.1.1.2 0 0) *: y.1.2 = (y'.1.1.1 0 0 * v + y'.1.1.2 0 0) *: y'.1.2) -> l z y = l z y') ->
  opposite_law p l g x eta gamma (fun gb => gb.1 0 0 ^+ 2 + gb.2 0 0 ^+ 2) (fun M => \sum_i M i 0 ^+ 2).

(* The residual stream s_0, ..., s_L: each sublayer adds what its writer makes of a norm of the stream.      *)
(* W: all writers, write j linear in them; eps: the numbers epsilon of the norms; gb: gain and bias of the   *)
(* final norm, which an unembedding tied to the embedding makes part of the law.                             *)
Section Stream.
Variables (R : realFieldType) (W E G T S A : eucl R).
Variables (embed : W -> T -> S) (write : nat -> W -> T -> A -> S) (norm : nat -> E -> S -> A).
Fixpoint stream (j : nat) (w : W) (eps : E) (r : T) : S :=
  if j is i.+1 then stream i w eps r + write i w r (norm i eps (stream i w eps r)) else embed w r.
(* writers are homogeneous of degree 1 in the weights; norms do not change when the stream is multiplied by  *)
(* a > 0 and epsilon by a^2                                                                                  *)
Definition residual_stream :=
  [/\ forall a w r, embed (a *: w) r = a *: embed w r,
      forall i a w r n, write i (a *: w) r n = a *: write i w r n &
      forall i a e s, 0 < a -> norm i (a ^+ 2 *: e) (a *: s) = norm i e s].
End Stream.
Definition balance_residual_stream_statement : Prop :=
  (* epsilon a parameter of weight 2, or none (E of dimension 0); the unembedding not tied *)
  (forall (R : realFieldType) (W E T S A : eucl R) embed write norm (L : nat) (Z : finType) (p : Z -> R)
      (out : Z -> T -> A -> R) (l : Z -> triple W E T -> R) g (x : triple W E T) (eta gamma : R),
    differentiable l g x -> eta != 0 -> @residual_stream R W E T S A embed write norm ->
    (forall z (y : triple W E T), l z y = out z y.2 (norm L y.1.2 (stream embed write norm L y.1.1 y.1.2 y.2))) ->
    (forall GF, grad (plain p l g eta gamma) x GF ->
      <<x.1.1, GF.1.1>> + 2 * <<x.1.2, GF.1.2>> = - (eta / 2) *
        (\sum_z p z * (N (g z x).1.1 + 2 * N (g z x).1.2) - 4%:R * gamma / eta * (N x.1.1 + 2 * N x.1.2))) /\
    (grad (plain p l g eta gamma) x 0 ->
      \sum_z p z * (N (g z x).1.1 + 2 * N (g z x).1.2) = 4%:R * gamma / eta * (N x.1.1 + 2 * N x.1.2))) /\
  (* the unembedding is tied to the embedding: logits are read by W too, from gain and bias times the norm *)
  (forall (R : realFieldType) (W E G T S A : eucl R) embed write norm (L : nat) (Z : finType) (p : Z -> R)
      (read : W -> G -> T -> A -> S) (out : Z -> T -> S -> R)
      (l : Z -> triple (pair_eucl W E) G T -> R) g (x : triple (pair_eucl W E) G T) (eta gamma : R),
    differentiable l g x -> eta != 0 -> @residual_stream R W E T S A embed write norm ->
    (forall a w gb r n, 0 < a -> read (a *: w) (a^-1 *: gb) r n = read w gb r n) ->
    (forall z (y : triple (pair_eucl W E) G T),
      l z y = out z y.2 (read y.1.1.1 y.1.2 y.2 (norm L y.1.1.2 (stream embed write norm L y.1.1.1 y.1.1.2 y.2)))) ->
    (forall GF, grad (plain p l g eta gamma) x GF ->
      <<x.1.1.1, GF.1.1.1>> + 2 * <<x.1.1.2, GF.1.1.2>> - <<x.1.2, GF.1.2>> = - (eta / 2) *
        (\sum_z p z * (N (g z x).1.1.1 + 2 * N (g z x).1.1.2 - N (g z x).1.2)
          - 4%:R * gamma / eta * (N x.1.1.1 + 2 * N x.1.1.2 - N x.1.2))) /\
    (grad (plain p l g eta gamma) x 0 ->
      \sum_z p z * (N (g z x).1.1.1 + 2 * N (g z x).1.1.2 - N (g z x).1.2)
        = 4%:R * gamma / eta * (N x.1.1.1 + 2 * N x.1.1.2 - N x.1.2))).
