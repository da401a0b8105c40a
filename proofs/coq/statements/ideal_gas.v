(* What is proved of the ideal gas of scale-invariant weights, claim by claim.                               *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From Equipartition.library Require Import inner_product derivatives logarithms.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* one step of descent on a scale-invariant loss l with the gradient g at theta, which is not 0; c = 1 - 2 eta gamma *)
Definition scale_invariant_step (R : realFieldType) (V : eucl R) (l : V -> R) (g theta theta' : V) (eta gamma : R) :=
  [/\ theta != 0, grad l theta g, (forall a y, 0 < a -> l (a *: y) = l y) &
      theta' = theta - eta *: (g + (2 * gamma) *: theta)].
Definition norm (R : rcfType) (V : eucl R) (x : V) : R := Num.sqrt (N x).
(* the cosine of the angle between x and y, and the square of its tangent; where the cosine is positive the  *)
(* angle is less than pi/2, and its tangent and sine are the positive roots                                  *)
Definition cosine (R : rcfType) (V : eucl R) (x y : V) : R := <<x, y>> / (norm x * norm y).
Definition tangent (R : rcfType) (V : eucl R) (x y : V) : R := Num.sqrt ((cosine x y) ^- 2 - 1).
Definition sine (R : rcfType) (V : eucl R) (x y : V) : R := Num.sqrt (1 - cosine x y ^+ 2).

(* l t: the loss of the sample or batch of step t. A stationary state at a fixed rate: theta random, over    *)
(* finitely many outcomes, with the same mean of ln r before and after a step.                               *)
Definition ideal_gas_turning_angle_statement : Prop :=
  (forall (R : rcfType) (V : eucl R) (l : nat -> V -> R) (g theta : nat -> V) (eta gamma : nat -> R),
    (forall t, scale_invariant_step (l t) (g t) (theta t) (theta t.+1) (eta t) (gamma t)) ->
    let c t := 1 - 2 * eta t * gamma t in
    let r t := norm (theta t) in
    let rho t := r t * norm (g t) in
    (forall t, 0 < c t -> 0 <= eta t -> [/\ cosine (theta t) (theta t.+1) = c t * r t / r t.+1, 0 < cosine (theta t) (theta t.+1) &
      tangent (theta t) (theta t.+1) = eta t * norm (g t) / (c t * r t)]) /\
    (forall T, \prod_(t < T) cosine (theta t) (theta t.+1) = (\prod_(t < T) c t) * r 0%N / r T) /\
    (* the fixed sphere, from which the step leads off: tan delta = (eta/r^2) rho; and a radius that a step keeps *)
    (forall t, gamma t = 0 -> 0 <= eta t -> tangent (theta t) (theta t.+1) = eta t / r t ^+ 2 * rho t) /\
    (forall t e, r t.+1 = r t -> 0 < c t -> 0 <= e -> eta t = e * r t ^+ 2 ->
      cosine (theta t) (theta t.+1) = c t /\ sine (theta t) (theta t.+1) = e * rho t)) /\
  (forall (R : rcfType) (ln : R -> R) (V : eucl R) (Om : finType) (P : Om -> R) (l : Om -> V -> R) (g theta theta' : Om -> V) (eta gamma : R),
    logarithm ln -> (forall o, 0 < P o) -> \sum_o P o = 1 ->
    (forall o, scale_invariant_step (l o) (g o) (theta o) (theta' o) eta gamma) ->
    let c := 1 - 2 * eta * gamma in 0 < c ->
    \sum_o P o * ln (norm (theta' o)) = \sum_o P o * ln (norm (theta o)) ->
    let cosd o := cosine (theta o) (theta' o) in
    [/\ \sum_o P o * ln (cosd o) = ln c,
        c <= \sum_o P o * cosd o ?= iff [forall o, cosd o == c] &
        c ^- 2 - 1 <= \sum_o P o * tangent (theta o) (theta' o) ^+ 2 ?= iff [forall o, cosd o == c]]).

(* p = 2 gamma, V = r^2/2, R T = eta |g|^2/4; x' = phi(x) for x = 2 eps gamma r^2 is the step of a constant  *)
(* rho at a fixed effective rate. E: over finitely many outcomes; fixed rate: E r'^2 = E r^2. q: the mean of *)
(* rho^2 given the point, from which E[rho^2/r^2] = q E[1/r^2].                                              *)
Definition ideal_gas_equation_of_state_statement : Prop :=
  (forall (R : rcfType) (V : eucl R) (l : V -> R) (g theta theta' : V) (eta gamma : R),
    scale_invariant_step l g theta theta' eta gamma ->
    let r2 := N theta in let rho := norm theta * norm g in
    let pV := 2 * gamma * (r2 / 2) in let RT := eta * N g / 4%:R in
    (* a step of either kind: eta = e r^2 *)
    (forall e, eta = e * r2 -> let x := 2 * e * gamma * r2 in
      2 * e * gamma * N theta' = x * ((1 - x) ^+ 2 + (e * rho) ^+ 2)) /\
    (0 < eta -> 0 < gamma -> eta * gamma < 1 -> N theta' = r2 ->
      (* 2 cos^2 (delta/2) = 1 + cos delta *)
      [/\ 0 < 1 - 2 * eta * gamma -> pV = RT / ((1 + cosine theta theta') / 2),
          pV = RT / (1 - eta * gamma) &
          forall e, eta = e * r2 -> 0 < 1 - 2 * eta * gamma -> let s := Num.sqrt (1 - (e * rho) ^+ 2) in
            pV = 2 * RT / (1 + s) /\ r2 = (1 - s) / (2 * e * gamma)])) /\
  (forall (R : rcfType) (k : R), 0 < k -> let phi x := x * ((1 - x) ^+ 2 + k ^+ 2) in
    (k < 1 -> let s := Num.sqrt (1 - k ^+ 2) in
      [/\ 0 < 1 - s /\ phi (1 - s) = 1 - s,
          forall x, 0 < x -> x < 1 - s -> x < phi x /\ phi x < 1 - s,
          forall x, 1 - s < x -> x < 1 + s -> phi x < x /\ 0 < phi x,
          forall x, 0 < x -> x < 1 + s -> phi x < 1 + s &
          forall x, 1 + s < x -> x < phi x]) /\
    (1 < k -> forall x, 0 < x -> x < phi x) /\
    (k = 1 -> phi 1 = 1 /\ (forall x, 0 < x -> x != 1 -> x < phi x) /\ (forall x, 0 < x -> x < 1 -> phi x < 1))) /\
  (forall (R : rcfType) (V : eucl R) (Om : finType) (P : Om -> R) (l : Om -> V -> R) (g theta theta' : Om -> V) (eta gamma : R),
    (forall o, 0 < P o) -> \sum_o P o = 1 -> 0 < eta -> 0 < gamma -> eta * gamma < 1 ->
    (forall o, scale_invariant_step (l o) (g o) (theta o) (theta' o) eta gamma) ->
    let r2 o := N (theta o) in
    \sum_o P o * N (theta' o) = \sum_o P o * r2 o ->
    2 * gamma * (1 - eta * gamma) * (\sum_o P o * (r2 o / 2)) = \sum_o P o * (eta * N (g o) / 4%:R) /\
    (forall q, \sum_o P o * N (g o) = q * (\sum_o P o * (r2 o)^-1) ->
      let rs4 := eta * q / (4%:R * gamma * (1 - eta * gamma)) in
      \sum_o P o * r2 o = rs4 * (\sum_o P o * (r2 o)^-1) /\
      rs4 <= (\sum_o P o * r2 o) ^+ 2 ?= iff [forall o, r2 o == \sum_o P o * r2 o])).

(* The inequalities of a step; x = 2 eps gamma r^2.                                                          *)
Definition ideal_gas_runaway_statement : Prop :=
  (forall (R : realFieldType) (k x : R), let x' := x * ((1 - x) ^+ 2 + k ^+ 2) in
    (2 <= x -> x * (1 + k ^+ 2) <= x') /\
    (0 <= x -> x * k ^+ 2 <= x' /\ (2 <= x * k ^+ 2 -> 2 <= x')) /\
    (forall b, 0 <= x -> 1 + b <= k ^+ 2 -> (1 + b) * x <= x') /\
    (forall s, 0 < s -> s < 1 -> k ^+ 2 <= 1 - s ^+ 2 -> 0 <= x -> x <= 1 + s -> 0 <= x' /\ x' <= 1 + s)) /\
  (forall (R : rcfType) (V : eucl R) (l : V -> R) (g theta theta' : V) (eta gamma : R),
    scale_invariant_step l g theta theta' eta gamma ->
    4%:R * (1 - 2 * eta * gamma) ^+ 2 * eta ^+ 2 * (norm theta * norm g) ^+ 2 <= N theta' ^+ 2).
