(* What is proved of the noise equilibrium, claim by claim.                                                  *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From Equipartition.library Require Import inner_product derivatives matrices learning complete.
From Equipartition.statements Require Import noether.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* the product of the w_m^(k m), and that with the exponents of i and j reduced by 1 *)
Definition monomial (R : realFieldType) (D : nat) (k : 'I_D -> nat) (w : 'M[R]_(1, D)) : R := \prod_m w 0 m ^+ k m.
Definition without (R : realFieldType) (D : nat) (k : 'I_D -> nat) (i j : 'I_D) (w : 'M[R]_(1, D)) : R :=
  \prod_m w 0 m ^+ (k m - (m == i) - (m == j)).
(* The factors are x.1, all else is x.2, which moves as it likes; phi z u P: the loss of a sample; G its    *)
(* slope in P, where it has one; b t: the weights of the samples in the batch of step t.                    *)
Definition noise_equilibrium_product_contraction_statement : Prop :=
  forall (R : realFieldType) (D : nat) (U : eucl R) (Z : finType) (k : 'I_D -> nat) (phi : Z -> U -> R -> R)
    (g : Z -> pair_eucl (mx_eucl R 1 D) U -> pair_eucl (mx_eucl R 1 D) U) (G : Z -> pair_eucl (mx_eucl R 1 D) U -> R) (i j : 'I_D),
  (forall m, (0 < k m)%N) -> i != j ->
  let l z (x : pair_eucl (mx_eucl R 1 D) U) := phi z x.2 (monomial k x.1) in
  let slopes x := forall z, grad (l z) x (g z x) /\ deriv_at (phi z x.2) (monomial k x.1) (G z x) in
  let Q (x : pair_eucl (mx_eucl R 1 D) U) := x.1 0 i ^+ 2 / (k i)%:R - x.1 0 j ^+ 2 / (k j)%:R in
  let M (x : pair_eucl (mx_eucl R 1 D) U) := without k i j x.1 in
  (forall (b : nat -> Z -> R) (x : nat -> pair_eucl (mx_eucl R 1 D) U) (eta gamma : nat -> R),
    (forall t, slopes (x t)) ->
    (forall t, (x t.+1).1 = (x t).1 - eta t *: (\sum_z b t z *: (g z (x t)).1 + (2 * gamma t) *: (x t).1)) ->
    let c t := 1 - 2 * eta t * gamma t in
    let Gb t := \sum_z b t z * G z (x t) in
    let h t := eta t ^+ 2 * (k i)%:R * (k j)%:R * (Gb t * M (x t)) ^+ 2 in
    [/\ forall t, Q (x t.+1) = (c t ^+ 2 - h t) * Q (x t),
        forall T, Q (x T) = \prod_(t < T) (c t ^+ 2 - h t) * Q (x 0%N),
        forall t, Q (x t) != 0 -> (`|Q (x t.+1)| < `|Q (x t)| <-> `|c t ^+ 2 - h t| < 1)
                               /\ (`|Q (x t.+1)| > `|Q (x t)| <-> `|c t ^+ 2 - h t| > 1) &
        D = 2%N -> (forall m, k m = 1%N) -> forall t,
          (x t.+1).1 0 i + (x t.+1).1 0 j = (c t - eta t * Gb t) * ((x t).1 0 i + (x t).1 0 j) /\
          (x t.+1).1 0 i - (x t.+1).1 0 j = (c t + eta t * Gb t) * ((x t).1 0 i - (x t).1 0 j)]) /\
  (* samples one at a time, with the probabilities p *)
  (forall (p : Z -> R) (x : pair_eucl (mx_eucl R 1 D) U) (x' : Z -> pair_eucl (mx_eucl R 1 D) U) (eta gamma : R),
    \sum_z p z = 1 -> slopes x -> (forall z, (x' z).1 = x.1 - eta *: ((g z x).1 + (2 * gamma) *: x.1)) ->
    let EG := \sum_z p z * G z x in let VarG := \sum_z p z * (G z x - EG) ^+ 2 in
    \sum_z p z * Q (x' z) = ((1 - 2 * eta * gamma) ^+ 2 - eta ^+ 2 * (k i)%:R * (k j)%:R * M x ^+ 2 * (VarG + EG ^+ 2)) * Q x).

(* e^{tA} with eigenvalues 1, -1 and 0 on the blocks y.1.1, y.1.2 and y.2, at a = e^t; the charge            *)
(* y^T A y; and the derivative in t, which is that of h -> f(a (1 + h)) at 0                                 *)
Definition turned (R : realFieldType) (U W T : eucl R) (a : R) (y : pair_eucl (pair_eucl U W) T) : pair_eucl (pair_eucl U W) T :=
  ((a *: y.1.1, a^-1 *: y.1.2), y.2).
Definition difference (R : realFieldType) (U W T : eucl R) (y : pair_eucl (pair_eucl U W) T) : R := N y.1.1 - N y.1.2.
Definition deriv_log (R : realFieldType) (f : R -> R) (a v : R) := deriv (fun h => f (a * (1 + h))) v.
(* every sample's loss keeps its value along the orbit of x, and has a gradient there *)
Definition kept (R : realFieldType) (U W T : eucl R) (Z : finType) (l : Z -> pair_eucl (pair_eucl U W) T -> R)
    (g : Z -> pair_eucl (pair_eucl U W) T -> pair_eucl (pair_eucl U W) T) (x : pair_eucl (pair_eucl U W) T) :=
  (forall z a y, 0 < a -> l z (turned a y) = l z y) /\ (forall z a, 0 < a -> grad (l z) (turned a x) (g z (turned a x))).

(* p: the probabilities of the samples, which are all positive. |A y|^2 = |y.1.1|^2 + |y.1.2|^2.             *)
Definition noise_equilibrium_orbit_drift_statement : Prop :=
  forall (R : rcfType) (U W T : eucl R) (Z : finType) (p : Z -> R) (l : Z -> pair_eucl (pair_eucl U W) T -> R)
    (g : Z -> pair_eucl (pair_eucl U W) T -> pair_eucl (pair_eucl U W) T) (x : pair_eucl (pair_eucl U W) T),
  (forall z, 0 < p z) -> \sum_z p z = 1 -> kept l g x ->
  let C := @difference R U W T in
  let d (eta gamma a : R) := let y := turned a x in \sum_z p z * C (y - eta *: (g z y + (2 * gamma) *: y)) - C y in
  (forall eta gamma : R, 0 < eta -> 0 <= eta * gamma -> eta * gamma < 1 ->
    let c := 1 - 2 * eta * gamma in
    let Phi a := let y := turned a x in
      \sum_z p z * l z y + gamma * (1 - eta * gamma) * N y + eta / 4%:R * \sum_z p z * N (g z y) in
    let exception := (forall z, (g z x).1 = 0) /\ gamma *: x.1 = 0 in
    let root a := 0 < a /\ d eta gamma a = 0 in
    [/\ forall a, 0 < a -> d eta gamma a = eta ^+ 2 * (\sum_z p z * C (g z (turned a x))) - (1 - c ^+ 2) * C (turned a x),
        forall a, 0 < a -> d eta gamma a
          = a ^- 2 * (eta ^+ 2 * (\sum_z p z * N (g z x).1.1) + (1 - c ^+ 2) * N x.1.2)
            - a ^+ 2 * (eta ^+ 2 * (\sum_z p z * N (g z x).1.2) + (1 - c ^+ 2) * N x.1.1),
        forall a, 0 < a -> exists2 v, deriv_log Phi a v & d eta gamma a = - 2 * eta * v,
        forall a, 0 < a ->
          deriv_log (d eta gamma) a (- (2 * (1 - c ^+ 2) * N (turned a x).1 + 2 * eta ^+ 2 * \sum_z p z * N (g z (turned a x)).1)) /\
          deriv_log (fun a => C (turned a x)) a (2 * N (turned a x).1) &
        x.1 != 0 -> forall a b, 0 < a -> a < b -> C (turned a x) < C (turned b x)] /\
    [/\ ~ exception -> forall a b, 0 < a -> a < b -> d eta gamma b < d eta gamma a,
        exception -> forall a, 0 < a -> d eta gamma a = 0,
        ~ exception -> (exists a, root a) <->
          (gamma *: x.1.1 != 0 \/ exists z, (g z x).1.2 != 0) /\ (gamma *: x.1.2 != 0 \/ exists z, (g z x).1.1 != 0),
        ~ exception -> forall a, root a -> forall b, 0 < b -> b != a -> d eta gamma b != 0 /\ Phi a < Phi b &
        ~ exception -> (forall a, ~ root a) -> (forall a, 0 < a -> 0 < d eta gamma a) \/ (forall a, 0 < a -> d eta gamma a < 0)]) /\
  (* eta and gamma matter through gamma (1 - eta gamma)/eta alone *)
  (forall eta gamma eta' gamma' a : R, 0 < a -> eta != 0 -> eta' != 0 ->
    gamma * (1 - eta * gamma) / eta = gamma' * (1 - eta' * gamma') / eta' ->
    d eta gamma a / eta ^+ 2 = d eta' gamma' a / eta' ^+ 2).

(* kappa of batches of B of n samples; 0 for n = 1, where division by 0 gives 0 *)
Definition kappa (R : realFieldType) (n B : nat) : R := (n%:R - B%:R) / (B%:R * n.-1%:R).
Definition batches (n B : nat) : {set {set 'I_n}} := [set b : {set 'I_n} | #|b| == B].
(* E_B[C'] - C for the charge x^T A x; tr(A Sigma) is the mean of (g_z - m)^T A (g_z - m)                    *)
Definition drift (R : realFieldType) (V : eucl R) (n B : nat) (g : 'I_n -> V) (C : V -> R) (x : V) (eta gamma : R) : R :=
  (\sum_(b in batches n B) C (x - eta *: (B%:R^-1 *: (\sum_(z in b) g z) + (2 * gamma) *: x))) / #|batches n B|%:R - C x.
Definition mean_of (R : realFieldType) (V : eucl R) (n : nat) (g : 'I_n -> V) : V := n%:R^-1 *: \sum_z g z.
Definition spread (R : realFieldType) (V : eucl R) (n : nat) (g : 'I_n -> V) (C : V -> R) : R :=
  (\sum_z C (g z - mean_of g)) / n%:R.
Definition noise_equilibrium_sde_gap_statement : Prop :=
  (forall (R : realFieldType) (V : eucl R) (n B : nat) (l : 'I_n -> V -> R) (g : 'I_n -> V -> V) (A : V -> V) (x : V) (eta gamma : R),
    (0 < B)%N -> (B <= n)%N -> linear_map A -> self_adjoint A -> generates l g A A x ->
    let m := mean_of (g ^~ x) in let F := m + (2 * gamma) *: x in
    drift B (g ^~ x) (charge A) x eta gamma
      = eta * (eta * kappa R n B * spread (g ^~ x) (charge A) - 4%:R * gamma * charge A x) + eta ^+ 2 * charge A F) /\
  (* along an orbit, without decay; the gradients on the right side at a = 1 *)
  (forall (R : realFieldType) (U W T : eucl R) (n : nat) (l : 'I_n -> pair_eucl (pair_eucl U W) T -> R)
      (g : 'I_n -> pair_eucl (pair_eucl U W) T -> pair_eucl (pair_eucl U W) T) (x : pair_eucl (pair_eucl U W) T) (eta a : R),
    kept l g x -> 0 < a ->
    let D B := drift B (g ^~ (turned a x)) (@difference R U W T) (turned a x) eta 0 in
    let gu z := (g z x).1.1 in let gw z := (g z x).1.2 in
    let Su := spread gu (fun v => N v) in let Sw := spread gw (fun v => N v) in
    (forall B, (0 < B)%N -> (B <= n)%N -> D B = eta ^+ 2 * a ^- 2 * (kappa R n B * Su + N (mean_of gu))
      - eta ^+ 2 * a ^+ 2 * (kappa R n B * Sw + N (mean_of gw))) /\
    (* the same root for two sizes of batches: noise and mean gradient are balanced at one point *)
    (eta != 0 -> forall B B', (0 < B)%N -> (B < B')%N -> (B' <= n)%N ->
      (D B = 0 /\ D B' = 0 <-> a ^+ 4 * Sw = Su /\ a ^+ 4 * N (mean_of gw) = N (mean_of gu)))).
