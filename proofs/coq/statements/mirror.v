(* What is proved of mirror symmetries, claim by claim.                                                      *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From Equipartition.library Require Import inner_product derivatives matrices.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* G is the gradient of f near x, and H v its derivative at x along v: the second derivative of f            *)
Definition twice_differentiable (R : realFieldType) (V : eucl R) (f : V -> R) (x : V) (G : V -> V) (H : V -> V) :=
  near x (fun y => grad f y (G y)) /\ forall v, vel (fun t => G (x + t *: v)) (H v).
(* The model's outputs are f k; ell: the loss as a function of the outputs, with the gradient Gl near        *)
(* those at theta, whose entries have gradients there. l y = ell(f(y)), with the gradient G and the second   *)
(* derivative H; Pt q = 0 says that q is tangential.                                                         *)
Definition mirror_residual_hessian_statement : Prop :=
  forall (R : realFieldType) (n m K : nat) (P : 'M[R]_(n, m)) (f : 'I_K -> mx_eucl R n 1 -> R) (ell : mx_eucl R K 1 -> R)
    (Gf : 'I_K -> mx_eucl R n 1 -> mx_eucl R n 1) (Hf : 'I_K -> mx_eucl R n 1 -> mx_eucl R n 1) (Gl : mx_eucl R K 1 -> mx_eucl R K 1)
    (G H : mx_eucl R n 1 -> mx_eucl R n 1) (theta : mx_eucl R n 1),
  P^T *m P = 1%:M -> P^T *m theta = 0 ->
  (forall k (y : mx_eucl R n 1), f k (y - 2 *: (P *m (P^T *m y)) : 'M_(n, 1)) = f k y) ->
  let out (y : mx_eucl R n 1) : mx_eucl R K 1 := \col_k f k y in
  (forall k, twice_differentiable (f k) theta (Gf k) (Hf k)) ->
  near (out theta) (fun u => grad ell u (Gl u)) -> (forall k, exists D, grad (fun u : mx_eucl R K 1 => Gl u k 0) (out theta) D) ->
  twice_differentiable (fun y => ell (out y)) theta G H ->
  [/\ forall k, P^T *m Gf k theta = 0,
      forall q, P^T *m q = 0 -> P^T *m H q = 0,
      forall a : 'M_(m, 1), P^T *m H (P *m a) = \sum_k Gl (out theta) k 0 *: (P^T *m Hf k (P *m a)) &
      (forall u, ell (out theta) <= ell u) -> forall (gamma : R) (a : 'M_(m, 1)) (Hr : mx_eucl R n 1 -> mx_eucl R n 1),
        twice_differentiable (fun y => ell (out y) + gamma * N y) theta (fun y => G y + (2 * gamma) *: y) Hr ->
        P^T *m Hr (P *m a) = (2 * gamma) *: a].
