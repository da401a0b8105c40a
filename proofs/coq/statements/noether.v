(* What is proved of the conserved charges, claim by claim.                                                  *)
(* V is the space of parameters. (A x)^T g = 0 for the gradient g of every sample follows from the symmetry: *)
(* that a sample's loss l z has the gradient g z and does not change along K, which A generates.             *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From Equipartition.library Require Import inner_product derivatives matrices families learning complete.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* A generates a symmetry of every sample's loss, at every point of which the loss has a gradient *)
Definition generates (R : realFieldType) (V : eucl R) (Z : finType) (l : Z -> V -> R) (g : Z -> V -> V) (A At : V -> V) (x : V) :=
  exists K Ks, [/\ family K Ks A At, differentiable l g x & symmetric l K x].
(* a linear map *)
Definition linear_map (R : realFieldType) (V : eucl R) (A : V -> V) :=
  (forall x y, A (x + y) = A x + A y) /\ (forall a x, A (a *: x) = a *: A x).
Definition self_adjoint (R : realFieldType) (V : eucl R) (A : V -> V) := forall x y, <<A x, y>> = <<x, A y>>.
(* the charge x^T M x *)
Definition charge (R : realFieldType) (V : eucl R) (M : V -> V) (x : V) : R := <<x, M x>>.

