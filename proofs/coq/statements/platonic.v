(* What is proved of deep linear networks at a global minimum, claim by claim.                               *)
(* A network has the D + 1 layers W 0, ..., W D of widths w 0, ..., w D.+1 between fixed embeddings MI and   *)
(* MO; it is at a global minimum where MO W_D ... W_0 MI = V. A i and B i are what stands left and right of  *)
(* the layer i. Roots: Sx = X X and Se = E E with X, E symmetric and invertible; n is the sum of the         *)
(* singular values s of E V X = P diag(s) Q^T. Bounds with a root of degree D + 1 are stated as powers.      *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From Equipartition.library Require Import inner_product derivatives matrices.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Record network (R : realFieldType) (dx dy : nat) (w : nat -> nat) (D : nat)
    (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (V : 'M[R]_(dy, dx)) := Network {
  W : forall i, 'M[R]_(w i.+1, w i);
  A : forall i, 'M[R]_(dy, w i.+1);
  B : forall i, 'M[R]_(w i, dx);
  A_top : A D = MO;
  A_step : forall i, (i < D)%N -> A i = A i.+1 *m W i.+1;
  B_bottom : B 0%N = MI;
  B_step : forall i, (i < D)%N -> B i.+1 = W i *m B i;
  target : A D *m W D *m B D = V }.

Section Entropy.
Variables (R : realFieldType) (dx dy : nat) (w : nat -> nat) (D : nat).
Variables (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (V : 'M[R]_(dy, dx)) (net : network MI MO V).
Variables (Sx : 'M[R]_dx) (Se : 'M[R]_dy).
(* the part of the layer i, and S = 1/4 E|g|^2 *)
Definition part_of i : R := \tr (Se *m A net i *m (A net i)^T) * \tr (B net i *m Sx *m (B net i)^T).
Definition entropy : R := \sum_(i < D.+1) part_of i.
(* the lower bound a b n^(2 D) of (S / (D + 1))^(D + 1), and the networks that reach it *)
Definition bound (n : R) : R := \tr (Se *m MO *m MO^T) * \tr (MI *m Sx *m MI^T) * (n ^+ 2) ^+ D.
Definition minimal (n : R) := bound n = (entropy / D.+1%:R) ^+ D.+1.
End Entropy.
(* the entropic minimisers among the global minima *)
Definition minimiser (R : realFieldType) (dx dy : nat) (w : nat -> nat) (D : nat) (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1))
  (V : 'M[R]_(dy, dx)) (net : network MI MO V) Sx Se := forall net' : network MI MO V, entropy net Sx Se <= entropy net' Sx Se.
(* every hidden layer is at least r wide *)
Definition wide (w : nat -> nat) (D r : nat) := forall i, (i < D)%N -> (r <= w i.+1)%N.

(* X X = Sx, E E = Se, E V X = P diag(s) Q^T of rank r > 0 *)
Definition decomposed (R : realFieldType) (dx dy r : nat) (X : 'M[R]_dx) (E : 'M[R]_dy) (V : 'M[R]_(dy, dx))
    (P : 'M[R]_(dy, r)) (s : 'rV[R]_r) (Q : 'M[R]_(dx, r)) :=
  [/\ X^T = X /\ X \in unitmx, E^T = E /\ E \in unitmx, P^T *m P = 1%:M /\ Q^T *m Q = 1%:M,
      E *m V *m X = P *m diag_mx s *m Q^T & (0 < r)%N /\ forall i, 0 < s 0 i].
Definition nuclear (R : realFieldType) (r : nat) (s : 'rV[R]_r) : R := \sum_i s 0 i.

(* A product data set: inputs x i with weights a i, noises e j with weights b j, labels V x i + e j.         *)
Definition platonic_entropy_factorises_statement : Prop :=
  forall (R : realFieldType) (dx dy : nat) (w : nat -> nat) (D : nat)
    (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (V : 'M[R]_(dy, dx)) (net : network MI MO V)
    (I J : finType) (a : I -> R) (b : J -> R) (x : I -> 'cV[R]_dx) (e : J -> 'cV[R]_dy)
    (g : forall k, I -> J -> mx_eucl R (w k.+1) (w k)),
  (* g k i j is the gradient in W k of |f(x i) - y|^2 *)
  (forall k i j, (k <= D)%N ->
    grad (V := mx_eucl R (w k.+1) (w k)) (fun W' => N (A net k *m W' *m B net k *m x i - (V *m x i + e j))) (W net k) (g k i j)) ->
  1 / 4%:R * (\sum_(k < D.+1) \sum_i \sum_j a i * b j * N (g k i j))
   = entropy net (\sum_i a i *: (x i *m (x i)^T)) (\sum_j b j *: (e j *m (e j)^T)).

Definition platonic_lower_bound_statement : Prop :=
  forall (R : rcfType) (dx dy r : nat) (w : nat -> nat) (D : nat)
    (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (V : 'M[R]_(dy, dx)) (net : network MI MO V)
    (X : 'M[R]_dx) (E : 'M[R]_dy) (P : 'M[R]_(dy, r)) (s : 'rV[R]_r) (Q : 'M[R]_(dx, r)),
  decomposed X E V P s Q ->
  let root := diag_mx (\row_i Num.sqrt (s 0 i)) in
  bound MI MO (X *m X) (E *m E) (nuclear s) <= (entropy net (X *m X) (E *m E) / D.+1%:R) ^+ D.+1 /\
  (minimal net (X *m X) (E *m E) (nuclear s) <->
    (forall i j, (i <= D)%N -> (j <= D)%N -> part_of net (X *m X) (E *m E) i = part_of net (X *m X) (E *m E) j) /\
    (forall i, (i < D)%N -> exists c (Ri : 'M[R]_(w i.+1, r)), [/\ 0 < c, Ri^T *m Ri = 1%:M,
      B net i.+1 = c *: (Ri *m root *m Q^T *m invmx X) & A net i = c^-1 *: (invmx E *m P *m root *m Ri^T)])) /\
  (* where every hidden layer is wide enough the bound is reached, so it is the least entropy *)
  (wide w D r -> exists net' : network MI MO V, minimal net' (X *m X) (E *m E) (nuclear s)).

Definition platonic_equal_terms_statement : Prop :=
  forall (R : rcfType) (dx dy r : nat) (w : nat -> nat) (D : nat)
    (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (V : 'M[R]_(dy, dx)) (net : network MI MO V)
    (X : 'M[R]_dx) (E : 'M[R]_dy) (P : 'M[R]_(dy, r)) (s : 'rV[R]_r) (Q : 'M[R]_(dx, r)),
  decomposed X E V P s Q -> wide w D r -> minimiser net (X *m X) (E *m E) ->
  forall i, (i <= D)%N -> part_of net (X *m X) (E *m E) i ^+ D.+1 = bound MI MO (X *m X) (E *m E) (nuclear s).

(* the kernel h(x1).h(x2) of the hidden layer i, as a matrix; the Gram matrix of the columns of Y *)
Definition kernel (R : realFieldType) (dx dy : nat) (w : nat -> nat) (D : nat) (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1))
  (V : 'M[R]_(dy, dx)) (net : network MI MO V) (i : nat) : 'M[R]_dx := (B net i.+1)^T *m B net i.+1.
(* CKA, the cosine of two Gram matrices: it is 1 where equality holds in <K, K'>^2 <= |K|^2 |K'|^2 *)
Definition aligned (R : realFieldType) (m : nat) (K K' : 'M[R]_m) := 0 <= <<K, K'>> /\ <<K, K'>> ^+ 2 = N K * N K'.
Definition misaligned (R : realFieldType) (m : nat) (K K' : 'M[R]_m) := <<K, K'>> ^+ 2 < N K * N K'.
(* 1 - 1 1^T / m subtracts the mean of m columns *)
Definition centred (R : realFieldType) (m : nat) (K : 'M[R]_m) : 'M[R]_m :=
  (1%:M - const_mx m%:R^-1) *m K *m (1%:M - const_mx m%:R^-1).

(* A network is trained on z = Z x: on V Z^-1 and Sz = Z Sx Z^T = X' X'. c h.h = h'.h' for any two of them,   *)
(* here one trained on Z x and one on Z' x, with any depths, widths and embeddings.                          *)
Definition platonic_alignment_statement : Prop :=
  forall (R : rcfType) (dx dy : nat) (V : 'M[R]_(dy, dx))
    (Sx : 'M[R]_dx) (Se : 'M[R]_dy)
    (w w' : nat -> nat) (D D' : nat) (Z Z' : 'M[R]_dx)
    (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (MI' : 'M[R]_(w' 0%N, dx)) (MO' : 'M[R]_(dy, w' D'.+1))
    (net : network MI MO (V *m invmx Z)) (net' : network MI' MO' (V *m invmx Z'))
    (X X' : 'M[R]_dx) (E1 E2 : 'M[R]_dy) (r r' : nat) (P : 'M[R]_(dy, r)) (s : 'rV[R]_r) (Q : 'M[R]_(dx, r))
    (P' : 'M[R]_(dy, r')) (s' : 'rV[R]_r') (Q' : 'M[R]_(dx, r')),
  Sx^T = Sx -> (exists2 X0, X0^T = X0 /\ X0 \in unitmx & Sx = X0 *m X0) -> Z \in unitmx -> Z' \in unitmx ->
  X *m X = Z *m Sx *m Z^T -> X' *m X' = Z' *m Sx *m Z'^T -> E1 *m E1 = Se -> E2 *m E2 = Se ->
  decomposed X E1 (V *m invmx Z) P s Q -> decomposed X' E2 (V *m invmx Z') P' s' Q' ->
  wide w D r -> wide w' D' r' -> minimiser net (X *m X) Se -> minimiser net' (X' *m X') Se ->
  forall i j, (i < D)%N -> (j < D')%N ->
  exists2 c, 0 < c &
    (forall x1 x2 : 'cV_dx, c * <<B net i.+1 *m (Z *m x1), B net i.+1 *m (Z *m x2)>>
      = <<B net' j.+1 *m (Z' *m x1), B net' j.+1 *m (Z' *m x2)>>) /\
    (forall m (Y : 'M_(dx, m)), aligned (centred ((Z *m Y)^T *m kernel net i *m (Z *m Y)))
      (centred ((Z' *m Y)^T *m kernel net' j *m (Z' *m Y)))).

Definition platonic_orthogonal_labels_statement : Prop :=
  forall (R : rcfType) (dx dy : nat) (V : 'M[R]_(dy, dx)) (w w' : nat -> nat) (D D' : nat) (O : 'M[R]_dy)
    (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (MI' : 'M[R]_(w' 0%N, dx)) (MO' : 'M[R]_(dy, w' D'.+1))
    (net : network MI MO V) (net' : network MI' MO' (O *m V))
    (X : 'M[R]_dx) (E E' : 'M[R]_dy) (r r' : nat) (P : 'M[R]_(dy, r)) (s : 'rV[R]_r) (Q : 'M[R]_(dx, r))
    (P' : 'M[R]_(dy, r')) (s' : 'rV[R]_r') (Q' : 'M[R]_(dx, r')),
  O^T *m O = 1%:M -> E' *m E' = O *m (E *m E) *m O^T ->
  decomposed X E V P s Q -> decomposed X E' (O *m V) P' s' Q' ->
  wide w D r -> wide w' D' r' -> minimiser net (X *m X) (E *m E) -> minimiser net' (X *m X) (E' *m E') ->
  forall i j, (i < D)%N -> (j < D')%N -> exists2 c, 0 < c & forall m (Y : 'M_(dx, m)),
    Y^T *m kernel net' j *m Y = c *: (Y^T *m kernel net i *m Y).

(* y -> T y: V -> T V and Se -> T Se T^T. The inputs are the columns of Y, which span.                       *)
Definition platonic_broken_by_label_transformation_statement : Prop :=
  forall (R : rcfType) (dx dy : nat) (V : 'M[R]_(dy, dx)) (w w' : nat -> nat) (D D' : nat) (T : 'M[R]_dy)
    (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (MI' : 'M[R]_(w' 0%N, dx)) (MO' : 'M[R]_(dy, w' D'.+1))
    (net : network MI MO V) (net' : network MI' MO' (T *m V))
    (X : 'M[R]_dx) (E E' : 'M[R]_dy) (r r' : nat) (P : 'M[R]_(dy, r)) (s : 'rV[R]_r) (Q : 'M[R]_(dx, r))
    (P' : 'M[R]_(dy, r')) (s' : 'rV[R]_r') (Q' : 'M[R]_(dx, r')) (m : nat) (Y : 'M[R]_(dx, m)) (Yi : 'M[R]_(m, dx)),
  E' *m E' = T *m (E *m E) *m T^T -> Y *m Yi = 1%:M ->
  decomposed X E V P s Q -> decomposed X E' (T *m V) P' s' Q' ->
  wide w D r -> wide w' D' r' -> minimiser net (X *m X) (E *m E) -> minimiser net' (X *m X) (E' *m E') ->
  forall i j, (i < D)%N -> (j < D')%N ->
  (misaligned (Y^T *m kernel net i *m Y) (Y^T *m kernel net' j *m Y)
    <-> ~ exists c, V^T *m T^T *m T *m (E *m E) *m T^T *m T *m V = c *: (V^T *m (E *m E) *m V)).

(* The target V' has another rank than V.                                                                    *)
Definition platonic_broken_by_saddle_statement : Prop :=
  forall (R : rcfType) (dx dy : nat) (V V' : 'M[R]_(dy, dx)) (w w' : nat -> nat) (D D' : nat)
    (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (MI' : 'M[R]_(w' 0%N, dx)) (MO' : 'M[R]_(dy, w' D'.+1))
    (net : network MI MO V) (net' : network MI' MO' V')
    (X : 'M[R]_dx) (E : 'M[R]_dy) (r r' : nat) (P : 'M[R]_(dy, r)) (s : 'rV[R]_r) (Q : 'M[R]_(dx, r))
    (P' : 'M[R]_(dy, r')) (s' : 'rV[R]_r') (Q' : 'M[R]_(dx, r')) (m : nat) (Y : 'M[R]_(dx, m)) (Yi : 'M[R]_(m, dx)),
  Y *m Yi = 1%:M -> decomposed X E V P s Q -> decomposed X E V' P' s' Q' -> r' != r ->
  wide w D r -> wide w' D' r' -> minimiser net (X *m X) (E *m E) -> minimiser net' (X *m X) (E *m E) ->
  forall i j, (i < D)%N -> (j < D')%N -> misaligned (Y^T *m kernel net i *m Y) (Y^T *m kernel net' j *m Y).

(* Noise sigma(x) e: Sx is replaced by Sx' = E[sigma^2 x x^T] = X' X'.                                       *)
Definition platonic_broken_by_heterogeneous_noise_statement : Prop :=
  forall (R : rcfType) (dx dy : nat) (V : 'M[R]_(dy, dx)) (w w' : nat -> nat) (D D' : nat)
    (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (MI' : 'M[R]_(w' 0%N, dx)) (MO' : 'M[R]_(dy, w' D'.+1))
    (net : network MI MO V) (net' : network MI' MO' V)
    (X X' : 'M[R]_dx) (E : 'M[R]_dy) (r r' : nat) (P : 'M[R]_(dy, r)) (s : 'rV[R]_r) (Q : 'M[R]_(dx, r))
    (P' : 'M[R]_(dy, r')) (s' : 'rV[R]_r') (Q' : 'M[R]_(dx, r')) (m : nat) (Y : 'M[R]_(dx, m)) (Yi : 'M[R]_(m, dx)),
  Y *m Yi = 1%:M -> decomposed X E V P s Q -> decomposed X' E V P' s' Q' ->
  wide w D r -> wide w' D' r' -> minimiser net (X *m X) (E *m E) -> minimiser net' (X' *m X') (E *m E) ->
  forall i j, (i < D)%N -> (j < D')%N ->
  (misaligned (Y^T *m kernel net i *m Y) (Y^T *m kernel net' j *m Y)
    <-> ~ exists c, V *m (X' *m X') *m V^T = c *: (V *m (X *m X) *m V^T)).

(* W_1 = F G, G = R MI of r rows that span (G Gi = 1), F of full column rank: K is the Gram matrix of F G Y. *)
(* All pairs but those with F^T F and F'^T F' proportional; these are the zeros of polynomials in F and F',  *)
(* one of which is not the zero polynomial for r >= 2.                                                       *)
Definition platonic_generic_minima_statement : Prop :=
  forall (R : realFieldType) (dx r n n' m : nat) (G : 'M[R]_(r, dx)) (Gi : 'M[R]_(dx, r)) (Y : 'M[R]_(dx, m)) (Yi : 'M[R]_(m, dx)),
  G *m Gi = 1%:M -> Y *m Yi = 1%:M ->
  let gram k (F : 'M[R]_(k, r)) := (F *m G *m Y)^T *m (F *m G *m Y) in
  (forall (F : 'M[R]_(n, r)) (F' : 'M[R]_(n', r)), \rank F = r -> (0 < r)%N ->
    (misaligned (gram n F) (gram n' F') <-> ~ exists c, F'^T *m F' = c *: (F^T *m F))) /\
  (forall i j : 'I_r, i != j ->
    let q (F : 'M[R]_(n, r)) (F' : 'M[R]_(n', r)) := (F^T *m F) i i * (F'^T *m F') j j - (F^T *m F) j j * (F'^T *m F') i i in
    (forall F F', \rank F = r -> q F F' != 0 -> misaligned (gram n F) (gram n' F')) /\
    ((r <= n)%N -> (r <= n')%N -> exists F F', [/\ \rank F = r, \rank F' = r & q F F' != 0])).
