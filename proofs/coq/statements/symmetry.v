(* What is proved of symmetries, claim by claim.                                                             *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra perm.
From Equipartition.library Require Import inner_product derivatives matrices families learning complete.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* linear and onto; orthogonal *)
Definition linear_onto (R : realFieldType) (V : eucl R) (K : V -> V) :=
  [/\ forall x y, K (x + y) = K x + K y, forall a x, K (a *: x) = a *: K x & forall y, exists x, K x = y].
Definition orthogonal (R : realFieldType) (V : eucl R) (K : V -> V) := linear_onto K /\ forall x y, <<K x, K y>> = <<x, y>>.
(* the points without a kink: an open set, which K maps into itself, where l z has the gradient g z *)
Definition smooth (R : realFieldType) (V : eucl R) (Z : finType) (l : Z -> V -> R) (g : Z -> V -> V) (K : V -> V) (D : V -> Prop) :=
  [/\ forall x, D x -> near x D, forall x, D x -> D (K x) & forall x z, D x -> grad (l z) x (g z x)].

(* For matrices K of any invertible linear map; K^-T is (invmx K)^T.                                         *)
Definition symmetry_gradient_transform_statement : Prop :=
  forall (R : realFieldType) (n : nat) (Z : finType) (l : Z -> mx_eucl R n 1 -> R) (g : Z -> mx_eucl R n 1 -> mx_eucl R n 1)
    (K : 'M[R]_n) (theta : mx_eucl R n 1),
  K \in unitmx -> (forall z (y : mx_eucl R n 1), l z (K *m y) = l z y) ->
  (forall z, grad (l z) theta (g z theta)) -> (forall z, grad (l z) (K *m theta) (g z (K *m theta))) ->
  forall z, g z (K *m theta) = (invmx K)^T *m g z theta.

Definition preserved (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) g Lam gamma (K : V -> V) (D : V -> Prop) :=
  (forall x, D x -> F p l g Lam gamma (K x) = F p l g Lam gamma x) /\
  (forall x G G', D x -> grad (F p l g Lam gamma) x G -> grad (F p l g Lam gamma) (K x) G' -> G' = K G).

Definition symmetry_discrete_preserved_statement : Prop :=
  forall (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V)
    (Lam K : V -> V) (gamma : R) (D : V -> Prop),
  orthogonal K -> smooth l g K D -> (forall x z, D x -> l z (K x) = l z x) -> (forall x, Lam (K x) = K (Lam x)) ->
  preserved p l g Lam gamma K D.

Definition symmetry_dataset_permutation_statement : Prop :=
  forall (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V)
    (Lam K : V -> V) (gamma : R) (D : V -> Prop) (pi : {perm Z}),
  orthogonal K -> smooth l g K D -> (forall x z, D x -> l z (K x) = l (pi z) x) -> (forall z, p (pi z) = p z) ->
  (forall x, Lam (K x) = K (Lam x)) -> preserved p l g Lam gamma K D.

(* K = exp(tA): the solution of K' = A K, K = 1 at t = 0. *)
Definition exponential (R : realFieldType) (V : eucl R) (K : R -> V -> V) (A : V -> V) :=
  (forall x, K 0 x = x) /\ (forall t x, vel_at (K ^~ x) t (A (K t x))).

(* R is complete: the field of the real numbers. Then for any rotation K. *)
Definition symmetry_rotation_preserved_statement : Prop :=
  forall (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (eta gamma : R),
  (forall (K : R -> V -> V) (A : V -> V) (D : V -> Prop), complete R ->
    exponential K A -> (forall x y, <<A x, y>> = - <<x, A y>>) ->
    (forall t, linear_onto (K t)) -> (forall t, smooth l g (K t) D) -> (forall t x z, D x -> l z (K t x) = l z x) ->
    forall t, (forall x, D x -> S p g (fun y => eta *: y) (K t x) = S p g (fun y => eta *: y) x) /\
      preserved p l g (fun y => eta *: y) gamma (K t) D) /\
  (forall (K : V -> V) (D : V -> Prop), orthogonal K -> smooth l g K D -> (forall x z, D x -> l z (K x) = l z x) ->
    (forall x, D x -> S p g (fun y => eta *: y) (K x) = S p g (fun y => eta *: y) x) /\
    preserved p l g (fun y => eta *: y) gamma K D).

(* S along the orbit, its derivative there, and the criterion in its finite form: K is a matrix of the group *)
(* that is normal with respect to Lambda (Ki, Kt its inverse and transpose).                                 *)
Definition symmetry_continuous_broken_statement : Prop :=
  (forall (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V)
      (K Ks : R -> V -> V) (A At Lam : V -> V) (x : V),
    family K Ks A At -> differentiable l g x -> symmetric l K x -> rates Lam ->
    small (fun t => S p g Lam (K t x) = 1 / 4%:R * \sum_z p z * <<Ks t (g z x), Lam (Ks t (g z x))>>) /\
    deriv (fun t => S p g Lam (K t x))
      (- (1 / 4%:R * \sum_z p z * (<<g z x, A (Lam (g z x))>> + <<g z x, Lam (At (g z x))>>)))) /\
  (forall (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (g : Z -> V -> V)
      (K Ki Kt Kit Lam Lami : V -> V) (x : V),
    (forall x, K (Ki x) = x) -> (forall x, Ki (K x) = x) ->
    (forall x y, <<K x, y>> = <<x, Kt y>>) -> (forall x y, <<Ki x, y>> = <<x, Kit y>>) ->
    (forall x y, <<Lam x, y>> = <<x, Lam y>>) -> (forall x, Lam (Lami x) = x) -> (forall x, Lami (Lam x) = x) ->
    (forall x y, Lami (x - y) = Lami x - Lami y) ->
    (* normal: K Lambda K^T = Lambda K^T Lambda^-1 K Lambda *)
    (forall x, K (Lam (Kt x)) = Lam (Kt (Lami (K (Lam x))))) ->
    (* the gradients along the orbit, by symmetry/gradient-transform *)
    (forall z, g z (K x) = Kit (g z x)) -> (forall z, g z (Ki x) = Kt (g z x)) ->
    let v z := Lam (Kt (g z x)) - Ki (Lam (g z x)) in
    S p g Lam (K x) + S p g Lam (Ki x) - 2 * S p g Lam x = 1 / 4%:R * \sum_z p z * <<v z, Lami (v z)>>).

(* u: the block y.1.2, multiplied by a; w: the block y.1.1, divided by a; the rest fixed. *)
Definition rescale (R : realFieldType) (W U T : eucl R) (a : R) (y : pair_eucl (pair_eucl W U) T) : pair_eucl (pair_eucl W U) T :=
  ((a^-1 *: y.1.1, a *: y.1.2), y.2).
Definition symmetry_unique_minimum_statement : Prop :=
  forall (R : rcfType) (W U T : eucl R) (Z : finType) (p : Z -> R) (l : Z -> pair_eucl (pair_eucl W U) T -> R)
    (g : Z -> pair_eucl (pair_eucl W U) T -> pair_eucl (pair_eucl W U) T) (x : pair_eucl (pair_eucl W U) T) (eta gamma : R)
    (D : pair_eucl (pair_eucl W U) T -> Prop),
  (forall y, D y -> near y D) -> (forall a y, 0 < a -> D y -> D (rescale a y)) -> D x ->
  (forall z y, D y -> grad (l z) y (g z y)) -> (forall z a y, 0 < a -> D y -> l z (rescale a y) = l z y) ->
  let P (x : pair_eucl (pair_eucl W U) T) := gamma * N x.1.2 + eta / 4%:R * \sum_z p z * N (g z x).1.1 in
  let Q (x : pair_eucl (pair_eucl W U) T) := gamma * N x.1.1 + eta / 4%:R * \sum_z p z * N (g z x).1.2 in
  let FF := F p l g (fun y : pair_eucl (pair_eucl W U) T => eta *: y) gamma in
  0 < P x -> 0 < Q x ->
  (* F along the orbit *)
  (forall a, 0 < a -> FF (rescale a x) = \sum_z p z * l z x + gamma * N x.2 + eta / 4%:R * (\sum_z p z * N (g z x).2)
    + P x * a ^+ 2 + Q x * a ^- 2) /\
  (* one minimum, at a^4 = Q / P *)
  (exists a, [/\ 0 < a, a ^+ 4 = Q x / P x & forall b, 0 < b -> FF (rescale a x) <= FF (rescale b x) ?= iff (b == a)]) /\
  (* from any other point of the orbit it is the same point *)
  (forall a b c, 0 < a -> 0 < b -> 0 < c -> a ^+ 4 = Q x / P x -> c ^+ 4 = Q (rescale b x) / P (rescale b x) ->
    rescale c (rescale b x) = rescale a x).

Definition symmetry_translation_statement : Prop :=
  forall (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (v : V) (D : V -> Prop),
  (forall x, D x -> near x D) -> (forall x t, D x -> D (x + t *: v)) ->
  (forall z x, D x -> grad (l z) x (g z x)) -> (forall z x t, D x -> l z (x + t *: v) = l z x) ->
  [/\ forall z x t, D x -> g z (x + t *: v) = g z x,
      forall (Lam : V -> V) x t, D x -> S p g Lam (x + t *: v) = S p g Lam x,
      forall x (b : Z -> R) eta gamma, D x ->
        <<v, x - eta *: (\sum_z b z *: g z x + (2 * gamma) *: x)>> = (1 - 2 * eta * gamma) * <<v, x>> &
      forall x (b : Z -> R) eta, D x -> <<v, x - eta *: (\sum_z b z *: g z x)>> = <<v, x>>].