(* L: any weighted mean of the samples' losses. R is complete: the field of the real numbers.                *)
Definition noether_gradient_flow_statement : Prop :=
  forall (R : realFieldType), complete R ->
  (* C is constant along the flow; with decay dC/dt = -4 gamma C *)
  (forall (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (A : V -> V) (gamma : R) (theta : R -> V),
    linear_map A -> self_adjoint A -> (exists2 c, 0 <= c & forall x, N (A x) <= c * N x) ->
    (forall t, generates l g A A (theta t)) ->
    (forall t, vel_at theta t (- (\sum_z p z *: g z (theta t) + (2 * gamma) *: theta t))) ->
    (forall t, deriv_at (fun s => charge A (theta s)) t (- 4%:R * gamma * charge A (theta t))) /\
    (gamma = 0 -> forall t, charge A (theta t) = charge A (theta 0))) /\
  (* so is W W^T - U^T U for a loss of U W *)
  (forall (m r q : nat) (U : R -> mx_eucl R m r) (W : R -> mx_eucl R r q) (l : mx_eucl R m r -> mx_eucl R r q -> R)
      (gU : R -> mx_eucl R m r) (gW : R -> mx_eucl R r q),
    (forall U' W' U'' W'', U' *m W' = U'' *m W'' -> l U' W' = l U'' W'') ->
    (forall t, grad (fun U' => l U' (W t)) (U t) (gU t)) -> (forall t, grad (fun W' => l (U t) W') (W t) (gW t)) ->
    (forall t, vel_at U t (- gU t)) -> (forall t, vel_at W t (- gW t)) ->
    forall t, W t *m (W t)^T - (U t)^T *m U t = W 0 *m (W 0)^T - (U 0)^T *m U 0) /\
  (* a step of length eta *)
  (forall (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (A : V -> V) (eta : R) (x : V),
    linear_map A -> self_adjoint A -> generates l g A A x ->
    let G := \sum_z p z *: g z x in charge A (x - eta *: G) = charge A x + eta ^+ 2 * charge A G).

(* b: the weights of the samples in the batch *)
Definition noether_sgd_charge_statement : Prop :=
  forall (R : realFieldType) (V : eucl R) (Z : finType) (b : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (A : V -> V) (x : V) (eta gamma : R),
  linear_map A -> self_adjoint A -> generates l g A A x ->
  let G := \sum_z b z *: g z x in
  charge A (x - eta *: (G + (2 * gamma) *: x)) = (1 - 2 * eta * gamma) ^+ 2 * charge A x + eta ^+ 2 * charge A G.

Definition noether_sgd_matrix_charge_statement : Prop :=
  forall (R : realFieldType) (m r q : nat) (l : 'M[R]_(m, r) -> 'M[R]_(r, q) -> R) (U gU : mx_eucl R m r) (W gW : mx_eucl R r q) (eta gamma : R),
  (forall U' W' U'' W'', U' *m W' = U'' *m W'' -> l U' W' = l U'' W'') ->
  grad (V := mx_eucl R m r) (fun U' => l U' W) U gU -> grad (V := mx_eucl R r q) (fun W' => l U W') W gW ->
  let Q (U : 'M_(m, r)) (W : 'M_(r, q)) : 'M_r := W *m W^T - U^T *m U in
  Q (U - eta *: (gU + (2 * gamma) *: U)) (W - eta *: (gW + (2 * gamma) *: W))
   = (1 - 2 * eta * gamma) ^+ 2 *: Q U W + eta ^+ 2 *: (gW *m gW^T - gU^T *m gU).

(* M = Lambda^-1 A is symmetric, Lambda is symmetric *)
Definition symmetrised (R : realFieldType) (V : eucl R) (Lam M A At : V -> V) :=
  [/\ linear_map M, self_adjoint M, forall x, Lam (M x) = A x, self_adjoint Lam & forall x y, <<A x, y>> = <<x, At y>>].

Definition noether_preconditioned_charge_statement : Prop :=
  forall (R : realFieldType) (V : eucl R) (Z : finType) (b : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V)
    (A At Lam M : V -> V) (x : V),
  symmetrised Lam M A At -> generates l g A At x ->
  let G := \sum_z b z *: g z x in charge M (x - Lam G) = charge M x + <<G, A (Lam G)>>.

Definition noether_decoupled_decay_statement : Prop :=
  forall (R : realFieldType) (V : eucl R) (Z : finType) (b : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V)
    (A At Lam M : V -> V) (x : V) (eta gamma : R),
  symmetrised Lam M A At -> generates l g A At x ->
  let G := \sum_z b z *: g z x in
  charge M ((1 - 2 * eta * gamma) *: x - Lam G) = (1 - 2 * eta * gamma) ^+ 2 * charge M x + <<G, A (Lam G)>>.

(* b t: the weights of the samples in the batch of step t. A stationary state: (x, g) random, with the same  *)
(* mean of C before and after a step.                                                                        *)
Definition noether_time_average_statement : Prop :=
  (forall (R : realFieldType) (V : eucl R) (Z : finType) (b : nat -> Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (A : V -> V)
      (x : nat -> V) (eta gamma : R) (T : nat),
    linear_map A -> self_adjoint A -> (forall t, generates l g A A (x t)) -> eta != 0 -> (0 < T)%N ->
    let G t := \sum_z b t z *: g z (x t) in
    (forall t, x t.+1 = x t - eta *: (G t + (2 * gamma) *: x t)) ->
    (\sum_(t < T) charge A (G t)) / T%:R = (charge A (x T) - charge A (x 0%N)) / (eta ^+ 2 * T%:R)
      + 4%:R * gamma / eta * (1 - eta * gamma) * ((\sum_(t < T) charge A (x t)) / T%:R)) /\
  (forall (R : realFieldType) (V : eucl R) (Z : finType) (l : Z -> V -> R) (g : Z -> V -> V) (A : V -> V)
      (Om : finType) (P : Om -> R) (x : Om -> V) (b : Om -> Z -> R) (eta gamma : R),
    linear_map A -> self_adjoint A -> (forall o, generates l g A A (x o)) -> eta != 0 ->
    let G o := \sum_z b o z *: g z (x o) in
    \sum_o P o * charge A (x o - eta *: (G o + (2 * gamma) *: x o)) = \sum_o P o * charge A (x o) ->
    \sum_o P o * charge A (G o) = 4%:R * gamma / eta * (1 - eta * gamma) * \sum_o P o * charge A (x o)).

(* The block is x.1; r2 t is its square norm, G t its gradient.                                              *)
Definition noether_scale_invariant_statement : Prop :=
  forall (R : realFieldType) (W U : eucl R) (Z : finType) (b : nat -> Z -> R) (l : Z -> pair_eucl W U -> R)
    (g : Z -> pair_eucl W U -> pair_eucl W U) (x : nat -> pair_eucl W U) (eta gamma : R),
  (forall t z, grad (l z) (x t) (g z (x t))) -> (forall z a (y : pair_eucl W U), 0 < a -> l z (a *: y.1, y.2) = l z y) ->
  let G t : W := \sum_z b t z *: (g z (x t)).1 in let r2 t := N (x t).1 in
  (forall t, (x t.+1).1 = (x t).1 - eta *: (G t + (2 * gamma) *: (x t).1)) ->
  [/\ forall t, r2 t.+1 = (1 - 2 * eta * gamma) ^+ 2 * r2 t + eta ^+ 2 * N (G t),
      gamma = 0 -> forall t, r2 t <= r2 t.+1,
      forall T, 4%:R * eta * gamma * (1 - eta * gamma) * (\sum_(t < T) r2 t)
        = eta ^+ 2 * (\sum_(t < T) N (G t)) + r2 0%N - r2 T &
      forall T, 4%:R * eta * gamma * (1 - eta * gamma) * (\sum_(t < T) r2 t ^+ 2)
        = eta ^+ 2 * (\sum_(t < T) r2 t * N (G t)) + 1 / 2 * (\sum_(t < T) (r2 t.+1 - r2 t) ^+ 2)
          + 1 / 2 * (r2 0%N ^+ 2 - r2 T ^+ 2)].

Definition noether_momentum_statement : Prop :=
  (forall (R : realFieldType) (V : eucl R) (Z : finType) (b : nat -> Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (A : V -> V)
      (x m : nat -> V) (eta gamma beta : R),
    linear_map A -> self_adjoint A -> (forall t, generates l g A A (x t)) -> eta != 0 ->
    (forall t, m t.+1 = beta *: m t + \sum_z b t z *: g z (x t) + (2 * gamma) *: x t) ->
    (forall t, x t.+1 = x t - eta *: m t.+1) ->
    forall T, (1 + beta) * (\sum_(t < T) charge A (m t.+1)) = 4%:R * gamma / eta * (\sum_(t < T) charge A (x t))
      + (1 - beta) / eta ^+ 2 * (charge A (x T) - charge A (x 0%N))
      - 2 * beta / eta * (<<m T, A (x T)>> - <<m 0%N, A (x 0%N)>>)) /\
  (* the stationary state: (x, m) random, with the same means of C and B before and after a step *)
  (forall (R : realFieldType) (V : eucl R) (Z : finType) (l : Z -> V -> R) (g : Z -> V -> V) (A : V -> V)
      (Om : finType) (P : Om -> R) (x m x' m' : Om -> V) (b : Om -> Z -> R) (eta gamma beta : R),
    linear_map A -> self_adjoint A -> (forall o, generates l g A A (x o)) -> eta != 0 ->
    (forall o, m' o = beta *: m o + \sum_z b o z *: g z (x o) + (2 * gamma) *: x o) ->
    (forall o, x' o = x o - eta *: m' o) ->
    \sum_o P o * charge A (x' o) = \sum_o P o * charge A (x o) ->
    \sum_o P o * <<m' o, A (x' o)>> = \sum_o P o * <<m o, A (x o)>> ->
    (1 + beta) * (\sum_o P o * charge A (m' o)) = 4%:R * gamma / eta * \sum_o P o * charge A (x o)).
