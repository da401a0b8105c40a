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
(* linear and bounded *)
Definition bounded (R : realFieldType) (V : eucl R) (B : V -> V) :=
  [/\ forall x y, B (x - y) = B x - B y, forall a x, B (a *: x) = a *: B x & exists2 c, 0 <= c & forall x, N (B x) <= c * N x].
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
    S p g Lam (K x) + S p g Lam (Ki x) - 2 * S p g Lam x = 1 / 4%:R * \sum_z p z * <<v z, Lami (v z)>>) /\
  (* K = exp(tA), Ks = K^-T = exp(-t A^T), over the real numbers *)
  (forall (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V)
      (K Ks : R -> V -> V) (A At Lam Lami : V -> V) (D : V -> Prop) (x : V),
    complete R -> exponential K A -> exponential Ks (fun y => - At y) -> (forall t x y, <<K t x, Ks t y>> = <<x, y>>) ->
    (forall x y, <<A x, y>> = <<x, At y>>) -> (forall t, linear_onto (K t)) -> (forall t, smooth l g (K t) D) ->
    (forall t x z, D x -> l z (K t x) = l z x) -> D x ->
    [/\ bounded A, bounded At, bounded Lam & bounded Lami] -> (forall x y, <<Lam x, y>> = <<x, Lam y>>) ->
    (forall x, Lam (Lami x) = x) -> (forall x, Lami (Lam x) = x) -> (forall y, y != 0 -> 0 < <<y, Lami y>>) ->
    let v z := A (Lam (g z x)) + Lam (At (g z x)) in
    (forall t, S p g Lam (K t x) = 1 / 4%:R * \sum_z p z * <<Ks t (g z x), Lam (Ks t (g z x))>>) /\
    (* Lambda^-1/2 A Lambda^1/2 is normal *)
    ((forall y, A (Lam (At y)) = Lam (At (Lami (A (Lam y))))) ->
      (exists S', (forall t, deriv_at (fun t => S p g Lam (K t x)) t (S' t)) /\
        deriv_at S' 0 (1 / 4%:R * \sum_z p z * <<v z, Lami (v z)>>)) /\
      ((forall z, 0 < p z) -> ((forall t, S p g Lam (K t x) = S p g Lam x) <-> forall z, v z = 0)))).


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

(* Heavy ball, with decay in the loss and, by lam, decoupled; SGD is beta = 0. The state is (theta, m). *)
Definition step (R : realFieldType) (V : eucl R) (Z : Type) (g : Z -> V -> V) (Lam : V -> V) (beta gamma lam : R) (z : Z) (s : V * V) : V * V :=
  let m := beta *: s.2 + g z s.1 + (2 * gamma) *: s.1 in ((1 - lam) *: s.1 - Lam m, m).
Fixpoint path (S Z : Type) (move : nat -> Z -> S -> S) (z : nat -> Z) (s : S) (t : nat) : S :=
  if t is i.+1 then move t (z i) (path move z s i) else s.
(* Adam with bias correction, one rate per coordinate, t counted from 1; the state is ((theta, m), v). *)
Definition adam (R : rcfType) (n : nat) (Z : Type) (force : Z -> 'cV[R]_n -> 'cV[R]_n) (rate : 'I_n -> R) (lam b1 b2 eps : R)
    (t : nat) (z : Z) (s : 'cV[R]_n * 'cV[R]_n * 'cV[R]_n) : 'cV[R]_n * 'cV[R]_n * 'cV[R]_n :=
  let f := force z s.1.1 in
  let m := b1 *: s.1.2 + (1 - b1) *: f in
  let v := \col_i (b2 * s.2 i 0 + (1 - b2) * f i 0 ^+ 2) in
  ((\col_i ((1 - lam) * s.1.1 i 0 - rate i * ((m i 0 / (1 - b1 ^+ t)) / (Num.sqrt (v i 0 / (1 - b2 ^+ t)) + eps))), m), v).
(* a signed permutation K and |K| *)
Definition signed (R : realFieldType) (n : nat) (pi : {perm 'I_n}) (s : 'I_n -> R) (x : 'cV[R]_n) : 'cV[R]_n := \col_i (s i * x (pi i) 0).
Definition unsigned (R : realFieldType) (n : nat) (pi : {perm 'I_n}) (x : 'cV[R]_n) : 'cV[R]_n := \col_i x (pi i) 0.
(* One coordinate phi_j in place of its copies i, f i = j, with signs s i: theta_i = s i phi_j / n_j. *)
Definition copies (n k : nat) (f : 'I_n -> 'I_k) (j : 'I_k) : nat := #|[set i | f i == j]|.
Definition spread (R : realFieldType) (n k : nat) (f : 'I_n -> 'I_k) (s : 'I_n -> R) (phi : 'cV[R]_k) : 'cV[R]_n :=
  \col_i (s i * phi (f i) 0 / (copies f (f i))%:R).

Definition symmetry_trajectory_statement : Prop :=
  (* SGD and heavy ball; and K theta_t = theta_t from a start that K keeps *)
  (forall (R : realFieldType) (V : eucl R) (Z : finType) (l : Z -> V -> R) (g : Z -> V -> V) (K Lam : V -> V) (beta gamma lam : R)
      (D : V -> Prop) (z : nat -> Z) (s : V * V),
    orthogonal K -> smooth l g K D -> (forall x z, D x -> l z (K x) = l z x) ->
    (forall x, Lam (K x) = K (Lam x)) ->
    let P := path (fun _ => step g Lam beta gamma lam) z in
    (forall t, D (P s t).1) ->
    (forall t, P (K s.1, K s.2) t = (K (P s t).1, K (P s t).2)) /\
    ((K s.1, K s.2) = s -> forall t, K (P s t).1 = (P s t).1)) /\
  (* Adam and signed permutations *)
  (forall (R : rcfType) (n : nat) (Z : finType) (l : Z -> mx_eucl R n 1 -> R) (g : Z -> mx_eucl R n 1 -> mx_eucl R n 1)
      (pi : {perm 'I_n}) (sg rate : 'I_n -> R) (gamma lam b1 b2 eps : R) (D : mx_eucl R n 1 -> Prop) (z : nat -> Z) (s : 'cV[R]_n * 'cV[R]_n * 'cV[R]_n),
    (forall i, sg i ^+ 2 = 1) -> smooth l g (signed pi sg) D -> (forall x z, D x -> l z (signed pi sg x) = l z x) ->
    (forall i, rate (pi i) = rate i) ->
    let P := path (adam (fun z x => g z x + (2 * gamma) *: x) rate lam b1 b2 eps) z in
    (forall t, D (P s t).1.1) ->
    (forall t, P ((signed pi sg s.1.1, signed pi sg s.1.2), unsigned pi s.2) t
      = ((signed pi sg (P s t).1.1, signed pi sg (P s t).1.2), unsigned pi (P s t).2)) /\
    (((signed pi sg s.1.1, signed pi sg s.1.2), unsigned pi s.2) = s -> forall t, signed pi sg (P s t).1.1 = (P s t).1.1)) /\
  (* the smaller network: gs z x is the gradient of l (spread phi); K a group's elements, which keep a vector *)
  (* if and only if it is spread *)
  (forall (R : rcfType) (n k : nat) (Z : finType) (l : Z -> mx_eucl R n 1 -> R) (g : Z -> mx_eucl R n 1 -> mx_eucl R n 1)
      (gs : Z -> mx_eucl R k 1 -> mx_eucl R k 1) (f : 'I_n -> 'I_k) (s : 'I_n -> R)
      (I : Type) (K : I -> mx_eucl R n 1 -> mx_eucl R n 1) (eta beta gamma lam b1 b2 eps : R) (D : mx_eucl R n 1 -> Prop) (z : nat -> Z),
    (forall i, s i ^+ 2 = 1) -> (forall j, (0 < copies f j)%N) ->
    (forall z x, D x -> grad (l z) x (g z x)) -> (forall a, orthogonal (K a) /\ smooth l g (K a) D) -> (forall a x z, D x -> l z (K a x) = l z x) ->
    (forall x, (forall a, K a x = x) <-> exists phi, x = spread f s phi) ->
    (forall z phi, D (spread f s phi) -> grad (fun phi => l z (spread f s phi)) phi (gs z phi)) ->
    (* the force on phi, with the decay of spread phi, and the rate n_j eta of phi_j *)
    let force z (phi : mx_eucl R k 1) : mx_eucl R k 1 := gs z phi + \col_j (2 * gamma * phi j 0 / (copies f j)%:R) in
    let rate j : R := (copies f j)%:R * eta in
    (forall phi mu, let P := path (fun _ => step (V := mx_eucl R n 1) g (fun x => eta *: x) beta gamma lam) z in
      let p := path (fun _ => step (V := mx_eucl R k 1) force (fun m => \col_j (rate j * m j 0)) beta 0 lam) z in
      (forall t, D (spread f s (p (phi, mu) t).1)) ->
      forall t, (P (spread f s phi, \col_i (s i * mu (f i) 0)) t).1 = spread f s (p (phi, mu) t).1) /\
    (forall phi mu nu, let P := path (adam (fun z x => g z x + (2 * gamma) *: x) (fun=> eta) lam b1 b2 eps) z in
      let p := path (adam force rate lam b1 b2 eps) z in
      (forall t, D (spread f s (p ((phi, mu), nu) t).1.1)) ->
      forall t, (P ((spread f s phi, \col_i (s i * mu (f i) 0)), \col_i nu (f i) 0) t).1.1 = spread f s (p ((phi, mu), nu) t).1.1)).
