(* One-parameter families of invertible linear maps: scalings, products, general linear groups. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* A differentiable one-parameter family of invertible linear maps K t, t small, K 0 = 1, with *)
(* generator A; Ks t is the inverse transpose of K t and At the transpose of A. exp(tA) is one. *)
Record family (R : realFieldType) (V : eucl R) (K Ks : R -> V -> V) (A At : V -> V) := Family {
  K0 : forall x, K 0 x = x;
  Ks0 : forall x, Ks 0 x = x;
  K_add : small (fun t => forall x y, K t (x + y) = K t x + K t y);
  K_scale : small (fun t => forall a x, K t (a *: x) = a *: K t x);
  K_onto : small (fun t => forall y, exists x, K t x = y);
  K_dual : small (fun t => forall x y, <<K t x, Ks t y>> = <<x, y>>);
  K_vel : forall x, vel (K ^~ x) (A x);
  Ks_vel : forall y, vel (Ks ^~ y) (- At y);
  A_adj : forall x y, <<A x, y>> = <<x, At y>> }.

Section Transform.
Variables (R : realFieldType) (V : eucl R).
Implicit Types (x y v w G : V).

(* symmetry/gradient-transform: g(K x) = K^-T g(x), for one K with transposed inverse Ks *)
(* (for a symmetry take f1 = f; with two losses it is that of symmetry/dataset-permutation) *)
Lemma gradient_transform (f f1 : V -> R) (K Ks : V -> V) x G G' :
  (forall x y, K (x + y) = K x + K y) -> (forall a x, K (a *: x) = a *: K x) ->
  (forall y, exists x, K x = y) -> (forall x y, <<K x, Ks y>> = <<x, y>>) ->
  near x (fun y => f (K y) = f1 y) -> grad f1 x G -> grad f (K x) G' -> G' = Ks G.
