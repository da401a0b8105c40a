(* What is learned: losses of samples, learning rates, symmetries, the entropic loss. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives families.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* A symmetric bounded linear map: the matrix of learning rates *)
Record rates (R : realFieldType) (V : eucl R) (Lam : V -> V) := Rates {
  Lam_add : forall x y, Lam (x + y) = Lam x + Lam y;
  Lam_sym : forall x y, <<Lam x, y>> = <<x, Lam y>>;
  Lam_bound : exists2 C, 0 <= C & forall x, N (Lam x) <= C * N x }.

(* every sample's loss l z has the gradient g z at every point near x *)
Definition differentiable (R : realFieldType) (V : eucl R) (Z : finType) (l : Z -> V -> R) (g : Z -> V -> V) x :=
  near x (fun y => forall z, grad (l z) y (g z y)).

(* l(K t y; z) = l(y; z) for every z, every y near x and every small t *)
Definition symmetric (R : realFieldType) (V : eucl R) (Z : finType) (l : Z -> V -> R) (K : R -> V -> V) x :=
  exists2 d, 0 < d & forall h t z, N h <= d -> t ^+ 2 <= d -> l z (K t (x + h)) = l z (x + h).

Section EntropicLoss.
Variables (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R).
Variables (g : Z -> V -> V) (Lam : V -> V) (gamma : R).
(* the entropy S = 1/4 E[g^T Lambda g], E the mean with the weights p *)
Definition S (y : V) : R := 1 / 4%:R * \sum_z p z * <<g z y, Lam (g z y)>>.
(* the entropic loss F = E l + gamma |x|^2 + 1/4 E[g^T Lambda g] *)
Definition F (y : V) : R := \sum_z p z * l z y + gamma * N y
  + 1 / 4%:R * \sum_z p z * <<g z y, Lam (g z y)>>.
End EntropicLoss.