Proof.
move=> KD KZ Konto Kdual sym fG fG'; apply: ip_inj => w; have [v <-] := Konto w.
rewrite [RHS]ipC Kdual [RHS]ipC.
pose c t := x + t *: v; have c0 : c 0 = x by rewrite /c scale0r addr0.
pose c' t := K x + t *: K v; have c'0 : c' 0 = K x by rewrite /c' scale0r addr0.
have {}fG : grad f1 (c 0) G by rewrite c0.
have {}fG' : grad f (c' 0) G' by rewrite c'0.
apply: deriv_uniq (chain fG (vel_line x v)).
apply: deriv_ext (chain fG' (vel_line (K x) (K v))).
by apply: small_impl (near_line v sym) => t <-; rewrite KD KZ.
Qed.

End Transform.

Section Scaling.
Variables (R : realFieldType) (V : eucl R).

Lemma vel_scal (f : R -> R) a (x : V) : deriv f a -> vel (fun t => f t *: x) (a *: x).
Proof.
move=> df; have := loM (N_ge0 x) df; apply: lo_le; apply: smallT => t.
by rewrite scalerA -!scalerBl NZ mulrC.
Qed.

(* x -> (1 + t)^e x *)
Definition scalK (e : int) (t : R) (x : V) := (1 + t) ^ e *: x.
Lemma scal_family (e : int) :
  family (scalK e) (scalK (- e)) (fun x : V => e%:~R *: x) (fun x : V => e%:~R *: x).
Proof.
have unit_t : small (fun t : R => 1 + t != 0).
  apply: small_impl (small_1t R) => t h; apply/lt0r_neq0/lt_le_trans/h.
  by rewrite divr_gt0 ?ltr01 ?ltr0n.
split=> [x|x|||||x|y|x y].
- by rewrite /scalK addr0 exp1rz scale1r.
- by rewrite /scalK addr0 exp1rz scale1r.
- by apply: smallT => t x y; rewrite /scalK scalerDr.
- by apply: smallT => t a x; rewrite /scalK !scalerA mulrC.
- apply: small_impl unit_t => t t0 y; exists ((1 + t) ^ (- e) *: y).
  by rewrite /scalK scalerA -expfzDr // subrr expr0z scale1r.
- apply: small_impl unit_t => t t0 x y.
  by rewrite /scalK ipZl ipZr mulrA -expfzDr // subrr expr0z mul1r.
- exact: (vel_scal x (deriv_expz e)).
- by rewrite -scaleNr -mulrNz; apply: (vel_scal y (deriv_expz (- e))).
- by rewrite ipZl ipZr.
Qed.
End Scaling.

Section Pair.
Variables (R : realFieldType) (V W : eucl R).
Variables (K Ks : R -> V -> V) (A At : V -> V) (L Ls : R -> W -> W) (B Bt : W -> W).
Hypotheses (fK : family K Ks A At) (fL : family L Ls B Bt).
Notation P f h := (fun x : V * W => (f x.1, h x.2)).

Lemma pairE (x y : pair_eucl V W) : <<x, y>> = <<x.1, y.1>> + <<x.2, y.2>>. Proof. by []. Qed.
Lemma vel_pair (c : R -> V) (d : R -> W) v w : vel c v -> vel d w ->
  vel (V := pair_eucl V W) (fun t => (c t, d t)) (v, w).
Proof. by move=> cv dw; apply: lo_le (loD cv dw); apply: smallT. Qed.

Lemma pair_family : family (V := pair_eucl V W) (fun t => P (K t) (L t)) (fun t => P (Ks t) (Ls t))
  (P A B) (P At Bt).
Proof.
split=> [x|x|||||x|y|x y].
- by rewrite (K0 fK) (K0 fL); case: x.
- by rewrite (Ks0 fK) (Ks0 fL); case: x.
- by apply: small_impl (small_and (K_add fK) (K_add fL)) => t [h1 h2] x y; rewrite h1 h2.
- by apply: small_impl (small_and (K_scale fK) (K_scale fL)) => t [h1 h2] a x; rewrite h1 h2.
- apply: small_impl (small_and (K_onto fK) (K_onto fL)) => t [h1 h2] y.
  by have [x1 e1] := h1 y.1; have [x2 e2] := h2 y.2; exists (x1, x2); rewrite /= e1 e2 -surjective_pairing.
- by apply: small_impl (small_and (K_dual fK) (K_dual fL)) => t [h1 h2] x y; rewrite !pairE /= h1 h2.
- exact: vel_pair (K_vel fK x.1) (K_vel fL x.2).
- exact: vel_pair (Ks_vel fK y.1) (Ks_vel fL y.2).
- by rewrite !pairE /= (A_adj fK) (A_adj fL).
Qed.
End Pair.

Section Matrices.
Variable R : realFieldType.

(* x -> M(t) x for a curve M of matrices with M(0) = 1 and velocity A at 0, such as exp(tA) *)
Lemma mx_family m n (M : R -> 'M[R]_n) A : M 0 = 1%:M -> vel M A ->
  family (V := mx_eucl R n m) (fun t x => M t *m x) (fun t x => (invmx (M t))^T *m x)
    (mulmx A) (mulmx A^T).
Proof.
move=> M0 MA; have uM := unit_near1 M0 MA; split=> [x|x|||||x|y|x y].
- by rewrite M0 mul1mx.
- by rewrite M0 invmx1 trmx1 mul1mx.
- by apply: smallT => t x y; rewrite mulmxDr.
- by apply: smallT => t a x; rewrite scalemxAr.
- by apply: small_impl uM => t uMt y; exists (invmx (M t) *m y); rewrite mulmxA mulmxV // mul1mx.
- apply: small_impl uM => t uMt x y.
  by rewrite ip_mull mulmxA -trmx_mul mulVmx // trmx1 mul1mx.
- exact: vel_mull.
- by rewrite -mulNmx -linearN; apply/vel_mull/vel_tr/vel_invmx.
- exact: ip_mull.
Qed.

(* U -> U M(t)^-1 *)
Lemma mxV_family m n (M : R -> 'M[R]_n) A : M 0 = 1%:M -> vel M A ->
  family (V := mx_eucl R m n) (fun t x => x *m invmx (M t)) (fun t x => x *m (M t)^T)
    (fun x => - (x *m A)) (fun x => - (x *m A^T)).
Proof.
move=> M0 MA; have uM := unit_near1 M0 MA; split=> [x|x|||||x|y|x y].
- by rewrite M0 invmx1 mulmx1.
- by rewrite M0 trmx1 mulmx1.
- by apply: smallT => t x y; rewrite mulmxDl.
- by apply: smallT => t a x; rewrite scalemxAl.
- by apply: small_impl uM => t uMt y; exists (y *m M t); rewrite -mulmxA mulmxV // mulmx1.
- apply: small_impl uM => t uMt x y.
  by rewrite ip_mulr -mulmxA -trmx_mul mulVmx // trmx1 mulmx1.
- by rewrite -mulmxN; apply/vel_mulr/vel_invmx.
- by rewrite opprK; apply/vel_mulr/vel_tr.
- by rewrite ipNl ipNr ip_mulr.
Qed.
End Matrices.
